"""Which pictures of each class teach, and which judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.features import FeatureTable
from whorl.errors import ScoreError

LEAST_PICTURES = 10
"""A class of fewer teaches nothing that could be checked."""

VALIDATION = 0.2


@dataclass(frozen=True, eq=False)
class Taught:
    """Pictures of known classes, divided.

    Attributes:
        labels: of the K classes.
        train: to learn from.
        validation: to stop, choose and calibrate by; at least two of each class.
    """

    labels: tuple[str, ...]
    train: Labelled
    validation: Labelled


def divided(sets: Mapping[str, FeatureTable], *, seed: int, share: float = VALIDATION) -> Taught:
    """Divide each class at random; copies of one picture, told by its key, are never on both sides.

    Args:
        sets: at least two classes, each of `LEAST_PICTURES` pictures or more, features of one shape.
        seed: with the class's place, fixes which pictures judge.
        share: of each class that judges.

    Raises:
        ScoreError: too few classes or pictures, or features of two shapes; the message names them.
    """
    check_sets(sets)
    rng = np.random.default_rng(seed)
    train: list[NDArray[np.int64]] = []
    judges: list[NDArray[np.int64]] = []
    for table in sets.values():
        judge = judging(table.keys, max(2, round(share * len(table))), rng)
        judges.append(np.flatnonzero(judge))
        train.append(np.flatnonzero(~judge))
    tables = list(sets.values())
    return Taught(tuple(sets), _gathered(tables, train), _gathered(tables, judges))


def judging(keys: NDArray[np.uint8], count: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Choose about `count` of N pictures at random, all copies of a picture or none.

    Args:
        keys: uint8 (N, ...), digests of the pictures' pixels, at least two of them different.
        count: how many, where no two are copies; at least one different picture is chosen, and one is not.
        rng: decides.

    Returns:
        bool (N,).

    >>> keys = np.array([[1], [1], [2], [3], [3], [4]], np.uint8)
    >>> chosen = judging(keys, 3, np.random.default_rng(0))
    >>> bool(chosen[0] == chosen[1]), bool(chosen[3] == chosen[4]), bool(0 < chosen.sum() < 6)
    (True, True, True)
    """
    different, which, copies = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    order = rng.permutation(len(different))
    before = np.cumsum(copies[order]) - copies[order]
    chosen = np.zeros(len(different), bool)
    chosen[order[: np.clip((before < count).sum(), 1, max(1, len(different) - 1))]] = True
    return np.asarray(chosen[which.reshape(-1)])


def check_sets(sets: Mapping[str, FeatureTable]) -> None:
    """Refuse what no classifier can learn from.

    Raises:
        ScoreError: see `divided`.
    """
    if len(sets) < 2:
        raise ScoreError(
            f"attribution needs at least two known classes; got {len(sets)}. Give pictures by more models."
        )
    small = {label: len(table) for label, table in sets.items() if len(table) < LEAST_PICTURES}
    if small:
        told = ", ".join(f"{label} has {count}" for label, count in small.items())
        raise ScoreError(
            f"each class needs at least {LEAST_PICTURES} pictures; {told}. Give more, or leave the class out."
        )
    shapes = {label: table.values.shape[1:] for label, table in sets.items()}
    if len(set(shapes.values())) > 1:
        told = ", ".join(f"{label} {shape}" for label, shape in shapes.items())
        raise ScoreError(f"features have several shapes: {told}. Pictures of one size are needed.")
    for label, table in sets.items():
        if not np.isfinite(table.values).all():
            raise ScoreError(f"the features of {label} hold NaN or infinity; its pictures cannot be used.")
        if len(np.unique(table.keys, axis=0)) < 4:
            raise ScoreError(
                f"the {len(table)} pictures of {label} are copies of fewer than four: nothing would be left to "
                "judge by. Give others, or leave the class out."
            )
    first = next(iter(sets.values())).values[:1]
    if all((table.values == first).all() for table in sets.values()):
        raise ScoreError(
            "the features of all pictures are the same: there is nothing to tell classes apart by."
        )


def _gathered(tables: Sequence[FeatureTable], rows: Sequence[NDArray[np.int64]]) -> Labelled:
    values = np.concatenate([table.values[some] for table, some in zip(tables, rows, strict=True)])
    classes = np.repeat(np.arange(len(rows)), [len(some) for some in rows])
    return Labelled(values, classes)
