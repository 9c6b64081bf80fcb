"""Processes that read pictures: the same results and errors as without, and nothing left behind."""

import io
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from whorl import EncoderError, ImageError, WhorlError, load_encoder, open_images
from whorl.embeddings import ahead, embed, processes
from whorl.embeddings.ahead import preprocess_of
from whorl.embeddings.store import cache_usage

PICTURES = np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def encoder():
    return load_encoder("pixels:16")


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "pictures"
    path.mkdir()
    for i, picture in enumerate(PICTURES):
        Image.fromarray(picture).save(path / f"{i:03d}.png")
    return path


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    before = set(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else set()  # noqa: PTH112, PTH208
    yield
    assert multiprocessing.active_children() == []
    if before:
        assert set(os.listdir("/dev/shm")) - before == set()  # noqa: PTH208


class Plugin:
    """An encoder of someone else's: only `preprocess` and `encode`."""

    name, layers, digest, settings = "plugin", ("all",), "7" * 64, {}

    def __init__(self, preprocess=None):
        self._inner, self._preprocess = load_encoder("pixels:16"), preprocess

    def preprocess(self, image):
        return (self._preprocess or self._inner.preprocess)(image)

    def encode(self, batch):
        return {"all": self._inner.encode(batch)["pixels"]}


class OwnError(Exception):
    def __init__(self, one, other):
        super().__init__(f"{one} and {other}")


def _fork_only():
    if not processes._LINUX:
        pytest.skip("processes are forked on Linux only")


def test_processes_are_really_used(folder, encoder, tmp_path):
    _fork_only()
    pids = tmp_path / "pids"
    pids.mkdir()

    def preprocess(image):
        (pids / str(os.getpid())).touch()
        (pids / f"nice {os.nice(0)}").touch()
        return encoder.preprocess(image)

    embed(folder, Plugin(preprocess), cache=None, workers=2, batch_size=4)
    names = {path.name for path in pids.iterdir()}
    assert f"nice {os.nice(0)}" in names  # in turns with an encoder on the CPU nobody has to stand back
    assert len([name for name in names if name.isdigit()]) == 2
    assert str(os.getpid()) not in names


def test_random_numbers_of_the_caller_are_left_alone(folder, encoder):
    import torch

    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    embed(folder, encoder, cache=None, workers=1)
    assert torch.equal(torch.rand(4), expected)


@pytest.mark.parametrize("shared", [True, False])
def test_with_and_without_shared_memory(folder, encoder, monkeypatch, shared):
    monkeypatch.setattr(processes, "_fits_shared_memory", lambda size: shared)
    expected = embed(folder, encoder, cache=None, workers=0)
    held = embed(folder, encoder, cache=None, workers=2, batch_size=7)
    np.testing.assert_array_equal(held.layer("pixels"), expected.layer("pixels"))
    np.testing.assert_array_equal(held.keys, expected.keys)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_a_broken_picture_is_told_the_same(folder, encoder, workers):
    (folder / "013.png").write_bytes((folder / "013.png").read_bytes()[:80])
    (folder / "031.png").write_bytes(b"")
    with pytest.raises(ImageError, match=r"013\.png.*--on-error skip") as caught:
        embed(folder, encoder, cache=None, workers=workers, batch_size=5)
    assert caught.value.id == "013.png"
    assert "truncated" in caught.value.reason
    held = embed(folder, encoder, cache=None, workers=workers, batch_size=5, on_error="skip")
    assert [picture.id for picture in held.skipped] == ["013.png", "031.png"]


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("error", [EncoderError("too dark"), OwnError("one", "another"), KeyError("k")])
def test_whatever_preprocessing_raises_is_raised_in_the_run(folder, workers, error):
    def preprocess(image):
        raise error

    portable = RuntimeError if workers and isinstance(error, OwnError) else type(error)
    with pytest.raises(portable, match=str(error)) as caught:
        embed(folder, Plugin(preprocess), cache=None, workers=workers)
    if workers:
        assert "raise error" in "".join(caught.value.__notes__)


def test_a_killed_process_is_told(folder, encoder, tmp_path):
    _fork_only()

    def preprocess(image):
        if (image == PICTURES[33]).all():
            os.kill(os.getpid(), signal.SIGKILL)
        return encoder.preprocess(image)

    cache = tmp_path / "cache"
    with pytest.raises(WhorlError, match=r"ended unexpectedly.*--workers 0"):
        embed(folder, Plugin(preprocess), cache=cache, workers=2, batch_size=5, shard_size=10)
    assert cache_usage(cache).shards < 4
    whole = embed(folder, Plugin(encoder.preprocess), cache=cache, batch_size=5, shard_size=10)
    np.testing.assert_array_equal(
        whole.layer("all"), embed(folder, Plugin(encoder.preprocess), cache=None).layer("all")
    )
    embed(folder, Plugin(), cache=tmp_path / "cache", workers=1, shard_size=10)


def test_what_cannot_go_into_a_process_goes_into_threads(folder, encoder, monkeypatch):
    source = open_images(folder)
    ours, theirs = preprocess_of(encoder), preprocess_of(Plugin())
    strange = open_images([Image.new("RGB", (4, 4))])
    monkeypatch.setattr(processes, "_LINUX", True)
    assert processes.start_method(source, ours, device="cuda") == "fork"
    assert processes.start_method(source, theirs, device="cpu") == "fork"
    assert processes.start_method(source, theirs, device="cuda") is None
    assert processes.start_method(strange, ours, device="cpu") is None
    monkeypatch.setattr(processes, "_LINUX", False)
    assert processes.start_method(source, ours, device="cpu") == "spawn"
    assert processes.start_method(source, theirs, device="cpu") is None
    monkeypatch.setattr(processes, "_SPAWN_BYTES", 10)
    assert processes.start_method(source, ours, device="cpu") is None

    monkeypatch.setattr(ahead, "in_processes", lambda *args, **kwargs: pytest.fail("processes were started"))
    assert len(embed([Image.fromarray(p) for p in PICTURES], encoder, cache=None, workers=2)) == 40
    assert len(embed(folder, encoder, cache=None)) == 40  # read so quickly that processes are not worth it


def watch(monkeypatch, seen, instead=None):
    """Note how processes are asked for, and hand over to them or to `instead`."""
    original = instead or ahead.in_processes

    def watched(*args, **kwargs):
        seen.append(kwargs)
        return original(*args, **kwargs)

    monkeypatch.setattr(ahead, "in_processes", watched)


class Slow:
    """A source whose pictures take their time."""

    survives_fork, digest = True, "0" * 64

    def __init__(self, count, seconds):
        self.name, self.ids = "slow", tuple(map(str, range(count)))
        self._seconds = seconds

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, index):
        time.sleep(self._seconds)
        return np.full((2, 2, 3), index % 251, np.uint8)

    def digest_of(self, index):
        return f"{index:064x}"


