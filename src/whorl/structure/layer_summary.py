"""From what was found at each layer to accuracies with intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.structure.layer_answers import LayerAnswer
from whorl.structure.layer_design import KINDS, LayerDesign
from whorl.structure.layer_results import Gain, LayerCurve, LayerPoint, Separation
from whorl.structure.resampled import Resampled


def curve_of(design: LayerDesign, layers: Sequence[Layer], found: Sequence[LayerAnswer]) -> LayerCurve:
    """Return the curve of the layers that were measured; pictures are drawn anew for all of them alike."""
    sizes = [len(each) for each in design.sets.held.values()]
    owners = np.repeat(np.arange(len(sizes)), sizes)
    parts = np.concatenate(list(design.parts.values()))
    right = np.stack([answer.kinds[kind].right for answer in found for kind in KINDS])
    drawn = Resampled.of(right, owners, seed=design.seed)
    nearest = np.arange(len(found)) * len(KINDS) + KINDS.index("nearest")
    shares = drawn.best_shares(nearest)
    points = []
    for place, (layer, answer) in enumerate(zip(layers, found, strict=True)):
        rows = {kind: place * len(KINDS) + i for i, kind in enumerate(KINDS)}
        kinds = {
            kind: _separation(drawn, row, right[row], owners, parts, answer.kinds[kind].fdr)
            for kind, row in rows.items()
        }
        points.append(
            LayerPoint(
                layer,
                answer.width,
                artifacts=kinds["nearest"],
                raw=kinds["raw"],
                random=kinds["random"],
                over_raw=_gain(drawn, rows["nearest"], rows["raw"]),
                over_random=_gain(drawn, rows["nearest"], rows["random"]),
                best_share=float(shares[place]),
            )
        )
    return LayerCurve(
        points=tuple(points),
        labels=tuple(design.sets.held),
        pictures=tuple(sizes),
        splits=design.splits,
        classifier=design.classifier.name,
        fdr_n=min(sizes) // 2,
        fdr_d=design.components,
        seed=design.seed,
        manifold=design.sets.manifold.digest,
        manifold_pictures=len(design.sets.manifold),
        encoder=design.sets.manifold.encoder.name if design.sets.manifold.encoder else "",
    )


def _separation(
    drawn: Resampled,
    row: int,
    right: NDArray[np.bool_],
    owners: NDArray[np.int64],
    parts: NDArray[np.int64],
    ratio: tuple[float, float, float],
) -> Separation:
    by_split = tuple(
        _accuracy(right[parts == part], owners[parts == part]) for part in range(parts.max() + 1)
    )
    low, high = drawn.interval(row)
    return Separation(float(drawn.values[row]), low, high, by_split, *ratio)


def _accuracy(right: NDArray[np.bool_], owners: NDArray[np.int64]) -> float:
    return float(np.mean([right[owners == owner].mean() for owner in np.unique(owners)]))


def _gain(drawn: Resampled, mine: int, other: int) -> Gain:
    low, high = drawn.interval(mine, other)
    return Gain(float(drawn.values[mine] - drawn.values[other]), low, high)
