"""How long a run will take, measured on a few of its own pictures."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

from whorl.embeddings.batches import Batches
from whorl.embeddings.embed import plan
from whorl.embeddings.options import EncodeOptions, resolve
from whorl.embeddings.pace import Mark, steady_rate
from whorl.embeddings.pipeline import Pipeline, pipeline
from whorl.embeddings.store import ShardStore
from whorl.encoders.contract import Encoder
from whorl.images.contract import ImageSource

_SECONDS = 3.0
_BATCHES = 3


@dataclass(frozen=True)
class Estimate:
    """What encoding a source will cost.

    Attributes:
        total: pictures in all.
        stored: pictures encoded by an earlier run.
        pictures_per_second: measured on this machine; None when nothing is left to encode.
        seconds: expected for the pictures left.
        bytes: expected on disk for the pictures left.
    """

    total: int
    stored: int
    pictures_per_second: float | None
    seconds: float
    bytes: int


def estimate(source: ImageSource, encoder: Encoder, **options: Unpack[EncodeOptions]) -> Estimate:
    """Encode a few pictures for some seconds, the way a run would, keep nothing, and extrapolate.

    Args:
        source: the pictures.
        encoder: what would encode them.
        **options: see `EncodeOptions`.

    >>> import numpy as np
    >>> from whorl import load_encoder, open_images
    >>> estimate(open_images(np.zeros((4, 8, 8), np.uint8)), load_encoder("pixels:8"), cache=None).total
    4
    """
    chosen = resolve(options)
    folder = chosen.cache_folder
    store = ShardStore(folder or Path(), encoder.digest, encoder.layers)
    planned = plan(source, store, chosen.shard_size)
    stored = planned.stored if folder is not None else 0
    left = planned.total - stored
    if left == 0:
        return Estimate(planned.total, stored, None, 0.0, 0)
    missing = planned.missing if folder is not None else tuple(shard.indices for shard in planned.shards)
    # A broken picture is counted here, and told when the run meets it.
    with pipeline(source, encoder, missing, replace(chosen, on_error="skip")) as line:
        pace, size = _measure(line, left)
    return Estimate(planned.total, stored, pace, left / pace, left * size)


def _measure(line: Pipeline, left: int) -> tuple[float, int]:
    """Return pictures per second, and bytes per picture."""
    size, started, batches = 0, time.perf_counter(), Batches(line.batch_size)
    marks = [Mark(0.0, 0)]
    prepared = 0
    while prepared < left:
        given = line.next()
        prepared += len(given.digests)
        done = len(given.errors)
        # What waits for others of its shape is counted when it is encoded.
        ready = [*batches.add(*given.inputs), *(batches.rest() if prepared == left else ())]
        for batch in ready:
            size = sum(4 * output.shape[1] for output in line.encode(batch).values())
            done += len(batch.rows)
        if done:
            marks.append(Mark(time.perf_counter() - started, marks[-1].count + done))
        if marks[-1].seconds > _SECONDS and len(marks) > _BATCHES:
            break
    return steady_rate(marks) or left / 1e-3, size
