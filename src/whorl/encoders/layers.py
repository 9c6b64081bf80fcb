"""Which layers are encoded, named as timm names them."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import TypeAlias, TypeGuard

from whorl.errors import EncoderError

LayerSelection: TypeAlias = int | Sequence[int | str] | None
"""None: all blocks. n > 0: the last n. A list: exactly these, negatives from the end."""


def select_layers(layers: LayerSelection, *, depth: int) -> tuple[int, ...]:
    """Return the chosen layers of an encoder with `depth` blocks, from shallow to deep.

    Layer 0 is the embedding output and layers 1 .. depth are the blocks. Layer 0 is never chosen
    unless it is listed: its class token is the same for every picture, so C_T is undefined there.

    Args:
        layers: None for all blocks (1 .. depth); an int n > 0 for the last n blocks; a list for
            exactly these, in any order, where -1 is the last block and -depth - 1 is layer 0.
        depth: the number of blocks (or stages).

    Raises:
        EncoderError: a layer out of range, a duplicate, an empty list, or something that is no int.

    Source: the `indices` argument of timm's `forward_intermediates`.

    >>> select_layers(None, depth=4)
    (1, 2, 3, 4)
    >>> select_layers(2, depth=4)
    (3, 4)
    >>> select_layers([-1, 0, 2], depth=4)
    (0, 2, 4)
    """
    if layers is None:
        return tuple(range(1, depth + 1))
    if _is_index(layers):
        return _last(int(layers), depth)
    if isinstance(layers, str) or not isinstance(layers, Sequence):
        raise EncoderError(f"layers={layers!r} is neither None, a number nor a list. {_valid(depth)}")
    chosen = [_index(layer, depth) for layer in layers]
    if not chosen:
        raise EncoderError(f"layers is an empty list. {_valid(depth)}")
    twice = sorted({layer for layer in chosen if chosen.count(layer) > 1})
    if twice:
        raise EncoderError(f"layers={list(layers)!r} lists {twice} more than once; list each layer once.")
    return tuple(sorted(chosen))


def _last(n: int, depth: int) -> tuple[int, ...]:
    if not 1 <= n <= depth:
        raise EncoderError(f"layers={n} asks for the last {n} blocks. {_valid(depth)}")
    return tuple(range(depth - n + 1, depth + 1))


def _index(layer: object, depth: int) -> int:
    if not _is_index(layer):
        raise EncoderError(f"layer {layer!r} is no whole number. {_valid(depth)}")
    layer = int(layer)
    if not -depth - 1 <= layer <= depth:
        raise EncoderError(f"there is no layer {layer}. {_valid(depth)}")
    return layer if layer >= 0 else depth + 1 + layer


def _is_index(value: object) -> TypeGuard[int]:
    return isinstance(value, Integral) and not isinstance(value, bool)  # NumPy's whole numbers too


def _valid(depth: int) -> str:
    return (
        f"This encoder has {depth} layers: give None for 1 to {depth}, a number from 1 to {depth} for "
        f"the last so many, or a list of layers, 0 (the embedding output) to {depth} or {-depth - 1} to -1."
    )
