"""What was found at single layers, kept so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import StorageError
from whorl.files import digest_json, write_json

_VERSION = 1


@dataclass(frozen=True, eq=False)
class KindAnswer:
    """Features of one kind at one layer.

    Attributes:
        right: for each of all pictures, model after model, whether it is rightly named: bool (N,).
        fdr: Frechet distance ratio, and its interval.
    """

    right: NDArray[np.bool_]
    fdr: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class LayerAnswer:
    """One layer.

    Attributes:
        width: D.
        kinds: by name: "nearest", "raw" and "random".
    """

    width: int
    kinds: Mapping[str, KindAnswer]


class LayerAnswers:
    """Answers by the digest of all that decides them.

    Args:
        folder: where; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get_or_find(self, decided_by: Mapping[str, Any], find: Callable[[], LayerAnswer]) -> LayerAnswer:
        """Return a stored answer, or find and store it.

        Args:
            decided_by: JSON values; equal ones have equal answers.
            find: called where nothing is stored, or what is stored is damaged.

        Raises:
            StorageError: the folder cannot be used.
        """
        if self._folder is None:
            return find()
        path = self._folder / f"{digest_json({'layer-answer': _VERSION, **decided_by})}.json"
        stored = _read(path)
        if stored is None:
            stored = find()
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageError(
                    f"answers cannot be kept in {self._folder}: {error.strerror or error}. Name another folder."
                ) from error
            write_json(path, _document(stored))
        return stored


def _document(answer: LayerAnswer) -> dict[str, Any]:
    kinds = {
        name: {"right": "".join("01"[int(one)] for one in kind.right), "fdr": list(kind.fdr)}
        for name, kind in answer.kinds.items()
    }
    body = {"width": answer.width, "kinds": kinds}
    return {"digest": digest_json(body), **body}


def _read(path: Path) -> LayerAnswer | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if digest_json({"width": data["width"], "kinds": data["kinds"]}) != data["digest"]:
            return None
        return LayerAnswer(data["width"], {name: _kind(each) for name, each in data["kinds"].items()})
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"could not read {path}: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _kind(data: Mapping[str, Any]) -> KindAnswer:
    value, low, high = data["fdr"]
    return KindAnswer(np.array([one == "1" for one in data["right"]], dtype=bool), (value, low, high))
