"""Preparing pictures for the encoder, in order: in its own thread, in others, or in processes."""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from whorl.cores import cores
from whorl.embeddings.prepared import Prepared, Preprocess, prepare
from whorl.embeddings.processes import in_processes, start_method
from whorl.encoders.contract import Encoder
from whorl.images.contract import ImageSource

FEW = 1000
"""Fewer pictures than this are read in threads beside an accelerator: processes would cost more."""

_LOOK = 4
"""So many runs of pictures tell how long reading takes."""
_WORTH_SECONDS = 2.0
_SHIPPING_SECONDS, _SHIPPED_BYTES_PER_SECOND = 1e-4, 4e9


def prepared_ahead(
    source: ImageSource, encoder: Encoder, runs: Sequence[Sequence[int]], workers: int | None
) -> Generator[Prepared, None, None]:
    """Yield each run of pictures, read and preprocessed.

    Beside an accelerator they are read while it is busy with those before. An encoder on the CPU fills all cores
    itself: there reading takes turns with it, alone in this thread until it proves to be worth processes.

    Args:
        source: the pictures.
        encoder: what they are for.
        runs: indices, a batch of them each.
        workers: processes that prepare; 0 for none; None to choose. Where processes cannot safely read the source
            or preprocess, as many threads do; so do they unasked where a process would have to be spawned.
    """
    preprocess = preprocess_of(encoder)
    device = str(encoder.settings.get("device", "cpu"))
    if workers == 0:
        return (
            in_turn(source, preprocess, runs) if device == "cpu" else in_threads(source, preprocess, runs, 1)
        )
    count = workers or default_workers(device)

    def beside(left: Sequence[Sequence[int]]) -> Generator[Prepared, None, None]:
        # A process of someone else's pool may not have processes of its own.
        daemon = multiprocessing.current_process().daemon
        method = None if daemon else start_method(source, preprocess, device=device)
        # A spawned process runs a script without a main guard once more, which nobody expects who did not ask.
        if method is None or (method == "spawn" and workers is None):
            return in_threads(source, preprocess, left, workers or min(8, cores()))
        return in_processes(source, preprocess, left, workers=count, method=method, in_turns=device == "cpu")

    if workers is not None:
        return beside(runs)
    if device == "cpu":
        return in_turn_while_quick(source, preprocess, runs, beside, helpers=count)
    if sum(map(len, runs)) < FEW:
        return in_threads(source, preprocess, runs, min(4, cores()))
    return beside(runs)


def in_turn(
    source: ImageSource, preprocess: Preprocess, runs: Sequence[Sequence[int]]
) -> Generator[Prepared, None, None]:
    """Yield each run of pictures, prepared in this thread when it is asked for."""
    for run in runs:
        yield prepare(source, preprocess, run)


def in_turn_while_quick(
    source: ImageSource,
    preprocess: Preprocess,
    runs: Sequence[Sequence[int]],
    beside: Callable[[Sequence[Sequence[int]]], Generator[Prepared, None, None]],
    *,
    helpers: int,
) -> Generator[Prepared, None, None]:
    """Yield each run of pictures prepared, the first few in this thread, the rest wherever it is quicker.

    Args:
        source: the pictures.
        preprocess: the encoder's.
        runs: indices, a batch of them each.
        beside: prepares the runs it is given in `helpers` processes.
        helpers: how many.
    """
    gains = []
    for run in runs[:_LOOK]:
        started = time.perf_counter()
        prepared = prepare(source, preprocess, run)
        taken = time.perf_counter() - started
        gains.append((taken * (1 - 1 / helpers) - _shipping(prepared)) / max(1, len(run)))
        yield prepared
    rest = runs[_LOOK:]
    # The least, for the first run of pictures opens files and imports what it needs.
    worth = bool(rest) and min(gains) * sum(map(len, rest)) > _WORTH_SECONDS
    yield from beside(rest) if worth else in_turn(source, preprocess, rest)


def _shipping(prepared: Prepared) -> float:
    """Return about how many seconds it takes to get prepared pictures from one process to another."""
    size = sum(inputs.batch.nbytes for inputs in prepared.inputs)
    return _SHIPPING_SECONDS * len(prepared.digests) + size / _SHIPPED_BYTES_PER_SECOND


def preprocess_of(encoder: Encoder) -> Preprocess:
    """Return what turns a picture into the encoder's input, without the encoder itself where it is one of ours.

    >>> from whorl import load_encoder
    >>> preprocess_of(load_encoder("pixels:8"))
    Preprocessing(resize=(8, 8), ...)
    """
    from whorl.encoders.pixels import PixelEncoder
    from whorl.encoders.spectrum import SpectrumEncoder
    from whorl.encoders.transformers_encoder import TransformersEncoder

    # Not by attribute: a wrapper may pass our attributes on and still preprocess in its own way.
    if type(encoder) in (PixelEncoder, SpectrumEncoder, TransformersEncoder):
        return encoder.preprocessing  # type: ignore[attr-defined,no-any-return]
    return encoder.preprocess


def default_workers(device: str) -> int:
    """Return how many processes prepare pictures: one per core where they take turns with the encoder."""
    return min(8, cores()) if device == "cpu" else max(1, min(16, cores() - 1))


def in_threads(
    source: ImageSource, preprocess: Preprocess, runs: Sequence[Sequence[int]], threads: int
) -> Generator[Prepared, None, None]:
    """Yield each run of pictures prepared, in order, `threads` at a time and two more waiting at most.

    Args:
        source: the pictures.
        preprocess: the encoder's.
        runs: indices, a batch of them each.
        threads: how many.
    """
    waiting: deque[Future[Prepared]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="whorl-decode")
    try:
        for run in runs:
            waiting.append(pool.submit(prepare, source, preprocess, run))
            if len(waiting) > threads + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
