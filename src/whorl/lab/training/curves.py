"""The loss and the marks of a training as a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whorl.lab.training.history import History
from whorl.lab.training.marks import Marks


@dataclass(frozen=True)
class _Point:
    step: int
    value: float


def draw_curves(history: History, path: Path) -> None:
    """Draw the training loss per step, and the held-out marks per epoch, both over steps.

    A held-out loss stands beside the training's; without accuracies there is no second panel.

    Raises:
        StorageError: the disk is full or read-only.
    """
    from whorl.report.figures import new_figure, save_figure
    from whorl.report.plain_axes import frame_plain

    accuracies = {
        "10-NN, last layer": _points(history, lambda mark: _percent(mark.knn)),
        "top-1, held out": _points(history, lambda mark: _percent(mark.top1)),
    }
    shown = {name: points for name, points in accuracies.items() if points}
    figure = new_figure(9.0 if shown else 5.0, 4.0)
    axes = figure.subplots(1, 2 if shown else 1, squeeze=False)[0]
    _draw_loss(axes[0], history)
    if shown:
        for index, (name, points) in enumerate(shown.items()):
            _draw_marks(axes[1], points, name, index)
        frame_plain(axes[1], title="Accuracy, %", x="steps")
        axes[1].set_ylim(bottom=0)
        axes[1].legend(frameon=False)
    last = history.epochs[-1] if history.epochs else None
    words = "" if last is None else f": after {last.step:,} steps {last.marks}"
    save_figure(
        figure, path, title=f"{'Loss and accuracy' if shown else 'Loss'} of an encoder in training{words}"
    )


def _draw_loss(axes: Any, history: History) -> None:
    from whorl.report.palette import INK
    from whorl.report.plain_axes import frame_plain

    steps, losses = history.loss_curve()
    axes.plot(steps, losses, color=INK, linewidth=1.5, label="training")
    held_out = _points(history, lambda mark: mark.held_out_loss)
    if held_out:
        _draw_marks(axes, held_out, "held out", 0)
        axes.legend(frameon=False)
    frame_plain(
        axes,
        title="Loss (augmented pictures)" if held_out else "Training loss (augmented pictures)",
        x="steps",
    )


def _draw_marks(axes: Any, points: list[_Point], name: str, index: int) -> None:
    from whorl.report.palette import line_style

    style = line_style(index)
    steps, values = [point.step for point in points], [point.value for point in points]
    axes.plot(steps, values, color=style.colour, marker=style.marker, linewidth=1.8, label=name)


def _points(history: History, read: Callable[[Marks], float | None]) -> list[_Point]:
    """Return a mark over the steps, where there is one."""
    marks = [(0, history.start)] if history.start is not None else []
    marks += [(epoch.step, epoch.marks) for epoch in history.epochs]
    read_off = [(step, read(mark)) for step, mark in marks]
    return [_Point(step, value) for step, value in read_off if value is not None]


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
