"""Folders whose every byte is covered by a digest: a manifest with a checksum names each file and its digest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from whorl.errors import StorageError
from whorl.files import digest_bytes, digest_file, digest_json, names_in, replacing_folder, write_bytes
from whorl.versions import versions

T = TypeVar("T")

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class ManifestFolder:
    r"""One kind of checked folder: how it is written, read, recognised, and what is said when it is damaged.

    Attributes:
        noun: what such a folder holds, as messages call it.
        format: its name and version, ``"whorl-reference/3"``.
        files: what the names of its files match, the manifest's apart.
        make: what makes one, for a user who gave a folder without.
        without: what is not done with a damaged one, and what to do.
        private: whether its owner alone may look into such a folder.

    >>> import tempfile
    >>> notes = ManifestFolder("note", "note/1", r"[a-z]+\.txt", "write one", "It is not read; write it again.")
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with notes.replacing(Path(place) / "n", overwrite=False) as (folder, manifest):
    ...         manifest["text"] = notes.write_file(folder / "a.txt", b"hello")
    ...     found = notes.read(Path(place) / "n")
    ...     notes.file(Path(place) / "n", found["text"]).read_bytes()
    b'hello'
    """

    noun: str
    format: str
    files: str
    make: str
    without: str
    private: bool = False

    @contextmanager
    def replacing(self, folder: Path, *, overwrite: bool) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield a folder and a manifest, both to fill; on success they take the place of `folder`.

        Raises:
            StorageError: `folder` may not be replaced, or the disk is full or read-only.
        """
        with replacing_folder(
            folder, overwrite=overwrite, ours=self.holds, private=self.private
        ) as temporary:
            manifest: dict[str, Any] = {}
            yield temporary, manifest
            self.rewrite(temporary, manifest | {"made": {"when": _now(), "versions": versions()}})

    def rewrite(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        """Put a manifest in place of what is there, in one step.

        Raises:
            StorageError: it cannot be written.
        """
        unsigned = {"format": self.format} | {
            name: value for name, value in manifest.items() if name not in ("checksum", "format")
        }
        text = _canonical(unsigned | {"checksum": digest_json(unsigned)})
        write_bytes(folder / MANIFEST, text.encode(), private=self.private)

    def holds(self, folder: Path) -> bool:
        """Return whether a folder holds one of this kind, perhaps a damaged one, and nothing else."""
        names = names_in(folder)
        if MANIFEST not in names or not all(re.fullmatch(self.files, name) for name in names - {MANIFEST}):
            return False
        return f'"{self._family}/'.encode() in (folder / MANIFEST).read_bytes()[:200]

    def read(self, folder: Path) -> dict[str, Any]:
        """Read and check the manifest alone.

        Raises:
            StorageError: none of this kind there, damaged, or written by another version.
        """
        path = folder / MANIFEST
        if not path.is_file():
            raise StorageError(f"{folder} is no {self.noun} (no {MANIFEST} in it); {self.make}.")
        try:
            text = path.read_bytes().decode()
            manifest = json.loads(text)
            if not isinstance(manifest, dict):
                raise TypeError("not an object")
        except (OSError, ValueError, TypeError) as error:
            raise self.damaged(folder, f"{MANIFEST} is not readable: {error}") from error
        found = str(manifest.get("format", "nothing that is named"))
        if found != self.format:
            kin = found.partition("/")[0] == self._family
            raise StorageError(
                f"{folder} holds {found}, where this version of Whorl reads {self.format}. "
                + ("Update Whorl, or make it again." if kin else f"Give a {self.noun}.")
            )
        unsigned = {name: value for name, value in manifest.items() if name != "checksum"}
        if manifest.get("checksum") != digest_json(unsigned) or text != _canonical(manifest):
            raise self.damaged(folder, f"{MANIFEST} has changed since it was written")
        return manifest

    def write_file(self, path: Path, data: bytes) -> dict[str, str]:
        """Write a file into a folder that is being made; return what the manifest is to say of it."""
        path.touch(mode=0o600 if self.private else 0o666)
        path.write_bytes(data)
        return {"file": path.name, "digest": digest_bytes(data)}

    def file(self, folder: Path, entry: Mapping[str, Any]) -> Path:
        """Return the path of a file that the manifest names, after a look at every byte of it.

        Raises:
            StorageError: it is missing or has changed, or the name is none of this kind's.
        """
        path, _ = self._checked(folder, entry, lambda path: (path, digest_file(path)))
        return path

    def file_bytes(self, folder: Path, entry: Mapping[str, Any]) -> bytes:
        """Return the bytes of a file that fits in memory, read once and checked. Raises as `file`."""
        data, _ = self._checked(folder, entry, lambda path: _with_digest(path.read_bytes()))
        return data

    @contextmanager
    def sound(self, folder: Path) -> Iterator[None]:
        """Tell of values that do not fit, met while a folder is read, as damage."""
        try:
            yield
        except (KeyError, TypeError, ValueError) as error:
            raise self.damaged(folder, f"{type(error).__name__}: {error}") from error

    def damaged(self, folder: Path, what: str) -> StorageError:
        """Return the error for a damaged folder."""
        return StorageError(f"the {self.noun} {folder} is damaged: {what}. {self.without}")

    def _checked(
        self, folder: Path, entry: Mapping[str, Any], read: Callable[[Path], tuple[T, str]]
    ) -> tuple[T, str]:
        name = str(entry["file"])
        if not re.fullmatch(self.files, name):
            raise self.damaged(folder, f"its manifest names a file outside it: {name!r}")
        try:
            found = read(folder / name)
        except OSError as error:
            raise self.damaged(folder, f"{name} cannot be read: {error.strerror}") from error
        if found[1] != entry["digest"]:
            raise self.damaged(folder, f"{name} has changed since it was written")
        return found

    @property
    def _family(self) -> str:
        return self.format.partition("/")[0]


def _with_digest(data: bytes) -> tuple[bytes, str]:
    return data, digest_bytes(data)


def _canonical(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
