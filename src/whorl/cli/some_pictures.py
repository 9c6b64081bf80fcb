"""Pictures as a command was told to take them: all, or some drawn at random."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whorl.images import ImageSource


def open_some(place: str, limit: int | None, seed: int) -> ImageSource:
    """Open what `place` names; with a limit at most so many of its pictures, the same for the same seed.

    A folder that holds one archive and no picture, as a set of known models may, is that archive.

    Raises:
        ImageError: there are no pictures there.
    """
    from whorl.errors import ImageError
    from whorl.images import limit as draw
    from whorl.images import open_images

    try:
        source = open_images(place)
    except ImageError:
        archive = _only_archive(place)
        if archive is None:
            raise
        source = open_images(archive)
    return source if limit is None else draw(source, limit, seed=seed)


def _only_archive(place: str) -> str | None:
    from whorl.images.kinds import container_kind, is_hidden

    folder = Path(place)
    if not folder.is_dir():
        return None
    inside = [each for each in folder.rglob("*") if each.is_file() and not is_hidden(each.name)]
    archives = [each for each in inside if container_kind(each.name) is not None]
    return str(archives[0]) if len(archives) == len(inside) == 1 else None
