"""Does bfloat16 move the score? Standardised C_T from both precisions, in the same cells.

    python benchmarks/half_precision.py --train DATA/cifar10/train.parquet \
        --test 'DATA/cifar10/test.parquet[:5000]' \
        --sets 'DATA/cifar10/test.parquet[5000:]' DATA/tiny-imagenet-32/val.parquet --encoder whorl-vit-32

T, P and the sets are embedded twice, in float32 and in bfloat16. Projection and cells are fitted on the
float32 embeddings of T; every picture keeps its float32 cell, and both precisions are projected alike. What is
left is what rounding does to distances and ranks. Each source of sets is cut into sets of --size pictures.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from whorl import load_encoder, open_images
from whorl.embeddings import Embeddings, embed
from whorl.images.selection import Selection, limit
from whorl.memorization import Reference
from whorl.memorization.layer_reference import LayerReference
from whorl.memorization.score import HeldOutDistances, score_distances
from whorl.neighbors import nearest

PRECISIONS = ("float32", "bfloat16")


def main() -> None:
    """Measure, print a table on stderr and JSON on stdout."""
    options = _parse()
    train, test = open_images(options.train), open_images(options.test)
    if options.limit:
        train = limit(train, options.limit, seed=0)
    sets = [part for source in options.sets for part in _cut(source, options.size, options.most)]
    held: dict[str, list[Embeddings]] = {}
    for dtype in PRECISIONS:
        encoder = load_encoder(options.encoder, dtype=dtype)
        held[dtype] = [
            embed(side, encoder, label=f"{dtype} {side.name}", progress=True, cache=options.cache)
            for side in (train, test, *(part for _, part in sets))
        ]
    reference = Reference.from_embeddings(held["float32"][0], held["float32"][1], partitions=1)
    layers = {}
    for layer in reference.layer_references:
        both = [_scores(layer, [side.layer(layer.layer) for side in held[d]], held, d) for d in PRECISIONS]
        layers[str(layer.layer)] = np.array(both[1]) - np.array(both[0])
        sys.stderr.write(
            f"layer {layer.layer}: sd {layers[str(layer.layer)].std(ddof=1):.3f}, largest "
            f"{np.abs(layers[str(layer.layer)]).max():.3f}\n"
        )
    differences = np.array(list(layers.values()))
    result = {
        "encoder": options.encoder,
        "n_train": len(train),
        "n_test": len(test),
        "sets": [name for name, _ in sets],
        "size": options.size,
        "sd": float(differences.std(ddof=1)),
        "mean": float(differences.mean()),
        "largest": float(np.abs(differences).max()),
        "sd_by_layer": {name: float(values.std(ddof=1)) for name, values in layers.items()},
        "differences": {name: values.round(4).tolist() for name, values in layers.items()},
    }
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--sets", required=True, nargs="+")
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--most", type=int, default=10, help="sets of each source, at most")
    parser.add_argument("--limit", type=int, help="use so many training pictures")
    parser.add_argument("--cache", type=Path, default=None)
    return parser.parse_args()


def _cut(name: str, size: int, most: int) -> list[tuple[str, Any]]:
    source = open_images(name)
    count = min(most, len(source) // size)
    order = np.random.default_rng(0).permutation(len(source))
    return [(f"{name} {i}", Selection(source, order[i * size : (i + 1) * size])) for i in range(count)]


def _scores(
    layer: LayerReference, sides: list[Any], held: dict[str, list[Embeddings]], dtype: str
) -> list[float]:
    """Return one standardised C_T per set: embeddings of this precision, cells of float32."""
    projection, partition = layer.projection, layer.partitions[0]
    orders = [held[dtype][i].canonical_order() for i in (0, 1)]
    train, test = (projection.project(side[order]) for side, order in zip(sides[:2], orders, strict=True))
    cells = {"train_cells": partition.train_cells}
    found = nearest(test, train, query_cells=partition.test_cells, **cells).distance
    held_out = HeldOutDistances.of(found, partition.test_cells)
    scores = []
    for i, side in enumerate(sides[2:], 2):
        own = partition.cells.assign(projection.project(held["float32"][i].layer(layer.layer)))
        distances = nearest(projection.project(side), train, query_cells=own, **cells).distance
        score = score_distances(
            distances,
            held_out,
            generated_cells=own,
            train_counts=partition.train_counts,
            tau=20 / len(side),
        )
        scores.append(score.standardised)
    return scores


if __name__ == "__main__":
    main()
