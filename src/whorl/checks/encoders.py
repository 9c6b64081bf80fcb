"""The contract of encoders, as something to run."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

    from whorl.encoders.contract import Encoder, Layer
    from whorl.images.contract import Picture

_SIZES = ((32, 32), (48, 64), (65, 33))
_TOLERANCE = 1e-5
"""Relative to the largest number of a layer: float32 sums may be taken in another order in a larger batch."""


def check_encoder(encoder: Encoder) -> None:
    """Hold an encoder to the contract `whorl.encoders.Encoder`, on three random pictures.

    Layers are named once each; `encode` gives exactly the layers, as finite float32 (B, D) on the CPU, and the
    same rows alone, in any order and any batch of inputs of one shape; the digest is 64 hex digits and stays;
    settings are JSON. It does not show that the embeddings mean anything.

    Raises:
        AssertionError: a breach of the contract, and what it is.

    >>> from whorl.encoders import load_encoder
    >>> check_encoder(load_encoder("pixels"))
    """
    from whorl.encoders.contract import Encoder

    _require(
        isinstance(encoder, Encoder), f"{type(encoder).__name__} lacks attributes of whorl.encoders.Encoder"
    )
    _check_names(encoder)
    digest = encoder.digest
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in _SIZES]
    for batch in _check_preprocess(encoder, pictures):
        _check_encode(encoder, batch)
    _require(encoder.digest == digest, "the digest changed while encoding")


def _check_names(encoder: Encoder) -> None:
    layers = encoder.layers
    _require(
        isinstance(encoder.name, str) and bool(encoder.name), f"name is {encoder.name!r}, expected a word"
    )
    _require(
        isinstance(layers, tuple) and bool(layers), f"layers is {layers!r}, expected a tuple of at least one"
    )
    _require(all(type(layer) in (int, str) for layer in layers), f"layers {layers!r} are not all int or str")
    _require(len(set(layers)) == len(layers), f"layers {layers!r} repeat one")
    digest = encoder.digest
    _require(
        isinstance(digest, str) and re.fullmatch("[0-9a-f]{64}", digest) is not None,
        f"digest is {digest!r}, expected 64 hex digits",
    )
    try:
        json.dumps(dict(encoder.settings), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise AssertionError(f"settings are no JSON values: {error}") from error


def _check_preprocess(encoder: Encoder, pictures: list[Picture]) -> list[torch.Tensor]:
    """Return the inputs in batches of one shape."""
    import torch

    before = [picture.copy() for picture in pictures]
    inputs = [encoder.preprocess(picture) for picture in pictures]
    _require(
        all(isinstance(x, torch.Tensor) for x in inputs), "preprocess gives something that is no torch.Tensor"
    )
    dtypes = {x.dtype for x in inputs}
    _require(len(dtypes) == 1, f"pictures of sizes {_SIZES} gave inputs of different dtypes: {dtypes}")
    same = all(np.array_equal(a, b) for a, b in zip(before, pictures, strict=True))
    _require(same, "preprocess changed the picture it was given")
    again = [encoder.preprocess(picture) for picture in pictures]
    _require(all(map(torch.equal, inputs, again)), "preprocess gave something else the second time")
    shapes = {x.shape for x in inputs}
    return [torch.stack([x for x in inputs if x.shape == shape]) for shape in sorted(shapes)]


def _check_encode(encoder: Encoder, batch: torch.Tensor) -> None:
    before = batch.clone()
    together = encoder.encode(batch)
    _require(bool((batch == before).all()), "encode changed the batch it was given")
    _require(
        tuple(together) == tuple(encoder.layers),
        f"encode gave the layers {list(together)}, expected {list(encoder.layers)}, in this order",
    )
    for layer, rows in together.items():
        _check_rows(rows, len(batch), f"layer {layer!r}")
    _check_same(
        encoder.encode(batch.flip(0)), {k: v.flip(0) for k, v in together.items()}, "in reverse order"
    )
    alone = [encoder.encode(batch[i : i + 1]) for i in range(len(batch))]
    for i, single in enumerate(alone):
        _check_same(single, {k: v[i : i + 1] for k, v in together.items()}, "alone")


def _check_rows(rows: torch.Tensor, n: int, where: str) -> None:
    import torch

    _require(isinstance(rows, torch.Tensor), f"{where} is a {type(rows).__name__}, expected a torch.Tensor")
    _require(rows.dtype == torch.float32, f"{where} is {rows.dtype}, expected float32")
    _require(rows.device.type == "cpu", f"{where} is on {rows.device}, expected the CPU")
    _require(
        rows.ndim == 2 and rows.shape[0] == n and rows.shape[1] >= 1,
        f"{where} has shape {tuple(rows.shape)}, expected ({n}, D)",
    )
    _require(bool(torch.isfinite(rows).all()), f"{where} holds NaN or infinity")


def _check_same(found: dict[Layer, torch.Tensor], expected: dict[Layer, torch.Tensor], how: str) -> None:
    for layer, rows in expected.items():
        where = f"layer {layer!r}, encoded {how},"
        shapes = tuple(found[layer].shape), tuple(rows.shape)
        _require(shapes[0] == shapes[1], f"{where} has shape {shapes[0]}, expected {shapes[1]}")
        gap, scale = float((found[layer] - rows).abs().max()), float(rows.abs().max())
        _require(gap <= _TOLERANCE * scale, f"{where} is off by {gap:.2g} (its largest value is {scale:.2g})")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(f"not a whorl encoder: {message}.")
