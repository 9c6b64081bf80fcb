"""The picture itself as an embedding: the encoder to compare others with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from whorl.encoders.batches import check_batch, check_finite
from whorl.encoders.layers import LayerSelection
from whorl.encoders.preprocessing import Preprocessing
from whorl.errors import EncoderError
from whorl.files import digest_json

if TYPE_CHECKING:
    import torch

    from whorl.encoders.contract import Layer
    from whorl.images.contract import Picture

LAYER = "pixels"


class PixelEncoder:
    """Raw pixels, resized to size x size (bilinear) where they are not, as float32 in [0, 1]: D = 3 size^2.

    A picture of the right size is not touched. `load_encoder("pixels")` has size 32, and
    `load_encoder("pixels:64")` size 64.

    Args:
        size: the side in pixels.
        layers: None or ["pixels"]; there is one layer.
        pooling: auto; there is nothing to pool.
        device: auto or cpu; there is nothing to compute.
        dtype: auto or float32.
        preprocessing: auto.
        compile: False; there is nothing to compile.

    Raises:
        EncoderError: any other value.

    >>> import numpy as np
    >>> encoder = PixelEncoder(2)
    >>> encoder.encode(encoder.preprocess(np.full((2, 2, 3), 255, np.uint8))[None])
    {'pixels': tensor([[1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.]])}
    """

    def __init__(
        self,
        size: int = 32,
        *,
        layers: LayerSelection = None,
        pooling: str = "auto",
        device: str = "auto",
        dtype: str = "auto",
        preprocessing: str | Preprocessing = "auto",
        compile: bool = False,  # noqa: A002 (torch's own word)
    ) -> None:
        _check_choices(layers, pooling, device, dtype, preprocessing, compile)
        self._size = size
        self._preprocessing = Preprocessing(resize=(size, size))

    @property
    def name(self) -> str:
        """`pixels:` and the size."""
        return f"pixels:{self._size}"

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The one layer, `pixels`."""
        return (LAYER,)

    @property
    def digest(self) -> str:
        """Digest of the settings: 64 hex digits."""
        return digest_json(self.settings)

    @property
    def settings(self) -> Mapping[str, object]:
        """How it encodes, as JSON values."""
        return {
            "format": 1,
            "family": "pixels",
            "layers": [LAYER],
            "pooling": "none",
            "dtype": "float32",
            "preprocessing": self._preprocessing.to_dict(),
        }

    @property
    def preprocessing(self) -> Preprocessing:
        """Resizing, apart from the encoder: what a process that prepares pictures needs of it."""
        return self._preprocessing

    def preprocess(self, image: Picture) -> torch.Tensor:
        """Turn a uint8 (H, W, 3) picture into float32 (3, size, size) in [0, 1].

        Raises:
            EncoderError: it is no such picture.
        """
        return self._preprocessing(image)

    def encode(self, batch: torch.Tensor) -> dict[Layer, torch.Tensor]:
        """Flatten float32 (B, 3, size, size) to {"pixels": (B, 3 size^2)}, on the CPU.

        Raises:
            EncoderError: a batch of another shape, or with NaN or infinity.
        """
        import torch

        check_batch(batch, (3, self._size, self._size), name=self.name)
        flat = batch.flatten(1).to(device="cpu", dtype=torch.float32, copy=True)
        check_finite({LAYER: flat}, name=self.name)
        return {LAYER: flat}


def _check_choices(
    layers: LayerSelection,
    pooling: str,
    device: str,
    dtype: str,
    preprocessing: str | Preprocessing,
    compile_it: bool,
) -> None:
    given: dict[str, tuple[object, tuple[object, ...]]] = {
        "layers": (list(layers) if isinstance(layers, tuple) else layers, (None, [LAYER])),
        "pooling": (pooling, ("auto",)),
        "device": (device, ("auto", "cpu")),
        "dtype": (dtype, ("auto", "float32")),
        "preprocessing": (preprocessing, ("auto",)),
        "compile": (compile_it, (False,)),
    }
    for name, (value, allowed) in given.items():
        if value not in allowed:
            raise EncoderError(f"pixels: {name}={value!r}; choose one of {', '.join(map(repr, allowed))}.")
