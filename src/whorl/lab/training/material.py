"""Which pictures train an encoder, and which judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from whorl.embeddings import Progress
from whorl.errors import WhorlError
from whorl.images import limit, open_images, split
from whorl.images.contract import ImageSource
from whorl.images.labels import Label, LabelledSource
from whorl.lab.training.evaluate import Judge
from whorl.lab.training.pictures import LabelledPictures, Pictures, read_labelled, read_pictures
from whorl.lab.training.recipe import Recipe

_HELD_OUT = 0.05
_VOTERS, _VOTED_ON = 4000, 2000

PicturesT = TypeVar("PicturesT", bound=Pictures)


@dataclass(frozen=True)
class Material:
    """All pictures of a training by labels, decoded.

    Attributes:
        pictures: trained on.
        judge: judged on.
    """

    pictures: LabelledPictures
    judge: Judge


@dataclass(frozen=True)
class Votes:
    """The labelled pictures of a 10-NN mark.

    Attributes:
        knn_train: whose nearest embeddings vote.
        knn_test: whose class is voted on.
    """

    knn_train: LabelledPictures
    knn_test: LabelledPictures


@dataclass(frozen=True)
class SelfTaught:
    """All pictures of a training without labels, decoded.

    Attributes:
        pictures: trained on.
        held_out: whose loss is a mark.
        votes: None where labels are missing.
    """

    pictures: Pictures
    held_out: Pictures
    votes: Votes | None


@dataclass(frozen=True)
class _Parts:
    inside: ImageSource
    outside: ImageSource


def gather(
    data: Any, test: Any, knn_train: Any, knn_test: Any, recipe: Recipe, progress: Progress
) -> Material:
    """Open and decode all pictures; arguments are those of `train_encoder`.

    Raises:
        ImageError: no labels, or a picture that cannot be read.
        WhorlError: one of `knn_train` and `knn_test` without the other.
    """
    parts, size = _opened(data, test, knn_train, knn_test, recipe), recipe.size
    pictures = read_labelled(parts.inside, size, progress=progress)
    held_out = read_labelled(parts.outside, size, classes=pictures.classes, progress=progress)
    votes = _votes(knn_train, knn_test, recipe, progress)
    judged = _some(held_out, _VOTED_ON, recipe.seed)
    if votes is None:
        return Material(pictures, Judge(judged, _some(pictures, _VOTERS, recipe.seed), judged))
    return Material(pictures, Judge(judged, votes.knn_train, votes.knn_test))


def gather_unlabelled(
    data: Any, test: Any, knn_train: Any, knn_test: Any, recipe: Recipe, progress: Progress
) -> SelfTaught:
    """Open and decode all pictures, labelled or not; arguments are those of `train_encoder`.

    Labels of `data` and of the held-out pictures serve a 10-NN mark, if they are of the same two or more
    classes; those of `knn_train` and `knn_test` must be there.

    Raises:
        ImageError: a picture that cannot be read, or `knn_train` or `knn_test` without labels.
        WhorlError: one of `knn_train` and `knn_test` without the other.
    """
    parts = _opened(data, test, knn_train, knn_test, recipe)
    pictures = _read(parts.inside, (), recipe.size, progress)
    held_out = _some(_read(parts.outside, pictures.classes, recipe.size, progress), _VOTED_ON, recipe.seed)
    votes = _votes(knn_train, knn_test, recipe, progress)
    if votes is None and isinstance(pictures, LabelledPictures) and isinstance(held_out, LabelledPictures):
        votes = Votes(_some(pictures, _VOTERS, recipe.seed), held_out)
    if votes is None:
        progress.note("without labels of held-out pictures there is no 10-NN accuracy, only their loss")
    return SelfTaught(pictures, held_out, votes)


def _opened(data: Any, test: Any, knn_train: Any, knn_test: Any, recipe: Recipe) -> _Parts:
    if (knn_train is None) != (knn_test is None):
        raise WhorlError("give both --knn-train and --knn-test, or neither: one votes on the other.")
    source = open_images(data)
    if test is not None:
        return _Parts(source, open_images(test))
    parts = split(source, _HELD_OUT, seed=recipe.seed)
    return _Parts(parts.rest, parts.held_out)


def _votes(knn_train: Any, knn_test: Any, recipe: Recipe, progress: Progress) -> Votes | None:
    if knn_train is None:
        return None
    size, seed = recipe.size, recipe.seed
    theirs = limit(open_images(knn_train), _VOTERS, seed=seed)
    voters = read_labelled(theirs, size, progress=progress)
    theirs = limit(open_images(knn_test), _VOTED_ON, seed=seed)
    return Votes(voters, read_labelled(theirs, size, classes=voters.classes, progress=progress))


def _read(source: ImageSource, classes: tuple[Label, ...], size: int, progress: Progress) -> Pictures:
    """Read pictures with their labels, where those tell two classes or more apart, among `classes` if given."""
    labels = source.labels() if isinstance(source, LabelledSource) else None
    found = set(labels or ())
    if len(classes or found) < 2 or not found or not found <= set(classes or found):
        return read_pictures(source, size, progress=progress)
    return read_labelled(source, size, classes=classes or None, progress=progress)


def _some(pictures: PicturesT, count: int, seed: int) -> PicturesT:
    """Return at most so many pictures, drawn at random, in their order."""
    if count >= len(pictures):
        return pictures
    return pictures.at(np.sort(np.random.default_rng(seed).permutation(len(pictures))[:count]))
