"""What is known of each layer's sensitivity: a frozen result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.alterations import Alteration, Level
from whorl.encoders.contract import Layer
from whorl.errors import StorageError

SCHEMA = "whorl-sensitivity/1"


@dataclass(frozen=True)
class MeasuredAlteration:
    """One alteration as it was measured.

    Attributes:
        name: see `Alteration`.
        level: what it destroys.
        unit: what a strength counts.
        strengths: S grades, from weak to strong.
    """

    name: str
    level: Level
    unit: str
    strengths: tuple[float, ...]

    @classmethod
    def of(cls, alteration: Alteration) -> MeasuredAlteration:
        """Describe an alteration."""
        return cls(alteration.name, alteration.level, alteration.unit, alteration.strengths)


@dataclass(frozen=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


def mean_of_level(
    response: NDArray[np.float64], levels: Sequence[Level], level: Level
) -> NDArray[np.float64]:
    """Return the mean response to the alterations that destroy one level.

    Args:
        response: float64 (..., L, A, S).
        levels: A of them.
        level: which.

    Returns:
        float64 (..., L).
    """
    return np.asarray(response[..., np.array(levels) == level, :].mean(axis=(-2, -1)))


@dataclass(frozen=True, eq=False, repr=False)
class SensitivityProfile:
    """How far each of L layers moves when pictures are altered in A ways, each in S grades.

    Attributes:
        layers: from shallow to deep.
        alterations: A of them.
        response: float64 (L, A, S): the median over the pictures of the distance between the embeddings of a
            picture and of its altered self, over the median distance between two different pictures. 0: the layer
            does not notice; 1: as far as another picture.
        low, high: float64 (L, A, S), a 95 % interval of the response, by resampling the pictures.
        recognised: float64 (L, A, S), the share of altered pictures that lie nearest to their own original, of the
            originals of all.
        low_wins, high_wins: int64 (L,), in how many resamples the layer is chosen as the low-level, as the
            high-level one; see `choose`.
        resamples: how many there were.
        rise: 95 % interval, from the same resamples, of the rise of the contrast between the two layers that
            `choose` chooses; None where none are, or in a profile that was measured before this was.
        n_pictures: how many pictures were altered.
        seed: fixed the pictures drawn, their alterations and the resamples.
        encoder: digest of the encoder, with the layers it had then.
        left_out: layers that are the same for all pictures.
    """

    layers: tuple[Layer, ...]
    alterations: tuple[MeasuredAlteration, ...]
    response: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    recognised: NDArray[np.float64]
    low_wins: NDArray[np.int64]
    high_wins: NDArray[np.int64]
    resamples: int
    n_pictures: int
    seed: int
    encoder: str
    left_out: tuple[Layer, ...] = ()
    rise: Interval | None = None

    def __repr__(self) -> str:
        names = ", ".join(alteration.name for alteration in self.alterations)
        return (
            f"<SensitivityProfile of {len(self.layers)} layers to {names}: {self.n_pictures} pictures, "
            f"seed {self.seed}>"
        )

    @property
    def levels(self) -> tuple[Level, ...]:
        """What each alteration destroys."""
        return tuple(alteration.level for alteration in self.alterations)

    def by_alteration(self) -> NDArray[np.float64]:
        """Return each layer's response to each alteration, the mean over its strengths, float64 (L, A)."""
        return np.asarray(self.response.mean(axis=-1))

    def by_level(self, level: Level) -> NDArray[np.float64]:
        """Return each layer's mean response to the alterations that destroy one level, float64 (L,)."""
        return mean_of_level(self.response, self.levels, level)

    def to_dict(self) -> dict[str, Any]:
        """Return the profile as JSON values."""
        return {
            "schema": SCHEMA,
            "layers": list(self.layers),
            "alterations": [asdict(each) | {"strengths": list(each.strengths)} for each in self.alterations],
            **{name: getattr(self, name).tolist() for name in (*_BY_GRADE, *_BY_LAYER)},
            **{name: getattr(self, name) for name in _PLAIN},
            "left_out": list(self.left_out),
            "rise": asdict(self.rise) if self.rise else None,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SensitivityProfile:
        """Rebuild from `to_dict`'s values.

        Raises:
            StorageError: another schema, incomplete, or shapes that do not fit.
        """
        if data.get("schema") != SCHEMA:
            raise StorageError(
                f"expected a sensitivity profile of schema {SCHEMA}; found {data.get('schema')!r}."
            )
        try:
            alterations = tuple(
                MeasuredAlteration(**{**each, "strengths": tuple(each["strengths"])})
                for each in data["alterations"]
            )
            _check(alterations)
            shape = (len(data["layers"]), len(alterations), len(alterations[0].strengths))
            arrays: dict[str, Any] = {
                **{name: np.array(data[name], np.float64).reshape(shape) for name in _BY_GRADE},
                **{name: np.array(data[name], np.int64).reshape(shape[:1]) for name in _BY_LAYER},
            }
            return cls(
                layers=tuple(data["layers"]),
                alterations=alterations,
                **arrays,
                **{name: data[name] for name in _PLAIN},
                left_out=tuple(data["left_out"]),
                rise=Interval(**data["rise"]) if data.get("rise") else None,
            )
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise StorageError(f"this sensitivity profile is incomplete: {error}.") from error


_BY_GRADE = ("response", "low", "high", "recognised")
_BY_LAYER = ("low_wins", "high_wins")
_PLAIN = ("resamples", "n_pictures", "seed", "encoder")


def _check(alterations: tuple[MeasuredAlteration, ...]) -> None:
    """Refuse what no measurement writes; a Reference may come from a stranger."""
    if {each.level for each in alterations} != {"low", "high"}:
        raise ValueError("its alterations are not of both levels, low and high")
    if len({len(each.strengths) for each in alterations}) != 1:
        raise ValueError("its alterations differ in how many strengths they have")
