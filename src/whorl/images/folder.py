"""A folder of pictures, or of shards that hold them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from whorl.errors import ImageError
from whorl.images.kinds import container_kind, is_hidden, is_picture, others_found, pictures_sought
from whorl.images.picture_files import PictureFiles

_SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval"}


def open_folder(folder: Path) -> PictureFiles | list[Path]:
    """Open all pictures below a folder; where there are none but shards, return the shards' paths.

    Pictures are sorted by their posix path below the folder, which is their id. Links are followed, each
    folder entered once. Hidden files and files that are no pictures are ignored.

    Raises:
        ImageError: no pictures and no shards, two kinds of shards, or shards of several splits.
    """
    files = sorted(_walk(folder))
    pictures = [name for name in files if is_picture(name)]
    if pictures:
        return PictureFiles(str(folder), [folder / name for name in pictures], pictures)
    kinds = {container_kind(name) for name in files} & {"tar", "parquet"}
    if not kinds:
        raise ImageError(
            f"{folder} holds no pictures: looked for {pictures_sought()} in it and below, and for .parquet "
            f"or .tar shards; found {others_found(files)}. Give another folder, or one of its files."
        )
    if len(kinds) > 1:
        raise ImageError(
            f"{folder} holds both .parquet and .tar shards; give a pattern such as {folder}/*.tar."
        )
    shards = [name for name in files if container_kind(name) in kinds]
    _check_one_split(folder, shards)
    return [folder / name for name in shards]


def _walk(folder: Path) -> list[str]:
    """Return the posix paths below `folder` of all visible files; dangling links count as files."""
    found = []
    seen: set[tuple[int, int]] = set()
    waiting = [""]
    while waiting:
        below = waiting.pop()
        subfolders = []
        for entry in _entries(folder / below, seen):
            if is_hidden(entry.name):
                continue
            if entry.is_dir():
                subfolders.append(f"{below}{entry.name}/")
            elif entry.is_file() or entry.is_symlink():
                found.append(f"{below}{entry.name}")
        waiting.extend(sorted(subfolders, reverse=True))
    return found


def _entries(folder: Path, seen: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    try:
        stat = folder.stat()
        # The same folder once: a link to a folder above would else never end.
        if (stat.st_dev, stat.st_ino) in seen:
            return []
        seen.add((stat.st_dev, stat.st_ino))
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise ImageError(
            f"{folder} cannot be listed: {error.strerror}. Make it readable, or leave it out."
        ) from error


def _check_one_split(folder: Path, shards: list[str]) -> None:
    """Training and test shards side by side are the usual layout; as one set they would spoil a score."""
    patterns: dict[str, str] = {}
    for shard in shards:
        parts = shard.split("/")
        for depth, part in enumerate(parts):
            word = re.split(r"[-_.]", part.lower())[0]
            if word in _SPLITS:
                patterns.setdefault(word, "/".join([str(folder), *parts[:depth], part[: len(word)]]) + "*")
    if len(patterns) > 1:
        raise ImageError(
            f"{folder} holds shards of several splits ({', '.join(sorted(patterns))}); "
            f"open one of them: {' or '.join(sorted(patterns.values()))}."
        )
