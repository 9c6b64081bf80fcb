"""Names that come from outside: made safe, unique and printable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

_DRIVE = re.compile(r"[A-Za-z]:/")


def safe_name(name: str) -> str | None:
    r"""Return a relative posix path, or None for a name that is absolute or climbs out of its archive.

    >>> safe_name("./a/b.png"), safe_name("../b.png"), safe_name(r"C:\b.png")
    ('a/b.png', None, None)
    """
    posix = name.replace("\\", "/")
    parts = [part for part in posix.split("/") if part not in ("", ".")]
    if posix.startswith("/") or ".." in parts or _DRIVE.match(posix) or "\0" in posix:
        return None
    return "/".join(parts)


def unique_ids(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names in order, each printable, a repeated one told apart by its count.

    >>> unique_ids(["a.png", "b.png", "a.png"])
    ('a.png', 'b.png', 'a.png#2')
    """
    taken: set[str] = set()
    ids = []
    for name in names:
        # A file name that is no valid UTF-8 could be neither digested nor written in a report.
        base = identifier = name.encode("utf-8", "replace").decode()
        count = 1
        while identifier in taken:
            count += 1
            identifier = f"{base}#{count}"
        taken.add(identifier)
        ids.append(identifier)
    return tuple(ids)


def numbered_ids(stem: str, count: int) -> tuple[str, ...]:
    """Return ids for pictures that have no name of their own.

    >>> numbered_ids("row", 2)
    ('row-000000', 'row-000001')
    """
    return tuple(f"{stem}-{index:06d}" for index in range(count))


def bare_name(name: str) -> str:
    r"""Return the name of a source without the folders it lies in.

    >>> bare_name("/home/me/data/cifar.npz::train"), bare_name(r"C:\data\faces (9 of 20)")
    ('cifar.npz::train', 'faces (9 of 20)')
    """
    base, separator, member = name.rpartition("::")
    place = base if separator else member
    bare = PurePosixPath(place.replace("\\", "/")).name or place.strip("/\\")
    return f"{bare}{separator}{member}" if separator else bare


def letters_of(name: str) -> str:
    """Return a name's letters and digits in one case, so that spellings of one name are equal.

    >>> letters_of("BigGAN-Deep") == letters_of("biggan_deep"), letters_of("++")
    (True, '++')
    """
    return "".join(letter for letter in name.casefold() if letter.isalnum()) or name
