"""The demo's three generators: one that copies, a good one, and a coarse one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.demo.denoiser import Denoiser, draw
from whorl.demo.digits import SIDE, Digits, as_pixels
from whorl.demo.seeds import stream
from whorl.demo.training import Training, train
from whorl.embeddings.progress import Progress

COPIED = 200
_COPIER_STEPS, _GOOD_STEPS, _PATIENCE, _COARSE_STEP = 2500, 2000, 250, 80


@dataclass(frozen=True, eq=False)
class Generator:
    """A diffusion model as it was at one moment of a training.

    Attributes:
        name: "copier", "good" or "coarse".
        about: how it came to be, in a sentence.
        step: after how many steps it was kept.
        model: its weights.
    """

    name: str
    about: str
    step: int
    model: Denoiser

    def pictures(self, count: int, *, seed: int) -> NDArray[np.uint8]:
        """Draw `count` pictures, uint8 (count, 8, 8); the same seed starts from the same noise."""
        noise = stream(seed, "noise")
        drawn = draw(self.model, count, SIDE * SIDE, seed=noise).reshape(count, SIDE, SIDE)
        return as_pixels((drawn.numpy() + 1) / 2)


@dataclass(frozen=True, eq=False)
class Generators:
    """Three generators and the two trainings that made them.

    Attributes:
        copier: learned from a few of T's pictures, far too long.
        good: learned from all of T, kept where it was best on unseen pictures.
        coarse: the same training near its beginning.
        long: the copier's training.
        sound: the training of the other two.
    """

    copier: Generator
    good: Generator
    coarse: Generator
    long: Training
    sound: Training

    def __iter__(self) -> Iterator[Generator]:
        """Yield the copier, the good and the coarse one."""
        return iter((self.copier, self.good, self.coarse))


def train_generators(digits: Digits, *, seed: int, progress: Progress) -> Generators:
    """Train them: one network, fed and stopped differently.

    Args:
        digits: T, and the pictures that tell when to stop.
        seed: fixes both trainings.
        progress: told about each step.
    """
    sound = train(
        digits.train, digits.validation, label="train a good model", seed=stream(seed, "good"), steps=_GOOD_STEPS,
        early_step=_COARSE_STEP, patience=_PATIENCE, progress=progress,
    )  # fmt: skip
    long = train(
        digits.train[:COPIED], digits.validation, label="train a copier", seed=stream(seed, "copier"),
        steps=_COPIER_STEPS, early_step=_COARSE_STEP, progress=progress,
    )  # fmt: skip
    return Generators(
        copier=Generator(
            "copier",
            f"A small diffusion model that learned from only {COPIED} of the {sound.pictures} training digits, "
            f"and far too long: it saw each of them {long.seen(long.steps):,.0f} times.",
            long.steps,
            long.last,
        ),
        good=Generator(
            "good",
            f"The same model, taught with all {sound.pictures} training digits and kept where it took noise away "
            f"from unseen digits best: after {sound.best_step:,} steps, each digit seen "
            f"{sound.seen(sound.best_step):,.0f} times.",
            sound.best_step,
            sound.best,
        ),
        coarse=Generator(
            "coarse",
            f"The good model near the beginning of its training: after {sound.early_step} steps, each digit seen "
            f"{sound.seen(sound.early_step):,.0f} times.",
            sound.early_step,
            sound.early,
        ),
        long=long,
        sound=sound,
    )
