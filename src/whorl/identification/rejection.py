"""'None of these': how near a model of an unknown architecture may come, learnt from the known ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from whorl.fingerprints.contract import FingerprintMethod
from whorl.identification.known import KnownModel

FALSE_ACCEPT_RATE = 0.05


@dataclass(frozen=True)
class Rejection:
    """Whether the nearest known model is nearer than an unknown architecture would be.

    Attributes:
        p_value: of unknown architectures that are like the known ones, at most this share comes as near to a
            known model as these pictures; None where fewer than two architectures are known.
        false_accept_rate: the share of unknown architectures that is accepted: what was asked for, or 1 / (A + 1)
            with A known architectures, whichever is more.
        asked: the rate asked for.
        excess: distance to the nearest known model without what chance adds to small sets.
        threshold: pictures with an excess up to this are accepted; None where that cannot be told.
        architectures: A.
    """

    p_value: float | None
    false_accept_rate: float
    asked: float
    excess: float
    threshold: float | None
    architectures: int

    @property
    def accepts(self) -> bool:
        """Whether the nearest known model is near enough."""
        return self.p_value is not None and self.p_value <= self.false_accept_rate

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Rejection:
        """Rebuild from `to_dict`'s values."""
        return cls(**data)


class OpenSet:
    """How near the known models come to one another across architectures, each left out in turn.

    A model whose architecture is left out is what an unknown one looks like. Were the next unknown architecture
    drawn as the known ones were, its rank among them would be uniform, so

        p = (1 + sum over architectures of the share of their models that come as near) / (A + 1)

    is at most alpha with a chance of about alpha: conformal prediction (Vovk, Gammerman, Shafer, Algorithmic
    Learning in a Random World, 2005, chapter 2), one architecture counting as one case.

    Args:
        known: at least one model, all measured on one Reference.
        method: how they are compared.
        false_accept_rate: the share of unknown architectures that may be accepted.
    """

    def __init__(
        self,
        known: Sequence[KnownModel],
        method: FingerprintMethod,
        *,
        false_accept_rate: float = FALSE_ACCEPT_RATE,
    ) -> None:
        self._asked = false_accept_rate
        self._foreign = _foreign(known, method)

    @property
    def architectures(self) -> int:
        """How many architectures there are to learn from."""
        return len(self._foreign)

    @property
    def false_accept_rate(self) -> float:
        """What can be promised."""
        return max(self._asked, 1 / (self.architectures + 1)) if self.architectures else 1.0

    def judge(self, excess: float) -> Rejection:
        """Return what a distance to the nearest known model says."""
        p_value = self._p_value(excess) if self.architectures else None
        return Rejection(
            p_value, self.false_accept_rate, self._asked, excess, self._threshold(), self.architectures
        )

    def _p_value(self, excess: float) -> float:
        as_near = sum(float(np.mean(each <= excess)) for each in self._foreign.values())
        return (1 + as_near) / (self.architectures + 1)

    def _threshold(self) -> float | None:
        if not self.architectures:
            return None
        found = np.unique(np.concatenate([*self._foreign.values(), [0.0]]))
        # Just below a foreign distance the p-value is the one before it.
        below = np.nextafter(found, -np.inf)[1:]
        accepted = [edge for edge in below if self._p_value(float(edge)) <= self.false_accept_rate]
        return float(max(accepted, default=0.0))


def _foreign(known: Sequence[KnownModel], method: FingerprintMethod) -> dict[str, np.ndarray]:
    """Return by architecture the excess of each of its models to the nearest model of another architecture."""
    found: dict[str, list[float]] = {}
    for model in known:
        others = [each.fingerprint for each in known if each.architecture != model.architecture]
        if others:
            nearest = method.distances(model.fingerprint, others).argmin()
            excess = method.excess(model.fingerprint, [others[int(nearest)]])[0]
            found.setdefault(model.architecture, []).append(float(excess))
    return {architecture: np.array(each) for architecture, each in found.items()}
