"""What happened during a training, epoch by epoch and step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from whorl.lab.training.marks import Marks
from whorl.lab.training.schedule import Stretch

SCHEMA = "whorl-training/1"
_POINTS = 400


@dataclass(frozen=True)
class Epoch:
    """How the averaged weights do when an epoch ends.

    Attributes:
        epoch: passes finished, from 1 on; the last one may be cut short by the schedule.
        step: steps taken.
        seconds: time trained so far, over all runs.
        loss: mean training loss of the epoch's steps, on augmented pictures.
        top1, knn, held_out_loss: as in `Marks`.
    """

    epoch: int
    step: int
    seconds: float
    loss: float
    top1: float | None = None
    knn: float | None = None
    held_out_loss: float | None = None

    @property
    def marks(self) -> Marks:
        """What was found on pictures that are not trained on."""
        return Marks(top1=self.top1, knn=self.knn, held_out_loss=self.held_out_loss)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values, without the marks that there are not."""
        values = {"epoch": self.epoch, "step": self.step, "seconds": self.seconds, "loss": self.loss}
        return {**values, **self.marks.to_dict()}


@dataclass
class History:
    """What a training leaves to be drawn and read.

    Attributes:
        losses: the training loss of every step.
        epochs: what was measured at the end of each epoch.
        start: the marks of the untrained weights.
    """

    losses: list[float] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    start: Marks | None = None

    def loss_curve(self) -> tuple[list[float], list[float]]:
        """Return steps and losses, means over runs of steps where there are more than 400."""
        if not self.losses:
            return [], []
        parts = np.array_split(np.array(self.losses), min(_POINTS, len(self.losses)))
        ends = np.cumsum([len(part) for part in parts])
        return ends.tolist(), [float(part.mean()) for part in parts]

    def to_dict(self, settings: Mapping[str, Any], stretches: Sequence[Stretch]) -> dict[str, Any]:
        """Return all of it as JSON values, with the settings and the plans that the clock decided."""
        steps, losses = self.loss_curve()
        return {
            "schema": SCHEMA,
            "settings": dict(settings),
            "plans": [asdict(stretch) for stretch in stretches],
            "start": None if self.start is None else self.start.to_dict(),
            "epochs": [epoch.to_dict() for epoch in self.epochs],
            "loss": {"steps": steps, "means": losses},
        }
