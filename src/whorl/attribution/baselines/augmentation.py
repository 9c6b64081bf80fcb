"""Blur and JPEG at random, so that a classifier looks for more than what one of them destroys: Wang et al."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from whorl.errors import ScoreError
from whorl.images.contract import Picture


@dataclass(frozen=True)
class BlurAndJpeg:
    """The augmentation of arXiv 1912.11035, in its order: blur, JPEG, crop, flip.

    As in the code released with it, but that JPEG is Pillow's alone (there by turns OpenCV's), and that the
    blurred picture is rounded once (there cut off after each axis).

    Attributes:
        blur: probability of a Gaussian blur.
        sigma: least and largest standard deviation of it, in pixels; drawn evenly between.
        jpeg: probability of JPEG, whether blurred or not.
        quality: least and largest quality of it, both included; drawn evenly.
        flip: probability of left for right.
        crop: larger pictures are cropped to this side, at a random place.
    """

    blur: float = 0.5
    sigma: tuple[float, float] = (0.0, 3.0)
    jpeg: float = 0.5
    quality: tuple[int, int] = (30, 100)
    flip: float = 0.5
    crop: int = 224

    def __post_init__(self) -> None:
        for name in ("blur", "jpeg", "flip"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ScoreError(f"{name} is a probability, from 0 to 1; got {value!r}.")
        if not 0 <= self.sigma[0] <= self.sigma[1]:
            raise ScoreError(f"sigma is the least and the largest blur, from 0 on; got {self.sigma!r}.")
        if not 1 <= self.quality[0] <= self.quality[1] <= 100:
            raise ScoreError(f"quality is the least and the largest, from 1 to 100; got {self.quality!r}.")
        if self.crop < 8:
            raise ScoreError(f"crop must leave at least 8 x 8 pixels; got {self.crop!r}.")

    def apply(self, picture: Picture, rng: np.random.Generator) -> Picture:
        """Return another version of a picture; it draws the same numbers whatever they lead to.

        Args:
            picture: uint8 (H, W, 3).
            rng: of this picture and epoch alone.

        Returns:
            uint8, at most `crop` high and wide.

        >>> BlurAndJpeg().apply(np.zeros((8, 300, 3), np.uint8), np.random.default_rng(0)).shape
        (8, 224, 3)
        """
        chances = rng.random(3)
        sigma = rng.uniform(*self.sigma)
        quality = int(rng.integers(self.quality[0], self.quality[1], endpoint=True))
        corner = rng.random(2)
        if chances[0] < self.blur:
            picture = blurred(picture, sigma)
        if chances[1] < self.jpeg:
            picture = compressed(picture, quality)
        spare = np.maximum(np.array(picture.shape[:2]) - self.crop, 0)
        top, left = (int(place) for place in np.floor(corner * (spare + 1)))
        picture = picture[top : top + self.crop, left : left + self.crop]
        return picture[:, ::-1] if chances[2] < self.flip else picture


def blurred(picture: Picture, sigma: float) -> Picture:
    """Return a picture under a Gaussian blur, mirrored at its edges, rounded; as it is for sigma 0."""
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(picture.astype(np.float32), sigma=(sigma, sigma, 0))
    found: Picture = np.rint(smooth).clip(0, 255).astype(np.uint8)
    return found


def compressed(picture: Picture, quality: int) -> Picture:
    """Return a picture as JPEG, with Pillow's own subsampling of colour, gives it back."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    with Image.open(file) as opened:
        found: Picture = np.array(opened.convert("RGB"), np.uint8)
    return found
