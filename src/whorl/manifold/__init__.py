"""Manifold fingerprints (ManiFPT): a picture minus the nearest real one, in the space of any layer.

The method is that of arXiv 2402.10401 (CVPR 2024). Names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whorl.manifold.ablations import random_artifacts, raw_features
    from whorl.manifold.artifacts import Artifacts
    from whorl.manifold.frechet_ratio import FDR, fdr
    from whorl.manifold.manifold import Manifold
    from whorl.manifold.projection import Projection
    from whorl.manifold.ratio_null import FDRNull, fdr_null

_HOMES = {
    "FDR": "whorl.manifold.frechet_ratio",
    "FDRNull": "whorl.manifold.ratio_null",
    "Artifacts": "whorl.manifold.artifacts",
    "Manifold": "whorl.manifold.manifold",
    "Projection": "whorl.manifold.projection",
    "fdr": "whorl.manifold.frechet_ratio",
    "fdr_null": "whorl.manifold.ratio_null",
    "random_artifacts": "whorl.manifold.ablations",
    "raw_features": "whorl.manifold.ablations",
}

__all__ = [
    "FDR",
    "Artifacts",
    "FDRNull",
    "Manifold",
    "Projection",
    "fdr",
    "fdr_null",
    "random_artifacts",
    "raw_features",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
