"""What happened while a segmenter was trained, and its picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

SCHEMA = "whorl-segmenter-training/1"
_POINTS = 400


@dataclass(frozen=True)
class SegmenterEpoch:
    """How the segmenter does when an epoch ends.

    Attributes:
        epoch: passes finished.
        step: steps taken.
        seconds: time trained so far, over all runs.
        loss: mean training loss of the epoch's steps, on shifted and flipped pictures.
        accuracy: share of these pictures whose class was named right.
        held_out_loss: the loss on held-out pictures as they are.
        held_out_accuracy: share of the held-out pictures whose class is named right.
    """

    epoch: int
    step: int
    seconds: float
    loss: float
    accuracy: float
    held_out_loss: float
    held_out_accuracy: float


@dataclass
class SegmenterHistory:
    """What a training leaves to be drawn and read.

    Attributes:
        losses: the training loss of every step.
        accuracies: the training accuracy of every step.
        epochs: what was measured at the end of each epoch.
    """

    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    epochs: list[SegmenterEpoch] = field(default_factory=list)

    def to_dict(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return all of it as JSON values, the losses thinned to 400 means at most, with the settings."""
        steps, losses = thinned(self.losses)
        return {
            "schema": SCHEMA,
            "settings": dict(settings),
            "epochs": [asdict(epoch) for epoch in self.epochs],
            "loss": {"steps": steps, "means": losses},
        }


def thinned(values: list[float]) -> tuple[list[int], list[float]]:
    """Return the last steps and the means of at most 400 runs of steps.

    >>> thinned([1.0, 3.0])
    ([1, 2], [1.0, 3.0])
    """
    if not values:
        return [], []
    parts = np.array_split(np.array(values), min(_POINTS, len(values)))
    return np.cumsum([len(part) for part in parts]).tolist(), [float(part.mean()) for part in parts]


def draw_curves(history: SegmenterHistory, path: Path) -> None:
    """Draw loss and accuracy over the steps, of training and of held-out pictures.

    Raises:
        StorageError: the disk is full or read-only.
    """
    from whorl.report.figures import new_figure, save_figure
    from whorl.report.palette import line_style
    from whorl.report.plain_axes import frame_plain

    figure = new_figure(9.0, 4.0)
    ends = [epoch.step for epoch in history.epochs]
    sides = (
        ("Loss (binary cross entropy)", history.losses, [each.held_out_loss for each in history.epochs], 1),
        ("Accuracy, %", history.accuracies, [each.held_out_accuracy for each in history.epochs], 100),
    )
    for ax, (title, training, held_out, unit) in zip(figure.subplots(1, 2), sides, strict=True):
        steps, means = thinned(training)
        trained, judged = line_style(0), line_style(1)
        ax.plot(
            steps, [unit * value for value in means], color=trained.colour, linewidth=1.5, label="training"
        )
        style = {"color": judged.colour, "marker": judged.marker, "linewidth": 1.8}
        ax.plot(ends, [unit * value for value in held_out], label="held out", **style)
        frame_plain(ax, title=title, x="steps")
        ax.set_ylim(bottom=0)
        ax.legend(frameon=False)
    last = history.epochs[-1] if history.epochs else None
    words = f": after {last.step:,} steps {last.held_out_accuracy:.1%} held out" if last else ""
    save_figure(figure, path, title=f"Loss and accuracy of a segmenter in training{words}")
