"""How far the training of a generator had come when its weights were written."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from whorl.lab.generators.folder import CHECKPOINT, WEIGHTS, kept_weights, read_config
from whorl.lab.generators.recipe import GeneratorRecipe
from whorl.lab.training.checkpoint import read_state
from whorl.lab.training.order import Order


@dataclass(frozen=True)
class Reached:
    """Where a training stood.

    Attributes:
        step: steps taken when the weights were written.
        steps: how many there are to be; None where the recipe says minutes.
        minutes: how long it is to be trained; None where the recipe says steps or epochs.
        finished: whether the training has come to its end, whichever weights these are; None where the recipe says
            minutes and there is no checkpoint to tell.
    """

    step: int
    steps: int | None
    minutes: float | None
    finished: bool | None

    @property
    def text(self) -> str:
        """Step and end in a few words.

        >>> Reached(10, 120, None, False).text
        'step 10 of 120'
        """
        if self.steps is not None:
            return f"step {self.step:,} of {self.steps:,}"
        return f"step {self.step:,} of a training of {self.minutes:g} minutes"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def reached(folder: str | Path, *, checkpoint: int | None = None) -> Reached:
    """Return how far a training had come; weights are not read.

    Args:
        folder: what `train_generator` left.
        checkpoint: the epoch whose weights were kept; None takes the last ones.

    Raises:
        StorageError: no generator, no such weights, or they cannot be read.
    """
    place = Path(folder)
    config = read_config(place)
    recipe, count = config.recipe, int(config.data["count"])
    last = int(read_state(place / WEIGHTS)["step"])
    step = last if checkpoint is None else int(read_state(place / kept_weights(checkpoint))["step"])
    steps = _steps(recipe, count)
    finished = _time_is_up(place, recipe) if steps is None else last >= steps
    return Reached(step, steps, recipe.minutes, finished)


def _steps(recipe: GeneratorRecipe, count: int) -> int | None:
    if recipe.epochs is None:
        return recipe.steps
    return recipe.epochs * Order(count, min(recipe.batch_size, count), recipe.seed).steps_per_epoch


def _time_is_up(folder: Path, recipe: GeneratorRecipe) -> bool | None:
    if recipe.minutes is None or not (folder / CHECKPOINT).is_file():
        return None
    return float(read_state(folder / CHECKPOINT)["seconds"]) >= 60 * recipe.minutes
