"""Changes that a reader can look through, as a user writes them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn.functional import conv2d, pad

from whorl.errors import WhorlError

_TRUNCATE = 4.0


@dataclass(frozen=True)
class GaussianBlur:
    """A Gaussian blur of a known width, its edge pixels mirrored; four standard deviations wide on each side.

    The same as `scipy.ndimage.gaussian_filter` with mode "mirror".

    Attributes:
        deviation: standard deviation in pixels.

    >>> GaussianBlur(1.0)(torch.ones(1, 3, 8, 8)).std() < 1e-6
    tensor(True)
    """

    deviation: float

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return pictures (B, 3, H, W) blurred."""
        reach = min(int(_TRUNCATE * self.deviation + 0.5), min(pictures.shape[-2:]) - 1)
        places = torch.arange(-reach, reach + 1, dtype=pictures.dtype, device=pictures.device)
        taps = torch.exp(-0.5 * (places / self.deviation) ** 2)
        taps = (taps / taps.sum()).expand(3, 1, 1, -1)
        along = conv2d(pad(pictures, (reach, reach, 0, 0), mode="reflect"), taps, groups=3)
        return conv2d(pad(along, (0, 0, reach, reach), mode="reflect"), taps.transpose(2, 3), groups=3)


def through_named(text: str) -> GaussianBlur:
    """Return the change that a user named: "blur:1.0".

    Raises:
        WhorlError: another one, or a width that is none.

    >>> through_named("blur:1.5")
    GaussianBlur(deviation=1.5)
    """
    name, _, argument = text.partition(":")
    try:
        deviation = float(argument)
    except ValueError:
        deviation = 0.0
    if name != "blur" or not 0 < deviation < 100:
        raise WhorlError(
            f"a reader looks through blur:1.0, a Gaussian blur so many pixels wide; got {text!r}."
        )
    return GaussianBlur(deviation)
