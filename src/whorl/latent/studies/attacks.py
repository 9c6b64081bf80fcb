"""What happens to a picture on its way: blur, noise, JPEG, resizing, cropping, and the first three together."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import conv2d, interpolate, pad

from whorl.latent.reading.seen import Through

Pictures = NDArray[np.uint8]

BLUR = 1.0
"""Standard deviation of the Gaussian blur in pixels."""
NOISE = 0.1
"""Standard deviation of the noise, black being -1 and white 1, as published."""
QUALITY = 50
"""Of JPEG, as published."""
SMALLER, KEPT = 0.75, 0.875
"""Side of a picture that is made smaller and large again, and of the part that a crop keeps."""


@dataclass(frozen=True)
class Attack:
    """A change of pictures.

    Attributes:
        name: in words.
        change: of (pictures, seed), uint8 (N, H, W, 3), to pictures of the same size.
        known: the part of it that a reader can be told, differentiable; None where there is none.
    """

    name: str
    change: Callable[[Pictures, int], Pictures]
    known: Through | None = None


def blurred(pictures: torch.Tensor) -> torch.Tensor:
    """Return (B, C, H, W) after a Gaussian blur, edges repeated."""
    reach = int(3 * BLUR + 0.5)
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, dtype=pictures.dtype) / BLUR) ** 2)
    line = (line / line.sum()).to(pictures.device)
    channels = pictures.shape[1]
    wide = pad(pictures, (reach, reach, reach, reach), mode="replicate")
    across = conv2d(wide, line[None, None, None].expand(channels, 1, 1, -1), groups=channels)
    return conv2d(across, line[None, None, :, None].expand(channels, 1, -1, 1), groups=channels)


def resized(pictures: torch.Tensor) -> torch.Tensor:
    """Return (B, C, H, W) made smaller and large again, bilinearly."""
    height, width = pictures.shape[-2:]
    small = (round(SMALLER * height), round(SMALLER * width))
    return _scaled(_scaled(pictures, small), (height, width))


def cropped(pictures: torch.Tensor) -> torch.Tensor:
    """Return the middle of (B, C, H, W), brought back to its size bilinearly."""
    height, width = pictures.shape[-2:]
    h, w = round(KEPT * height), round(KEPT * width)
    top, left = (height - h) // 2, (width - w) // 2
    return _scaled(pictures[:, :, top : top + h, left : left + w], (height, width))


def _scaled(pictures: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    return interpolate(pictures, size, mode="bilinear", align_corners=False)


def _known(change: Through) -> Callable[[Pictures, int], Pictures]:
    def changed(pictures: Pictures, seed: int) -> Pictures:  # noqa: ARG001 - nothing is random
        unit = torch.from_numpy(pictures.astype(np.float32) / 255).permute(0, 3, 1, 2)
        after = change(unit).clamp(0, 1).permute(0, 2, 3, 1).numpy()
        return (after * 255).round().astype(np.uint8)

    return changed


def _noisy(pictures: Pictures, seed: int) -> Pictures:
    noise = np.random.default_rng(seed).normal(0, NOISE * 127.5, pictures.shape)
    return (pictures + noise).round().clip(0, 255).astype(np.uint8)


def _compressed(pictures: Pictures, seed: int) -> Pictures:  # noqa: ARG001 - nothing is random
    from PIL import Image

    found = np.empty_like(pictures)
    for place, picture in enumerate(pictures):
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=QUALITY)
        found[place] = np.asarray(Image.open(file).convert("RGB"))
    return found


def _all(pictures: Pictures, seed: int) -> Pictures:
    return _compressed(_noisy(_known(blurred)(pictures, seed), seed), seed)


def _same(pictures: Pictures, seed: int) -> Pictures:  # noqa: ARG001 - nothing is random
    return pictures


ATTACKS: Mapping[str, Attack] = MappingProxyType(
    {
        "none": Attack("none", _same),
        "blur": Attack(f"blur, {BLUR:g} pixels", _known(blurred), blurred),
        "noise": Attack(f"noise {NOISE:g}", _noisy),
        "jpeg": Attack(f"JPEG {QUALITY}", _compressed),
        "resize": Attack(f"resized by {SMALLER:g} and back", _known(resized), resized),
        "crop": Attack(f"middle {KEPT:g} of each side", _known(cropped), cropped),
        "all": Attack("blur, noise and JPEG", _all, blurred),
    }
)
