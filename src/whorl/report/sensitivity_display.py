"""A sensitivity profile as a picture."""

from __future__ import annotations

from typing import Self

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from whorl.alterations import Level
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.report.curve_axes import frame_layers
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.palette import FAINT, FONT, GRID, INK, MUTED
from whorl.report.text import plain, shorten
from whorl.sensitivity import LayerChoice, SensitivityProfile, choose, contrasts

# Okabe and Ito's vermilion and blue; grades differ in depth of colour and in marker too.
_COLOURS: dict[Level, str] = {"low": "#d55e00", "high": "#0072b2"}
_SPOILS: dict[Level, str] = {"low": "spoils detail", "high": "spoils arrangement"}
_MARKERS = ("o", "s", "^", "D", "v")
_LONGEST_NAME = 14
_ROOM_FOR_LEGEND = 1.3


class SensitivityDisplay(Display):
    """How far each layer moves when pictures are altered: a panel for each alteration, and the contrast.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        axes_: one for each alteration, then that of the contrast.

    >>> import numpy as np
    >>> from whorl.sensitivity import measure
    >>> pictures = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)
    >>> display = SensitivityDisplay.from_profile(measure(pictures, "pixels:8", cache=None)).plot()
    >>> len(display.axes_)
    5
    """

    axes_: tuple[Axes, ...]

    def __init__(self, profile: SensitivityProfile) -> None:
        self.profile = profile

    @classmethod
    def from_profile(cls, profile: SensitivityProfile) -> Self:
        """Take a profile."""
        return cls(profile)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` for a column or a phone: 400 pixels wide, two panels to a row."""
        count = len(self.profile.alterations)
        columns = min(count, 2 if small else 4)
        rows = -(-count // columns)
        self.figure_ = new_figure(4.0, 2.1 * rows + 2.4) if small else new_figure(9.0, 2.9 * rows + 2.4)
        heights = [2.1 if small else 2.9] * rows + [2.1]
        grid = self.figure_.add_gridspec(rows + 1, columns, height_ratios=heights)
        axes: list[Axes] = []
        for index in range(count):
            place = grid[index // columns, index % columns]
            axes.append(self.figure_.add_subplot(place, sharey=axes[0] if axes else None))
            self._panel(axes[-1], index, small=small, first=index % columns == 0)
        axes.append(self.figure_.add_subplot(grid[rows, :]))
        self._contrast(axes[-1], small=small)
        self.axes_ = tuple(axes)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        names = ", ".join(plain(each.name) for each in self.profile.alterations)
        choice = self._choice()
        low, high = map(plain, map(str, choice.layers)) if choice else ("", "")
        chosen = f" Low level: layer {low}; high level: layer {high}." if choice else ""
        chosen += " The two hardly differ." if choice and choice.hardly_differ else ""
        return f"Response of {len(self.profile.layers)} layers to {names}.{chosen}"

    def _choice(self) -> LayerChoice | None:
        try:
            return choose(self.profile)
        except ScoreError:
            return None

    def _panel(self, ax: Axes, index: int, *, small: bool, first: bool) -> None:
        profile, alteration = self.profile, self.profile.alterations[index]
        colour, size = _COLOURS[alteration.level], 7.0 if small else 8.0
        x = np.arange(len(profile.layers))
        for grade, strength in enumerate(alteration.strengths):
            low, high = profile.low[:, index, grade], profile.high[:, index, grade]
            ax.fill_between(x, low, high, color=colour, alpha=0.13, linewidth=0)
            ax.plot(
                x, profile.response[:, index, grade], color=colour, linewidth=1.3, markeredgewidth=0,
                alpha=0.4 + 0.6 * (grade + 1) / len(alteration.strengths), marker=_MARKERS[grade % len(_MARKERS)],
                markersize=3 if small else 4, label=f"{strength:g}",
            )  # fmt: skip
        _frame(ax, profile, small=small, deep=False)
        ax.set_ylim(0, _ROOM_FOR_LEGEND * float(profile.high.max()))
        _title(ax, shorten(alteration.name, 20), small=small, pad=16 if small else 18)
        ax.annotate(
            _SPOILS[alteration.level], (0, 1), xycoords="axes fraction", xytext=(0, 4),
            textcoords="offset points", fontsize=size, color=colour, fontfamily=FONT,
        )  # fmt: skip
        legend = ax.legend(
            title=shorten(alteration.unit, 20), loc="upper left", ncols=len(alteration.strengths), frameon=False,
            labelcolor=MUTED, prop={"family": FONT, "size": size}, title_fontsize=size, alignment="left",
            handlelength=1.3, handletextpad=0.3, columnspacing=0.7, borderaxespad=0.1,
        )  # fmt: skip
        legend.get_title().set(color=MUTED, fontfamily=FONT, parse_math=False)
        if first:
            ax.set_ylabel("response", fontsize=8 if small else 9, color=MUTED, fontfamily=FONT)
        else:
            ax.tick_params(axis="y", labelleft=False)

    def _contrast(self, ax: Axes, *, small: bool) -> None:
        values = contrasts(self.profile.response, self.profile.levels)
        ax.plot(
            range(len(values)), values, color=INK, linewidth=1.5, marker="o", markersize=4, markeredgewidth=0
        )
        choice = self._choice()
        if choice is not None:
            self._mark(ax, values, choice.low, "low", small=small)
            self._mark(ax, values, choice.high, "high", small=small)
        _frame(ax, self.profile, small=small, deep=True)
        ax.margins(y=0.3)
        _title(ax, "contrast: arrangement against detail", small=small)
        ax.set_ylabel("log ratio", fontsize=8 if small else 9, color=MUTED, fontfamily=FONT)

    def _mark(
        self, ax: Axes, values: NDArray[np.float64], layer: Layer, level: Level, *, small: bool
    ) -> None:
        place = self.profile.layers.index(layer)
        marker, away = ("s", 8) if level == "high" else ("D", -8)
        ax.plot([place], [values[place]], marker=marker, markersize=8, color=_COLOURS[level])
        sides = {0: "left", len(values) - 1: "right"}
        ax.annotate(
            f"{level} level: layer {shorten(str(layer), _LONGEST_NAME)}", (place, values[place]),
            xytext=(0, away), textcoords="offset points", ha=sides.get(place, "center"),
            va="bottom" if away > 0 else "top", fontsize=8 if small else 9.5, fontweight="bold",
            color=_COLOURS[level], fontfamily=FONT, parse_math=False,
        )  # fmt: skip


def _title(ax: Axes, text: str, *, small: bool, pad: float = 6) -> None:
    size = 9 if small else 10.5
    ax.set_title(
        text,
        loc="left",
        fontsize=size,
        fontweight="bold",
        color=INK,
        fontfamily=FONT,
        pad=pad,
        parse_math=False,
    )


def _frame(ax: Axes, profile: SensitivityProfile, *, small: bool, deep: bool) -> None:
    frame_layers(ax, profile.layers, small=small or not deep)
    if not deep:
        names = [shorten(str(layer), _LONGEST_NAME) for layer in profile.layers]
        shown = sorted({0, (len(names) - 1) // 2, len(names) - 1})
        ax.set_xticks(shown, labels=[names[i] for i in shown], rotation=0, ha="center", parse_math=False)
        ax.set_xlabel("layer", fontsize=8 if small else 9, color=MUTED, fontfamily=FONT, labelpad=2)
    ax.tick_params(axis="y", labelsize=8 if small else 9, labelfontfamily=FONT, labelcolor=MUTED, length=0)
    ax.tick_params(axis="x", color=FAINT)
    ax.grid(axis="y", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
