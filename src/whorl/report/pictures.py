"""Pictures as reports carry them: small ones seen pixel by pixel, large ones reduced, all inline."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from whorl.errors import WhorlError
from whorl.images.contract import Picture
from whorl.memorization.pairs import ClosestPair

__all__ = ["PairPictures", "Picture", "check_picture", "data_uri", "enlarge", "is_small", "reduce"]

_SMALL = 160


@dataclass(frozen=True, eq=False)
class PairPictures:
    """A closest pair and its two pictures.

    Attributes:
        pair: what is known of the pair.
        train: uint8 (H, W, 3), the training picture; None where it is not at hand.
        generated: uint8 (H, W, 3), the generated picture; None where it is not at hand.

    Raises:
        WhorlError: a picture of another type or shape.
    """

    pair: ClosestPair
    train: Picture | None = None
    generated: Picture | None = None

    def __post_init__(self) -> None:
        for side, picture in (("train", self.train), ("generated", self.generated)):
            if picture is not None:
                check_picture(picture, f"{side} picture of {self.pair.generated_id!r}")


def check_picture(picture: Picture, what: str) -> None:
    """Refuse what is no picture; `what` names it in the message.

    Raises:
        WhorlError: it is not uint8 (H, W, 3), or it is empty.
    """
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        raise WhorlError(
            f"{what}: expected uint8 (H, W, 3), found {picture.dtype} {picture.shape}. Open it with "
            "whorl.open_images."
        )


def is_small(picture: Picture) -> bool:
    """Return whether single pixels should be seen when the picture is shown."""
    return bool(max(picture.shape[:2]) < _SMALL)


def reduce(picture: Picture, longest: int) -> Picture:
    """Return the picture with its longer side at most `longest` pixels; smaller ones as they are."""
    height, width = picture.shape[:2]
    if max(height, width) <= longest:
        return picture
    scale = longest / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def enlarge(picture: Picture, least: int) -> Picture:
    """Return the picture with every pixel repeated until its longer side has at least `least` pixels.

    >>> enlarge(np.zeros((32, 16, 3), np.uint8), 160).shape
    (160, 80, 3)
    """
    times = max(1, -(-least // max(picture.shape[:2])))
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def data_uri(picture: Picture, *, longest: int = 256) -> str:
    """Return the picture as a PNG in a ``data:`` address, so that a page needs no other file."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(reduce(picture, longest))).save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
