"""Which pictures train an encoder, and which judge it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from whorl.embeddings import Progress
from whorl.errors import WhorlError
from whorl.images import limit, open_images, split
from whorl.lab.training.evaluate import Judge
from whorl.lab.training.pictures import LabelledPictures, read_labelled
from whorl.lab.training.recipe import Recipe

_HELD_OUT = 0.05
_VOTERS, _VOTED_ON = 4000, 2000


@dataclass(frozen=True)
class Material:
    """All pictures of a training, decoded.

    Attributes:
        pictures: trained on.
        judge: judged on.
    """

    pictures: LabelledPictures
    judge: Judge


def gather(
    data: Any, test: Any, knn_train: Any, knn_test: Any, recipe: Recipe, progress: Progress
) -> Material:
    """Open and decode all pictures; arguments are those of `train_encoder`.

    Raises:
        ImageError: no labels, or a picture that cannot be read.
        WhorlError: one of `knn_train` and `knn_test` without the other.
    """
    if (knn_train is None) != (knn_test is None):
        raise WhorlError("give both --knn-train and --knn-test, or neither: one votes on the other.")
    source, size = open_images(data), recipe.size
    parts = split(source, _HELD_OUT, seed=recipe.seed) if test is None else None
    pictures = read_labelled(source if parts is None else parts.rest, size, progress=progress)
    outside = open_images(test) if parts is None else parts.held_out
    held_out = read_labelled(outside, size, classes=pictures.classes, progress=progress)
    if knn_train is None:
        voters, voted_on = _some(pictures, _VOTERS, recipe.seed), _some(held_out, _VOTED_ON, recipe.seed)
        return Material(pictures, Judge(voted_on, voters, voted_on))
    theirs = limit(open_images(knn_train), _VOTERS, seed=recipe.seed)
    voters = read_labelled(theirs, size, progress=progress)
    theirs = limit(open_images(knn_test), _VOTED_ON, seed=recipe.seed)
    voted_on = read_labelled(theirs, size, classes=voters.classes, progress=progress)
    return Material(pictures, Judge(_some(held_out, _VOTED_ON, recipe.seed), voters, voted_on))


def _some(pictures: LabelledPictures, count: int, seed: int) -> LabelledPictures:
    """Return at most so many pictures, drawn at random, in their order."""
    if count >= len(pictures):
        return pictures
    drawn = np.sort(np.random.default_rng(seed).permutation(len(pictures))[:count])
    return dataclasses.replace(pictures, pixels=pictures.pixels[drawn], labels=pictures.labels[drawn])
