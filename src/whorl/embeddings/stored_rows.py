"""Rows of one layer gathered from many shards, holding no more of them in memory than was asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import FileIO
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.errors import StorageError

_FLOAT32 = np.dtype("<f4")
_LONGEST_HEADER = 100_000_000
"""What safetensors itself accepts."""
_GAP = 8
"""Rows this near to each other are read together with what lies between: one long read beats many short ones."""
_RUN_NUMBERS = 1_000_000
"""Numbers in one read at most: 4 MB."""


@dataclass(frozen=True)
class StoredRows:
    """Reads chosen rows of one layer from shards that hold the rows one after the other.

    Attributes:
        paths: the shards, in the order of their rows.
        counts: how many rows each holds.
        names: each layer's name in the files.
        keep: whatever must live as long as the files are to be read.
    """

    paths: tuple[Path, ...]
    counts: tuple[int, ...]
    names: Mapping[Layer, str]
    keep: object = None
    _tables: dict[Layer, _Table] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, layer: Layer, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the wanted rows of a layer, float32 (len(rows), D), in the order asked for.

        Raises:
            StorageError: a shard is gone, or is not what it was when it was verified.
        """
        table = self._table(layer)
        found = np.empty((len(rows), table.width), dtype=_FLOAT32)
        order = np.argsort(rows, kind="stable")
        ends = np.cumsum(self.counts)
        shards = np.searchsorted(ends, rows[order], side="right")
        within = rows[order] - (ends - np.array(self.counts))[shards]
        most = max(1, _RUN_NUMBERS // max(1, table.width))
        for shard, runs in groupby(_runs(shards, within, most), key=lambda run: run.shard):
            with _reading(self.paths[shard]) as file:
                for run in runs:
                    part = slice(run.start, run.stop)
                    file.seek(table.starts[shard] + run.first * table.width * 4)
                    _gather(file, run, within[part], found, order[part])
        return found

    def _table(self, layer: Layer) -> _Table:
        if layer not in self._tables:
            self._tables[layer] = _table_of(self.paths, self.counts, self.names[layer])
        return self._tables[layer]


@dataclass(frozen=True)
class _Table:
    """Where one layer lies: the byte at which it starts in each shard, and its width D."""

    starts: tuple[int, ...]
    width: int


def _table_of(paths: Sequence[Path], counts: Sequence[int], name: str) -> _Table:
    starts, widths = [], set()
    for path, count in zip(paths, counts, strict=True):
        with _reading(path) as file:
            start, width = _locate(file, name, count)
        starts.append(start)
        widths.add(width)
    if len(widths) > 1:
        raise StorageError(f"the shards beside {paths[0]} hold embeddings of {len(widths)} different widths.")
    return _Table(tuple(starts), widths.pop())


def _locate(file: FileIO, name: str, count: int) -> tuple[int, int]:
    """Read a safetensors header and return a tensor's first byte in the file and its width.

    Raises:
        ValueError: the tensor is not float32 (count, D), or not within the file.
    """
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(_exactly(file, 8), "little")
    if length > min(size - 8, _LONGEST_HEADER):
        raise ValueError("its header is longer than the file")
    header: dict[str, Any] = json.loads(_exactly(file, length))
    entry = header[name]
    (rows, width), (start, stop) = entry["shape"], entry["data_offsets"]
    sound = all(isinstance(number, int) and number >= 0 for number in (rows, width, start, stop))
    if not sound or entry["dtype"] != "F32" or rows != count or stop - start != rows * width * 4:
        raise ValueError(f"{name} is not {count} rows of float32")
    if 8 + length + stop > size:
        raise ValueError(f"{name} ends after the file does")
    return 8 + length + start, width


class _Run(NamedTuple):
    """Rows near to each other in one shard: `start` to `stop` of the rows in order, `first` to `last` within."""

    shard: int
    start: int
    stop: int
    first: int
    last: int


def _runs(shards: NDArray[np.int64], within: NDArray[np.int64], most: int) -> Iterator[_Run]:
    """Cut rows in order where another shard begins, where the next is far away, and at every `most` rows."""
    cuts = (np.diff(shards) > 0) | (np.diff(within) > _GAP) | (np.diff(within // most) > 0)
    edges = np.concatenate(([0], np.flatnonzero(cuts) + 1, [len(within)] * bool(len(within)))).astype(
        np.int64
    )
    starts, stops = edges[:-1], edges[1:]
    columns = (shards[starts], starts, stops, within[starts], within[stops - 1])
    return map(_Run._make, zip(*(column.tolist() for column in columns), strict=True))


def _gather(
    file: FileIO,
    run: _Run,
    within: NDArray[np.int64],
    found: NDArray[np.float32],
    places: NDArray[np.int64],
) -> None:
    """Read one run into `found[places]`; the file stands at its first row."""
    if run.stop - run.start == 1:
        _fill(file, found[places[0]])
        return
    together = np.empty((run.last - run.first + 1, found.shape[1]), dtype=_FLOAT32)
    _fill(file, together)
    found[places] = together[within - run.first]


def _fill(file: FileIO, array: NDArray[np.float32]) -> None:
    view = array.data.cast("B") if array.size else memoryview(b"")
    while len(view):
        count = file.readinto(view)
        if not count:
            raise ValueError("it ends too early")
        view = view[count:]


def _exactly(file: FileIO, count: int) -> bytes:
    data = file.read(count)
    if data is None or len(data) != count:
        raise ValueError("it ends too early")
    return data


@contextmanager
def _reading(path: Path) -> Iterator[FileIO]:
    try:
        with path.open("rb", buffering=0) as file:
            yield file
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"{path} can no longer be read ({error}). Was the cache cleared meanwhile? "
            "Run the same command again: only the missing part is computed."
        ) from error
