"""Which files are pictures, which hold many, and which are nobody's business."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

# Fixed, not asked of the installed Pillow, so that a folder has the same ids on every machine.
PICTURE_EXTENSIONS = (
    ".jpg",
    ".jpeg",
    ".png",
    ".webp",
    ".bmp",
    ".gif",
    ".tif",
    ".tiff",
    ".ppm",
    ".pgm",
    ".avif",
    ".jp2",
)

_CONTAINERS = {
    ".zip": "zip",
    ".tar": "tar",
    ".tar.gz": "tar",
    ".tgz": "tar",
    ".npz": "npz",
    ".npy": "npy",
    ".parquet": "parquet",
    ".txt": "list",
}


def is_picture(name: str) -> bool:
    """Return whether a file of this name is taken for a picture.

    >>> is_picture("a/IMG.JPEG"), is_picture("labels.json")
    (True, False)
    """
    return name.lower().endswith(PICTURE_EXTENSIONS)


def container_kind(name: str) -> str | None:
    """Return what kind of collection a file of this name is, or None.

    >>> container_kind("train-000.tar.gz"), container_kind("a.png")
    ('tar', None)
    """
    lower = name.lower()
    return next((kind for suffix, kind in _CONTAINERS.items() if lower.endswith(suffix)), None)


def is_hidden(path: str) -> bool:
    """Return whether a relative posix path is a system's own litter (.DS_Store, ._x.png, __MACOSX).

    >>> is_hidden("a/._x.png"), is_hidden("__MACOSX/x.png"), is_hidden("a/x.png")
    (True, True, False)
    """
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def pictures_sought() -> str:
    """Return the picture extensions as a message names them."""
    return ", ".join(extension[1:] for extension in PICTURE_EXTENSIONS)


def others_found(names: Iterable[str]) -> str:
    """Return a count of files by extension, as a message names it.

    >>> others_found(["a.json", "b.json", "README"])
    '3 other files (2 .json, 1 without extension)'
    """
    counts = Counter(PurePosixPath(name).suffix.lower() or "without extension" for name in names)
    total = sum(counts.values())
    if not total:
        return "no other files"
    listed = ", ".join(f"{count} {suffix}" for suffix, count in counts.most_common(5))
    return f"{total} other file{'s' if total > 1 else ''} ({listed})"
