"""When to answer 'unknown': to what is unlike all that was learned, or no nearer than a stranger would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.features import FeatureTable
from whorl.attribution.labels import REAL, architecture_of
from whorl.attribution.likeness import Likeness, distances
from whorl.attribution.split import judging
from whorl.errors import ScoreError

Reason: TypeAlias = Literal["unlike anything learned", "as far as a stranger"]
UNLIKE: Reason = "unlike anything learned"
STRANGE: Reason = "as far as a stranger"

LEAST_ARCHITECTURES = 3
"""With fewer, none can be left out while two are known."""

FAR = 0.05
"""Share of the known classes' own pictures, held out, that is called unlike anything learned."""

HALVINGS = 2
MOST_KEPT = 500
"""So many pictures of a class, at most, are kept of those left out."""

_DRAWS = 200
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Met:
    """Pictures that a `Likeness` has not learned from, and the classes that it has.

    Attributes:
        label: of the pictures' own class.
        rows: float64 (n, d), the pictures.
        centres: float64 (K, d), of the classes.
        counts: int64 (K,), pictures of each of them.
    """

    label: str
    rows: Numbers
    centres: Numbers
    counts: NDArray[np.int64]

    def nearest(self, pictures: int, rng: np.random.Generator) -> Numbers:
        """Return how far sets of so many of them are from the nearest class.

        Without repetition, and never more than half of them: larger sets would all be nearly the same one.
        Distances of a known class are about 1 whatever the size; a stranger's are smaller in smaller sets, which
        makes it harder to be taken for known, not easier.
        """
        count = len(self.rows)
        size = min(pictures, max(1, count // 2))
        if size == 1:
            means = self.rows
        else:
            draws = (rng.choice(count, size, replace=False) for _ in range(_DRAWS))
            means = np.array([self.rows[rows].mean(axis=0) for rows in draws])
        return np.asarray(distances(means, size, self.centres, self.counts).min(axis=1), np.float64)


@dataclass(frozen=True)
class Limits:
    """How far a set of so many pictures may lie from the nearest known class.

    Attributes:
        pictures: of the set.
        stranger: at this distance and beyond, a stranger is as near too often; None where that was not learned.
        unlike: beyond this distance lie few of the known classes' own pictures.
        known_accepted: share of known sets of so many pictures, held out, that is within both.
    """

    pictures: int
    stranger: float | None
    unlike: float
    known_accepted: float

    @property
    def threshold(self) -> float:
        """The distance from which on pictures are refused, for whatever reason."""
        return self.unlike if self.stranger is None else min(self.stranger, self.unlike)

    def refusal(self, distance: float) -> Reason | None:
        """Return why a set at this distance is unknown; None where it is taken for known."""
        if not distance <= self.unlike:
            return UNLIKE
        return STRANGE if self.stranger is not None and distance >= self.stranger else None


@dataclass(frozen=True, eq=False)
class Rejection:
    """How near pictures of known classes come, held out, and how near those of architectures left out.

    A set of pictures is taken for known where its distance d to the nearest class is one that the known classes'
    own pictures have, all but `FAR` of them, and

        (1 + sum over architectures of the share of their sets, each left out in turn, within d) / (A + 1) <= rate.

    Were the pictures by an architecture that was drawn as the A known ones were, all A + 1 would be alike; so of
    such strangers a share `rate` is accepted, on average (conformal risk control: Angelopoulos et al., arXiv
    2208.02814, theorem 1). The unit is the architecture, whatever its runs and pictures. The architecture that is
    nearest to a stranger is itself nearer to it than to the others, which is why no rate below 2 / (A + 1) is
    promised, as in `whorl.identification.rejection`.

    Attributes:
        likeness: of all classes.
        strangers: of each class of an architecture left out, its pictures; empty with fewer than three.
        known: of each class its held-out pictures, for each of several halvings.
        asked: the share of strangers that may be accepted.
    """

    likeness: Likeness
    strangers: tuple[Met, ...]
    known: tuple[Met, ...]
    asked: float

    @property
    def architectures(self) -> int:
        """How many architectures were left out; 0 where there are too few."""
        return len({architecture_of(each.label) for each in self.strangers})

    @property
    def rate(self) -> float | None:
        """The share of strangers that is promised: what was asked for, or 2 / (A + 1); None where none is."""
        return max(self.asked, 2 / (self.architectures + 1)) if self.strangers else None

    def limits(self, pictures: int) -> Limits:
        """Return how far a set of so many pictures may lie."""
        if pictures not in self._found:
            self._found[pictures] = self._limits(pictures)
        return self._found[pictures]

    def distances(self, rows: Numbers) -> Numbers:
        """Return how far each picture is from the nearest class, float64 (n,); `rows` as for `distance_of`."""
        like = self.likeness
        return np.asarray(distances(rows, 1, like.centres, like.counts).min(axis=1), np.float64)

    def distance_of(self, rows: Numbers) -> float:
        """Return how far pictures, as one set, are from the nearest class.

        Args:
            rows: float64 (n, d), as `likeness.rows` gives them.
        """
        like = self.likeness
        mean = rows.mean(axis=0, keepdims=True)
        return float(distances(mean, len(rows), like.centres, like.counts).min())

    @cached_property
    def _found(self) -> dict[int, Limits]:
        return {}

    def _limits(self, pictures: int) -> Limits:
        rng = np.random.default_rng([0, pictures])
        own, weights = _by_class([(each.label, each.nearest(pictures, rng)) for each in self.known])
        unlike = _first_above(own, weights, 1 - FAR)
        stranger = None
        if self.rate is not None:
            met = [(architecture_of(each.label), each.nearest(pictures, rng)) for each in self.strangers]
            found, shares = _by_class(met)
            room = self.rate * (self.architectures + 1) - 1
            stranger = _first_above(found, shares * self.architectures, room)
        limits = Limits(pictures, stranger, unlike, 0.0)
        accepted = np.array([limits.refusal(float(each)) is None for each in own])
        return Limits(pictures, stranger, unlike, float(weights @ accepted))


def support(probabilities: Numbers) -> float:
    """Return how far pictures agree on one class: the mean probability of the class that it is largest for.

    >>> support(np.array([[1.0, 0.0], [0.0, 1.0]]))
    0.5
    """
    return float(probabilities.mean(axis=0).max())


def check_rate(rate: float) -> None:
    """Refuse a rate that is no share.

    Raises:
        ScoreError: it is not between 0 and 1.
    """
    if not 0 < rate < 1:
        raise ScoreError(f"the share of strangers that may be accepted lies between 0 and 1; got {rate!r}.")


def learn_rejection(sets: Mapping[str, FeatureTable], *, rate: float, seed: int) -> Rejection:
    """Learn when to say 'unknown' from the features of known classes; no classifier is trained.

    Architectures are left out one at a time, with all their runs; real pictures never are: no stranger makes
    them.

    Args:
        sets: by label.
        rate: share of strangers that may be accepted.
        seed: fixes halvings.

    Raises:
        ScoreError: a rate that is no share.
    """
    check_rate(rate)
    held = {label: sets[label] for label in sorted(sets)}
    values = {label: table.values for label, table in held.items()}
    architectures = sorted({architecture_of(label) for label in held if label != REAL})
    strangers: list[Met] = []
    for out in architectures if len(architectures) >= LEAST_ARCHITECTURES else ():
        gone = [label for label in held if label != REAL and architecture_of(label) == out]
        like = Likeness.fit({label: each for label, each in values.items() if label not in gone})
        strangers += [_met(label, values[label], like) for label in gone]
    rng = np.random.default_rng(seed)
    known: list[Met] = []
    for _ in range(HALVINGS):
        judges = {label: judging(table.keys, len(table) // 2, rng) for label, table in held.items()}
        for half in (True, False):
            like = Likeness.fit({label: values[label][judges[label] != half] for label in held})
            known += [_met(label, values[label][judges[label] == half], like) for label in held]
    return Rejection(Likeness.fit(values), tuple(strangers), tuple(known), rate)


def _met(label: str, values: NDArray[np.float32], like: Likeness) -> Met:
    some = values[np.unique(np.linspace(0, len(values) - 1, min(len(values), MOST_KEPT)).astype(np.int64))]
    return Met(label, like.rows(some), like.centres, like.counts)


def _by_class(found: Sequence[tuple[str, Numbers]]) -> tuple[Numbers, Numbers]:
    """Return all numbers, and weights that add up to 1 by which all classes count alike."""
    names = [name for name, _ in found]
    weights = [
        np.full(len(each), 1 / len(each) / names.count(name) / len(set(names))) for name, each in found
    ]
    return np.concatenate([each for _, each in found]), np.concatenate(weights)


def _first_above(values: Numbers, weights: Numbers, share: float) -> float:
    """Return the smallest value up to which more than a share of the weight lies; infinity where none is."""
    order = np.argsort(values, kind="stable")
    above = np.cumsum(weights[order]) > share + 1e-9
    return float(values[order][int(above.argmax())]) if above.any() else float("inf")
