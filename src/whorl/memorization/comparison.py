"""Several sets of generated pictures on one Reference: which of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from whorl.errors import ScoreError, StorageError
from whorl.evidence import ALPHA, PairDifference, SetDistances, differences
from whorl.memorization.curve import Curve
from whorl.memorization.overlap import shared_keys

SCHEMA = "whorl-comparison/1"


@dataclass(frozen=True)
class SharedPictures:
    """Pictures that are in two sets: their equal pixels (of embeddings without pictures: equal rows) say so.

    Attributes:
        first, second: the sets' names.
        count: pictures of the first that are also in the second.
    """

    first: str
    second: str
    count: int


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several curves of one Reference, and which of their differences are significant.

    Attributes:
        curves: {name: curve}, in the order given.
        differences: of every pair of sets. Negative: the first lies nearer to training.
        shared: the pairs of sets that have pictures in common; their p-values are wrong, since the test takes the
            pictures as independent.
    """

    curves: Mapping[str, Curve]
    differences: tuple[PairDifference, ...]
    shared: tuple[SharedPictures, ...] = ()

    def __repr__(self) -> str:
        count = len(self.significant)
        return f"<Comparison of {', '.join(self.curves)}: {count} of {len(self.differences)} pairs differ>"

    @property
    def significant(self) -> tuple[PairDifference, ...]:
        """The pairs that differ; the chance that any is wrongly among them is at most `ALPHA`."""
        return tuple(pair for pair in self.differences if pair.significant)

    @property
    def equal_sizes(self) -> bool:
        """Whether all sets have as many pictures; C_T grows with their number, placements do not."""
        return len({curve.n_generated for curve in self.curves.values()}) == 1

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON values."""
        return {
            "schema": SCHEMA,
            "alpha": ALPHA,
            "reference": next(iter(self.curves.values())).reference,
            "equal_sizes": self.equal_sizes,
            "shared": [asdict(pair) for pair in self.shared],
            "differences": [pair.to_dict() for pair in self.differences],
            "sets": {name: curve.to_dict() for name, curve in self.curves.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Comparison:
        """Rebuild from `to_dict`'s values.

        Raises:
            StorageError: written by another version of the schema, or incomplete.
        """
        if data.get("schema") != SCHEMA:
            raise StorageError(f"expected a comparison of schema {SCHEMA}; found {data.get('schema')!r}.")
        try:
            curves = {name: Curve.from_dict(curve) for name, curve in data["sets"].items()}
            return cls(
                curves,
                tuple(PairDifference.from_dict(pair) for pair in data["differences"]),
                tuple(SharedPictures(**pair) for pair in data.get("shared", ())),
            )
        except (KeyError, TypeError) as error:
            raise StorageError(f"this comparison is incomplete: {error}.") from error


def compare(curves: Mapping[str, Curve], *, seed: int = 0) -> Comparison:
    """Test every pair of sets for a difference in how near to training they lie; see `evidence.differences`.

    Args:
        curves: {name: curve}, at least two, as the same Reference gave them; sets may differ in size.
        seed: fixes the random divisions.

    Raises:
        ScoreError: fewer than two curves, curves of different References, or a curve read back from JSON.

    >>> import numpy as np, whorl
    >>> rng = np.random.default_rng(0)
    >>> T, P, A, B = ({1: rng.normal(size=(n, 4))} for n in (300, 150, 60, 80))
    >>> reference = whorl.Reference.from_embeddings(T, P, cells=2)
    >>> copies = {1: T[1][:60] + 0.01}
    >>> sets = {"A": A, "B": B, "copies": copies}
    >>> compared = compare({name: reference.curve_from_embeddings(rows) for name, rows in sets.items()})
    >>> [(pair.first, pair.second) for pair in compared.significant]
    [('A', 'copies'), ('B', 'copies')]
    >>> compared.significant[0].strongest.placement > 0
    True
    """
    _check(curves)
    sets = {name: SetDistances(curve.distances, curve.n_generated) for name, curve in curves.items()}
    return Comparison(dict(curves), differences(sets, seed=seed), _shared(curves))


def _shared(curves: Mapping[str, Curve]) -> tuple[SharedPictures, ...]:
    """Return the pairs of sets that have pictures in common."""
    found = []
    for (first, a), (second, b) in combinations(curves.items(), 2):
        if a.keys is not None and b.keys is not None and a.keys_of == b.keys_of:
            found.append(SharedPictures(first, second, shared_keys(a.keys, b.keys)))
    return tuple(pair for pair in found if pair.count)


def _check(curves: Mapping[str, Curve]) -> None:
    """Refuse curves that cannot be compared.

    Raises:
        ScoreError: see `compare`.
    """
    if len(curves) < 2:
        raise ScoreError(f"expected at least two sets to compare; got {len(curves)}. Give another set.")
    named = list(curves.items())
    first_name, first = named[0]
    for name, curve in named:
        if curve.reference != first.reference:
            raise ScoreError(
                f"the sets {first_name!r} and {name!r} were scored against different References "
                f"({first.reference[:12]} and {curve.reference[:12]}). Score both against one."
            )
        if not curve.distances:
            raise ScoreError(
                f"the curve of {name!r} holds no distances: it was read back from JSON or made from scores. "
                "Compare curves as Reference.curve or Reference.curve_from_embeddings returns them."
            )
