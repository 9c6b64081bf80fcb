"""Whorl: fingerprints of generative image models.

Does this model copy its training data, and at which level? `Reference.fit`, then `reference.curve`. Which known
model made these pictures? `Registry.add`, then `Registry.identify`.
Names are imported on first use, so that ``import whorl`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whorl.embeddings import embed
    from whorl.encoders import load_encoder
    from whorl.errors import EncoderError, ImageError, ScoreError, StorageError, WhorlError, WhorlWarning
    from whorl.evaluation.evaluate import evaluate
    from whorl.fingerprints.measure import fingerprint_of
    from whorl.fingerprints.similarity import similarity
    from whorl.images import open_images
    from whorl.memorization import Comparison, CTScore, Curve, Reference, c_t, compare, z_u
    from whorl.registry import Registry

__version__ = "0.1.0"

_HOMES = {
    "CTScore": "whorl.memorization",
    "Comparison": "whorl.memorization",
    "Curve": "whorl.memorization",
    "EncoderError": "whorl.errors",
    "ImageError": "whorl.errors",
    "Reference": "whorl.memorization",
    "Registry": "whorl.registry",
    "ScoreError": "whorl.errors",
    "StorageError": "whorl.errors",
    "WhorlError": "whorl.errors",
    "WhorlWarning": "whorl.errors",
    "c_t": "whorl.memorization",
    "compare": "whorl.memorization",
    "embed": "whorl.embeddings",
    "evaluate": "whorl.evaluation.evaluate",
    "fingerprint_of": "whorl.fingerprints.measure",
    "load_encoder": "whorl.encoders",
    "open_images": "whorl.images",
    "similarity": "whorl.fingerprints.similarity",
    "z_u": "whorl.memorization",
}

__all__ = [
    "CTScore",
    "Comparison",
    "Curve",
    "EncoderError",
    "ImageError",
    "Reference",
    "Registry",
    "ScoreError",
    "StorageError",
    "WhorlError",
    "WhorlWarning",
    "__version__",
    "c_t",
    "compare",
    "embed",
    "evaluate",
    "fingerprint_of",
    "load_encoder",
    "open_images",
    "similarity",
    "z_u",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'whorl' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
