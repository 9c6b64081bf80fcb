"""Some pictures beside the real ones nearest to them, and what is left when those are subtracted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.answers import Answers
from whorl.encoders.pixels import LAYER as PIXELS
from whorl.errors import ImageError
from whorl.images.contract import ImageSource, Picture
from whorl.images.pixels import pixel_digest
from whorl.manifold.manifold import Manifold

MOST_EXAMPLES = 6


@dataclass(frozen=True, eq=False)
class Example:
    """One picture and what was found of it.

    Attributes:
        id: its name.
        answer: the class that it is given to, or "unknown".
        probability: of its likeliest class.
        picture: uint8 (H, W, 3); None where it can no longer be opened.
        nearest_id: the real picture nearest to it; None without a manifold that keeps ids.
        nearest: that picture, likewise; None where it is not at hand.
        artifact: picture minus nearest, grey where they do not differ, uint8 (H, W, 3); None outside RGB.
    """

    id: str
    answer: str
    probability: float
    picture: Picture | None
    nearest_id: str | None
    nearest: Picture | None
    artifact: Picture | None


def examples_of(
    answers: Answers,
    images: ImageSource,
    manifold: Manifold | None = None,
    *,
    real: ImageSource | None = None,
    count: int = MOST_EXAMPLES,
) -> tuple[Example, ...]:
    """Return some pictures, spread evenly over all.

    Args:
        answers: about these pictures.
        images: the pictures.
        manifold: that they were projected onto, if any.
        real: the manifold's pictures, where they are at hand; a manifold of pixels holds them itself.
        count: at most so many.
    """
    chosen = [(2 * i + 1) * len(answers.found) // (2 * count) for i in range(count)]
    rows = list(dict.fromkeys(chosen)) if len(answers.found) < count else chosen
    made = (
        answers.artifacts if answers.artifacts is not None and answers.artifacts.kind == "nearest" else None
    )
    in_pixels = made is not None and manifold is not None and made.layer == PIXELS and manifold.picture_size
    artifacts: list[Picture] | None = None
    if made is not None and in_pixels:
        artifacts = artifact_pictures(made.values[rows].reshape(-1, 3, *in_pixels))
    places = {name: place for place, name in enumerate(images.ids)}
    listed = answers.rows()
    return tuple(
        Example(
            id=listed[row]["id"],
            answer=listed[row]["answer"],
            probability=listed[row]["probability"],
            picture=_opened(images, places.get(listed[row]["id"])),
            nearest_id=listed[row]["nearest_real"],
            nearest=None if manifold is None else _nearest(answers, row, manifold, real),
            artifact=None if artifacts is None else artifacts[place],
        )
        for place, row in enumerate(rows)
    )


def artifact_pictures(values: NDArray[np.float32]) -> list[Picture]:
    """Show artifacts in RGB: grey is no difference, and the largest one among all of them is black or white.

    Args:
        values: float32 (N, 3, H, W), differences of pixels.

    Returns:
        N pictures, uint8 (H, W, 3).

    >>> shown = artifact_pictures(np.array([-0.2, 0.0, 0.1], np.float32).reshape(3, 1, 1, 1).repeat(3, axis=1))
    >>> [int(picture[0, 0, 0]) for picture in shown]
    [0, 128, 191]
    """
    reach = float(np.abs(values).max(initial=0.0)) or 1.0
    scaled = (127.5 + 127.5 * values.astype(np.float64) / reach).round().clip(0, 255).astype(np.uint8)
    return list(np.ascontiguousarray(scaled.transpose(0, 2, 3, 1)))


def _nearest(answers: Answers, row: int, manifold: Manifold, real: ImageSource | None) -> Picture | None:
    made = answers.artifacts
    if made is None or made.projection is None or made.kind != "nearest":
        return None
    index = int(made.projection.index[row])
    if made.layer == PIXELS and manifold.picture_size:
        pixels = manifold.features[PIXELS][index].reshape(3, *manifold.picture_size)
        return np.ascontiguousarray((255 * pixels).round().astype(np.uint8).transpose(1, 2, 0))
    if real is None or manifold.ids is None or manifold.ids[index] not in real.ids:
        return None
    picture = _opened(real, real.ids.index(manifold.ids[index]))
    key = manifold.keys[index].tobytes().hex()  # what lies there may have changed since
    return picture if picture is not None and pixel_digest(picture).startswith(key) else None


def _opened(images: ImageSource, place: int | None) -> Picture | None:
    try:
        return None if place is None else images[place]
    except (ImageError, OSError):
        return None
