"""How models were made: a small table that the user gives."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError, StorageError

_FIRST = "model"


@dataclass(frozen=True)
class DesignChoices:
    """The value of every choice for every model: upsampling, normalisation, loss, ...

    Attributes:
        values: for each of at least two models the value of each choice, none of them empty, all in the same
            choices. Values are compared as text.

    Raises:
        ScoreError: fewer than two models, no choice, a missing or empty value, or a choice in which all models
            agree, so that it tells nothing.

    >>> table = DesignChoices({"a": {"loss": "hinge"}, "b": {"loss": "l1"}, "c": {"loss": "hinge"}})
    >>> table.names, table.of("loss", ["c", "b"])
    (('loss',), ('hinge', 'l1'))
    """

    values: Mapping[str, Mapping[str, str]]

    def __post_init__(self) -> None:
        """Refuse a table with holes."""
        if len(self.values) < 2:
            raise ScoreError(f"design choices are compared over at least 2 models; got {len(self.values)}.")
        names = tuple(dict.fromkeys(name for row in self.values.values() for name in row))
        if not names:
            raise ScoreError("the table of design choices has no choice; give a column such as 'loss'.")
        for model, row in self.values.items():
            missing = [name for name in names if not str(row.get(name, "")).strip()]
            if missing:
                raise ScoreError(
                    f"the table of design choices has no value of {', '.join(missing)} for model {model!r}. "
                    "Fill it in (a word such as 'none' is a value), or leave the choice or the model out."
                )
        plain = {
            model: {name: str(row[name]).strip() for name in names} for model, row in self.values.items()
        }
        object.__setattr__(self, "values", plain)
        _check_told_apart(plain, names)

    @property
    def models(self) -> tuple[str, ...]:
        """The models, in the table's order."""
        return tuple(self.values)

    @property
    def names(self) -> tuple[str, ...]:
        """The choices, in the table's order."""
        return tuple(next(iter(self.values.values())))

    def among(self, models: Iterable[str]) -> DesignChoices:
        """Return the rows of some models.

        Raises:
            ScoreError: a model that the table does not know, or a choice in which these models agree.
        """
        wanted = tuple(models)
        unknown = [model for model in wanted if model not in self.values]
        if unknown:
            raise ScoreError(
                f"the table of design choices has no row for {', '.join(map(repr, unknown))}; it has "
                f"{', '.join(self.models)}. Add the rows, or leave the models out."
            )
        return DesignChoices({model: self.values[model] for model in wanted})

    def without(self, *choices: str) -> DesignChoices:
        """Return the table without some choices.

        Raises:
            ScoreError: there is no such choice, or none is left.
        """
        unknown = [name for name in choices if name not in self.names]
        if unknown:
            raise ScoreError(
                f"there is no choice {', '.join(map(repr, unknown))}; there are {', '.join(self.names)}."
            )
        rows = self.values.items()
        return DesignChoices({m: {n: v for n, v in row.items() if n not in choices} for m, row in rows})

    def of(self, choice: str, models: Iterable[str]) -> tuple[str, ...]:
        """Return each model's value of one choice."""
        return tuple(self.values[model][choice] for model in models)

    def codes(self, choice: str) -> NDArray[np.int64]:
        """Return each model's value as a number from 0 on, in order of first appearance: int64 (M,).

        Choices with equal codes divide the models alike, and no picture can tell which of them left a trace.
        """
        found = self.of(choice, self.models)
        places = {value: place for place, value in enumerate(dict.fromkeys(found))}
        return np.array([places[value] for value in found], dtype=np.int64)

    def alike(self, choice: str) -> tuple[str, ...]:
        """Return the other choices that divide the models in the same way.

        >>> table = {"a": {"loss": "l1", "norm": "batch"}, "b": {"loss": "l2", "norm": "group"}}
        >>> DesignChoices(table).alike("loss")
        ('norm',)
        """
        mine = self.codes(choice)
        return tuple(n for n in self.names if n != choice and np.array_equal(self.codes(n), mine))

    @classmethod
    def from_csv(cls, path: str | Path) -> DesignChoices:
        """Read a table in CSV (UTF-8): a column `model`, then one column per choice.

        Raises:
            StorageError: it cannot be read, its first column is not `model`, or a row has other columns.
            ScoreError: a model twice, or what `DesignChoices` refuses.
        """
        place = Path(path)
        try:
            with place.open(encoding="utf-8-sig", newline="") as file:
                lines = [[cell.strip() for cell in line] for line in csv.reader(file) if any(line)]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise StorageError(f"could not read the design choices in {place}: {error}.") from error
        if not lines or lines[0][:1] != [_FIRST]:
            found = lines[0][0] if lines else "an empty file"
            raise StorageError(
                f"{place}: the first column of a table of design choices is named {_FIRST!r}; found {found!r}."
            )
        head, rows = lines[0][1:], lines[1:]
        if len(set(head)) < len(head) or "" in head:
            raise StorageError(f"{place}: every column needs a name of its own; found {', '.join(head)}.")
        for row in rows:
            if len(row) != len(head) + 1:
                raise StorageError(
                    f"{place}: the row of {row[0]!r} has {len(row)} cells, the heading {len(head) + 1}."
                )
        models = [row[0] for row in rows]
        twice = sorted({model for model in models if models.count(model) > 1})
        if twice:
            raise ScoreError(f"{place}: model {', '.join(twice)} stands in more than one row; keep one.")
        return cls({row[0]: dict(zip(head, row[1:], strict=True)) for row in rows})


def _check_told_apart(values: Mapping[str, Mapping[str, str]], names: Iterable[str]) -> None:
    for name in names:
        found = {row[name] for row in values.values()}
        if len(found) == 1:
            raise ScoreError(
                f"all {len(values)} models have the same {name} ({found.pop()}), so nothing can be said of it. "
                f"Leave it out: without({name!r})."
            )
