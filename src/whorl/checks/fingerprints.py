"""The contract of fingerprint methods, as something to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from whorl.errors import ScoreError

if TYPE_CHECKING:
    from whorl.fingerprints.contract import FingerprintMethod
    from whorl.fingerprints.fingerprint import Fingerprint

_LAYERS, _WIDTH = 4, 6


def check_method(method: FingerprintMethod) -> None:
    """Hold a method to the contract `whorl.fingerprints.contract.FingerprintMethod`, on made-up fingerprints.

    It has a name and parts; it gives one finite distance to each known fingerprint, the least one to an equal
    one, whatever else is known and in whatever order; fewer pictures never bring it nearer; a missing part,
    another Reference and an empty registry are refused. It does not show that the method tells models apart.

    Raises:
        AssertionError: a breach of the contract, and what it is.

    >>> from whorl.fingerprints.methods import METHODS
    >>> for method in METHODS.values():
    ...     check_method(method)
    """
    _require(bool(method.name) and bool(method.parts), "it has no name or reads no part")
    known = [_made_up(seed) for seed in range(5)]
    query = _made_up(2)
    found = method.distances(query, known)
    fits = found.shape == (5,) and found.dtype == np.float64 and bool(np.isfinite(found).all())
    _require(fits, "its distances are not float64 (K,), all finite")
    _require(int(np.argmin(found)) == 2, "an equal fingerprint is not the nearest")
    turned = method.distances(query, known[::-1])[::-1]
    _require(np.allclose(found, turned), "the order of the known fingerprints changes a distance")
    fewer = method.distances(query, known, pictures=query.n_pictures // 2)
    _require(bool((fewer >= found - 1e-12).all()), "fewer pictures bring the query nearer")
    for part in method.parts:
        without = {name: each for name, each in query.parts.items() if name != part}
        _refused(method, _like(query, without), known, f"a fingerprint without {part!r}")
    _refused(method, _made_up(2, reference="another"), known, "a fingerprint of another Reference")
    _refused(method, query, [], "an empty registry")


def _made_up(seed: int, reference: str = "made up") -> Fingerprint:
    from whorl.fingerprints.fingerprint import Fingerprint

    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "c_t": (_LAYERS,),
        "copying": (2 * _LAYERS,),
        "means": (_LAYERS, _WIDTH),
        "spreads": (_LAYERS, _WIDTH),
        "whitened_means": (_LAYERS * _WIDTH,),
        "frechet": (_LAYERS,),
        "chance": (2,),
        "pixels": (2,),
    }
    parts = {name: rng.normal(0, 1, size=shape) for name, shape in shapes.items()}
    parts |= {name: np.abs(parts[name]) + 0.1 for name in ("spreads", "chance", "frechet", "pixels")}
    return Fingerprint(reference, tuple(range(1, _LAYERS + 1)), 100, parts)


def _like(fingerprint: Fingerprint, parts: dict[str, np.ndarray]) -> Fingerprint:
    from dataclasses import replace

    return replace(fingerprint, parts=parts)


def _refused(method: FingerprintMethod, query: Fingerprint, known: list[Fingerprint], what: str) -> None:
    try:
        method.distances(query, known)
    except ScoreError:
        return
    raise AssertionError(f"not a fingerprint method: {method.name} does not refuse {what}.")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(f"not a fingerprint method: {message}.")
