"""What happened during a training, epoch by epoch and step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from whorl.lab.training.evaluate import Marks
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
        top1: share of held-out pictures whose class is named right.
        knn: cosine 10-NN accuracy of the last layer's embeddings.
    """

    epoch: int
    step: int
    seconds: float
    loss: float
    top1: float
    knn: float


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
            "start": None if self.start is None else asdict(self.start),
            "epochs": [asdict(epoch) for epoch in self.epochs],
            "loss": {"steps": steps, "means": losses},
        }
