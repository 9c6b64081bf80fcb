"""Which design choices left a trace, as a picture."""

from __future__ import annotations

from typing import Self

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from whorl.errors import WhorlError
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import as_written, axis_words, panel_title
from whorl.report.palette import FAINT, FONT, INK, LEVEL, MUTED
from whorl.report.structure.frames import frame_lines
from whorl.report.text import counted, p_equation, p_number, plain, shorten
from whorl.structure.traces import ChoiceTrace, ChoiceTraces

_COLOUR = "#0072b2"
_LEAST_REACH, _BESIDE = 0.2, 0.01


class ChoicesDisplay(Display):
    """NMI and AMI of clusters with each design choice, beside what dealing the choice to other models gives.

    A grey bar reaches from the mean of the null to its 95 % quantile. Behind each name stand p and the smallest p
    that so many models can give: where that is large, nothing could have been shown.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        axes_: that of NMI and that of AMI.

    Raises:
        WhorlError: there is no choice.
    """

    axes_: tuple[Axes, Axes]

    def __init__(self, found: ChoiceTraces) -> None:
        if not found.traces:
            raise WhorlError("there is no design choice to draw.")
        self.found = found
        self.traces = tuple(sorted(found.traces, key=lambda trace: -trace.nmi))

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide, one panel below the other."""
        tall = (0.46 if small else 0.5) * len(self.traces)
        self.figure_ = new_figure(4.0, 2 * tall + 2.2) if small else new_figure(9.0, tall + 1.7)
        shape = (2, 1) if small else (1, 2)
        first, second = self.figure_.subplots(*shape, sharey=not small)
        self._panel(first, "nmi", "NMI", small=small)
        self._panel(second, "ami", "AMI", small=small)
        self._legend(small=small)
        self.axes_ = (first, second)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = "; ".join(
            f"{plain(trace.choice)} NMI {trace.nmi:.2f}, by chance {trace.null_nmi:.2f}, {p_equation(trace.p)}"
            for trace in self.traces
        )
        return (
            f"Agreement of clusters of artifacts by {counted(len(self.found.models), 'model')} with "
            f"{counted(len(self.traces), 'design choice')}: {told}."
        )

    def _panel(self, ax: Axes, name: str, title: str, *, small: bool) -> None:
        for row, trace in enumerate(self.traces):
            value, null, high = (getattr(trace, key) for key in (name, f"null_{name}", f"null_{name}_high"))
            ax.plot([null, high], [row, row], color=FAINT, linewidth=9, solid_capstyle="butt", zorder=2)
            ax.plot([null], [row], marker="|", markersize=11, color=MUTED, zorder=3)
            ax.plot(
                [value], [row], marker="o", markersize=8, color=_COLOUR, markeredgecolor="white", zorder=4
            )
        frame_lines(ax, small=small)
        ax.grid(visible=False, axis="y")
        ax.grid(visible=True, axis="x", color=LEVEL, linewidth=0.9)
        ax.set_ylim(len(self.traces) - 0.4, -0.6)
        ax.set_yticks(range(len(self.traces)), labels=[_named(trace) for trace in self.traces])
        ax.tick_params(axis="y", length=0)
        as_written(ax.get_yticklabels(), size=7.5 if small else 9)
        if not small and name == "ami":
            ax.tick_params(axis="y", labelleft=False)
        ends = [
            getattr(trace, key)
            for trace in self.traces
            for key in (name, f"null_{name}", f"null_{name}_high")
        ]
        # Agreements of a hundredth would look large on a scale of their own.
        ax.set_xlim(min(0.0, *ends) - _BESIDE, max(_LEAST_REACH, *ends) + _BESIDE)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axis_words(ax, x="agreement of clusters and choice", small=small)
        panel_title(ax, title, small=small)

    def _legend(self, *, small: bool) -> None:
        handles = [
            Line2D([], [], marker="o", markersize=7, color=_COLOUR, linestyle="none", label="measured"),
            Line2D([], [], marker="|", markersize=9, color=MUTED, linestyle="none", label="null: mean"),
            Patch(color=FAINT, label="to its 95 % quantile"),
        ]
        self.figure_.legend(
            handles=handles, loc="outside lower center", ncols=3, frameon=False, labelcolor=INK,
            columnspacing=1.2, handletextpad=0.4, prop={"family": FONT, "size": 7.5 if small else 9.5},
        )  # fmt: skip


def _named(trace: ChoiceTrace) -> str:
    return f"{shorten(trace.choice, 22)}\n{p_equation(trace.p)} (least {p_number(trace.least_p)})"
