"""All methods that compare fingerprints, by name."""

from __future__ import annotations

from collections.abc import Iterable

from whorl.errors import ScoreError
from whorl.fingerprints.contract import FingerprintMethod
from whorl.fingerprints.copying_differences import CopyingDifferences
from whorl.fingerprints.ct_curve import CTCurve
from whorl.fingerprints.early_means import EarlyMeans
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.joined import Joined
from whorl.fingerprints.layer_means import LayerMeans
from whorl.fingerprints.layer_moments import LayerMoments
from whorl.fingerprints.picture_statistics import PictureStatistics
from whorl.fingerprints.similarity import RULES
from whorl.fingerprints.whitened_means import WhitenedMeans

_ALL: tuple[FingerprintMethod, ...] = (
    EarlyMeans(),
    *(CTCurve(rule) for rule in RULES),
    *(PictureStatistics(rule) for rule in RULES),
    CopyingDifferences(),
    LayerMeans(),
    WhitenedMeans(),
    LayerMoments(),
    Joined(),
)
METHODS = {method.name: method for method in _ALL}
"""Every method; docs/identification.md says how they do."""

DEFAULT = "early-means"
"""The method that `identify` uses where the fingerprints allow it."""

_BEST_FIRST = (DEFAULT, "ct-both")


def method_named(name: str) -> FingerprintMethod:
    """Return a method.

    Raises:
        ScoreError: there is none of that name.
    """
    if name not in METHODS:
        raise ScoreError(f"no method {name!r}; choose from {', '.join(METHODS)}.")
    return METHODS[name]


def best_method(fingerprints: Iterable[Fingerprint]) -> FingerprintMethod:
    """Return the best method for which all fingerprints have the numbers.

    Raises:
        ScoreError: there is none.
    """
    held = tuple(fingerprints)
    for name in _BEST_FIRST:
        if all(METHODS[name].fits(each) for each in held):
            return METHODS[name]
    parts = sorted(set.intersection(*(set(each.parts) for each in held))) if held else []
    raise ScoreError(
        "these fingerprints have no numbers in common that a method reads (common parts: "
        f"{', '.join(parts) or 'none'}). Measure the sets on the same Reference with this version of Whorl."
    )
