"""Training a segmenter with class labels alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whorl.embeddings import Progress
from whorl.embeddings.progress import progress_for
from whorl.encoders.device import choose_device
from whorl.files import digest_json
from whorl.lab.segmenter.history import SegmenterEpoch
from whorl.lab.segmenter.recipe import SegmenterRecipe

_FORMAT = "whorl-segmenter-training/1"


@dataclass(frozen=True)
class TrainedSegmenter:
    """What a training left.

    Attributes:
        folder: config.json, model.safetensors, history.json, curves.svg, cut-outs.svg, cut-outs.png,
            checkpoint.safetensors.
        parameters: how many.
        pictures: trained on.
        classes: how many.
        last: the marks at the end.
        recipe: how it was trained.
    """

    folder: Path
    parameters: int
    pictures: int
    classes: int
    last: SegmenterEpoch
    recipe: SegmenterRecipe

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "schema": "whorl-trained-segmenter/1",
            "folder": str(self.folder),
            "parameters": self.parameters,
            "pictures": self.pictures,
            "classes": self.classes,
            "last": dataclasses.asdict(self.last),
            "recipe": self.recipe.to_dict(),
        }


def train_segmenter(
    data: Any,
    output: str | Path,
    *,
    recipe: SegmenterRecipe,
    test: Any = None,
    device: str = "auto",
    checkpoint_minutes: float = 5.0,
    progress: bool | Progress = False,
) -> TrainedSegmenter:
    """Train a segmenter to tell the subject of labelled pictures from the rest, by their labels alone.

    Killed or interrupted, it goes on from its last checkpoint when called again with the same arguments, and
    on a CPU it becomes the segmenter that it would have become without the interruption.

    Args:
        data: pictures with labels, anything `whorl.open_images` takes.
        output: the folder to write to; `whorl.lab.segmenter.load_segmenter` loads it.
        recipe: what to build and how to train it.
        test: held-out pictures of the same classes, of which up to 2,000 are judged after each epoch; None holds
            5 % of `data` out.
        device: auto, cpu, mps, cuda or cuda:N.
        checkpoint_minutes: time between checkpoints, which are also written when an epoch ends.
        progress: True shows it on stderr.

    Raises:
        ImageError: no labels, or a picture that cannot be read.
        StorageError: the folder holds another training, or cannot be written.
        EncoderError: training diverged, or there is no such device.
        StoppedError: SIGTERM or Ctrl-C, a KeyboardInterrupt with its signal's number; a checkpoint was written.
    """
    from whorl.lab.segmenter.run import SegmenterRun
    from whorl.lab.segmenter.trainer import SegmenterTrainer
    from whorl.lab.training.material import gather

    shown = progress_for(progress)
    place, folder = choose_device(device), Path(output)
    material = gather(data, test, None, None, recipe.crops_and_flips(), shown)
    pictures, held_out = material.pictures, material.judge.held_out
    settings = {
        "format": _FORMAT,
        "recipe": recipe.to_dict(),
        "pictures": pictures.digest,
        "classes": [str(name) for name in pictures.classes],
    }
    trainer = SegmenterTrainer(recipe, pictures, place)
    run = SegmenterRun(
        trainer,
        held_out,
        folder,
        settings={**settings, "count": len(pictures), "held_out": len(held_out), "device": str(place)},
        key=digest_json(settings),
        checkpoint_minutes=checkpoint_minutes,
        progress=shown,
    )
    run.take_up()
    run.to_the_end()
    return TrainedSegmenter(
        folder=folder,
        parameters=sum(p.numel() for p in trainer.model.parameters()),
        pictures=len(pictures),
        classes=len(pictures.classes),
        last=run.history.epochs[-1],
        recipe=recipe,
    )
