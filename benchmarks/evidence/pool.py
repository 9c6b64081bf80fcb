"""Pictures embedded once, from which every repeat draws its own T, P and Q."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl import load_encoder, open_images
from whorl.embeddings import embed
from whorl.encoders.contract import Layer
from whorl.evidence import OtherScores

Arrays = dict[Layer, NDArray[np.floating]]


def embedded(sources: list[str], encoder: str, cache: str) -> Arrays:
    """Embed all pictures of all sources: {layer: float32 (N, D)}."""
    model = load_encoder(encoder)
    parts = [
        embed(open_images(source), model, label=source, cache=cache, progress=True) for source in sources
    ]
    return {layer: np.concatenate([part.layer(layer) for part in parts]) for layer in parts[0].layers}


def rows(pool: Arrays, chosen: NDArray[np.int64]) -> Arrays:
    """Return some rows of every layer."""
    return {layer: array[chosen] for layer, array in pool.items()}


def varying(pool: Arrays) -> Arrays:
    """Return the layers that are not the same for every picture, as a ViT's layer 0 is."""
    return {layer: array for layer, array in pool.items() if (array[:100] != array[0]).any()}


def repeated(
    path: Path, count: int, work: Callable[[int], dict[str, Any]], given: argparse.Namespace
) -> list[dict[str, Any]]:
    """Return `work(i)` for each i below `count`, each kept as a line of a file: a run that was stopped goes on.

    The first line holds what decides the numbers; a file of other settings is refused.
    """
    settings = {
        name: str(value) for name, value in sorted(vars(given).items()) if name not in _DECIDES_NOTHING
    }
    first, *done = list(_lines(path)) or [settings]
    if first != settings:
        raise SystemExit(f"{path} is of other settings ({first}); name another file for {settings}.")
    if not path.exists() or not path.stat().st_size:
        path.write_text(json.dumps(settings) + "\n", encoding="utf-8")
    with path.open("a", encoding="utf-8") as file:
        for number in range(len(done), count):
            done.append(work(number))
            file.write(json.dumps(done[-1]) + "\n")
            file.flush()
            sys.stderr.write(f"{number + 1} of {count}\n")
    return done[:count]


_DECIDES_NOTHING = {"out", "figure", "cache", "repeats", "seeds"}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        whole = path.read_text(encoding="utf-8")
        # A line that a stop cut short is made again.
        kept = whole[: whole.rfind("\n") + 1]
        path.write_text(kept, encoding="utf-8")
        for line in kept.splitlines():
            yield json.loads(line)


OTHERS = ("authenticity", "distance_ratio", "calibrated_distance")


def smallest_p_values(scores: Sequence[OtherScores]) -> dict[str, float]:
    """Return each other score's smallest p-value for copying over the layers, by Bonferroni's rule."""
    return {
        name: min(1.0, len(scores) * min(getattr(layer, name).p_value for layer in scores)) for name in OTHERS
    }


def share(count: int, of: int) -> str:
    """Return a share with its exact 95 % interval, in words."""
    from scipy.stats import binomtest

    interval = binomtest(count, of).proportion_ci(0.95)
    return f"{count} of {of}: {count / of:.1%} ({interval.low:.1%} to {interval.high:.1%})"
