"""Which directions to take: by position among the components, or by design."""

from __future__ import annotations

import numpy as np

from whorl.latent.studies.study import Bench, LatentStudy, Point

_PLACES = 5


def readings(bench: Bench) -> int:
    """Return how many pictures are read."""
    return (2 * len(_shifts(bench)) + 1) * bench.pictures


def dimension(bench: Bench) -> LatentStudy:
    """Return accuracy and Frechet distance for directions at several places of the spectrum, and by design.

    Strengths differ between directions: each basis gets the strength at which a key moves pictures as far as by
    design, so that what is compared is where the directions lie and not how loud they are.
    """
    n = bench.bits
    series: dict[str, tuple[Point, ...]] = {}
    designed = bench.designed
    loudness = bench.quality(designed).change
    for coding in ("published", "lattice"):
        points = []
        for shift in _shifts(bench):
            basis = bench.by_position(n, bench.strength, shift, coding)
            basis = basis.with_strength(bench.strength * loudness / max(bench.quality(basis).change, 1e-6))
            points.append(
                Point(
                    f"components {shift + 1} to {shift + n}",
                    float(shift),
                    bench.read(basis),
                    bench.quality(basis),
                    {"strength": basis.strength},
                )
            )
        series[f"by position, {coding}"] = tuple(points)
    series["by design, lattice"] = (
        Point(
            "by design",
            None,
            bench.read(designed),
            bench.quality(designed),
            {"strength": designed.strength},
        ),
    )
    return LatentStudy(
        name="dimension",
        title="Which directions carry a key",
        asks="Where among the principal components should a key go, and is a choice from the Jacobian better?",
        axis="first component (the first has the largest variance)",
        series=series,
        notes=(
            "Each basis has the strength at which one round of calibration makes pictures change as far as by "
            "design.",
            "The published coding takes the place of the variation along its directions; the lattice keeps it.",
        ),
        measured=bench.describe(),
    )


def _shifts(bench: Bench) -> list[int]:
    last = bench.generator.latent_dim - bench.bits
    return [int(shift) for shift in np.unique(np.linspace(0, last, _PLACES).round())]
