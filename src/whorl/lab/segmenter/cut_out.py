"""From class maps to a foreground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whorl.images.contract import Picture

if TYPE_CHECKING:
    from whorl.lab.segmenter.model import ClassMaps

THRESHOLD = 0.5
"""Where the foreground begins, from the lowest (0) to the highest (1) value of a map."""


@dataclass(frozen=True, eq=False)
class ClassMap:
    """The map of the class that a picture most likely shows.

    Attributes:
        logits: float32 (H, W), as large as the picture.
        label: position of the class.
    """

    logits: NDArray[np.float32]
    label: int

    def scaled(self) -> NDArray[np.float64]:
        """Return the map from 0, its lowest value, to 1, its highest; a flat map is 1 everywhere."""
        low, high = float(self.logits.min()), float(self.logits.max())
        if not high > low:
            return np.ones(self.logits.shape)
        scaled: NDArray[np.float64] = (self.logits.astype(np.float64) - low) / (high - low)
        return scaled


def class_map(model: ClassMaps, picture: Picture, *, size: int, sharpness: float) -> ClassMap:
    """Return a picture's map; it is resized (bilinear) to the network's size, and the map back.

    Args:
        model: in eval mode.
        picture: uint8 (H, W, 3).
        size: side of the pictures that the network was trained on.
        sharpness: see `whorl.lab.segmenter.model.pooled`.
    """
    import torch
    from torch.nn.functional import interpolate

    from whorl.encoders.preprocessing import resize
    from whorl.lab.segmenter.model import pooled
    from whorl.lab.training.augment import plain

    device = next(model.parameters()).device
    with torch.no_grad():
        inputs = plain(resize(picture, (size, size), "bilinear")[None]).to(device)
        maps = model(inputs)
        label = int(pooled(maps, sharpness)[0].argmax())
        chosen = maps[:, label : label + 1]
        if picture.shape[:2] != (size, size):
            chosen = interpolate(chosen, size=picture.shape[:2], mode="bilinear", align_corners=False)
        return ClassMap(chosen[0, 0].cpu().numpy(), label)


def foreground(found: ClassMap, threshold: float = THRESHOLD) -> NDArray[np.bool_]:
    """Return where a map is at least so high between its lowest and highest value, bool (H, W).

    Relative to the map, since training with labels alone fixes where a map is high, but not how high. So every
    picture has a foreground, whether or not it shows something.

    >>> foreground(ClassMap(np.array([[-4.0, -2.0, 0.0]], np.float32), 0)).tolist()
    [[False, True, True]]
    """
    return np.asarray(found.scaled() >= threshold)


def cut_out(picture: Picture, mask: NDArray[np.bool_], *, fill: int = 255) -> Picture:
    """Return the picture where the mask is true, and one grey level elsewhere.

    >>> cut_out(np.zeros((1, 2, 3), np.uint8), np.array([[True, False]]))[0, :, 0].tolist()
    [0, 255]
    """
    return np.where(mask[..., None], picture, np.uint8(fill))
