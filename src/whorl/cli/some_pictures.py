"""Pictures as a command was told to take them: all, or some drawn at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whorl.images import ImageSource


def open_some(place: str, limit: int | None, seed: int) -> ImageSource:
    """Open what `place` names; with a limit at most so many of its pictures, the same for the same seed.

    Raises:
        ImageError: there are no pictures there.
    """
    from whorl.images import limit as draw
    from whorl.images import open_images

    source = open_images(place)
    return source if limit is None else draw(source, limit, seed=seed)
