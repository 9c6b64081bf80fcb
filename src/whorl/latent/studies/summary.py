"""Many pictures read back as a few numbers with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whorl.latent.studies.asked import ReadBack

_DRAWS = 2_000
_TAIL = (0.025, 0.975)


@dataclass(frozen=True)
class Share:
    """A share from 0 to 1 with its 95 % interval."""

    value: float
    low: float
    high: float

    def to_list(self) -> list[float]:
        """Return value, low and high."""
        return [self.value, self.low, self.high]


@dataclass(frozen=True)
class ReadSummary:
    """How well keys were read.

    Attributes:
        pictures: how many.
        bits: of a key.
        bit_accuracy: mean share of right bits; the interval draws pictures anew.
        exact: share of pictures with all bits right (Wilson's interval).
        named: share answered with their own user (Wilson's interval).
        misnamed: share answered with another user.
        passes: mean number of passes of the generator.
        predicted: predicted share of wrong bits; None where the reader does not say.
        residual: median, in grey levels.
        wrong: share of wrong bits, all pictures together (Wilson's interval, as if each bit were drawn by itself).
    """

    pictures: int
    bits: int
    bit_accuracy: Share
    exact: Share
    named: Share
    misnamed: float
    passes: float
    predicted: float | None
    residual: float
    wrong: Share

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "pictures": self.pictures,
            "bits": self.bits,
            "bit_accuracy": self.bit_accuracy.to_list(),
            "exact": self.exact.to_list(),
            "named": self.named.to_list(),
            "misnamed": self.misnamed,
            "passes": self.passes,
            "predicted_wrong_bits": self.predicted,
            "residual": self.residual,
            "wrong_bits": self.wrong.to_list(),
        }


def summed_up(found: Sequence[ReadBack], bits: int) -> ReadSummary:
    """Return the summary of pictures read back."""
    right = 1 - np.array([each.wrong for each in found]) / bits
    foretold = [each.predicted for each in found if each.predicted is not None]
    drawn = np.random.default_rng(0).integers(0, len(found), (_DRAWS, len(found)))
    low, high = np.quantile(right[drawn].mean(axis=1), _TAIL)
    return ReadSummary(
        len(found),
        bits,
        Share(float(right.mean()), float(low), float(high)),
        share_of([each.wrong == 0 for each in found]),
        share_of([each.right_user for each in found]),
        float(np.mean([each.other_user for each in found])),
        float(np.mean([each.passes for each in found])),
        float(np.mean(foretold)) if len(foretold) == len(found) else None,
        float(np.median([each.residual for each in found])),
        binomial_share(sum(each.wrong for each in found), bits * len(found)),
    )


def share_of(hits: Sequence[bool]) -> Share:
    """Return a share with Wilson's 95 % interval.

    >>> share_of([True] * 10).low > 0.7
    True
    """
    return binomial_share(sum(hits), len(hits))


def binomial_share(hits: int, of: int) -> Share:
    """Return a share with Wilson's 95 % interval.

    >>> binomial_share(0, 100).high < 0.04
    True
    """
    from scipy.stats import binomtest

    found = binomtest(hits, of).proportion_ci(method="wilson")
    return Share(hits / of, float(found.low), float(found.high))
