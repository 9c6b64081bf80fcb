"""The two trainings of the demo as a picture."""

from __future__ import annotations

from typing import Self

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from whorl.demo.generators import Generator, Generators
from whorl.demo.training import Training
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.palette import FINDING_COLOURS, FONT, INK, MUTED
from whorl.report.plain_axes import frame_plain

_UNSEEN, _SEEN = FINDING_COLOURS["under-fits"], FINDING_COLOURS["copies"]


class TrainingDisplay(Display):
    """Loss on seen and on unseen pictures over the steps, and the moments at which the model was kept.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        axes_: its two axes, the sound training's first.
    """

    axes_: NDArray[np.object_]

    def __init__(self, generators: Generators) -> None:
        self.generators = generators

    def plot(self) -> Self:
        """Draw it."""
        made = self.generators
        self.figure_ = new_figure(9.0, 3.7)
        self.axes_ = self.figure_.subplots(1, 2, sharey=True)
        sound, long = self.axes_
        _draw(sound, made.sound, f"Learning from {made.sound.pictures} digits")
        _draw(long, made.long, f"Learning from {made.long.pictures} of them")
        for generator in (made.coarse, made.good):
            _mark(sound, generator)
        _mark(long, made.copier)
        sound.set_ylabel("denoising loss", color=MUTED, fontfamily=FONT)
        losses = [c.validation for t in (made.sound, made.long) for c in t.checks]
        sound.set_ylim(0, 1.3 * max(losses))
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        moments = ", ".join(f"{generator.name} at step {generator.step}" for generator in self.generators)
        return f"Losses of the demo's models on digits they learn from and on unseen ones; kept: {moments}"


def _draw(ax: Axes, training: Training, title: str) -> None:
    steps = [check.step for check in training.checks]
    unseen, seen = [c.validation for c in training.checks], [c.train for c in training.checks]
    for text, values, colour, below in (
        ("unseen digits", unseen, _UNSEEN, False),
        ("its own", seen, _SEEN, True),
    ):
        ax.plot(steps, values, color=colour, linewidth=2)
        ax.annotate(
            text, (steps[-1], values[-1]), xytext=(-2, -7 if below else 7), textcoords="offset points",
            ha="right", va="top" if below else "bottom", color=colour, fontsize=10, fontfamily=FONT,
            fontweight="bold", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
    ax.set_xlim(0, steps[-1] * 1.03)
    frame_plain(ax, title=title, x="training steps")


def _mark(ax: Axes, generator: Generator) -> None:
    right = generator.step > 0.6 * ax.get_xlim()[1]
    ax.axvline(generator.step, color=INK, linewidth=1, linestyle=(0, (3, 3)))
    ax.annotate(
        generator.name, (generator.step, 1), xytext=(-5 if right else 5, -3), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha="right" if right else "left", va="top", color=INK, fontsize=10,
        fontfamily=FONT,
    )  # fmt: skip
