"""What every encoder offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

    from whorl.images.contract import Picture

Layer: TypeAlias = int | str
"""A layer's name: its index in the encoder's hidden states, or a word where there is no depth."""


@runtime_checkable
class Encoder(Protocol):
    """Turns pictures into one embedding per layer, in one forward pass.

    `whorl.checks.check_encoder` holds an implementation to this contract.
    """

    @property
    def name(self) -> str:
        """What the user asked for: a hub name, a folder's name, or a built-in's."""
        ...

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers given back by `encode`, from shallow to deep."""
        ...

    @property
    def digest(self) -> str:
        """Digest of weights, preprocessing, layers, pooling and dtype: 64 hex digits.

        Two encoders with the same digest give the same embeddings.
        """
        ...

    @property
    def settings(self) -> Mapping[str, object]:
        """How it encodes (family, pooling, dtype, preprocessing, device), as JSON values, for reports.

        `location` and `options`, where given, load the same encoder again: `load_encoder(location, **options)`;
        without them it is looked for by its name.
        """
        ...

    def preprocess(self, image: Picture) -> torch.Tensor:
        """Turn one uint8 (H, W, 3) picture into the encoder's input, without a batch axis.

        Called from several threads at once, on a CPU also from forked processes. Inputs may differ in shape from
        picture to picture; only those of one shape are stacked.
        """
        ...

    def encode(self, batch: torch.Tensor) -> dict[Layer, torch.Tensor]:
        """Encode stacked inputs (B, ...) in one pass: for each layer, float32 (B, D) on the CPU."""
        ...
