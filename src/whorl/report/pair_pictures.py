"""The pictures of the closest pairs, opened again where they can be found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from whorl.errors import ImageError
from whorl.images import ImageSource, Picture, open_images, pixel_digest
from whorl.images.kinds import is_picture
from whorl.images.picture_files import PictureFiles
from whorl.memorization import ClosestPair, Curve
from whorl.report.pairs_display import PairPictures

PAIRS_SHOWN = 6
_MEMBER_OR_SLICE = re.compile(r"(::[^\[\]/]*)?(\[-?\d*:-?\d*\])?$")


def decisive_pairs(curve: Curve, count: int = PAIRS_SHOWN) -> tuple[ClosestPair, ...]:
    """Return the closest pairs at the layers that decide the early, the late and the whole verdict."""
    verdict = curve.verdict
    layers = dict.fromkeys(level.strongest for level in (verdict.early, verdict.late, verdict.whole))
    return tuple(pair for layer in layers for pair in curve.pairs_of(layer)[:count])


def open_pairs(
    pairs: Sequence[ClosestPair],
    *,
    generated: ImageSource,
    train: ImageSource | None,
    digests: dict[str, str],
) -> tuple[PairPictures, ...]:
    """Open both pictures of each pair; None stands for one that is not to be had.

    Args:
        pairs: which.
        generated: Q's pictures.
        train: T's pictures, None where they are not at hand.
        digests: first 32 hex digits of the pixel digest of training pictures by id, as the Reference remembers
            them: a picture that has changed since is not shown.
    """
    places = {name: i for i, name in enumerate(train.ids)} if train is not None else {}
    generated_places = {name: i for i, name in enumerate(generated.ids)}
    shown = []
    for pair in pairs:
        original = _picture(train, places.get(pair.train_id or ""))
        expected = digests.get(pair.train_id or "")
        if original is not None and expected and not pixel_digest(original).startswith(expected):
            original = None
        copy = _picture(generated, generated_places.get(pair.generated_id))
        shown.append(PairPictures(pair=pair, train=original, generated=copy))
    return tuple(shown)


def recorded_pictures(place: str, wanted: Sequence[str]) -> ImageSource | None:
    """Open T's pictures at the place a Reference names, None where they are not at hand.

    A Reference may come from a stranger, so what it names is not searched for: the place must be one file, or
    a folder in which just the wanted pictures are looked up; patterns, lists and names that climb out of the
    folder are not followed.

    Args:
        place: the path the Reference was built from, perhaps with a member or slice behind it.
        wanted: ids of the training pictures to show.
    """
    path = Path(_MEMBER_OR_SLICE.sub("", place))
    try:
        if path.is_dir():
            files = {name: path / name for name in wanted if _stays_inside(name) and (path / name).is_file()}
            return PictureFiles(str(path), list(files.values()), list(files)) if files else None
        if path.is_file() and path.suffix != ".txt":
            return open_images(place)
    except (ImageError, OSError, ValueError):
        return None
    return None


def _stays_inside(name: str) -> bool:
    pure = PurePosixPath(name)
    return not pure.is_absolute() and ".." not in pure.parts and is_picture(name)


def _picture(source: ImageSource | None, place: int | None) -> Picture | None:
    if source is None or place is None:
        return None
    try:
        return source[place]
    except ImageError:
        return None
