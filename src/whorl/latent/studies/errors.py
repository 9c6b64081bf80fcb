"""Are bit errors those that the theory predicts?"""

from __future__ import annotations

import numpy as np

from whorl.latent.basis import CODINGS
from whorl.latent.studies.attacks import Attack, Pictures
from whorl.latent.studies.study import Bench, LatentStudy, Point

_GREY = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0)


def readings(bench: Bench) -> int:
    """Return how many pictures are read."""
    return len(CODINGS) * len(_GREY) * bench.pictures


def errors(bench: Bench) -> LatentStudy:
    """Return predicted and measured shares of wrong bits under Gaussian noise, for three codings."""
    series = {}
    for coding in CODINGS:
        basis = bench.by_design(bench.bits, coding)
        points = []
        for grey in _GREY:
            read = bench.read(basis, attack=_noise(grey))
            points.append(Point(f"noise of {grey:g} grey levels", grey, read, None, {"noise": grey}))
        series[f"by design, {coding}"] = tuple(points)
    return LatentStudy(
        name="errors",
        title="Bit errors, predicted and measured",
        asks="Does the Schur complement of the Jacobian foretell how many bits are read wrongly?",
        axis="noise, grey levels",
        series=series,
        notes=(
            "Predicted from the residual and the Jacobian at the latent that was found. Where the search ended at "
            "another latent than the right one, the prediction knows nothing of it.",
            "The interval of the measured share is binomial, as if each bit were wrong by itself; bits of one "
            "picture go together a little, and it is somewhat too narrow.",
        ),
        measured=bench.describe(),
        foretold=True,
    )


def _noise(grey: float) -> Attack:
    def noisy(pictures: Pictures, seed: int) -> Pictures:
        noise = np.random.default_rng(seed).normal(0, grey, pictures.shape) if grey else 0.0
        return (pictures + noise).round().clip(0, 255).astype(np.uint8)

    return Attack(f"noise of {grey:g} grey levels", noisy)
