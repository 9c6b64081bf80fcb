"""What a generator adds to the manifold, one vector per picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.manifold.projection import Projection


@dataclass(frozen=True, eq=False)
class Artifacts:
    """The artifacts of Q pictures in one space; those of one generator are, as a set, its fingerprint.

        a(x_G) = phi(x_G) - phi(x*)

    The sign is always this one: positive where the picture has more than the real one.

    Attributes:
        layer: which space.
        values: float32 (Q, D).
        ids: Q names of the pictures.
        kind: "nearest" for artifacts; "random" (minus a random real picture) and "raw" (phi itself) for the two
            ablations that show what nearness is worth.
        projection: which real picture was subtracted, None for "raw".
        manifold: the manifold's digest.

    Source: arXiv 2402.10401.
    """

    layer: Layer
    values: NDArray[np.float32] = field(repr=False)
    ids: tuple[str, ...] = field(repr=False)
    kind: Literal["nearest", "random", "raw"]
    projection: Projection | None
    manifold: str

    def __len__(self) -> int:
        """Return Q."""
        return len(self.ids)

    @property
    def nearest_ids(self) -> tuple[str, ...] | None:
        """Q names of the real pictures that were subtracted; None for "raw", or where ids were left out."""
        return self.projection.nearest_ids if self.projection else None

    @property
    def distance(self) -> NDArray[np.float64] | None:
        """Float64 (Q,), the lengths of the artifacts, found by float64 differences; None for "raw"."""
        return self.projection.distance if self.projection else None


def artifacts_of(
    features: NDArray[np.float32], real: NDArray[np.float32], projection: Projection
) -> Artifacts:
    """Subtract the real pictures that a projection names.

    Args:
        features: float32 (Q, D), phi of the pictures.
        real: float32 (N, D), phi of X_R.
        projection: of the same Q pictures.
    """
    values = features - real[projection.index]  # one rounding to float32, of the exact difference
    return Artifacts(
        projection.layer, values, projection.ids, projection.onto, projection, projection.manifold
    )
