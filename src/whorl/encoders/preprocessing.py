"""From a picture to the tensor an encoder was trained on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from whorl.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch
    from numpy.typing import NDArray

    from whorl.images.contract import Picture

_FILTERS = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """Resize, centre crop, rescale, normalise: in this order, each of them optional.

    x = (rescale * pixel - mean) / std, in float32, channels first. Resizing is Pillow's, on the uint8
    picture, and averages over the whole area when it shrinks (antialiasing).

    Attributes:
        resize: an int is the length of the shorter side, the other in proportion, rounded down;
            a pair is exactly (height, width); None leaves the size alone.
        resample: Pillow's filter: nearest, lanczos, bilinear, bicubic, box or hamming.
        crop: (height, width) cut from the centre, or None. A smaller picture is padded with black.
        rescale: what a pixel 0..255 is multiplied with.
        mean: subtracted per channel, after rescaling.
        std: divided by per channel.

    Raises:
        EncoderError: a size below 1, an unknown filter, a std that is not positive.

    Source: equal to transformers' image processors on the Pillow backend (tested).

    >>> import numpy as np
    >>> paper = Preprocessing(resize=256, crop=(224, 224), mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    >>> tuple(paper(np.zeros((300, 400, 3), np.uint8)).shape)
    (3, 224, 224)
    """

    resize: int | tuple[int, int] | None = None
    resample: str = "bilinear"
    crop: tuple[int, int] | None = None
    rescale: float = 1 / 255
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        if self.resample not in _FILTERS:
            raise EncoderError(f"resample={self.resample!r} is unknown; choose one of {', '.join(_FILTERS)}.")
        _check_sizes(self.resize, self.crop)
        _check_numbers(self.rescale, self.mean, self.std)

    @property
    def output_size(self) -> tuple[int, int] | None:
        """Height and width of every result, or None where they depend on the picture."""
        if self.crop is not None:
            return self.crop
        return self.resize if isinstance(self.resize, tuple) else None

    def __call__(self, image: Picture) -> torch.Tensor:
        """Turn a uint8 (H, W, 3) picture into float32 (3, H', W'); safe to call from several threads.

        Raises:
            EncoderError: the picture is not uint8 (H, W, 3), or empty.
        """
        import torch

        _check_picture(image)
        pixels = image
        if self.resize is not None:
            pixels = resize(pixels, _target(self.resize, pixels.shape[:2]), self.resample)
        if self.crop is not None:
            pixels = centre_crop(pixels, self.crop)
        planes = np.empty((3, *pixels.shape[:2]), dtype=np.float32)
        for channel, values in enumerate(self._table):
            # No uint8 is beyond the table; "wrap" is the mode that NumPy looks up quickest.
            np.take(values, pixels[..., channel], out=planes[channel], mode="wrap")
        return torch.from_numpy(planes)

    @cached_property
    def _table(self) -> NDArray[np.float32]:
        """What each of the 256 values becomes in each channel: (3, 256)."""
        values = (np.arange(256, dtype=np.float64) * self.rescale).astype(np.float32)
        mean, std = (np.array(v, dtype=np.float32)[:, None] for v in (self.mean, self.std))
        table: NDArray[np.float32] = (values - mean) / std
        return table

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        values = dataclasses.asdict(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Preprocessing:
        """Return the settings that `to_dict` wrote.

        Raises:
            EncoderError: a name that is no setting, or a bad value.

        >>> exact = Preprocessing(resize=(32, 32))
        >>> Preprocessing.from_dict(exact.to_dict()) == exact
        True
        """
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise EncoderError(f"unknown preprocessing settings {unknown}; there are {sorted(known)}.")
        settings: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
        return cls(**settings)


def resize(pixels: Picture, size: tuple[int, int], resample: str) -> Picture:
    """Resize uint8 (H, W, 3) to exactly `size` (height, width) with Pillow's filter of that name."""
    if pixels.shape[:2] == size:
        return pixels  # Pillow would copy it, at half the cost of preparing a small picture
    picture = Image.fromarray(pixels)
    return np.asarray(picture.resize((size[1], size[0]), resample=Image.Resampling[resample.upper()]))


def centre_crop(pixels: Picture, size: tuple[int, int]) -> Picture:
    """Cut `size` (height, width) from the centre of uint8 (H, W, 3), padded with black if it is smaller."""
    padding = [max(0, wanted - found) for wanted, found in zip(size, pixels.shape[:2], strict=True)]
    if any(padding):
        # The odd pixel of padding goes in front: what transformers does, and so what encoders saw.
        pixels = np.pad(pixels, [*((p - p // 2, p // 2) for p in padding), (0, 0)])
    top, left = ((found - wanted) // 2 for wanted, found in zip(size, pixels.shape[:2], strict=True))
    return pixels[top : top + size[0], left : left + size[1]]


def _target(resize: int | tuple[int, int], shape: tuple[int, ...]) -> tuple[int, int]:
    if isinstance(resize, tuple):
        return resize
    height, width = shape
    if width <= height:
        return int(resize * height / width), resize
    return resize, int(resize * width / height)


def _check_picture(image: object) -> None:
    if not isinstance(image, np.ndarray):
        raise EncoderError(
            f"expected a picture as uint8 (H, W, 3), found a {type(image).__name__}; use whorl.open_images."
        )
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        found = f"{image.dtype} {image.shape}"
        raise EncoderError(f"expected a picture as uint8 (H, W, 3), found {found}; use whorl.open_images.")


def _check_sizes(resize: object, crop: object) -> None:
    if resize is not None and not _is_side(resize) and not _is_pair(resize):
        raise EncoderError(
            f"resize={resize!r} is no size; expected an int or (height, width), from 1 on, or None."
        )
    if crop is not None and not _is_pair(crop):
        raise EncoderError(f"crop={crop!r} is no size; expected (height, width), from 1 on, or None.")


def _is_side(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(_is_side(side) for side in value)


def _check_numbers(rescale: float, mean: object, std: object) -> None:
    if not np.isfinite(rescale) or rescale <= 0:
        raise EncoderError(f"rescale={rescale!r} must be a positive number, such as 1/255.")
    for name, value in (("mean", mean), ("std", std)):
        good = isinstance(value, tuple) and len(value) == 3 and bool(np.isfinite(value).all())
        if not good or (name == "std" and min(value) <= 0):  # type: ignore[call-overload]
            raise EncoderError(f"{name}={value!r} must be three numbers, one per channel (std above 0).")
