"""What was found at single layers, kept so that a run that was stopped goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.kept import Kept

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
        self._kept = Kept(folder, _to_json, _from_json, "Name another folder.")

    def get_or_find(self, decided_by: Mapping[str, Any], find: Callable[[], LayerAnswer]) -> LayerAnswer:
        """Return a kept answer, or find and keep it; see `whorl.kept.Kept`."""
        return self._kept.get_or_find({"layer-answer": _VERSION, **decided_by}, find)


def _to_json(answer: LayerAnswer) -> dict[str, Any]:
    kinds = {
        name: {"right": "".join("01"[int(one)] for one in kind.right), "fdr": list(kind.fdr)}
        for name, kind in answer.kinds.items()
    }
    return {"width": answer.width, "kinds": kinds}


def _from_json(data: Mapping[str, Any]) -> LayerAnswer:
    return LayerAnswer(data["width"], {name: _kind(each) for name, each in data["kinds"].items()})


def _kind(data: Mapping[str, Any]) -> KindAnswer:
    value, low, high = data["fdr"]
    return KindAnswer(np.array([one == "1" for one in data["right"]], dtype=bool), (value, low, high))
