"""From pictures of known classes to a classifier."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.progress import Progress, progress_for
from whorl.encoders.device import choose_device
from whorl.errors import WhorlError
from whorl.fingerprints.trained.build import build_network
from whorl.fingerprints.trained.classifier import PictureClassifier
from whorl.fingerprints.trained.epochs import run_epochs
from whorl.fingerprints.trained.material import gather
from whorl.fingerprints.trained.random_state import seeded
from whorl.fingerprints.trained.recipe import TrainingRecipe


def train_classifier(
    pictures: Mapping[str, NDArray[np.uint8] | Sequence[NDArray[np.uint8]]],
    recipe: TrainingRecipe,
    *,
    seed: int = 0,
    progress: Progress | bool = False,
    device: str = "auto",
) -> PictureClassifier:
    """Train a classifier that tells the classes of pictures apart.

    Minimises -(1/N) sum_i log p(class_i | picture_i) with Adam. Every picture weighs the same, as in the paper:
    a class with more pictures counts for more. All pictures, resized, are kept in memory as uint8.

    Args:
        pictures: by label, uint8 (m, H, W, 3) or m of (H, W, 3); a class is a model or an architecture, say.
            Numbers and sizes of pictures may differ.
        recipe: network and training, one of `PRESETS` or your own.
        seed: fixes weights and order, from 0 on. On a CPU with the same number of threads, equal seeds give
            equal classifiers.
        progress: True shows it on stderr.
        device: "auto", "cpu", "cuda", ...

    Returns:
        The classifier; its classes are in the order of `pictures`. torch's own random state is as it was.

    Raises:
        ScoreError: fewer than two classes, one without pictures, or training diverged.
        ImageError: a picture is not uint8 (H, W, 3).
        EncoderError: the pretrained weights or the device cannot be had.
        WhorlError: `seed` is no whole number from 0 on.

    Source: arXiv 2407.21159, Appendix C.

    >>> dark, bright = (np.full((4, 8, 8, 3), value, np.uint8) for value in (0, 255))
    >>> recipe = TrainingRecipe("cnn", epochs=4, learning_rate=1e-2, size=8)
    >>> classifier = train_classifier({"dark": dark, "bright": bright}, recipe, device="cpu")
    >>> classifier.labels, classifier.predict(bright)
    (('dark', 'bright'), array([1, 1, 1, 1]))
    """
    begun = time.perf_counter()
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise WhorlError(f"seed must be a whole number from 0 on; got {seed!r}.")
    chosen = choose_device(device)
    material = gather(pictures, recipe.size)
    weights, order = np.random.SeedSequence(seed).spawn(2)
    # Dropout, where pretrained weights ask for it, draws from torch too: all of it is seeded.
    with seeded(int(weights.generate_state(1)[0]), chosen):
        network = build_network(recipe, len(material.labels), chosen)
        history = run_epochs(network, material, recipe, np.random.default_rng(order), progress_for(progress))
    seconds = time.perf_counter() - begun
    return PictureClassifier(network, recipe, labels=material.labels, history=history, seconds=seconds)
