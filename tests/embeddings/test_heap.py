"""Memory is kept within the block alone, for as long as anyone is in one."""

import resource
import sys

import numpy as np
import pytest

from whorl.embeddings import heap
from whorl.embeddings.heap import memory_kept


@pytest.fixture
def calls(monkeypatch):
    made = []
    monkeypatch.setattr(heap, "_set", lambda *thresholds: made.append(thresholds))
    monkeypatch.setattr(heap, "_hand_back", lambda: made.append("back"))
    return made


def _raise_inside():
    with memory_kept():
        raise KeyError


def test_it_is_handed_back_when_the_last_leaves(calls):
    with memory_kept():
        with pytest.raises(KeyError):
            _raise_inside()
        assert calls == [heap._WHILE_KEPT]
    assert calls == [heap._WHILE_KEPT, heap._AFTERWARDS, "back"]


def _faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        np.ones(6_000_000, np.float64)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(sys.platform != "linux" or heap._glibc() is None, reason="glibc's malloc alone is told")
def test_memory_that_was_freed_is_used_again():
    with memory_kept():
        _faults()
        kept = _faults()
    assert kept < _faults() / 5  # 48 MB each time: more than is kept without


def test_without_glibc_nothing_happens(monkeypatch):
    monkeypatch.setattr(heap, "_glibc", lambda: None)
    with memory_kept():
        assert _faults() >= 0
