"""Frechet distance ratios of classes whose labels were dealt at random: how far from 1 chance takes one.

Of four classes of 200 pictures in 24 dimensions, as docs/manifold.md tells it, with 20 draws of the halves each.
Once all directions vary alike; once the k-th has a standard deviation of 1 / sqrt(k), so that few of them count.
"""

import argparse
import sys

import numpy as np

from whorl.manifold import fdr

CLASSES, PICTURES, WIDTH = 4, 200, 24
DEVIATIONS = {"alike": np.ones(WIDTH), "few": 1 / np.sqrt(1 + np.arange(WIDTH))}


def dealt_ratios(directions: str, dealings: int = 40, *, seed: int = 0) -> np.ndarray:
    """Return the ratios with labels dealt anew each time, float64 (dealings,).

    Classes differ by a shift of their own before labels are dealt, so that there is something to be mixed.
    """
    rng, deviations = np.random.default_rng(seed), DEVIATIONS[directions]
    shifts = rng.normal(size=(CLASSES, WIDTH)) * deviations
    pooled = np.concatenate([rng.normal(shift, deviations, (PICTURES, WIDTH)) for shift in shifts])
    dealt = (np.split(rng.permutation(pooled), CLASSES) for _ in range(dealings))
    return np.array([fdr(dict(zip("abcd", parts, strict=True))).value for parts in dealt])


def told(ratios: np.ndarray) -> str:
    """Return the mean, and 1.96 standard deviations of single dealings, as the page tells them."""
    return f"{ratios.mean():.2f} ± {1.96 * ratios.std(ddof=1):.2f}"


def main() -> None:
    """Deal, and print what the page says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dealings", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    for directions in DEVIATIONS:
        ratios = dealt_ratios(directions, given.dealings, seed=given.seed)
        sys.stdout.write(f"{directions}: {told(ratios)} ({given.dealings} dealings)\n")


if __name__ == "__main__":
    main()
