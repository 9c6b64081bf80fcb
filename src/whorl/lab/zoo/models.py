"""One model of a zoo: taken as it is where it is finished, else trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from whorl.embeddings import Progress
from whorl.errors import StorageError
from whorl.lab.generators.folder import WEIGHTS, GeneratorConfig, check_folder, config_of
from whorl.lab.generators.load import digest_tensors
from whorl.lab.generators.pictures import TrainingPictures
from whorl.lab.generators.recipe import GeneratorRecipe
from whorl.lab.generators.train import train_generator
from whorl.lab.training.checkpoint import read_checkpoint
from whorl.lab.training.order import Order


@dataclass(frozen=True)
class PlannedModel:
    """A model that a zoo is to have.

    Attributes:
        folder: where it lies, or will.
        run: its number.
        config: its recipe and what it learns from; versions are those of a training begun already.
        end: steps it is to be trained.
        weights: digest of its averaged weights after the last of them; None while there is something left to
            train.
    """

    folder: Path
    run: int
    config: GeneratorConfig
    end: int
    weights: str | None

    @property
    def recipe(self) -> GeneratorRecipe:
        """How it is trained."""
        return self.config.recipe

    @property
    def name(self) -> str:
        """Architecture and run."""
        return f"{self.recipe.architecture}/run-{self.run}"


def plan_model(folder: Path, run: int, recipe: GeneratorRecipe, pictures: TrainingPictures) -> PlannedModel:
    """Look at what there is of a model.

    Raises:
        StorageError: its folder holds something else, a training of another recipe or of other pictures, a
            longer one, or damaged weights.
    """
    config = check_folder(folder, config_of(recipe, pictures.describe()))
    end = _end(recipe, len(pictures))
    found = read_checkpoint(folder / WEIGHTS, settings=config.key)
    step = 0 if found is None else found.state["step"]
    if step > end:
        raise StorageError(
            f"{folder} holds {recipe.title}, trained for {step:,} steps; this zoo's models are trained for "
            f"{end:,}. Take it out, or give the steps (steps, --steps) or another -o."
        )
    return PlannedModel(
        folder, run, config, end, None if found is None or step < end else digest_tensors(found.tensors)
    )


def train_model(
    planned: PlannedModel,
    pictures: TrainingPictures,
    *,
    grids: int,
    device: str,
    checkpoint_minutes: float,
    progress: Progress,
) -> PlannedModel:
    """Train a model to its end, from where it is.

    Raises:
        StorageError, DivergedError, StoppedError: see `train_generator`.
    """
    train_generator(
        pictures,
        planned.folder,
        recipe=planned.recipe,
        grids=grids,
        device=device,
        checkpoint_minutes=checkpoint_minutes,
        progress=progress,
    )
    done = plan_model(planned.folder, planned.run, planned.recipe, pictures)
    if done.weights is None:
        raise StorageError(
            f"{planned.folder} holds the checkpoint of a finished training and not its weights; remove the "
            "folder to train the model anew."
        )
    return done


def _end(recipe: GeneratorRecipe, count: int) -> int:
    if recipe.steps is not None:
        return recipe.steps
    return (recipe.epochs or 0) * Order(count, min(recipe.batch_size, count), recipe.seed).steps_per_epoch
