"""What keys withstand, with the change known to the reader and without."""

from __future__ import annotations

from whorl.latent.studies.attacks import ATTACKS
from whorl.latent.studies.study import Bench, LatentStudy, Point

FACTORS = (1.0, 4.0)
"""Strengths, in multiples of the bench's."""


def readings(bench: Bench) -> int:
    """Return how many pictures are read."""
    told = sum(attack.known is not None for attack in ATTACKS.values())
    return len(FACTORS) * (len(ATTACKS) + told) * bench.pictures


def robustness(bench: Bench, factors: tuple[float, ...] = FACTORS) -> LatentStudy:
    """Return accuracy after each attack.

    Args:
        bench: see `Bench`.
        factors: strengths, in multiples of the bench's.
    """
    series = {}
    for factor in factors:
        basis = bench.designed.with_strength(factor * bench.strength)
        cost = bench.quality(basis)
        points = []
        for name, attack in ATTACKS.items():
            points.append(Point(attack.name, None, bench.read(basis, attack=attack), cost))
            if attack.known is not None:
                told = "blur told" if name == "all" else "told"
                read = bench.read(basis, attack=attack, known=True)
                points.append(Point(f"{attack.name}, {told}", None, read, cost))
        series[f"strength {basis.strength:g}"] = tuple(points)
    return LatentStudy(
        name="robustness",
        title="What keys withstand",
        asks="Are keys still read after blur, noise, compression, resizing and cropping?",
        axis="",
        series=series,
        notes=(
            "Pictures pass through 8 bits, and for JPEG through a file of that format, before they are read.",
            "'Told': the reader knows the change and looks for a picture that it would have made this one of.",
        ),
        measured=bench.describe(),
    )
