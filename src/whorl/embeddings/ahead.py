"""Preparing pictures ahead of the encoder, in order: in threads, or in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from whorl.embeddings.prepared import Prepared, Preprocess, prepare
from whorl.embeddings.processes import in_processes, start_method
from whorl.encoders.contract import Encoder
from whorl.images.contract import ImageSource

FEW = 1000
"""Fewer pictures than this are read in threads: starting processes would cost more than it brings."""


def prepared_ahead(
    source: ImageSource, encoder: Encoder, runs: Sequence[Sequence[int]], workers: int | None
) -> Generator[Prepared, None, None]:
    """Yield each run of pictures, read and preprocessed while the encoder is busy with those before.

    Args:
        source: the pictures.
        encoder: what they are for.
        runs: indices, a batch of them each.
        workers: processes that prepare; 0 for one thread of this process; None to choose. Where processes
            cannot safely read the source or preprocess, as many threads do; so do they unasked where a process
            would have to be spawned.
    """
    preprocess = preprocess_of(encoder)
    device = str(encoder.settings.get("device", "cpu"))
    if workers == 0:
        return in_threads(source, preprocess, runs, 1)
    if workers is None and sum(map(len, runs)) < FEW:
        return in_threads(source, preprocess, runs, min(4, cores()))
    count = workers or default_workers(device)
    # A process of someone else's pool may not have processes of its own.
    daemon = multiprocessing.current_process().daemon
    method = None if daemon else start_method(source, preprocess, device=device)
    # A spawned process runs a script without a main guard once more, which nobody expects who did not ask for it.
    if method is None or (method == "spawn" and workers is None):
        return in_threads(source, preprocess, runs, workers or min(8, cores()))
    return in_processes(source, preprocess, runs, workers=count, method=method, in_turns=device == "cpu")


def preprocess_of(encoder: Encoder) -> Preprocess:
    """Return what turns a picture into the encoder's input, without the encoder itself where it is one of ours.

    >>> from whorl import load_encoder
    >>> preprocess_of(load_encoder("pixels:8"))
    Preprocessing(resize=(8, 8), ...)
    """
    from whorl.encoders.pixels import PixelEncoder
    from whorl.encoders.transformers_encoder import TransformersEncoder

    # Not by attribute: a wrapper may pass our attributes on and still preprocess in its own way.
    if type(encoder) in (PixelEncoder, TransformersEncoder):
        return encoder.preprocessing  # type: ignore[attr-defined,no-any-return]
    return encoder.preprocess


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
