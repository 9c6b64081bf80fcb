"""Some of the pictures an audit looked at, opened again to be shown."""

from __future__ import annotations

from collections.abc import Sequence

from whorl.images import ImageSource, Picture
from whorl.memorization import Curve
from whorl.report.contact_sheet import MOST_SAMPLES
from whorl.report.pictures import check_picture, reduce

# Enough for any tile, and little to hold where the pictures are large.
_LONGEST = 256


def audited_samples(
    curve: Curve, generated: ImageSource, *, count: int = MOST_SAMPLES
) -> tuple[Picture, ...]:
    """Open pictures spread evenly over those that were scored; the same ones every time.

    A picture that can no longer be opened is left out: the result stands without it.

    Args:
        curve: the result; says which pictures were scored.
        generated: the pictures.
        count: how many at most.

    Returns:
        uint8 (H, W, 3) each, large ones reduced, in the source's order.
    """
    return spread_samples(generated, _scored(curve, generated), count=count)


def spread_samples(
    source: ImageSource, places: Sequence[int], *, count: int = MOST_SAMPLES
) -> tuple[Picture, ...]:
    """Open pictures spread evenly over some places of a source; see `audited_samples`."""
    count = min(count, len(places))
    chosen = [places[(2 * i + 1) * len(places) // (2 * count)] for i in range(count)]
    opened = (_opened(source, place) for place in chosen)
    return tuple(picture for picture in opened if picture is not None)


def _scored(curve: Curve, generated: ImageSource) -> list[int]:
    # A curve read back from JSON knows only what was skipped.
    kept = set(curve.generated_ids)
    left_out = {name for name, _ in curve.skipped}
    return [i for i, name in enumerate(generated.ids) if name not in left_out and (not kept or name in kept)]


def _opened(generated: ImageSource, place: int) -> Picture | None:
    # Anything may have happened to the files since, and a source of someone else's may raise anything.
    try:
        picture = generated[place]
        check_picture(picture, "sample")
        return reduce(picture, _LONGEST)
    except Exception:
        return None
