"""How long a run will take, measured on a few of its own pictures."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from whorl.embeddings.embed import plan
from whorl.embeddings.options import EncodeOptions, resolve
from whorl.embeddings.pipeline import Pipeline, pipeline
from whorl.embeddings.store import ShardStore
from whorl.encoders.contract import Encoder
from whorl.images.contract import ImageSource

_SECONDS = 4.0


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
    """Encode a few pictures for some seconds, keep nothing, and extrapolate.

    Args:
        source: the pictures.
        encoder: what would encode them.
        **options: see `EncodeOptions`.
    """
    chosen = resolve(options)
    folder = chosen.cache_folder
    store = ShardStore(folder or Path(), encoder.digest, encoder.layers)
    planned = plan(source, store, chosen.shard_size)
    stored = planned.stored if folder is not None else 0
    left = planned.total - stored
    if left == 0:
        return Estimate(planned.total, stored, None, 0.0, 0)
    batch_size = chosen.batch_for(encoder.settings)
    with pipeline(source, encoder, batch_size=batch_size, threads=chosen.threads) as line:
        rate, size = _measure(line)
    return Estimate(planned.total, stored, rate, left / rate, left * size)


def _measure(line: Pipeline) -> tuple[float, int]:
    """Return pictures per second, and bytes per picture."""
    size, counts, started = 0, [], time.perf_counter()
    marks = []
    with closing(line.batches(range(len(line.source)))) as batches:
        for batch in batches:
            if any(prepared.tensor is not None for prepared in batch):
                outputs = line.encode(batch)
                size = sum(4 * output.shape[1] for output in outputs.values())
            counts.append(len(batch))
            marks.append(time.perf_counter())
            if marks[-1] - started > _SECONDS:
                break
    if len(marks) > 1:  # the first batch pays for warming up
        return sum(counts[1:]) / (marks[-1] - marks[0]), size
    return counts[0] / max(marks[0] - started, 1e-3), size
