"""Encoders: from a picture to one embedding per layer, in one forward pass.

Importing this package imports neither torch nor transformers; loading an encoder does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whorl.encoders.contract import Encoder, Layer
from whorl.encoders.load import available_encoders, load_encoder

if TYPE_CHECKING:
    from whorl.encoders.pixels import PixelEncoder
    from whorl.encoders.preprocessing import Preprocessing
    from whorl.encoders.spectrum import SpectrumEncoder
    from whorl.encoders.transformers_encoder import TransformersEncoder

__all__ = [
    "Encoder",
    "Layer",
    "PixelEncoder",
    "Preprocessing",
    "SpectrumEncoder",
    "TransformersEncoder",
    "available_encoders",
    "load_encoder",
]

_LAZY = {
    "PixelEncoder": "whorl.encoders.pixels",
    "Preprocessing": "whorl.encoders.preprocessing",
    "SpectrumEncoder": "whorl.encoders.spectrum",
    "TransformersEncoder": "whorl.encoders.transformers_encoder",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
