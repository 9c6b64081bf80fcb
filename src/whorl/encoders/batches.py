"""What goes into an encoder, and what comes out of it, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from whorl.errors import EncoderError

if TYPE_CHECKING:
    import torch

    from whorl.encoders.contract import Layer


def check_batch(batch: torch.Tensor, expected: tuple[int, ...], *, name: str) -> None:
    """Refuse anything but a floating-point batch (B, *expected) with B >= 1.

    Raises:
        EncoderError: it is of another shape or dtype, or empty.

    >>> import torch
    >>> check_batch(torch.zeros(2, 3, 8, 8), (3, 8, 8), name="an encoder")
    """
    if tuple(batch.shape[1:]) != expected or not batch.is_floating_point() or not len(batch):
        shape = ", ".join(map(str, expected))
        raise EncoderError(
            f"{name} encodes a floating-point batch of shape (B, {shape}), B at least 1, found {batch.dtype} "
            f"{tuple(batch.shape)}; stack what its own preprocess gives."
        )


def check_finite(embeddings: Mapping[Layer, torch.Tensor], *, name: str) -> None:
    """Refuse embeddings with NaN or infinity, from which distances would silently be NaN too.

    Raises:
        EncoderError: the first such layer is named.

    >>> import torch
    >>> check_finite({1: torch.zeros(2, 4)}, name="an encoder")
    """
    import torch

    for layer, embedding in embeddings.items():
        if not bool(torch.isfinite(embedding).all()):
            raise EncoderError(
                f"{name}: NaN or infinity in the embeddings of layer {layer!r}; if it was encoded with "
                "dtype='float16', use 'float32', else leave that layer out or check the weights."
            )
