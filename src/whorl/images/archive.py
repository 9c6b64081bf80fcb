"""What zip and tar have in common: their names and sizes are a stranger's; nothing is extracted by name."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from whorl.errors import ImageError
from whorl.images.kinds import is_hidden, is_picture, others_found, pictures_sought
from whorl.images.names import safe_name


class Named(Protocol):
    """An entry of an archive, as far as choosing it goes."""

    @property
    def name(self) -> str:
        """Its path in the archive."""
        ...


E = TypeVar("E", bound=Named)


@dataclass(frozen=True, slots=True)
class Span:
    """An entry that lies uncompressed in a file: its path in the archive, offset and size in bytes."""

    name: str
    offset: int
    size: int


@contextlib.contextmanager
def opening(path: Path, kind: str, *broken: type[Exception]) -> Iterator[None]:
    """Turn what a library raises on a broken archive into an ImageError that names the archive."""
    caught: tuple[type[Exception], ...] = (*broken, OSError, EOFError, ValueError, zlib.error)
    try:
        yield
    except caught as error:
        said = getattr(error, "strerror", None) or error
        raise ImageError(
            f"{path} is no whole {kind}: {said}. "
            "It may be truncated or damaged; copy it again, or rewrite it."
        ) from error


def entry_name(path: Path, name: str) -> str:
    """Return an entry's name as a relative posix path.

    Raises:
        ImageError: it is absolute or climbs out of the archive.
    """
    safe = safe_name(name)
    if safe is None:
        raise ImageError(
            f"{path} has an entry named {name!r}, which points outside the archive. "
            "Do not unpack it with other tools; if you trust its maker, rewrite it with relative names."
        )
    return safe


def pictures_in(path: Path, entries: Sequence[E]) -> list[E]:
    """Return the entries that are visible pictures, sorted by name, so that packing order changes nothing.

    Raises:
        ImageError: there are none.
    """
    chosen = [entry for entry in entries if wanted(entry.name)]
    if not chosen:
        raise ImageError(
            f"{path} holds no pictures: looked for {pictures_sought()}; "
            f"found {others_found(entry.name for entry in entries)}."
        )
    return sorted(chosen, key=lambda entry: entry.name)


def wanted(name: str) -> bool:
    """Return whether an entry is a visible picture."""
    return is_picture(name) and not is_hidden(name)
