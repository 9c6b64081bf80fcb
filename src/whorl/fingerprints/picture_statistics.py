"""The paper's baseline: mean and standard deviation of the pictures, and their Frechet distance to training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod, gathered
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.similarity import Rule, alike


class PictureStatistics(FingerprintMethod):
    """Three numbers, matched by the paper's three rules. arXiv 2407.21159, section 5.2.

    Mean and standard deviation of all pixels from 0 to 1, and the Frechet distance to T at the last layer, in the
    Reference's projection; the paper takes Inception's, which is FID.
    """

    parts = ("pixels", "frechet")

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    @property
    def name(self) -> str:
        """statistics-l2, statistics-cosine or statistics-both."""
        return f"statistics-{self._rule}"

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
        pixels, frechet = gathered("pixels", query, known), gathered("frechet", query, known)
        mine, *others = np.concatenate([pixels, frechet[:, -1:]], axis=1)
        near = [alike(mine, other, self._rule) if np.isfinite(other).all() else -np.inf for other in others]
        return 1 - np.array(near)
