"""Arrays of pictures in .npy and .npz files: memory-mapped, never loaded whole, never unpickled."""

from __future__ import annotations

import functools
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ImageError
from whorl.images.archive import opening
from whorl.images.array import RowSource, check_pictures, is_stack
from whorl.images.labels import Label, as_labels
from whorl.images.lazy import Lazy
from whorl.images.spool import check_unpacked, copy_exactly, temporary
from whorl.images.zip import data_offset, listing

_MAIN = "arr_0"
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


@dataclass(frozen=True, slots=True)
class Layout:
    """How an array lies in a .npy stream: its rows begin `start` bytes into it."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    start: int

    @property
    def size(self) -> int:
        """The bytes its rows take."""
        return int(np.prod(self.shape, dtype=object)) * self.dtype.itemsize

    def mapped(self, file: IO[bytes], offset: int) -> NDArray[np.uint8]:
        """Map the rows, which lie in `file` from `offset`."""
        order: Any = "F" if self.fortran else "C"
        return np.memmap(file, self.dtype, "r", offset, self.shape, order)


class ArrayFileSource(RowSource):
    """The rows of an array in a file, memory-mapped."""

    def __init__(
        self,
        name: str,
        layout: Layout,
        rows: functools.partial[NDArray[np.uint8]],
        labels: functools.partial[NDArray[Any]] | None = None,
    ) -> None:
        super().__init__(name, layout.shape, layout.dtype)
        self._stored_labels = labels
        self._rows = Lazy(rows, keep_after_fork=True)
        # Unpacked now if it must be at all, so that a damaged file is refused when it is opened.
        self._rows.get()

    def labels(self) -> Sequence[Label] | None:
        """Return the array of labels beside the pictures, or None."""
        return None if self._stored_labels is None else as_labels(self._stored_labels().tolist())

    def _row(self, index: int) -> NDArray[np.uint8]:
        row: NDArray[np.uint8] = self._rows.get()[index]
        return row


def open_npy(path: Path) -> ArrayFileSource:
    """Open a .npy file of pictures.

    Raises:
        ImageError: it is truncated, holds Python objects, or another shape or dtype.
    """
    with opening(path, ".npy file"), path.open("rb") as file:
        layout = read_layout(file)
    check_pictures(str(path), layout.shape, layout.dtype)
    if path.stat().st_size < layout.start + layout.size:
        raise ImageError(f"{path} is shorter than its header says: truncated. Copy it again.")
    return ArrayFileSource(str(path), layout, functools.partial(_map_file, path, layout.start, layout))


def open_npz(path: Path, member: str | None = None) -> ArrayFileSource:
    """Open one array of a .npz file: `member`, else `arr_0`, else the only one that holds pictures.

    Raises:
        ImageError: it is truncated, there is no such array, or several could be meant.
    """
    infos = {info.filename.removesuffix(".npy"): info for info in listing(path)}
    layouts = _layouts(path, infos)
    chosen = _choose(path, layouts, member)
    layout, info = layouts[chosen], infos[chosen]
    name = str(path) if member is None else f"{path}::{member}"
    check_pictures(name, layout.shape, layout.dtype)
    labels = _labels_beside(path, chosen, layouts)
    if info.file_size != layout.start + layout.size:
        raise ImageError(f"{name} is not as long as its header says: damaged. Copy or write it again.")
    if info.compress_type == zipfile.ZIP_STORED:
        with opening(path, ".npz file"), path.open("rb") as file:
            start = data_offset(file, info.header_offset) + layout.start
        return ArrayFileSource(name, layout, functools.partial(_map_file, path, start, layout), labels)
    return ArrayFileSource(name, layout, functools.partial(_unpack, path, info.filename, layout), labels)


def picture_arrays(path: Path) -> tuple[str, ...]:
    """Return the names of the arrays of a .npz file that hold pictures, in the file's order.

    Raises:
        ImageError: it is truncated or damaged.
    """
    layouts = _layouts(path, {info.filename.removesuffix(".npy"): info for info in listing(path)})
    return _stacks(layouts)


def _layouts(path: Path, infos: Mapping[str, zipfile.ZipInfo]) -> dict[str, Layout]:
    layouts = {}
    with (
        opening(path, ".npz file", zipfile.BadZipFile, NotImplementedError),
        zipfile.ZipFile(path) as archive,
    ):
        for name, info in infos.items():
            if info.filename.endswith(".npy"):
                with archive.open(info) as stream:
                    layouts[name] = read_layout(stream)
    return layouts


def _stacks(layouts: Mapping[str, Layout]) -> tuple[str, ...]:
    return tuple(
        name for name, layout in layouts.items() if layout.dtype == np.uint8 and is_stack(layout.shape)
    )


def read_layout(file: IO[bytes]) -> Layout:
    """Read the header of a .npy stream.

    Raises:
        ValueError: it is no .npy stream.
    """
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"its .npy format version is {version}, not (1, 0) or (2, 0)")
    shape, fortran, dtype = _HEADERS[version](file)
    return Layout(shape, fortran, dtype, file.tell())


def _choose(path: Path, layouts: dict[str, Layout], member: str | None) -> str:
    listed = (
        ", ".join(f"{name} {layout.dtype} {layout.shape}" for name, layout in layouts.items()) or "no arrays"
    )
    if member is not None:
        if member not in layouts:
            raise ImageError(f"{path} has no array {member!r}; it holds {listed}.")
        return member
    if _MAIN in layouts:
        return _MAIN
    stacks = _stacks(layouts)
    if len(stacks) == 1:
        return stacks[0]
    if not stacks:
        if len(layouts) == 1:
            return next(iter(layouts))
        raise ImageError(f"{path} has no array of pictures (uint8, N x H x W [x 3]); it holds {listed}.")
    raise ImageError(
        f"{path} has several arrays of pictures; choose one, such as '{path}::{stacks[0]}'; "
        f"it holds {listed}."
    )


def _labels_beside(
    path: Path, chosen: str, layouts: dict[str, Layout]
) -> functools.partial[NDArray[Any]] | None:
    """Find the array with one whole number or word per picture, by the names in use for it."""
    names = [f"{chosen}_labels", f"{chosen}_label", f"{chosen}_y", "labels", "label", "y", "arr_1"]
    if chosen.startswith("x_"):
        names.insert(0, f"y_{chosen.removeprefix('x_')}")
    count = layouts[chosen].shape[0]
    for name in names:
        layout = layouts.get(name)
        if layout is not None and layout.shape in ((count,), (count, 1)) and layout.dtype.kind in "iuU":
            return functools.partial(_read_labels, path, name)
    return None


def _read_labels(path: Path, name: str) -> NDArray[Any]:
    with opening(path, ".npz file", zipfile.BadZipFile), np.load(path, allow_pickle=False) as arrays:
        labels: NDArray[Any] = arrays[name].reshape(-1)
        return labels


def _map_file(path: Path, offset: int, layout: Layout) -> NDArray[np.uint8]:
    with path.open("rb") as file:
        if path.stat().st_size < offset + layout.size:
            raise ImageError("the file was cut short after it was opened")
        return layout.mapped(file, offset)


def _unpack(path: Path, entry: str, layout: Layout) -> NDArray[np.uint8]:
    check_unpacked(layout.size)
    with (
        opening(path, ".npz file", zipfile.BadZipFile),
        zipfile.ZipFile(path) as archive,
        archive.open(entry) as stream,
        temporary() as file,
    ):
        stream.read(layout.start)
        copy_exactly(stream, file, layout.size)
        # Only at its end does zipfile compare the checksum.
        stream.read(1)
        file.flush()
        return layout.mapped(file, 0)