def test_processes_read_where_reading_is_much_of_the_work(encoder, monkeypatch):
    _fork_only()
    seen = []
    watch(monkeypatch, seen)
    monkeypatch.setattr(ahead, "default_workers", lambda device: 2)
    monkeypatch.setattr(ahead, "_WORTH_SECONDS", 0.2)
    slow = embed(Slow(400, 0.004), encoder, cache=None, batch_size=16)
    assert [each["workers"] for each in seen] == [2]
    quick = embed(Slow(400, 0.0), encoder, cache=None, batch_size=16)
    assert len(seen) == 1
    for layer in slow.layers:
        np.testing.assert_array_equal(slow.layer(layer), quick.layer(layer))


def test_beside_an_accelerator_many_pictures_are_read_in_processes(encoder, monkeypatch):
    seen = []
    watch(monkeypatch, seen, lambda source, preprocess, runs, **_: ahead.in_turn(source, preprocess, runs))
    there = SimpleNamespace(settings={"device": "cuda"}, preprocess=encoder.preprocess)
    monkeypatch.setattr(ahead, "start_method", lambda *_, **__: "fork")
    few, many = (open_images(np.zeros((count, 2, 2), np.uint8)) for count in (10, ahead.FEW))
    for source, workers in ((few, None), (many, None), (many, 0), (few, 3)):
        runs = [range(start, min(start + 64, len(source))) for start in range(0, len(source), 64)]
        prepared = list(ahead.prepared_ahead(source, there, runs, workers))
        assert sum(len(each.digests) for each in prepared) == len(source)
    assert [each["workers"] for each in seen] == [ahead.default_workers("cuda"), 3]
    assert not any(each["in_turns"] for each in seen)


def test_processes_are_not_spawned_unasked(folder, encoder, monkeypatch):
    monkeypatch.setattr(processes, "_LINUX", False)
    monkeypatch.setattr(ahead, "_WORTH_SECONDS", -1e9)
    seen = []
    watch(monkeypatch, seen, lambda source, preprocess, runs, **_: ahead.in_turn(source, preprocess, runs))
    embed(folder, encoder, cache=None, batch_size=4)
    assert seen == []
    embed(folder, encoder, cache=None, batch_size=4, workers=2)
    assert [each["method"] for each in seen] == ["spawn"]


class LockedError(ImageError):
    def __init__(self, name, reason):
        super().__init__(f"{name}: {reason}", id=name, reason=reason)
        self.lock = threading.Lock()


