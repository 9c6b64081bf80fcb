"""How often is a healthy set said to copy, or to under-fit? T, P and Q are drawn afresh from one pool each time.

python benchmarks/evidence/false_alarms.py --pictures DATA/cifar10/train.parquet DATA/cifar10/test.parquet \
        --encoder ENCODER --out runs/false-alarms.jsonl --figure false-alarms.svg
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from pool import OTHERS, Arrays, embedded, repeated, rows, share, smallest_p_values, varying

from whorl import Reference
from whorl.evidence import ALPHA
from whorl.memorization.verdict import judge


def main() -> None:
    """Repeat, and print how often each verdict came up."""
    given = _parse()
    pool = varying(embedded(given.pictures, given.encoder, given.cache))
    found = repeated(given.out, given.repeats, lambda number: _once(pool, given, number), given)
    for rule in ("finding", "bonferroni"):
        for side in ("copies", "under-fits"):
            print(f"{rule:<12}{side:<12}{share(sum(one[rule] == side for one in found), len(found))}")
    for name in OTHERS:
        alarms = sum(one["others"][name] <= ALPHA for one in found)
        print(f"{name:<24}{share(alarms, len(found))}")
    for name in ("p_copies", "p_under_fits"):
        values = np.array([one[name] for one in found])
        print(f"{name}: quartiles {np.quantile(values, [0.25, 0.5, 0.75]).round(3).tolist()}")
    some = sum(one["flagged"] > 0 for one in found)
    print(f"sets with a flagged picture: {share(some, len(found))}")
    if given.figure:
        _draw(found, given.figure)


def _draw(found: list[dict[str, Any]], path: Path) -> None:
    """Draw how many sets have an adjusted p-value of at most p: for valid p-values, at most the diagonal."""
    from whorl.report.figures import new_figure, save_figure
    from whorl.report.palette import INK, line_style

    figure = new_figure(5.5, 5.0)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=INK, linewidth=1, linestyle=":", label="every p-value as likely")
    for index, (name, words) in enumerate((("p_copies", "copies"), ("p_under_fits", "under-fits"))):
        values = np.sort([one[name] for one in found])
        shares = np.arange(1, len(values) + 1) / len(values)
        axes.step(values, shares, where="post", color=line_style(index).colour, label=words)
    axes.axvline(0.05, color=INK, linewidth=0.8)
    axes.set(
        xlabel="adjusted p-value of a healthy set", ylabel="share of sets below", xlim=(0, 1), ylim=(0, 1)
    )
    axes.legend(frameon=False)
    save_figure(figure, path, title=f"Adjusted p-values of {len(found)} healthy sets")


def _once(pool: Arrays, given: argparse.Namespace, number: int) -> dict[str, Any]:
    total = len(next(iter(pool.values())))
    order = np.random.default_rng((given.seed, number)).permutation(total)
    ends = np.cumsum([given.train, given.test, given.size])
    train, test, generated = np.split(order[: ends[-1]], ends[:-1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = Reference.from_embeddings(
            rows(pool, train), rows(pool, test), seed=number, partitions=given.partitions
        )
    curve = reference.curve_from_embeddings(rows(pool, generated))
    layers = curve.evidence.layers
    return {
        "finding": curve.evidence.finding,
        "bonferroni": judge(curve.layers, curve.scores).whole.finding,
        "p_copies": min(layer.adjusted_copies for layer in layers),
        "p_under_fits": min(layer.adjusted_under_fits for layer in layers),
        "flagged": curve.evidence.n_flagged,
        "others": smallest_p_values(curve.other_scores),
        "standardised": curve.standardised.round(3).tolist(),
        "p_tail": [layer.p_tail for layer in layers],
    }


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", required=True, nargs="+")
    parser.add_argument("--encoder", required=True)
    parser.add_argument(
        "--out", type=Path, required=True, help="a line for each repeat; a stopped run goes on"
    )
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--train", type=int, default=5000)
    parser.add_argument("--test", type=int, default=2000)
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--partitions", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", default="auto")
    parser.add_argument("--figure", type=Path, help="draw the p-values (.svg or .png)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
