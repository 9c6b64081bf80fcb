"""The pictures of the closest pairs, opened again where they can be found."""

from __future__ import annotations

from collections.abc import Sequence

from whorl.errors import ImageError
from whorl.images import ImageSource, Picture, open_images, pixel_digest
from whorl.memorization import ClosestPair, Curve
from whorl.report.pairs_display import PairPictures

PAIRS_SHOWN = 6


def decisive_pairs(curve: Curve, count: int = PAIRS_SHOWN) -> tuple[ClosestPair, ...]:
    """Return the closest pairs at the layers that decide the early, the late and the whole verdict."""
    verdict = curve.verdict
    layers = dict.fromkeys(level.strongest for level in (verdict.early, verdict.late, verdict.whole))
    return tuple(
        pair
        for layer in layers
        for pair in [pair for pair in curve.closest_pairs if pair.layer == layer][:count]
    )


def open_pairs(
    pairs: Sequence[ClosestPair],
    *,
    generated: ImageSource,
    train: str | ImageSource | None,
    digests: dict[str, str],
) -> tuple[PairPictures, ...]:
    """Open both pictures of each pair; None stands for one that is not to be had.

    Args:
        pairs: which.
        generated: Q's pictures.
        train: T's pictures or where they were, None where unknown.
        digests: first 32 hex digits of the pixel digest of training pictures by id, as the Reference remembers
            them: a picture that has changed since is not shown.
    """
    source = _try_open(train)
    places = {name: i for i, name in enumerate(source.ids)} if source is not None else {}
    generated_places = {name: i for i, name in enumerate(generated.ids)}
    shown = []
    for pair in pairs:
        original = _picture(source, places.get(pair.train_id or ""))
        expected = digests.get(pair.train_id or "")
        if original is not None and expected and not pixel_digest(original).startswith(expected):
            original = None
        copy = _picture(generated, generated_places.get(pair.generated_id))
        shown.append(PairPictures(pair=pair, train=original, generated=copy))
    return tuple(shown)


def _try_open(train: str | ImageSource | None) -> ImageSource | None:
    if train is None:
        return None
    try:
        return open_images(train)
    except ImageError:
        return None


def _picture(source: ImageSource | None, place: int | None) -> Picture | None:
    if source is None or place is None:
        return None
    try:
        return source[place]
    except ImageError:
        return None
