"""Training a generator from pictures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whorl.embeddings import Progress
from whorl.embeddings.progress import progress_for
from whorl.encoders.device import choose_device
from whorl.lab.generators.folder import begin_folder, config_of
from whorl.lab.generators.recipe import GeneratorRecipe


@dataclass(frozen=True)
class TrainedGenerator:
    """What a training left.

    Attributes:
        folder: config.json, weights.safetensors (averaged weights), epochs/ (those kept), samples/ (grids),
            history.json, losses.svg, checkpoint.safetensors.
        recipe: how it was trained.
        data: name, count, classes and digest of the pictures.
        parameters: by network.
        steps: taken in all.
        losses: means over the last epoch, or what there was of it, by name.
    """

    folder: Path
    recipe: GeneratorRecipe
    data: Mapping[str, Any]
    parameters: Mapping[str, int]
    steps: int
    losses: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "schema": "whorl-trained-generator/1",
            "folder": str(self.folder),
            "recipe": self.recipe.to_dict(),
            "data": dict(self.data),
            "parameters": dict(self.parameters),
            "steps": self.steps,
            "losses": dict(self.losses),
        }


def train_generator(
    data: Any,
    output: str | Path,
    *,
    recipe: GeneratorRecipe,
    keep_epochs: Collection[int] = (),
    grids: int = 8,
    device: str = "auto",
    checkpoint_minutes: float = 5.0,
    progress: bool | Progress = False,
) -> TrainedGenerator:
    """Train a generator, and save its averaged weights.

    Killed or interrupted, it goes on from its last checkpoint when called again with the same arguments; on a
    CPU, and with `steps` or `epochs`, it then becomes bit by bit what it would have become without the
    interruption. With more steps, epochs or minutes, a finished training goes on.

    Args:
        data: anything `whorl.open_images` takes, or `TrainingPictures` that were read already.
        output: the folder to write to; `load_generator` loads it.
        recipe: what to build and how to train it; see `recipe_for`.
        keep_epochs: after these epochs the averaged weights are kept.
        grids: how many sample grids are drawn on the way.
        device: auto, cpu, mps, cuda or cuda:N.
        checkpoint_minutes: time between checkpoints, which are also written when an epoch ends.
        progress: True shows it on stderr.

    Raises:
        ImageError: a picture cannot be read.
        StorageError: the folder holds something else, or another training (both are named), or cannot be written.
        WhorlError: a package is missing, an epoch to be kept lies beyond the end, or batches are too small for a
            step. Nothing was written.
        DivergedError: a loss or weight became NaN or infinite; the last good checkpoint stays.
        StoppedError: SIGTERM or Ctrl-C, a KeyboardInterrupt with its signal's number; a checkpoint was written.
    """
    from whorl.lab.generators.pictures import read_pictures
    from whorl.lab.generators.run import GeneratorRun
    from whorl.lab.generators.trainer import GeneratorTrainer

    shown, folder, place = progress_for(progress), Path(output), choose_device(device)
    pictures = read_pictures(data, recipe.image_size, shown)
    config = config_of(recipe, pictures.describe())
    trainer = GeneratorTrainer(recipe, pictures, place)
    run = GeneratorRun(
        trainer,
        folder,
        config,
        keep_epochs=keep_epochs,
        grids=grids,
        checkpoint_minutes=checkpoint_minutes,
        progress=shown,
    )
    begin_folder(folder, config)
    run.take_up()
    run.to_the_end()
    per_epoch = trainer.batches.order.steps_per_epoch
    return TrainedGenerator(
        folder=folder,
        recipe=recipe,
        data=config.data,
        parameters={
            name: sum(p.numel() for p in network.parameters())
            for name, network in trainer.model.networks.items()
        },
        steps=trainer.step,
        losses=run.history.means((trainer.step - 1) // per_epoch * per_epoch),
    )
