"""What encoders without weights share: pictures of one square size, one layer, nothing to choose."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from whorl.encoders.batches import check_batch, check_finite
from whorl.encoders.layers import LayerSelection
from whorl.encoders.preprocessing import Preprocessing
from whorl.errors import EncoderError
from whorl.files import digest_json

if TYPE_CHECKING:
    import torch

    from whorl.encoders.contract import Layer
    from whorl.images.contract import Picture


class SquareEncoder(ABC):
    """A base for encoders that compute one layer from the pixels of size x size pictures, without weights.

    Args:
        size: the side in pixels; a picture of another size is resized (bilinear), one of this size not touched.
        layers: None or a list of the one layer.
        pooling: auto; there is nothing to pool.
        device: auto or cpu.
        dtype: auto or float32.
        preprocessing: auto.
        compile: False; there is nothing to compile.

    Raises:
        EncoderError: any other value.
    """

    family: ClassVar[str]
    """The encoder's name without a size; its layer's name too."""

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
        given: dict[str, tuple[object, tuple[object, ...]]] = {
            "layers": (list(layers) if isinstance(layers, tuple) else layers, (None, [self.family])),
            "pooling": (pooling, ("auto",)),
            "device": (device, ("auto", "cpu")),
            "dtype": (dtype, ("auto", "float32")),
            "preprocessing": (preprocessing, ("auto",)),
            "compile": (compile, (False,)),
        }
        for name, (value, allowed) in given.items():
            if value not in allowed:
                choices = ", ".join(map(repr, allowed))
                raise EncoderError(f"{self.family}: {name}={value!r}; choose one of {choices}.")
        self._size = size
        self._preprocessing = Preprocessing(resize=(size, size))

    @property
    def name(self) -> str:
        """The family and the size."""
        return f"{self.family}:{self._size}"

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The one layer, called as the family is."""
        return (self.family,)

    @property
    def digest(self) -> str:
        """Digest of the settings: 64 hex digits."""
        return digest_json(self.settings)

    @property
    def settings(self) -> Mapping[str, object]:
        """How it encodes, as JSON values."""
        return {
            "format": 1,
            "family": self.family,
            "layers": [self.family],
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
        """Turn float32 (B, 3, size, size) into the one layer, float32 (B, D) on the CPU.

        Raises:
            EncoderError: a batch of another shape, or with NaN or infinity.
        """
        check_batch(batch, (3, self._size, self._size), name=self.name)
        check_finite({self.family: batch.flatten(1)}, name=self.name)
        return {self.family: self._rows(batch)}

    @abstractmethod
    def _rows(self, batch: torch.Tensor) -> torch.Tensor: ...
