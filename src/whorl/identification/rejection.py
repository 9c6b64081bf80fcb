"""'None of these': how near a model of an unknown architecture may come, learnt from the known ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints import Fingerprint
from whorl.fingerprints.contract import FingerprintMethod
from whorl.identification.known import KnownModel

FALSE_ACCEPT_RATE = 0.05


@dataclass(frozen=True)
class Rejection:
    """Whether the nearest known model is nearer than an unknown architecture would be.

    Attributes:
        p_value: of unknown architectures that are like the known ones, at most this share comes as near to a
            known model as these pictures, with as many pictures; None where fewer than two are known.
        false_accept_rate: the share of unknown architectures that is accepted at most: what was asked for, or
            2 / (A + 1) with A known architectures, whichever is more.
        asked: the rate asked for.
        distance: to the nearest known model.
        threshold: pictures at a smaller distance are accepted; infinite where all are, None where that cannot be
            told.
        architectures: A.
    """

    p_value: float | None
    false_accept_rate: float
    asked: float
    distance: float
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

    A model whose architecture is left out is what an unknown one looks like. Were the pictures by an unknown
    architecture that was drawn as the known ones were, all A + 1 would be alike, and so would be how near each
    comes to the nearest other. That of the nearest known model is then these pictures, as near as it is to them:

        p = (2 + sum over the other architectures of the share of their models that come as near) / (A + 1)

    is at most alpha with a chance of alpha or less: full conformal prediction (Vovk, Gammerman, Shafer,
    Algorithmic Learning in a Random World, 2005, chapter 2), one architecture counting as one case. Small sets lie
    farther from everything, by chance; so the models left out are compared as if they had as many pictures as
    those in question, where the method knows how. The argument is for one model an architecture; with several the
    mean over them was conservative in simulations.

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
        self._asked, self._method = false_accept_rate, method
        self._nearest = [(model, other) for model in known if (other := _nearest(model, known, method))]
        self._foreign: dict[int, dict[str, NDArray[np.float64]]] = {}

    @property
    def architectures(self) -> int:
        """How many architectures there are to learn from."""
        return len({model.architecture for model, _ in self._nearest})

    @property
    def false_accept_rate(self) -> float:
        """What can be promised."""
        return max(self._asked, 2 / (self.architectures + 1)) if self.architectures else 1.0

    def judge(self, distance: float, nearest: str, *, n_pictures: int) -> Rejection:
        """Return what the distance of some pictures to the nearest known model, of this architecture, says."""
        foreign = self._at(n_pictures)
        others = [each for name, each in foreign.items() if name != nearest]
        return Rejection(
            p_value=self._p_value(distance, others) if foreign else None,
            false_accept_rate=self.false_accept_rate,
            asked=self._asked,
            distance=distance,
            threshold=self._threshold(others) if foreign else None,
            architectures=self.architectures,
        )

    def _at(self, n_pictures: int) -> dict[str, NDArray[np.float64]]:
        """Return by architecture the distances of its models, as if of so many pictures, to the nearest other."""
        if n_pictures not in self._foreign:
            found: dict[str, list[float]] = {}
            for model, other in self._nearest:
                apart = self._method.distances(model.fingerprint, [other], pictures=n_pictures)
                found.setdefault(model.architecture, []).append(float(apart[0]))
            self._foreign[n_pictures] = {name: np.array(each) for name, each in found.items()}
        return self._foreign[n_pictures]

    def _p_value(self, distance: float, others: Sequence[NDArray[np.float64]]) -> float:
        as_near = sum(float(np.mean(each <= distance)) for each in others)
        return (2 + as_near) / (self.architectures + 1)

    def _threshold(self, others: Sequence[NDArray[np.float64]]) -> float:
        """Return the distance from which on pictures are refused."""
        edges = np.unique(np.concatenate([*others, np.empty(0)]))
        refused = [
            float(edge) for edge in edges if self._p_value(float(edge), others) > self.false_accept_rate
        ]
        return min(refused, default=float("inf"))


def _nearest(model: KnownModel, known: Sequence[KnownModel], method: FingerprintMethod) -> Fingerprint | None:
    """Return the fingerprint of another architecture that is nearest to a model; None where there is none."""
    others = [each.fingerprint for each in known if each.architecture != model.architecture]
    if not others:
        return None
    return others[int(method.distances(model.fingerprint, others).argmin())]
