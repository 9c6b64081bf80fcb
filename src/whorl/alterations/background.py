"""The subject of a picture on another background."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from whorl.alterations.contract import Level
from whorl.alterations.strength import check_strength
from whorl.files import digest_strings
from whorl.images.contract import ImageSource, Picture

_VERSION = "whorl-background/1"
_SHOWN = 6


class CutsOut(Protocol):
    """Tells a subject from its background: `whorl.lab.segmenter.Segmenter`, or anything that does."""

    @property
    def digest(self) -> str:
        """Equal digests give equal masks."""
        ...

    def mask(self, picture: Picture) -> NDArray[np.bool_]:
        """Return where the subject of a picture uint8 (H, W, 3) is, bool (H, W)."""
        ...


@dataclass(frozen=True, eq=False)
class BackgroundSwap:
    """The background of a picture mixed with another one; strength: the new one's share, 0 to 1.

    At 1 the background is replaced, as in two data sets of arXiv 2407.21159 (section 4.1): by Gaussian noise, or
    by a landscape. What the segmenter takes for the subject stays as it is. Which landscape, and the noise, are
    drawn for each picture; the landscape is resized to the picture (bilinear, its proportions given up).

    The paper does not tell the noise's parameters. Here each number has mean 127.5 and standard deviation 64,
    rounded and clipped to 0 .. 255: about those of CIFAR-10's own numbers (121 and 64), so that brightness and
    contrast of the whole do not give the swap away. The paper counts the swap among the changes of the low level,
    for the subject stays; and so does `level`.

    Attributes:
        segmenter: finds the subject.
        landscapes: photographs to draw from; None for noise.
        mean: of the noise, in 255ths.
        spread: standard deviation of the noise, in 255ths.
        name: says which of the two it is, and the first digits of `digest`.
        digest: of all four above, so that pictures of other segmenters or landscapes are never taken for these.

    >>> class Left:
    ...     digest = "the left half"
    ...
    ...     def mask(self, picture):
    ...         return np.arange(picture.shape[1])[None] < picture.shape[1] // 2 + 0 * picture[..., 0]
    >>> swap = BackgroundSwap(Left())
    >>> altered = swap.apply(np.full((2, 4, 3), 7, np.uint8), 1.0, np.random.default_rng(0))
    >>> (altered == 7).all(axis=2).tolist()
    [[True, True, False, False], [True, True, False, False]]
    """

    segmenter: CutsOut
    landscapes: ImageSource | None = None
    mean: float = 127.5
    spread: float = 64.0
    level: Level = "low"
    unit: str = "new background"
    neutral: float = 0.0
    strengths: tuple[float, ...] = (0.25, 0.5, 1.0)
    published: float | None = 1.0

    @cached_property
    def digest(self) -> str:
        """Digest of the segmenter and of the new backgrounds: 64 hex digits."""
        new = (
            ["noise", repr(self.mean), repr(self.spread)]
            if self.landscapes is None
            else ["landscapes", self.landscapes.digest]
        )
        return digest_strings([_VERSION, self.segmenter.digest, *new])

    @cached_property
    def name(self) -> str:
        """What it is, and the beginning of its digest."""
        return f"{'noise' if self.landscapes is None else 'landscape'} behind {self.digest[:_SHOWN]}"

    @property
    def survives_fork(self) -> bool:
        """No: a segmenter computes in threads, which a forked process does not have."""
        return False

    def apply(self, picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
        """See `Alteration`."""
        check_strength(self, strength, least=0.0, most=1.0)
        if strength == 0:
            return picture.copy()
        new = self._noise(picture, rng) if self.landscapes is None else self._landscape(picture, rng)
        mixed = np.rint((1 - strength) * picture + strength * new).clip(0, 255).astype(np.uint8)
        return np.where(self.segmenter.mask(picture)[..., None], picture, mixed)

    def _noise(self, picture: Picture, rng: np.random.Generator) -> Picture:
        noise = self.mean + self.spread * rng.standard_normal(picture.shape)
        return np.rint(noise).clip(0, 255).astype(np.uint8)

    def _landscape(self, picture: Picture, rng: np.random.Generator) -> Picture:
        assert self.landscapes is not None  # noqa: S101
        landscape = self.landscapes[int(rng.integers(len(self.landscapes)))]
        height, width = picture.shape[:2]
        if landscape.shape == picture.shape:
            return landscape
        return np.asarray(Image.fromarray(landscape).resize((width, height), Image.Resampling.BILINEAR))
