"""Writing files so that nothing half-written survives a crash, and digests of what is in them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.errors import StorageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}


def digest_bytes(*parts: bytes | memoryview) -> str:
    """Return the SHA-256 of the parts, each preceded by its length, as 64 hex digits.

    The lengths keep ``(b"ab", b"c")`` and ``(b"a", b"bc")`` apart.

    >>> digest_bytes(b"ab", b"c") == digest_bytes(b"a", b"bc")
    False
    """
    h = hashlib.sha256()
    for part in parts:
        h.update(len(part).to_bytes(8, "little"))
        h.update(part)
    return h.hexdigest()


def bytes_of(array: NDArray[np.generic]) -> memoryview:
    r"""Return the bytes of an array, row by row; without a copy where it is contiguous.

    >>> import numpy as np
    >>> bytes_of(np.array([[1, 2]], dtype=np.uint8)).tobytes()
    b'\x01\x02'
    """
    return array.reshape(-1).view("u1").data


def digest_file(path: Path) -> str:
    """Return `digest_bytes` of a file's content, without holding it in memory."""
    h = hashlib.sha256(path.stat().st_size.to_bytes(8, "little"))
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            h.update(part)
    return h.hexdigest()


def digest_strings(parts: Iterable[str]) -> str:
    """Return the SHA-256 of a sequence of strings, order and boundaries included."""
    return digest_bytes(*(part.encode() for part in parts))


def digest_json(value: Any) -> str:
    """Return the SHA-256 of a JSON value, independent of the order of its keys.

    >>> digest_json({"a": 1, "b": 2}) == digest_json({"b": 2, "a": 1})
    True
    """
    return digest_bytes(json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode())


@contextlib.contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it takes the place of `path`, else it vanishes.

    Args:
        path: of the file to be.
        private: whether its owner alone may read it.

    Raises:
        StorageError: the disk is full, read-only, or the folder cannot be made.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
    temporary = Path(name)
    try:
        with _told(path):
            yield temporary
            _sync(temporary)
            temporary.chmod(0o600 if private else 0o666 & ~_umask())
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def check_output(path: Path, *, overwrite: bool, ours: Callable[[Path], bool]) -> None:
    """Make sure, before any work is done, that a result may be written to the folder `path`.

    Args:
        path: the folder to be.
        overwrite: whether what is there may be replaced.
        ours: tells whether an existing folder holds nothing but an earlier result of the same kind.

    Raises:
        StorageError: it exists and may not be replaced, or its place cannot be written to.
    """
    _check_name(path)
    if Path.cwd().is_relative_to(path.resolve()):
        raise StorageError(f"{path} is the folder you are in, or one around it; choose another folder.")
    if path.exists() and not overwrite:
        raise StorageError(
            f"{path} exists already; choose another -o, or replace it with --overwrite (overwrite)."
        )
    if path.exists() and not path.is_dir():
        raise StorageError(f"{path} is a file, where a folder is to be written. Choose another name.")
    if path.exists() and names_in(path) and not ours(path):
        raise StorageError(
            f"{path} exists and holds more than an earlier result of this kind; it is not overwritten. "
            "Choose another folder."
        )
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)).rmdir()


def names_in(folder: Path) -> set[str]:
    """Return the names in a folder, but for those that a file manager leaves there when it looks."""
    return {path.name for path in folder.iterdir()} - _LITTER


def _check_name(path: Path) -> None:
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError as error:
        raise StorageError(
            f"the path {str(path)!r} is not UTF-8, and results name where they lie. Choose another folder."
        ) from error


@contextlib.contextmanager
def replacing_folder(
    path: Path, *, overwrite: bool, ours: Callable[[Path], bool], private: bool = False
) -> Iterator[Path]:
    """Yield a temporary folder beside `path` that becomes `path` on success, else vanishes.

    Args:
        path: the folder to be.
        overwrite: whether an earlier result there may be replaced.
        ours: see `check_output`.
        private: whether its owner alone may look into it.

    Raises:
        StorageError: `path` may not be replaced, or the disk is full or read-only.
    """
    check_output(path, overwrite=overwrite, ours=ours)
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
    try:
        with _told(path):
            yield temporary
            for file in temporary.rglob("*"):
                if file.is_file():
                    _sync(file)
            temporary.chmod(0o700 if private else 0o777 & ~_umask())
            if overwrite and path.exists():
                _swap(temporary, path)
            else:
                temporary.rename(path)  # refuses where somebody else has made the folder meanwhile
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _swap(new: Path, path: Path) -> None:
    retired = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".old", dir=path.parent))
    try:
        path.rename(retired / path.name)
    except OSError:
        retired.rmdir()
        raise
    try:
        new.rename(path)
    except OSError:
        (retired / path.name).rename(path)
        raise
    finally:
        if path.exists():
            shutil.rmtree(retired, ignore_errors=True)


def write_bytes(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write `data` to `path` in one step: readers see the old file or the new one, never a part.

    Args:
        path: of the file.
        data: what it is to hold.
        private: whether its owner alone may read it, at every moment of its life.
    """
    with replacing(path, private=private) as temporary:
        temporary.write_bytes(data)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON value in one step, keys in the order given, NaN refused."""
    write_bytes(path, (json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode())


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"could not write {path}: {error.strerror or error}. Nothing was left half-written; "
            "free some space or choose another folder, then run the same command again."
        ) from error
