"""The loss and the marks of a training as a picture."""

from __future__ import annotations

from pathlib import Path

from whorl.lab.training.history import History


def draw_curves(history: History, path: Path) -> None:
    """Draw the training loss per step, and the held-out marks per epoch, both over steps.

    Raises:
        StorageError: the disk is full or read-only.
    """
    from whorl.report.figures import new_figure, save_figure
    from whorl.report.palette import INK, line_style
    from whorl.report.plain_axes import frame_plain

    figure = new_figure(9.0, 4.0)
    left, right = figure.subplots(1, 2)
    steps, losses = history.loss_curve()
    left.plot(steps, losses, color=INK, linewidth=1.5)
    frame_plain(left, title="Training loss (augmented pictures)", x="steps")
    ends = [0] * (history.start is not None) + [epoch.step for epoch in history.epochs]
    marks = [history.start] * (history.start is not None) + [*history.epochs]
    lines = {
        "10-NN, last layer": [100 * mark.knn for mark in marks if mark],
        "top-1, held out": [100 * mark.top1 for mark in marks if mark],
    }
    for index, (name, values) in enumerate(lines.items()):
        style = line_style(index)
        right.plot(ends, values, color=style.colour, marker=style.marker, linewidth=1.8, label=name)
    frame_plain(right, title="Accuracy, %", x="steps")
    right.set_ylim(bottom=0)
    right.legend(frameon=False)
    last = history.epochs[-1] if history.epochs else None
    words = "" if last is None else f": after {last.step:,} steps 10-NN {last.knn:.1%}, top-1 {last.top1:.1%}"
    save_figure(figure, path, title=f"Loss and accuracy of an encoder in training{words}")
