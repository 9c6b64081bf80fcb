"""From whatever the user has to an ImageSource."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from whorl.errors import ImageError
from whorl.images.array import ArraySource
from whorl.images.concatenation import Concatenation
from whorl.images.contract import ImageSource
from whorl.images.dataset import DatasetSource
from whorl.images.folder import open_folder
from whorl.images.kinds import container_kind, is_picture, pictures_sought
from whorl.images.listing import expand_pattern, is_pattern, read_list
from whorl.images.npz import open_npy, open_npz
from whorl.images.parquet import open_parquet
from whorl.images.picture_files import PictureFiles
from whorl.images.selection import Selection
from whorl.images.tar import open_tar
from whorl.images.zip import open_zip

_CONTRACT = ("name", "ids", "digest", "digest_of", "__len__", "__getitem__")
_ACCEPTED = (
    "a folder, a picture, a .zip, .tar, .tar.gz, .npz, .npy or .parquet file, a .txt list of paths, a "
    "pattern (*.png, shard-{000..009}.tar), any of these with a slice behind it (test.parquet[:500]), a list "
    "of paths, a uint8 array (N, H, W[, 3]), or an indexable data set"
)
_WITH_MEMBERS: dict[str, Callable[[Path, str | None], ImageSource]] = {
    "npz": open_npz,
    "parquet": open_parquet,
}
_SLICE = re.compile(r"(?P<base>.+)\[(?P<start>-?\d*):(?P<stop>-?\d*)\]", re.DOTALL)
_WITHOUT: dict[str, Callable[[Path], ImageSource]] = {"zip": open_zip, "tar": open_tar, "npy": open_npy}


def open_images(source: Any) -> ImageSource:
    """Open pictures, wherever they are, as a fixed indexable collection of uint8 (H, W, 3).

    Args:
        source: a path to a folder, archive, array file, Parquet file, list file or picture; a glob or brace
            pattern; `file.npz::array` or `file.parquet::column` to name one of several; any of these with a
            slice behind it, `test.parquet[500:]`; a list of paths; an array (N, H, W), (N, H, W, 1) or
            (N, H, W, 3) of uint8; an object with `len()` and `[index]` whose items hold pictures; an
            ImageSource, which is returned as it is.

    Raises:
        ImageError: it does not exist, holds no pictures, is damaged, or is nothing of these.

    >>> source = open_images(np.zeros((10, 28, 28), np.uint8))
    >>> len(source), source[0].shape, source.ids[0]
    (10, (28, 28, 3), 'row-000000')
    """
    if _is_source(source):
        return cast("ImageSource", source)
    if isinstance(source, str | os.PathLike):
        return _open_text(os.fspath(source))
    if isinstance(source, np.ndarray):
        return ArraySource(source)
    if isinstance(source, list | tuple) and all(isinstance(item, str | os.PathLike) for item in source):
        return _open_paths(f"list of {len(source)} paths", [Path(item).expanduser() for item in source])
    if isinstance(source, list | tuple) and all(_is_source(item) for item in source):
        return Concatenation(f"{len(source)} sources", source, [item.name for item in source])
    able = hasattr(source, "__len__") and hasattr(source, "__getitem__")
    if not able or isinstance(source, Mapping | bytes | bytearray | type):
        raise ImageError(f"expected {_ACCEPTED}; found {_described(source)}.")
    return DatasetSource(source)


def _is_source(value: Any) -> bool:
    # isinstance() with the Protocol would evaluate `digest`, which reads every picture.
    return all(inspect.getattr_static(value, name, None) is not None for name in _CONTRACT)


def _described(value: Any) -> str:
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    if isinstance(value, Mapping):
        return f"{kind} with keys {list(value)[:8]}; give one of its values"
    return f"{kind} {value!r}"[:200]


def _open_text(text: str) -> ImageSource:
    path = Path(text).expanduser()
    if text and _exists(path):
        return _open_path(path)
    part = _SLICE.fullmatch(text)
    if part:
        return _open_slice(open_images(part["base"]), part["start"], part["stop"])
    base, separator, member = text.rpartition("::")
    if separator and _exists(Path(base).expanduser()):
        return _open_path(Path(base).expanduser(), member)
    if is_pattern(text):
        return _open_paths(text, expand_pattern(str(path)))
    raise ImageError(
        f"{text!r} does not exist. Expected {_ACCEPTED}. A data set of a hub is not fetched here: give the "
        "object, datasets.load_dataset(name, split=...)."
    )


def _open_slice(source: ImageSource, start: str, stop: str) -> ImageSource:
    chosen = range(len(source))[slice(int(start) if start else None, int(stop) if stop else None)]
    if not chosen:
        raise ImageError(f"{source.name}[{start}:{stop}] holds none of its {len(source)} pictures.")
    return Selection(source, chosen)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # A name that no file can have.
        return False


def _open_path(path: Path, member: str | None = None) -> ImageSource:
    kind = container_kind(path.name)
    if path.is_file() and kind in _WITH_MEMBERS:
        return _WITH_MEMBERS[kind](path, member)
    if member is not None:
        raise ImageError(f"{path}::{member}: only a .npz or .parquet file has parts to choose from by '::'.")
    if path.is_dir():
        opened = open_folder(path)
        return _open_paths(str(path), opened, below=path) if isinstance(opened, list) else opened
    if path.is_file() and is_picture(path.name):
        return PictureFiles(str(path), [path], [path.name])
    if path.is_file() and kind == "list":
        lines = read_list(path)
        return _open_paths(str(path), [path.parent / line for line in lines], lines)
    if path.is_file() and kind in _WITHOUT:
        return _WITHOUT[kind](path)
    raise ImageError(f"{path} is none of the kinds known by their extension: expected {_ACCEPTED}.")


def _open_paths(
    name: str, paths: Sequence[Path], labels: Sequence[str] | None = None, below: Path | None = None
) -> ImageSource:
    if not paths:
        raise ImageError(f"the {name} is empty; expected at least one picture.")
    if labels is None:
        labels = [path.relative_to(below).as_posix() if below else path.as_posix() for path in paths]
    pictures = [is_picture(path.name) and not path.is_dir() for path in paths]
    if all(pictures):
        if not any(_exists(path) for path in paths):
            raise ImageError(
                f"{name}: none of its {len(paths)} pictures exists; the first would be {paths[0]}."
            )
        return PictureFiles(name, paths, labels)
    if any(pictures):
        raise ImageError(f"{name} mixes pictures ({pictures_sought()}) and other things; give either alone.")
    if len(paths) == 1:
        return _open_text(str(paths[0]))
    return Concatenation(name, [_open_text(str(path)) for path in paths], labels)
