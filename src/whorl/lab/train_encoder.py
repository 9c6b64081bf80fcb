"""Training a small encoder, from labelled pictures or from pictures alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whorl.embeddings import Progress
from whorl.embeddings.progress import progress_for
from whorl.encoders.device import choose_device
from whorl.files import digest_json
from whorl.lab.training.history import Epoch
from whorl.lab.training.recipe import Recipe

FORMAT = 1
"""Raised whenever the same recipe and pictures would give another encoder than before."""


@dataclass(frozen=True)
class TrainedEncoder:
    """What a training left.

    Attributes:
        folder: config.json, model.safetensors (half precision), preprocessor_config.json, history.json,
            curves.svg, checkpoint.safetensors.
        parameters: of the model, head or projector included.
        pictures: trained on.
        classes: how many; 0 without labels.
        last: the marks at the end.
        recipe: how it was trained.
    """

    folder: Path
    parameters: int
    pictures: int
    classes: int
    last: Epoch
    recipe: Recipe

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "schema": "whorl-trained-encoder/1",
            "folder": str(self.folder),
            "parameters": self.parameters,
            "pictures": self.pictures,
            "classes": self.classes,
            "last": self.last.to_dict(),
            "recipe": self.recipe.to_dict(),
        }


def train_encoder(
    data: Any,
    output: str | Path,
    *,
    recipe: Recipe,
    test: Any = None,
    knn_train: Any = None,
    knn_test: Any = None,
    device: str = "auto",
    compiled: bool = False,
    checkpoint_minutes: float = 5.0,
    progress: bool | Progress = False,
) -> TrainedEncoder:
    """Train a small encoder for the recipe's objective, and save its backbone.

    `classes` learns to tell the classes of labelled pictures apart; `barlow-twins` learns from pictures alone, and
    labels, where there are any, serve its 10-NN curve.

    Killed or interrupted, it goes on from its last checkpoint when called again with the same arguments, and
    with `recipe.epochs` it becomes the encoder that it would have become without the interruption.

    Args:
        data: pictures, for `classes` with labels; anything `whorl.open_images` takes.
        output: the folder to write to; `whorl.load_encoder` loads it.
        recipe: what to build and how to train it.
        test: held-out pictures of the same classes; None holds 5 % of `data` out.
        knn_train: labelled pictures whose embeddings vote in the 10-NN curve; None: 4,000 of `data`, if labelled.
        knn_test: labelled pictures that are voted on; None: up to 2,000 of the held-out ones.
        device: auto, cpu, mps, cuda or cuda:N.
        compiled: run the model through torch.compile, which needs a C++ compiler on a CPU.
        checkpoint_minutes: time between checkpoints, which are also written when an epoch ends.
        progress: True shows it on stderr.

    Raises:
        ImageError: labels are missing that the objective needs, or a picture cannot be read.
        StorageError: the folder holds another training, or cannot be written.
        EncoderError: training diverged.
        StoppedError: SIGTERM or Ctrl-C, a KeyboardInterrupt with its signal's number; a checkpoint was written.
    """
    from whorl.lab.training.objectives import objective_for
    from whorl.lab.training.run import Run
    from whorl.lab.training.trainer import Trainer

    shown = progress_for(progress)
    place, folder = choose_device(device), Path(output)
    objective = objective_for(recipe, data, test, knn_train, knn_test, shown)
    pictures = objective.pictures
    settings = {
        "format": FORMAT,
        "recipe": recipe.to_dict(),
        "pictures": pictures.digest,
        "classes": [str(name) for name in pictures.classes],
    }
    trainer = Trainer(objective, place, compiled=compiled)
    run = Run(
        trainer,
        folder,
        settings={**settings, "count": len(pictures), "device": str(place), "compiled": compiled},
        key=digest_json(settings),
        checkpoint_minutes=checkpoint_minutes,
        progress=shown,
    )
    run.take_up()
    run.to_the_end()
    return TrainedEncoder(
        folder=folder,
        parameters=sum(p.numel() for p in trainer.model.parameters()),
        pictures=len(pictures),
        classes=len(pictures.classes),
        last=run.history.epochs[-1],
        recipe=recipe,
    )
