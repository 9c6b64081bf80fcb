"""The objectives there are, by name."""

from __future__ import annotations

from typing import Any

from whorl.embeddings import Progress
from whorl.lab.training.barlow_twins import BarlowTwins
from whorl.lab.training.classes import Classes
from whorl.lab.training.material import gather, gather_unlabelled
from whorl.lab.training.objective import Objective
from whorl.lab.training.recipe import Recipe


def objective_for(
    recipe: Recipe, data: Any, test: Any, knn_train: Any, knn_test: Any, progress: Progress
) -> Objective[Any]:
    """Return the recipe's objective with its pictures; the other arguments are those of `train_encoder`.

    Raises:
        ImageError: a picture that cannot be read, or labels are missing that the objective needs.
        WhorlError: one of `knn_train` and `knn_test` without the other.
    """
    if recipe.objective == "barlow-twins":
        return BarlowTwins(recipe, gather_unlabelled(data, test, knn_train, knn_test, recipe, progress))
    material = gather(data, test, knn_train, knn_test, recipe, progress)
    return Classes(recipe, material.pictures, material.judge)
