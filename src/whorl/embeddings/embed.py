"""Running an encoder over pictures, shard by shard, each computed once."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from whorl.embeddings.batches import Batches
from whorl.embeddings.embeddings import KEY_BYTES, Embeddings, SkippedPicture
from whorl.embeddings.options import EncodeOptions, ResolvedOptions, resolve
from whorl.embeddings.pipeline import Pipeline, pipeline
from whorl.embeddings.progress import Progress, progress_for
from whorl.embeddings.shard_builder import ShardBuilder
from whorl.embeddings.store import Shard, ShardStore
from whorl.encoders import load_encoder
from whorl.encoders.contract import Encoder
from whorl.errors import ImageError
from whorl.images import open_images
from whorl.images.contract import ImageSource


@dataclass(frozen=True)
class PlannedShard:
    """A run of consecutive pictures and the file their embeddings belong in.

    Attributes:
        indices: the pictures.
        path: the file.
        stored: the shard without its arrays where an earlier run wrote it, else None.
    """

    indices: range
    path: Path
    stored: Shard | None


@dataclass(frozen=True)
class Plan:
    """What has been encoded already, and what is left to do."""

    shards: tuple[PlannedShard, ...]

    @property
    def total(self) -> int:
        """Pictures in all."""
        return sum(len(shard.indices) for shard in self.shards)

    @property
    def missing(self) -> tuple[range, ...]:
        """The pictures that are left, shard by shard."""
        return tuple(shard.indices for shard in self.shards if shard.stored is None)

    @property
    def stored(self) -> int:
        """Pictures whose embeddings an earlier run left."""
        return sum(len(shard.indices) for shard in self.shards if shard.stored is not None)


def plan(source: ImageSource, store: ShardStore, shard_size: int) -> Plan:
    """Cut a source into shards and look which are stored; damaged ones count as missing."""
    shards = []
    for start in range(0, len(source), shard_size):
        indices = range(start, min(start + shard_size, len(source)))
        path = store.path([source.digest_of(i) for i in indices])
        shards.append(PlannedShard(indices, path, store.verify(path) if store.holds(path) else None))
    return Plan(tuple(shards))


def embed(
    images: Any,
    encoder: str | Path | Encoder,
    *,
    label: str = "pictures",
    **options: Unpack[EncodeOptions],
) -> Embeddings:
    """Encode every picture of a source, keeping finished shards so that a second run goes on where one ended.

    Args:
        images: N pictures, anything `whorl.open_images` takes.
        encoder: anything `whorl.load_encoder` takes.
        label: what to call these pictures in the progress line.
        **options: see `EncodeOptions`; none of them changes a number.

    Raises:
        ImageError: a picture cannot be read (``on_error="fail"``), or none can.
        EncoderError: the encoder fails.
        StorageError: a shard cannot be written; what was finished stays.

    >>> import numpy as np
    >>> embed(np.zeros((4, 8, 8), np.uint8), "pixels:8", cache=None).layer("pixels").shape
    (4, 192)
    """
    chosen = resolve(options)
    source, encoder = open_images(images), load_encoder(encoder)
    keep: _Scratch | None = None
    folder = chosen.cache_folder
    if folder is None:
        keep = _Scratch()
        folder = keep.folder
    store = ShardStore(folder, encoder.digest, encoder.layers)
    planned = plan(source, store, chosen.shard_size)
    progress = progress_for(chosen.progress)
    shards = _run(source, encoder, store, planned, chosen, progress, label)
    return _assemble(source, store, planned, shards, keep)


def _run(
    source: ImageSource,
    encoder: Encoder,
    store: ShardStore,
    planned: Plan,
    options: ResolvedOptions,
    progress: Progress,
    label: str,
) -> list[Shard]:
    shards = []
    progress.begin(label, planned.total, planned.stored)
    try:
        with pipeline(source, encoder, planned.missing, options) as line:
            for part in planned.shards:
                shard = part.stored or _encode_shard(line, store, part, progress)
                _fail_on_broken(source, part, shard, options.on_error)
                shards.append(shard)
    finally:
        progress.end()
    return shards


def _encode_shard(line: Pipeline, store: ShardStore, part: PlannedShard, progress: Progress) -> Shard:
    builder, batches = ShardBuilder(line.encoder.layers), Batches(line.batch_size)
    while len(builder.digests) < len(part.indices):
        prepared = line.next()
        offset = builder.expect(prepared)
        if prepared.errors:
            progress.advance(len(prepared.errors))
        for batch in batches.add(*(inputs.moved(offset) for inputs in prepared.inputs)):
            builder.add(batch.rows, line.encode(batch))
            progress.advance(len(batch.rows))
    for batch in batches.rest():
        builder.add(batch.rows, line.encode(batch))
        progress.advance(len(batch.rows))
    shard = builder.finish()
    # The file is named by what the pictures were when the run began: were they replaced since, it would lie.
    if store.path(builder.digests) != part.path:
        first, last = (line.source.ids[part.indices[i]] for i in (0, -1))
        raise ImageError(
            f"{line.source.name}: pictures between {first} and {last} changed while they were read, or are "
            "different at each reading (a data set with random augmentation?). Give pictures that stay."
        )
    store.write(part.path, shard)
    return Shard(rows=shard.rows, keys=shard.keys, arrays={}, failures=shard.failures)


def _fail_on_broken(source: ImageSource, part: PlannedShard, shard: Shard, on_error: str) -> None:
    if shard.failures and on_error == "fail":
        position, reason = shard.failures[0]
        name = source.ids[part.indices[position]]
        raise ImageError(
            f"{source.name}: picture {name} cannot be read: {reason}. Replace or remove it, or skip what is "
            "broken (--on-error skip).",
            id=name,
            reason=reason,
        )


class _Scratch:
    """A temporary folder that goes with the object, or with the process."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="whorl-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)


def _assemble(
    source: ImageSource, store: ShardStore, planned: Plan, shards: Sequence[Shard], keep: _Scratch | None
) -> Embeddings:
    ids, paths, keys, skipped = [], [], [], []
    names = source.ids
    for part, shard in zip(planned.shards, shards, strict=True):
        ids += [names[part.indices[row]] for row in shard.rows]
        skipped += [SkippedPicture(names[part.indices[row]], reason) for row, reason in shard.failures]
        if len(shard.rows):
            paths.append(part.path)
            keys.append(shard.keys)
    if not ids:
        first = skipped[0]
        raise ImageError(
            f"{source.name}: none of its {len(skipped)} pictures can be read; the first is {first.id}: "
            f"{first.reason}",
            reason=first.reason,
        )
    return Embeddings(
        ids=tuple(ids),
        keys=np.concatenate(keys).reshape(-1, KEY_BYTES),
        layers=store.layers,
        read=store.rows(paths, [len(part) for part in keys], keep=keep),
        skipped=tuple(skipped),
        source=source.name,
        encoder=store.encoder,
    )
