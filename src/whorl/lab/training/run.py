"""A training from its first step, or its last checkpoint, to its end."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from whorl.embeddings import Progress
from whorl.encoders.checkpoint import CONFIG
from whorl.errors import StorageError
from whorl.files import write_json
from whorl.lab.training.checkpoint import FILE, Checkpoint, read_checkpoint, write_checkpoint
from whorl.lab.training.curves import draw_curves
from whorl.lab.training.encoder_models import save_encoder
from whorl.lab.training.history import Epoch, History
from whorl.lab.training.interruption import StopRequest, stop_requested
from whorl.lab.training.marks import Marks
from whorl.lab.training.pace import Pace
from whorl.lab.training.schedule import Schedule, Stretch
from whorl.lab.training.trainer import Trainer

_UNKNOWN_END = 1_000_000_000


class Run:
    """Steps, checkpoints, marks and curves of one training, in one folder.

    Args:
        trainer: what is trained.
        folder: gets the encoder, the checkpoint, history.json and curves.svg.
        settings: what is written into history.json.
        key: digest of recipe and pictures.
        checkpoint_minutes: time between checkpoints.
        progress: told about each picture.
    """

    def __init__(
        self,
        trainer: Trainer,
        folder: Path,
        *,
        settings: dict[str, Any],
        key: str,
        checkpoint_minutes: float,
        progress: Progress,
    ) -> None:
        self.trainer, self.folder, self.history = trainer, folder, History()
        self._settings, self._key, self._progress = settings, key, progress
        self._every = 60 * checkpoint_minutes
        self._judging = 0.0
        minutes = trainer.recipe.minutes
        self._pace = Pace(60 * (minutes or 0), 0.0, 0)
        epochs = trainer.recipe.epochs
        end = epochs * trainer.order.steps_per_epoch if epochs else _UNKNOWN_END
        self.schedule = Schedule([Stretch(0, 0.0, end)])

    def take_up(self) -> None:
        """Go back to the folder's checkpoint, if there is one.

        Raises:
            StorageError: it is damaged, or of another training, or there is none but an encoder.
        """
        found = read_checkpoint(self.folder / FILE, settings=self._key)
        if found is None:
            _refuse_foreign(self.folder)
            return
        self.trainer.restore(found)
        state = found.state
        self.schedule = Schedule([Stretch(**stretch) for stretch in state["plans"]])
        self._pace = Pace(60 * (self.trainer.recipe.minutes or 0), state["seconds"], self.trainer.step)
        self.history = History(
            losses=found.tensors["losses"].tolist(),
            epochs=[Epoch(**epoch) for epoch in state["epochs"]],
            start=Marks(**state["start"]),
        )

    def to_the_end(self) -> None:
        """Train until the schedule's end.

        Raises:
            EncoderError: the training diverged.
            StoppedError: it was asked to stop; a checkpoint was written.
        """
        if self.history.start is None:
            self.history.start = self._judged()
        size, end = self.trainer.order.batch_size, self.schedule.end
        begun = self.trainer.step * size
        # Until the pace is known there is no end to count towards.
        self._progress.begin("train", begun if end == _UNKNOWN_END else end * size, begun)
        try:
            with stop_requested() as stopped:
                self._steps(stopped)
        finally:
            self._progress.end()

    def _steps(self, stopped: StopRequest) -> None:
        saved = time.monotonic()
        size = self.trainer.order.batch_size
        while self.trainer.step < self.schedule.end:
            self._plan()
            loss = self.trainer.advance(self.schedule.progress(self.trainer.step))
            self.history.losses.append(loss)
            self._progress.advance(size)
            if self._epoch_ends():
                self._end_epoch()
            elif stopped() or time.monotonic() - saved >= self._every:
                self.put_down()
            else:
                continue
            saved = time.monotonic()
            stopped.stop()

    def put_down(self) -> None:
        """Write a checkpoint, from which the same command goes on."""
        import torch

        trainer = self.trainer.checkpoint()
        losses = torch.tensor(self.history.losses, dtype=torch.float64)
        start = self.history.start
        state = {
            **trainer.state,
            "seconds": self._pace.spent,
            "plans": [asdict(stretch) for stretch in self.schedule.stretches],
            "epochs": [epoch.to_dict() for epoch in self.history.epochs],
            "start": None if start is None else start.to_dict(),
        }
        whole = Checkpoint({**trainer.tensors, "losses": losses}, state)
        write_checkpoint(self.folder / FILE, whole, settings=self._key)

    def _plan(self) -> None:
        if self.trainer.recipe.minutes is None:
            return
        step = self.trainer.step
        judgements = 1 + max(0, self.schedule.end - step) / self.trainer.order.steps_per_epoch
        known = self.schedule.end < _UNKNOWN_END
        plan = self._pace.replanned(step, reserve=self._judging * (judgements if known else 1))
        if plan is not None:
            self.schedule.replan(plan)
            self._progress.expect(self.schedule.end * self.trainer.order.batch_size)

    def _epoch_ends(self) -> bool:
        step = self.trainer.step
        return step % self.trainer.order.steps_per_epoch == 0 or step >= self.schedule.end

    def _end_epoch(self) -> None:
        """Judge the averaged weights, and leave encoder, curves and checkpoint as they are now."""
        step, before = self.trainer.step, self.history.epochs[-1].step if self.history.epochs else 0
        number = self.trainer.order.epoch_of(step - 1) + 1
        losses = self.history.losses[before:step]
        marks = self._judged()
        mean = sum(losses) / len(losses)
        epoch = Epoch(number, step, self._pace.spent, mean, **marks.to_dict())
        self.history.epochs.append(epoch)
        self._progress.note(f"epoch {number}: loss {mean:.3f}, {marks}")
        recipe, average = self.trainer.recipe, self.trainer.average
        save_encoder(self.folder, self.trainer.model, average.tensors, recipe.size)
        write_json(
            self.folder / "history.json", self.history.to_dict(self._settings, self.schedule.stretches)
        )
        draw_curves(self.history, self.folder / "curves.svg")
        self.put_down()

    def _judged(self) -> Marks:
        begun = time.monotonic()
        trainer = self.trainer
        marks = trainer.objective.marks(trainer.model, trainer.average.tensors, trainer.device)
        self._judging = time.monotonic() - begun
        self._pace.skip(self._judging)
        return marks


def _refuse_foreign(folder: Path) -> None:
    if (folder / CONFIG).exists():
        raise StorageError(
            f"{folder} holds an encoder, and no {FILE} from which its training could go on; choose another -o."
        )
