"""Memory is kept within the block alone, for as long as anyone is in one."""

import resource
import sys
import threading

import numpy as np
import pytest

from whorl.embeddings import heap
from whorl.embeddings.heap import memory_kept
from whorl.process_wide import ProcessWide


class Libc:
    """Writes down what it is asked for; like older versions of glibc it may refuse large thresholds."""

    def __init__(self, most=1 << 40):
        self.calls, self.most = [], most

    def mallopt(self, parameter, value):
        self.calls.append((parameter, value))
        return int(value <= self.most)

    def malloc_trim(self, padding):
        self.calls.append(("trim", padding))


def test_thresholds_are_raised_once_and_lowered_by_the_last(monkeypatch):
    libc = Libc()
    monkeypatch.setattr(heap, "_glibc", lambda: libc)
    with memory_kept():
        with memory_kept():
            pass
        assert libc.calls == [(-3, 256 << 20), (-1, 1 << 30)]
    assert libc.calls[2:] == [(-3, 32 << 20), (-1, 64 << 20), ("trim", 0)]


def test_an_older_glibc_gets_what_it_accepts(monkeypatch):
    libc = Libc(most=32 << 20)
    monkeypatch.setattr(heap, "_glibc", lambda: libc)
    with memory_kept():
        assert libc.calls[:2] == [(-3, 256 << 20), (-3, 32 << 20)]
    libc = Libc(most=0)
    with memory_kept():
        pass
    assert [call[0] for call in libc.calls] == [-3, -3]  # refused altogether: nothing else is touched


@pytest.mark.parametrize(
    ("name", "value"), [("MALLOC_TRIM_THRESHOLD_", "1"), ("GLIBC_TUNABLES", "glibc.malloc.arena_max=1")]
)
def test_what_the_user_has_set_stays(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert heap._glibc.__wrapped__() is None


def _faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        np.ones(3_000_000, np.float64)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(sys.platform != "linux" or heap._glibc() is None, reason="glibc's malloc alone is told")
def test_memory_that_was_freed_is_used_again(monkeypatch):
    with memory_kept():
        _faults()
        kept = _faults()
    libc = heap._glibc()
    libc.mallopt(-3, 1 << 20)
    try:
        assert kept < _faults() / 5
    finally:
        libc.mallopt(-3, 32 << 20)


def test_a_setting_is_put_back_by_the_last_of_several_threads():
    setting, seen = ["as it was"], []

    def change():
        was, setting[0] = setting[0], "changed"
        return lambda: setting.__setitem__(0, was)

    changed, both = ProcessWide(change), threading.Barrier(2)

    def work():
        with changed.held():
            both.wait()
            seen.append(setting[0])

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["changed", "changed"]
    assert setting == ["as it was"]
    with pytest.raises(KeyError), changed.held():
        raise KeyError
    assert setting == ["as it was"]
