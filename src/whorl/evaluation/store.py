"""Answers kept as they are found, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from whorl.evaluation.outcomes import Outcome
from whorl.kept import Kept

_VERSION = 4


@dataclass(frozen=True)
class Answers:
    """What one or several methods answered in one trial.

    Attributes:
        outcomes: one per query and method.
        seconds: mean seconds of each kind of work, by name.
    """

    outcomes: tuple[Outcome, ...]
    seconds: Mapping[str, float]


class AnswerStore:
    """Answers by the digest of all that decides them.

    Args:
        folder: where; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        instead = "Name another folder with --cache, or keep nothing with --no-cache."
        self._kept = Kept(folder, _to_json, _from_json, instead)

    def get_or_find(self, decided_by: Mapping[str, Any], find: Callable[[], Answers]) -> Answers:
        """Return kept answers, or find and keep them; see `whorl.kept.Kept`."""
        return self._kept.get_or_find({"version": _VERSION, **decided_by}, find)


def _to_json(answers: Answers) -> dict[str, Any]:
    outcomes = [asdict(each) for each in answers.outcomes]
    for each in outcomes:  # JSON has no infinity
        each["strangeness"] = each["strangeness"] if math.isfinite(each["strangeness"]) else None
    return {"outcomes": outcomes, "seconds": dict(answers.seconds)}


def _from_json(data: Mapping[str, Any]) -> Answers:
    return Answers(tuple(_outcome(each) for each in data["outcomes"]), data["seconds"])


def _outcome(data: Mapping[str, Any]) -> Outcome:
    strangeness = data["strangeness"]
    return Outcome(**{**data, "strangeness": math.inf if strangeness is None else strangeness})
