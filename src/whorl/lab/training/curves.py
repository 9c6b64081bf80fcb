"""The loss and the marks of a training as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from whorl.lab.training.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_curves(history: History, path: Path) -> None:
    """Draw the training loss per step, and the held-out marks per epoch, both over steps.

    Raises:
        StorageError: the disk is full or read-only.
    """
    from whorl.report.figures import new_figure, save_figure
    from whorl.report.palette import INK, line_style

    figure = new_figure(9.0, 4.0)
    left, right = figure.subplots(1, 2)
    steps, losses = history.loss_curve()
    left.plot(steps, losses, color=INK, linewidth=1.5)
    _frame(left, "Training loss (augmented pictures)")
    ends = [0] * (history.start is not None) + [epoch.step for epoch in history.epochs]
    marks = [history.start] * (history.start is not None) + [*history.epochs]
    lines = {
        "10-NN, last layer": [100 * mark.knn for mark in marks if mark],
        "top-1, held out": [100 * mark.top1 for mark in marks if mark],
    }
    for index, (name, values) in enumerate(lines.items()):
        style = line_style(index)
        right.plot(ends, values, color=style.colour, marker=style.marker, linewidth=1.8, label=name)
    _frame(right, "Accuracy, %")
    right.set_ylim(bottom=0)
    right.legend(frameon=False)
    last = history.epochs[-1] if history.epochs else None
    words = "" if last is None else f": after {last.step:,} steps 10-NN {last.knn:.1%}, top-1 {last.top1:.1%}"
    save_figure(figure, path, title=f"Loss and accuracy of an encoder in training{words}")


def _frame(ax: Axes, title: str) -> None:
    from whorl.report.palette import FAINT, GRID, MUTED

    ax.set_title(title, loc="left", fontsize=11)
    ax.set_xlabel("steps", color=MUTED)
    ax.grid(axis="y", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.tick_params(labelcolor=MUTED, color=FAINT)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(FAINT)