class IncompleteError(ImageError):
    def __init__(self, name, reason):
        super().__init__(f"{name}: {reason}", id=name, reason=reason)


@pytest.mark.parametrize("kind", [LockedError, IncompleteError])
def test_picture_errors_that_cannot_be_pickled(encoder, kind):
    _fork_only()
    inner = open_images(PICTURES)

    class Strange:
        name, ids, digest, survives_fork = "strange", inner.ids, inner.digest, True

        def __len__(self):
            return len(inner)

        def digest_of(self, index):
            return inner.digest_of(index)

        def __getitem__(self, index):
            if index == 7:
                raise kind("seven", "is missing")
            return inner[index]

    def give_up(number, frame):
        raise TimeoutError("the run hangs")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(30)
    try:
        held = embed(Strange(), encoder, cache=None, workers=2, batch_size=5, on_error="skip")
        with pytest.raises(ImageError, match="is missing"):
            embed(Strange(), encoder, cache=None, workers=2, batch_size=5)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert [picture.reason for picture in held.skipped] == ["is missing"]


def test_processes_do_not_share_what_a_progress_bar_puts_in_place_of_stderr(folder, encoder, monkeypatch):
    _fork_only()
    monkeypatch.setattr(sys, "stderr", io.StringIO())

    def preprocess(image):
        if sys.stderr is not sys.__stderr__:
            raise EncoderError("it is the bar's")
        return encoder.preprocess(image)

    assert len(embed(folder, Plugin(preprocess), cache=None, workers=2)) == 40


@pytest.mark.slow
def test_spawned_processes(folder, encoder):
    runs = [range(25), range(25, 40)]
    source, preprocess = open_images(folder), preprocess_of(encoder)
    spawned = list(processes.in_processes(source, preprocess, runs, workers=1, method="spawn"))
    here = list(ahead.in_threads(source, preprocess, runs, 1))
    for one, other in zip(spawned, here, strict=True):
        assert (one.keys, one.digests) == (other.keys, other.digests)
        assert one.inputs[0].batch.equal(other.inputs[0].batch)


@pytest.mark.parametrize("error", [ConnectionResetError(104, "reset by peer"), EOFError()])
def test_a_process_killed_while_it_hands_something_over_is_told_too(error):
    def sent():
        yield 1
        raise error

    received = processes._received(sent())
    assert next(received) == 1
    with pytest.raises(WhorlError, match=r"ended unexpectedly.*--workers 0"):
        next(received)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_takes_its_processes_along(folder, tmp_path, end):
    """Also when it cannot say goodbye: they look after their parent every second."""
    _fork_only()
    script = textwrap.dedent("""
        import os, signal, sys, time, whorl
        from whorl.embeddings import embed
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
        encoder = whorl.load_encoder("pixels:16")
        class Slow:
            def __getattr__(self, name): return getattr(encoder, name)
            def preprocess(self, image):
                open(sys.argv[2] + "/" + str(os.getpid()), "w").close()
                return encoder.preprocess(image)
            def encode(self, batch): time.sleep(1.0); return encoder.encode(batch)
        embed(sys.argv[1], Slow(), cache=None, workers=2, batch_size=1)
    """)
    pids = tmp_path / "pids"
    pids.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(folder), str(pids)], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while len(list(pids.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)  # right after a fork CPython may drop an interrupt: it is raised within what runs there
    process.send_signal(end)
    _, told = process.communicate(timeout=30)
    assert process.returncode != 0
    assert told.count("Traceback") == (end == signal.SIGINT)
    deadline = time.monotonic() + 20
    while any(os.path.exists(f"/proc/{path.name}") for path in pids.iterdir()):  # noqa: PTH110
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(("in_turns", "read_meanwhile"), [(True, False), (False, True)])
def test_readers_pause_while_the_encoder_is_busy_on_the_same_cores(
    folder, in_turns, read_meanwhile, tmp_path
):
    _fork_only()
    read = tmp_path / "read"
    read.mkdir()

    def preprocess(image):
        import torch

        (read / str(time.monotonic_ns())).touch()
        time.sleep(0.02)
        return torch.tensor(image)

    runs = [range(start, start + 5) for start in range(0, 40, 5)]
    prepared = processes.in_processes(
        open_images(folder), preprocess, runs, workers=2, method="fork", in_turns=in_turns
    )
    next(prepared)
    time.sleep(0.15)  # each may end with the picture it is at
    before = len(list(read.iterdir()))
    time.sleep(0.3)
    assert (len(list(read.iterdir())) > before) == read_meanwhile
    assert len(list(prepared)) == 7
    assert len(list(read.iterdir())) == 40
