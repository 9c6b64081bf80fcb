"""The demo's three generators: one that copies, a good one, and a coarse one."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from whorl.demo.denoiser import Denoiser, draw
from whorl.demo.digits import SIDE, Digits, as_pixels
from whorl.demo.seeds import stream
from whorl.demo.training import Training, train, untrained
from whorl.embeddings.progress import Progress

COPIED = 150
_COPIER_STEPS, _GOOD_STEPS, _PATIENCE, _COARSE_STEP = 2000, 1500, 150, 80


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
    sound, long = _train_both(digits, seed, progress)
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


def _train_both(digits: Digits, seed: int, progress: Progress) -> tuple[Training, Training]:
    """Train both at once, each on one core: the result does not depend on how many cores there are."""
    stop, lock = threading.Event(), threading.Lock()

    def tick() -> None:
        with lock:
            if stop.is_set():
                raise CancelledError
            progress.advance(1)

    def job(use: str, pictures: NDArray[np.uint8], steps: int, patience: int | None) -> Future[Training]:
        model = untrained(SIDE * SIDE, seed=stream(seed, f"{use} weights"))
        return pool.submit(
            train, pictures, digits.validation, model=model, seed=stream(seed, use), steps=steps,
            early_step=_COARSE_STEP, patience=patience, tick=tick,
        )  # fmt: skip

    def finished(training: Future[Training]) -> None:
        with lock:
            if training.exception() is not None:
                stop.set()
            elif training is sound and not stop.is_set():
                progress.expect(training.result().steps + _COPIER_STEPS)

    progress.begin("train two models", _GOOD_STEPS + _COPIER_STEPS, 0, unit="steps")
    with _single_threaded(), ThreadPoolExecutor(2, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        try:
            sound = job("good", digits.train, _GOOD_STEPS, _PATIENCE)
            long = job("copier", digits.train[:COPIED], _COPIER_STEPS, None)
            for each in (sound, long):
                each.add_done_callback(finished)
            wait((sound, long))
            _raise_cause(sound, long)
            return sound.result(), long.result()
        finally:
            with lock:
                stop.set()
                progress.end()


def _raise_cause(*trainings: Future[Training]) -> None:
    """Raise what made a training fail; the other one was only stopped because of it."""
    for training in trainings:
        error = training.exception()
        if error is not None and not isinstance(error, CancelledError):
            raise error


@contextlib.contextmanager
def _single_threaded() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
