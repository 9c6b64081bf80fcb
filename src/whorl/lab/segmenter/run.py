"""A segmenter's training from its first step, or its last checkpoint, to its end."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from whorl.embeddings import Progress
from whorl.encoders.checkpoint import CONFIG
from whorl.errors import StorageError
from whorl.files import write_json
from whorl.lab.segmenter.cut_outs_display import CutOutsDisplay
from whorl.lab.segmenter.history import SegmenterEpoch, SegmenterHistory, draw_curves
from whorl.lab.segmenter.saved import load_segmenter, save_segmenter
from whorl.lab.segmenter.trainer import SegmenterTrainer
from whorl.lab.training.checkpoint import FILE, Checkpoint, read_checkpoint, write_checkpoint
from whorl.lab.training.interruption import StopRequest, stop_requested
from whorl.lab.training.pictures import LabelledPictures
from whorl.report.contact_sheet import MOST_SAMPLES


class SegmenterRun:
    """Steps, checkpoints, curves and cut-outs of one training, in one folder.

    Args:
        trainer: what is trained.
        held_out: what it is judged on.
        folder: gets the segmenter, the checkpoint, history.json, curves.svg and the cut-outs.
        settings: what is written into history.json.
        key: digest of recipe and pictures.
        checkpoint_minutes: time between checkpoints.
        progress: told about each picture.
    """

    def __init__(
        self,
        trainer: SegmenterTrainer,
        held_out: LabelledPictures,
        folder: Path,
        *,
        settings: dict[str, Any],
        key: str,
        checkpoint_minutes: float,
        progress: Progress,
    ) -> None:
        self.trainer, self.folder, self.history = trainer, folder, SegmenterHistory()
        self._held_out, self._settings, self._key, self._progress = held_out, settings, key, progress
        self._every = 60 * checkpoint_minutes
        self._begun = time.monotonic()

    def take_up(self) -> None:
        """Go back to the folder's checkpoint, if there is one.

        Raises:
            StorageError: it is damaged, or of another training, or there is none but a model.
        """
        found = read_checkpoint(self.folder / FILE, settings=self._key)
        if found is None:
            if (self.folder / CONFIG).exists():
                raise StorageError(
                    f"{self.folder} holds a model, and no {FILE} from which its training could go on; choose "
                    "another -o."
                )
            return
        self.trainer.restore(found)
        self._begun = time.monotonic() - found.state["seconds"]
        self.history = SegmenterHistory(
            losses=found.tensors["losses"].tolist(),
            accuracies=found.tensors["accuracies"].tolist(),
            epochs=[SegmenterEpoch(**epoch) for epoch in found.state["epochs"]],
        )

    def to_the_end(self) -> None:
        """Train until the last step.

        Raises:
            EncoderError: the training diverged.
            StoppedError: it was asked to stop; a checkpoint was written.
        """
        size = self.trainer.order.batch_size
        self._progress.begin("train", self.trainer.end * size, self.trainer.step * size)
        try:
            with stop_requested() as stopped:
                self._steps(stopped)
        finally:
            self._progress.end()

    def _steps(self, stopped: StopRequest) -> None:
        trainer, saved = self.trainer, time.monotonic()
        while trainer.step < trainer.end:
            outcome = trainer.advance()
            self.history.losses.append(outcome.loss)
            self.history.accuracies.append(outcome.accuracy)
            self._progress.advance(trainer.order.batch_size)
            if trainer.step % trainer.order.steps_per_epoch == 0:
                self._end_epoch()
            elif stopped() or time.monotonic() - saved >= self._every:
                self._put_down()
            else:
                continue
            saved = time.monotonic()
            stopped.stop()

    def _put_down(self) -> None:
        trainer = self.trainer.checkpoint()
        curves = {
            "losses": torch.tensor(self.history.losses, dtype=torch.float64),
            "accuracies": torch.tensor(self.history.accuracies, dtype=torch.float64),
        }
        state = {
            **trainer.state,
            "seconds": time.monotonic() - self._begun,
            "epochs": [asdict(epoch) for epoch in self.history.epochs],
        }
        write_checkpoint(
            self.folder / FILE, Checkpoint({**trainer.tensors, **curves}, state), settings=self._key
        )

    def _end_epoch(self) -> None:
        """Judge the weights, and leave segmenter, curves, cut-outs and checkpoint as they are now."""
        trainer, history = self.trainer, self.history
        steps = trainer.order.steps_per_epoch
        judged = trainer.judged(self._held_out)
        epoch = SegmenterEpoch(
            epoch=trainer.step // steps,
            step=trainer.step,
            seconds=time.monotonic() - self._begun,
            loss=sum(history.losses[-steps:]) / steps,
            accuracy=sum(history.accuracies[-steps:]) / steps,
            held_out_loss=judged.loss,
            held_out_accuracy=judged.accuracy,
        )
        history.epochs.append(epoch)
        self._progress.note(
            f"epoch {epoch.epoch}: loss {epoch.loss:.3f}, accuracy {epoch.accuracy:.1%}; held out "
            f"{judged.loss:.3f}, {judged.accuracy:.1%}"
        )
        classes = tuple(self._settings["classes"])
        save_segmenter(
            self.folder, trainer.model, trainer.recipe, classes, pictures=self._settings["pictures"]
        )
        write_json(self.folder / "history.json", history.to_dict(self._settings))
        draw_curves(history, self.folder / "curves.svg")
        self._show()
        self._put_down()

    def _show(self) -> None:
        # Of the folder just written, so that what is shown is what will be loaded.
        pictures = [picture.copy() for picture in self._held_out.pixels[:MOST_SAMPLES]]
        display = CutOutsDisplay.from_segmenter(load_segmenter(self.folder), pictures).plot()
        for suffix in ("svg", "png"):
            display.save(self.folder / f"cut-outs.{suffix}")
