"""Answers kept as they are found, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from whorl.errors import StorageError
from whorl.evaluation.outcomes import Outcome
from whorl.files import digest_json, write_json

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
        self._folder = folder

    def get_or_find(self, decided_by: Mapping[str, Any], find: Callable[[], Answers]) -> Answers:
        """Return stored answers, or find and store them.

        Args:
            decided_by: JSON values; equal ones have equal answers.
            find: called where nothing is stored, or what is stored is damaged.
        """
        if self._folder is None:
            return find()
        digest = digest_json({"version": _VERSION, **decided_by})
        path = self._folder / digest[:2] / f"{digest}.json"
        stored = _read(path)
        if stored is None:
            stored = find()
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageError(
                    f"answers cannot be kept in {self._folder}: {error.strerror or error}. Name another folder "
                    "with --cache, or keep nothing with --no-cache."
                ) from error
            write_json(path, _document(stored))
        return stored


def _document(answers: Answers) -> dict[str, Any]:
    outcomes = [asdict(each) for each in answers.outcomes]
    for each in outcomes:  # JSON has no infinity
        each["strangeness"] = each["strangeness"] if math.isfinite(each["strangeness"]) else None
    body = {"outcomes": outcomes, "seconds": dict(answers.seconds)}
    return {"digest": digest_json(body), **body}


def _read(path: Path) -> Answers | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        digest = data.pop("digest")
        if digest_json(data) != digest:
            return None
        return Answers(tuple(_outcome(each) for each in data["outcomes"]), data["seconds"])
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"could not read {path}: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _outcome(data: Mapping[str, Any]) -> Outcome:
    strangeness = data["strangeness"]
    return Outcome(**{**data, "strangeness": math.inf if strangeness is None else strangeness})
