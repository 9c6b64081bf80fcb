"""How different two pictures look: features whose squared distance is a perceptual distance."""

from __future__ import annotations

from typing import Protocol

import torch
from torch.nn.functional import interpolate

from whorl.files import digest_json

_EPSILON = 1e-10


class PerceptualFeatures(Protocol):
    """Features of pictures; the squared Euclidean distance of two rows is the distance of two pictures.

    Attributes:
        name: what a result says of it.
        digest: of weights and settings: equal digests give equal features.
    """

    @property
    def name(self) -> str:
        """See above."""
        ...

    @property
    def digest(self) -> str:
        """See above."""
        ...

    def rows(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return (B, F) of pictures (B, 3, H, W) from 0 to 1, differentiable in both directions."""
        ...


class EncoderFeatures:
    """Features of every block of the encoder that comes with Whorl, each token brought to length 1.

    In place of LPIPS (arXiv 1801.03924, equation 1) where its weights are not at hand: the same distance, between
    unit features, averaged over places and layers, on our own network instead of AlexNet and without weights
    learned from people's judgements. It is ours, and no distance of it can be compared with a published LPIPS.

    Args:
        device: where it computes.
    """

    name = "whorl-vit-32, all blocks"

    def __init__(self, device: torch.device | None = None) -> None:
        from transformers import AutoModel

        from whorl.encoders import bundled
        from whorl.encoders.quiet import quiet

        bundled.check_digests(bundled.FOLDER)
        # The kernels of the usual attention have no forward derivative. Its pooler has no weights here; without
        # it torch's own random numbers are left alone.
        with quiet():
            model = AutoModel.from_pretrained(
                bundled.FOLDER, attn_implementation="eager", add_pooling_layer=False
            )
        self._model = model.to(device or torch.device("cpu")).eval().requires_grad_(requires_grad=False)
        self._side = int(model.config.image_size)
        # The files were compared with these just now.
        self.digest = digest_json({"what": self.name, "files": dict(bundled.SHA256)})

    def rows(self, pictures: torch.Tensor) -> torch.Tensor:
        """See `PerceptualFeatures`; pictures of another size are resized."""
        if pictures.shape[-2:] != (self._side, self._side):
            pictures = interpolate(pictures, (self._side, self._side), mode="bilinear", antialias=False)
        blocks = self._model(pictures * 2 - 1, output_hidden_states=True).hidden_states[1:]
        unit = [block / (block.square().sum(dim=-1, keepdim=True) + _EPSILON).sqrt() for block in blocks]
        scale = (len(blocks) * blocks[0].shape[1]) ** -0.5
        found: torch.Tensor = torch.cat([each.flatten(1) for each in unit], dim=1) * scale
        return found
