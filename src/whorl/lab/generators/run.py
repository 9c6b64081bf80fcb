"""A generator's training from its first step, or its last checkpoint, to its end."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from whorl.embeddings import Progress
from whorl.errors import StorageError, WhorlError
from whorl.files import write_json
from whorl.lab.generators.folder import (
    CHECKPOINT,
    CURVES,
    HISTORY,
    WEIGHTS,
    GeneratorConfig,
    check_same,
    grid,
    kept_weights,
)
from whorl.lab.generators.grids import draw_grid
from whorl.lab.generators.history import LossHistory, draw_losses
from whorl.lab.generators.recipe import GeneratorRecipe
from whorl.lab.generators.trainer import GeneratorTrainer
from whorl.lab.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from whorl.lab.training.interruption import StopRequest, stop_requested
from whorl.lab.training.pace import Pace

_UNKNOWN_END = 1_000_000_000


class GeneratorRun:
    """Steps, checkpoints, weights and sample grids of one training, in one folder.

    Args:
        trainer: what is trained.
        folder: where it goes; see `whorl.lab.generators.folder`.
        config: what config.json says.
        keep_epochs: after these epochs the averaged weights are kept in files of their own.
        grids: how many sample grids are drawn on the way, evenly, the last one at the end.
        checkpoint_minutes: time between checkpoints.
        progress: told about each step.
    """

    def __init__(
        self,
        trainer: GeneratorTrainer,
        folder: Path,
        config: GeneratorConfig,
        *,
        keep_epochs: Collection[int],
        grids: int,
        checkpoint_minutes: float,
        progress: Progress,
    ) -> None:
        self.trainer, self.folder, self.history = trainer, folder, LossHistory()
        self._config, self._keep, self._grids = config, frozenset(keep_epochs), grids
        self._every, self._progress = 60 * checkpoint_minutes, progress
        self._epoch_begun, self._kept = 0, set[int]()
        self._seconds = 60 * (config.recipe.minutes or 0)
        self._pace = Pace(self._seconds, 0.0, 0)
        self._end = _planned(config.recipe, trainer.batches.order.steps_per_epoch)
        beyond = sorted(epoch for epoch in self._keep if epoch * self._per_epoch > self._end or epoch < 1)
        if beyond:
            raise WhorlError(
                f"epochs {', '.join(map(str, beyond))} cannot be kept: the training ends in epoch "
                f"{self._end / self._per_epoch:g}."
            )

    @property
    def _per_epoch(self) -> int:
        return self.trainer.batches.order.steps_per_epoch

    def take_up(self) -> None:
        """Go back to the folder's checkpoint, if there is one.

        Raises:
            StorageError: it is damaged, or of another training, or past an epoch that is to be kept.
        """
        found = read_checkpoint(self.folder / CHECKPOINT, settings=None)
        if found is None:
            return
        state = found.state
        recipe = GeneratorRecipe.from_dict(state["recipe"])
        check_same(self.folder, GeneratorConfig(recipe, state["data"]), self._config)
        self.trainer.restore(found.tensors, state["step"])
        self.history = LossHistory({name: found.tensors[f"loss.{name}"].tolist() for name in state["losses"]})
        self._pace = Pace(self._seconds, state["seconds"], self.trainer.step)
        self._epoch_begun, self._kept = state["epoch_begun"], set(state["kept"])
        missed = sorted(
            epoch for epoch in self._keep - self._kept if epoch * self._per_epoch <= self.trainer.step
        )
        if missed:
            raise StorageError(
                f"epochs {', '.join(map(str, missed))} were not kept when the training in {self.folder} passed "
                "them; leave them out, or choose another -o to train anew."
            )

    def to_the_end(self) -> None:
        """Train until the recipe's end.

        Raises:
            DivergedError: a loss or weight became NaN or infinite.
            StoppedError: it was asked to stop; a checkpoint was written.
        """
        if self._gone() >= 1:
            return
        known = self._end < _UNKNOWN_END
        # Until the pace is known there is no end to count towards.
        self._progress.begin(
            f"train {self._config.recipe.architecture}",
            self._end if known else self.trainer.step,
            self.trainer.step,
            unit="steps",
        )
        try:
            with stop_requested() as stopped:
                self._steps(stopped)
        finally:
            self._progress.end()

    def _steps(self, stopped: StopRequest) -> None:
        saved, drawn, gone = time.monotonic(), self._grids_due(self._gone()), 0.0
        while gone < 1:
            self.history.add(self.trainer.advance())
            self._progress.advance(1)
            self._foresee()
            gone, asked = self._gone(), stopped()
            if self._grids_due(gone) > drawn:
                drawn = self._grids_due(gone)
                self._draw()
            if self.trainer.step % self._per_epoch == 0:
                self._end_epoch()
            elif gone >= 1 or asked or time.monotonic() - saved >= self._every:
                self.put_down()
            else:
                continue
            saved = time.monotonic()
            if asked and gone < 1:
                stopped.stop()

    def put_down(self) -> None:
        """Write averaged weights, losses and a checkpoint, from which the same command goes on.

        Raises:
            DivergedError: a weight is NaN or infinite; nothing is written.
        """
        import torch

        tensors = self.trainer.tensors()
        losses = self.history.losses
        tensors |= {f"loss.{name}": torch.tensor(v, dtype=torch.float64) for name, v in losses.items()}
        state = {
            "recipe": self._config.recipe.to_dict(),
            "data": dict(self._config.data),
            "step": self.trainer.step,
            "seconds": self._pace.spent,
            "losses": list(losses),
            "epoch_begun": self._epoch_begun,
            "kept": sorted(self._kept),
        }
        # The checkpoint last: what a kill prevents before it, the steps after the one before do again.
        self._write_weights(WEIGHTS)
        write_json(self.folder / HISTORY, self.history.to_dict())
        write_checkpoint(self.folder / CHECKPOINT, Checkpoint(tensors, state), settings=self._config.key)

    def _end_epoch(self) -> None:
        step, number = self.trainer.step, self.trainer.step // self._per_epoch
        if number in self._keep:
            self.trainer.tensors()  # refuses NaN
            self._write_weights(kept_weights(number))
            self._kept.add(number)
        means = self.history.means(self._epoch_begun)
        self._progress.note(f"epoch {number}: loss {', '.join(f'{k} {v:.4f}' for k, v in means.items())}")
        self._epoch_begun = step
        self.put_down()

    def _write_weights(self, name: str) -> None:
        state: dict[str, Any] = {"architecture": self._config.recipe.architecture, "step": self.trainer.step}
        weights = Checkpoint(self.trainer.average.tensors, state)
        write_checkpoint(self.folder / name, weights, settings=self._config.key)

    def _draw(self) -> None:
        begun = time.monotonic()
        with self.trainer.averaged():
            draw_grid(
                self.trainer.model, self.folder / grid(self.trainer.step), seed=self._config.recipe.seed
            )
        draw_losses(self.history, self.folder / CURVES, title=f"Training loss: {self._config.recipe.title}")
        self._pace.skip(time.monotonic() - begun)

    def _gone(self) -> float:
        """Return how much of the training is behind it, from 0 on."""
        if self._config.recipe.minutes is not None:
            return self._pace.spent / self._seconds
        return self.trainer.step / self._end

    def _grids_due(self, gone: float) -> int:
        return int(min(1.0, gone) * self._grids)

    def _foresee(self) -> None:
        """With a number of minutes, tell the progress where the present pace leads."""
        if self._config.recipe.minutes is None:
            return
        plan = self._pace.replanned(self.trainer.step, reserve=0.0)
        if plan is not None:
            self._progress.expect(plan.end)


def _planned(recipe: GeneratorRecipe, steps_per_epoch: int) -> int:
    if recipe.steps is not None:
        return recipe.steps
    return _UNKNOWN_END if recipe.epochs is None else recipe.epochs * steps_per_epoch
