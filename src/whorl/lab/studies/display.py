"""All panels of a study in one figure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from whorl.lab.studies.panels import CellsPanel, CurvesPanel, Panel, PicturesPanel, RatesPanel
from whorl.lab.studies.result import StudyResult
from whorl.report.contact_sheet import contact_sheet
from whorl.report.curve_axes import frame_values, mark_regions
from whorl.report.display import Display
from whorl.report.evaluation.heat_map import draw_cells, frame_cells
from whorl.report.figures import new_figure
from whorl.report.named_styles import (
    as_written,
    axis_words,
    legend_below,
    legend_line,
    panel_title,
    styles_by_name,
)
from whorl.report.palette import FAINT, FINDING_COLOURS, FONT, GRID, INK, MUTED, LineStyle
from whorl.report.text import plain, shorten, signed

_LEAST_REACH = 1.0
_PUBLISHED = FINDING_COLOURS["copies"]
_PUBLISHED_DASHES = (0, (4, 1.6))
_MOST_BANDS = 6


class StudyDisplay(Display):
    """Panel after panel, two of a kind side by side; the paper's own curves are dashed, in the colours of ours.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
    """

    def __init__(self, result: StudyResult) -> None:
        self.result = result
        names = [line.name for panel in _curves(result.panels) for line in panel.lines]
        self._styles = styles_by_name(names)
        # One scale for all, so that panels can be compared.
        self._reach = [
            value
            for panel in _curves(result.panels)
            for line in panel.lines
            for value in (*line.values, *line.low, *line.high)
        ]

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide, one panel below the other."""
        rows = list(_rows(self.result.panels, 1 if small else 2))
        width = 4.0 if small else 9.0
        heights = [max(_height(panel, width / len(row), small=small) for panel in row) for row in rows]
        legend = 0.25 + 0.2 * math.ceil(len(self._styles) / (2 if small else 5)) if self._styles else 0.0
        self.figure_ = new_figure(width, sum(heights) + legend)
        grid = self.figure_.add_gridspec(len(rows), 2, height_ratios=heights)
        for place, row in enumerate(rows):
            for column, panel in enumerate(row):
                span = grid[place, :] if len(row) == 1 else grid[place, column]
                self._draw(self.figure_.add_subplot(span), panel, small=small)
        if self._styles:
            lines = [line for panel in _curves(self.result.panels) for line in panel.lines]
            ours = {line.name for line in lines if line.by == "ours"}
            marks = [
                legend_line(replace(style, dashes="-" if name in ours else _PUBLISHED_DASHES))
                for name, style in self._styles.items()
            ]
            legend_below(self.figure_, marks, self._styles, small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = " ".join(
            f"{plain(claim.says)}: {claim.outcome} ({plain(claim.about)}, {signed(claim.value, 2)})."
            for claim in self.result.claims
        )
        return f"{self.result.title}. {told}"

    def _draw(self, ax: Axes, panel: Panel, *, small: bool) -> None:
        panel_title(ax, shorten(panel.title, 44 if small else 90), small=small)
        match panel:
            case CurvesPanel():
                _draw_curves(ax, panel, self._styles, self._reach, small=small)
            case CellsPanel():
                _draw_matrix(ax, panel, small=small)
            case RatesPanel():
                _draw_rates(ax, panel, small=small)
            case PicturesPanel():
                _draw_pictures(ax, panel, small=small)


def _curves(panels: Sequence[Panel]) -> list[CurvesPanel]:
    return [panel for panel in panels if isinstance(panel, CurvesPanel)]


def _rows(panels: Sequence[Panel], columns: int) -> Iterator[list[Panel]]:
    """Yield panels of one kind together, as many to a row as there are columns; pictures alone."""
    row: list[Panel] = []
    for panel in panels:
        alone = isinstance(panel, PicturesPanel)
        if row and (len(row) == columns or alone or type(row[0]) is not type(panel)):
            yield row
            row = []
        row.append(panel)
    if row:
        yield row


def _height(panel: Panel, width: float, *, small: bool) -> float:
    match panel:
        case CurvesPanel():
            return 3.0 if small else 3.4
        case CellsPanel():
            return min(width, 6.2) * 0.92
        case RatesPanel():
            return 0.9 + 0.27 * len(panel.rows)
        case PicturesPanel():
            most = max(len(row.pictures) for row in panel.rows)
            return 0.5 + len(panel.rows) * (width - 1.6) / most


def _draw_curves(
    ax: Axes,
    panel: CurvesPanel,
    styles: Mapping[str, LineStyle],
    reach: Sequence[float],
    *,
    small: bool,
) -> None:
    frame_values(ax, reach, _LEAST_REACH, small=small)
    mark_regions(ax, None, small=small)
    bands = sum(bool(line.low) for line in panel.lines) <= _MOST_BANDS
    for line in panel.lines:
        style, count = styles[line.name], len(line.values)
        depth = np.arange(1, count + 1) / count
        if line.low and bands:
            ax.fill_between(depth, line.low, line.high, color=style.colour, alpha=0.13, linewidth=0)
        ax.plot(
            depth, line.values, color=style.colour, marker=style.marker, markersize=2.6 if count > 12 else 3.6,
            linestyle="-" if line.by == "ours" else _PUBLISHED_DASHES, linewidth=1.2,
            markeredgecolor="white", markeredgewidth=0.3, alpha=0.9, zorder=3,
        )  # fmt: skip
    ax.set_xlim(0, 1.03)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.tick_params(axis="x", labelsize=8 if small else 9, labelfontfamily=FONT, labelcolor=MUTED, color=FAINT)
    axis_words(ax, x="depth: layer over number of layers", small=small)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(FAINT)


def _draw_matrix(ax: Axes, panel: CellsPanel, *, small: bool) -> None:
    values = np.array(panel.values, np.float64)
    np.fill_diagonal(values, np.nan)
    draw_cells(ax, values - panel.lowest, highest=panel.highest - panel.lowest)
    ax.set_aspect("equal")
    letters = 14 if small else 24
    names = [shorten(name, letters) for name in panel.names]
    ax.set_xticks(range(len(names)), labels=names, rotation=90)
    ax.set_yticks(range(len(names)), labels=names)
    size = max(4.5, min(9.0, (110 if small else 200) / len(names)))
    as_written([*ax.get_xticklabels(), *ax.get_yticklabels()], size=size)
    first = 0
    for place in range(1, len(panel.groups) + 1):
        if place == len(panel.groups) or panel.groups[place] != panel.groups[first]:
            frame_cells(ax, first, place - 1)
            first = place
    ends = f"white {signed(panel.lowest, 2)}, dark {signed(panel.highest, 2)}"
    axis_words(ax, x=ends, small=small)


def _draw_rates(ax: Axes, panel: RatesPanel, *, small: bool) -> None:
    places = range(len(panel.rows))
    for place, row in zip(places, panel.rows, strict=True):
        if row.low is not None and row.high is not None:
            ax.plot([row.low, row.high], [place, place], color=MUTED, linewidth=1.4, zorder=2)
        ax.plot([row.value], [place], "o", color=INK, markersize=5, zorder=3)
        if row.published is not None:
            ax.plot(
                [row.published], [place], "D", color=_PUBLISHED, markersize=6.5, fillstyle="none", zorder=4
            )
    if panel.chance is not None:
        ax.axvline(panel.chance, color=FAINT, linewidth=1.1, linestyle=(0, (3, 3)), zorder=1)
    ax.set_ylim(len(panel.rows) - 0.4, -0.6)
    ax.set_xlim(-0.03, 1.03)
    ax.set_yticks(list(places), labels=[shorten(row.name, 30) for row in panel.rows])
    as_written(ax.get_yticklabels(), size=8.5 if small else 9.5)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.tick_params(axis="x", labelsize=8.5, labelfontfamily=FONT, labelcolor=MUTED, length=0)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    for spine in ax.spines.values():
        spine.set_visible(False)
    handles = []
    if any(row.published is not None for row in panel.rows):
        handles += [
            Line2D([], [], marker="o", color=INK, linestyle="none", markersize=5, label="ours, 95 % interval"),
            Line2D(
                [], [], marker="D", color=_PUBLISHED, linestyle="none", fillstyle="none", markersize=6.5,
                label="as published",
            ),
        ]  # fmt: skip
    if panel.chance is not None:
        handles.append(Line2D([], [], color=FAINT, linewidth=1.1, linestyle=(0, (3, 3)), label="guessing"))
    if handles:
        ax.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(0, -0.3 / len(panel.rows)), ncols=3, frameon=False,
            prop={"family": FONT, "size": 8 if small else 9}, labelcolor=INK,
        )  # fmt: skip


def _draw_pictures(ax: Axes, panel: PicturesPanel, *, small: bool) -> None:
    most = max(len(row.pictures) for row in panel.rows)
    sheet = contact_sheet([each for row in panel.rows for each in row.pictures], columns=most)
    ax.imshow(sheet, interpolation="nearest")
    ax.set_xticks([])
    step = sheet.shape[0] / len(panel.rows)
    ax.set_yticks(
        [(place + 0.5) * step for place in range(len(panel.rows))],
        labels=[shorten(row.name, 22) for row in panel.rows],
    )
    as_written(ax.get_yticklabels(), size=8.5 if small else 10)
    ax.tick_params(axis="y", length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
