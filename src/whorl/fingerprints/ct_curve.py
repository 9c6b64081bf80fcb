"""The paper's fingerprint: the C_T-layer curve, matched by its three rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod, gathered
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.similarity import Rule, alike


class CTCurve(FingerprintMethod):
    """C_T from the second layer on; distance is 1 less the similarity. arXiv 2407.21159, section 5.

    Layers at which either set has no cell that counts are left out. Two sets without any layer in common are
    infinitely far apart.

    >>> a, b = (Fingerprint("r", (1, 2, 3), 500, {"c_t": np.array([0.0, 3.0, y])}) for y in (4.0, 4.5))
    >>> CTCurve("l2").distances(a, [a, b]).round(3).tolist()
    [0.0, 0.333]
    """

    parts = ("c_t",)

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    @property
    def name(self) -> str:
        """ct-l2, ct-cosine or ct-both."""
        return f"ct-{self._rule}"

    def fits(self, fingerprint: Fingerprint) -> bool:
        """See `FingerprintMethod.fits`; the first layer does not count."""
        return "c_t" in fingerprint.parts and bool(np.isfinite(fingerprint.parts["c_t"][1:]).any())

    @property
    def one_size(self) -> bool:
        """True: see `FingerprintMethod.one_size`."""
        return True

    def distances(
        self,
        query: Fingerprint,
        known: Sequence[Fingerprint],
        *,
        pictures: int | None = None,  # noqa: ARG002
    ) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        mine, *others = gathered("c_t", query, known)[:, 1:]
        result = np.full(len(others), np.inf)
        for i, other in enumerate(others):
            both = np.isfinite(mine) & np.isfinite(other)
            if both.any():
                result[i] = 1 - alike(mine[both], other[both], self._rule)
        return result
