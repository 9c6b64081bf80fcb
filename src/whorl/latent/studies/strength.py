"""How strong a key has to be."""

from __future__ import annotations

from whorl.latent.studies.study import Bench, LatentStudy, Point

_FACTORS = (0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0)


def readings(bench: Bench) -> int:
    """Return how many pictures are read."""
    return 3 * len(_FACTORS) * bench.pictures


def strength(bench: Bench) -> LatentStudy:
    """Return accuracy and Frechet distance from a sixteenth to four times the strength, for three bases."""
    last = bench.generator.latent_dim - bench.bits
    bases = {
        "by design, lattice": bench.designed,
        "by design, centred": bench.by_design(bench.bits, "centred"),
        "last components, published": bench.by_position(bench.bits, bench.strength, last, "published"),
    }
    series = {}
    for name, basis in bases.items():
        points = []
        for factor in _FACTORS:
            louder = basis.with_strength(factor * basis.strength)
            points.append(
                Point(f"{factor:g} times", louder.strength, bench.read(louder), bench.quality(louder))
            )
        series[name] = tuple(points)
    return LatentStudy(
        name="strength",
        title="How strong a key has to be",
        asks="What does strength buy in accuracy, and what does it cost in quality?",
        axis="strength (sigma)",
        series=series,
        notes=(
            "A step of 1 by design moves the pixels by 1 in Euclidean norm, from 0 to 1; by position it moves the "
            "latent by 1. Hold points against each other at equal Frechet distance, not at equal strength.",
        ),
        measured=bench.describe(),
        logarithmic=True,
    )
