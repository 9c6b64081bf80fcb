"""Does the curve settle as partitions are added? The same T, P and Q with many seeds, the mean over 1, 2, 5, 10.

    python benchmarks/evidence/stability.py --train DATA/cifar10/train.parquet --test DATA/cifar10/test.parquet \
        --encoder ENCODER --out runs/stability.jsonl --figure stability.svg

Only the starts of k-means change with the seed. The spread of C_T over seeds, pooled over the layers, should fall
as one over the square root of the number of partitions.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pool import Arrays, embedded, repeated, rows, varying

from whorl import Reference

MEANS = (1, 2, 5, 10)


def main() -> None:
    """Fit with every seed, and print how the spread falls."""
    given = _parse()
    train, test = (
        varying(embedded([side], given.encoder, given.cache)) for side in (given.train, given.test)
    )
    rng = np.random.default_rng(given.seed)
    chosen = rng.choice(len(next(iter(train.values()))), given.train_size, replace=False)
    order = rng.permutation(len(next(iter(test.values()))))
    held_out, fresh = order[: given.test_size], order[given.test_size : given.test_size + given.size]
    data = rows(train, chosen), rows(test, held_out), rows(test, fresh)
    found = repeated(given.out, given.seeds, lambda seed: _once(data, seed), given)
    values = np.array([one["by_partition"] for one in found])
    spreads = {count: spread(values, count) for count in MEANS}
    for count, each in spreads.items():
        pooled = float(np.sqrt(np.mean(each**2)))
        low, high = _interval(values, count)
        promised = float(np.sqrt(np.mean(spreads[1] ** 2))) / count**0.5
        print(
            f"{count:>2} partitions: spread {pooled:.3f} ({low:.3f} to {high:.3f}), promised {promised:.3f}; "
            f"by layer {each.round(3).tolist()}"
        )
    if given.figure:
        _draw(values, given.figure)


def spread(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return each layer's standard deviation over seeds of the mean over the first `count` partitions.

    Args:
        values: (seeds, layers, partitions) of standardised C_T.
        count: how many.
    """
    return np.asarray(values[:, :, :count].mean(axis=2).std(axis=0, ddof=1))


def _interval(values: NDArray[np.float64], count: int) -> tuple[float, float]:
    """Return a 95 % bootstrap interval of the pooled spread, over seeds."""
    rng = np.random.default_rng(0)
    draws = [values[rng.integers(0, len(values), len(values))] for _ in range(1000)]
    pooled = [float(np.sqrt(np.mean(spread(draw, count) ** 2))) for draw in draws]
    low, high = np.quantile(pooled, [0.025, 0.975])
    return float(low), float(high)


def _once(data: tuple[Arrays, Arrays, Arrays], seed: int) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = Reference.from_embeddings(*data[:2], seed=seed, partitions=max(MEANS))
    curve = reference.curve_from_embeddings(data[2])
    return {"by_partition": [[part.standardised for part in score.by_partition] for score in curve.scores]}


def _draw(values: NDArray[np.float64], path: Path) -> None:
    from whorl.report.figures import new_figure, save_figure
    from whorl.report.palette import INK, line_style

    figure = new_figure(5.5, 4.2)
    axes = figure.add_subplot()
    counts = np.arange(1, values.shape[2] + 1)
    pooled = [float(np.sqrt(np.mean(spread(values, count) ** 2))) for count in counts]
    axes.plot(counts, pooled, color=line_style(0).colour, marker="o", label="measured, pooled over layers")
    axes.plot(counts, pooled[0] / np.sqrt(counts), color=INK, linestyle=":", label="one over the square root")
    axes.set(
        xlabel="partitions", ylabel="spread of standardised C_T over seeds", ylim=(0, None), xticks=counts
    )
    axes.legend(frameon=False)
    save_figure(figure, path, title=f"Spread of C_T over {len(values)} seeds, by number of partitions")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--out", type=Path, required=True, help="a line for each seed; a stopped run goes on")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--train-size", type=int, default=5000)
    parser.add_argument("--test-size", type=int, default=2000)
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0, help="fixes which pictures")
    parser.add_argument("--cache", default="auto")
    parser.add_argument("--figure", type=Path, help="draw the spreads (.svg or .png)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
