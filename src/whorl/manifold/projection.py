"""Where pictures fall on the manifold: each one's nearest real picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer


@dataclass(frozen=True, eq=False)
class Projection:
    """The real picture x* that each of Q pictures is projected onto, in one space.

        x* = argmin over x in X_R of ||phi(x_G) - phi(x)||^2

    Attributes:
        layer: which space.
        ids: Q names of the pictures.
        index: int64 (Q,), row of x* in the manifold; the lowest row among equals.
        distance: float64 (Q,), ||phi(x_G) - phi(x*)||, at least 0, in the units of phi.
        nearest_ids: Q names of x*, None where the manifold keeps no ids.
        copies: int64 (Q,), how many real pictures of the manifold have the picture's own pixels.
        left_self_out: whether those were left out.
        onto: "nearest", or "random" for the ablation, where x* is any real picture.
        manifold: the manifold's digest.

    Source: arXiv 2402.10401; one nearest neighbour, squared L2, as in its public code.
    """

    layer: Layer
    ids: tuple[str, ...] = field(repr=False)
    index: NDArray[np.int64] = field(repr=False)
    distance: NDArray[np.float64] = field(repr=False)
    nearest_ids: tuple[str, ...] | None = field(repr=False)
    copies: NDArray[np.int64] = field(repr=False)
    left_self_out: bool
    onto: Literal["nearest", "random"]
    manifold: str

    def __len__(self) -> int:
        """Return Q."""
        return len(self.ids)

    @property
    def twins(self) -> int:
        """How many of the pictures are pictures of the manifold."""
        return int(np.count_nonzero(self.copies))
