"""The lower tail as a picture: how many pictures are nearer to training than nearly all held-out ones."""

from __future__ import annotations

from typing import Self

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from whorl.encoders.contract import Layer
from whorl.errors import WhorlError
from whorl.evidence import Evidence, TailShare
from whorl.report.curve_axes import frame_layers
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.palette import FONT, GRID, MUTED, line_style

_TITLE = "Pictures very near to training, layer by layer"
_LINEAR_UP_TO = 0.01
_TICKS = (0, 0.01, 0.05, 0.1, 0.2, 0.5, 1)
_APART = 0.14


class TailDisplay(Display):
    """At every layer the share of generated pictures as near as the nearest 1 % and 5 % of the held-out ones.

    A healthy model's share lies in the band of its colour with 95 %, as the held-out pictures are one sample of
    many; bars are exact 95 % intervals of the share, these held-out pictures given. Each holds for itself.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        ax_: its axes.

    >>> import numpy as np, whorl
    >>> rng = np.random.default_rng(0)
    >>> T, P, Q = ({1: rng.normal(size=(n, 4)), 2: rng.normal(size=(n, 4))} for n in (300, 150, 60))
    >>> curve = whorl.Reference.from_embeddings(T, P, cells=2).curve_from_embeddings(Q)
    >>> TailDisplay(curve.evidence).plot().ax_.get_title(loc="left")
    'Pictures very near to training, layer by layer'
    """

    ax_: Axes

    def __init__(self, evidence: Evidence | None) -> None:
        if evidence is None:
            raise WhorlError("there is no evidence to draw: the curve was made from scores alone.")
        self.evidence = evidence

    def plot(self, ax: Axes | None = None, *, small: bool = False) -> Self:
        """Draw, in given axes or a figure of its own; `small` for a column or a phone."""
        if ax is None:
            ax = (new_figure(4.0, 3.2) if small else new_figure(9.0, 3.4)).add_subplot()
        figure = ax.get_figure(root=True)
        if figure is None:
            raise WhorlError("these axes belong to no figure; make them with figure.add_subplot().")
        self.figure_, self.ax_ = figure, ax
        layers = self.evidence.layers
        frame_layers(ax, self._names, small=small)
        _frame_shares(ax, small=small)
        for number in range(len(layers[0].tail)):
            shares = [layer.tail[number] for layer in layers]
            _draw(ax, shares, number, apart=_APART * (2 * number - 1), small=small)
            _expected(ax, shares[0], number)
        ax.set_title(
            _TITLE, loc="left", pad=22 if small else 6, fontsize=9 if small else 10.5, color=MUTED, fontfamily=FONT
        )  # fmt: skip
        ax.legend(
            frameon=False, loc="lower right", bbox_to_anchor=(1.01, 0.99), ncols=2, fontsize=8 if small else 9.5,
            labelcolor=MUTED, borderaxespad=0, columnspacing=1.2, handletextpad=0.2,
        )  # fmt: skip
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = []
        for number, level in enumerate(share.level for share in self.evidence.layers[0].tail):
            shares = [layer.tail[number].share for layer in self.evidence.layers]
            told.append(
                f"as near as the nearest {level:.0%} of held-out pictures, or nearer, are {min(shares):.1%} to "
                f"{max(shares):.1%} of the generated pictures"
            )
        return f"{_TITLE}: {'; '.join(told)}."

    @property
    def _names(self) -> list[Layer]:
        return [layer.layer for layer in self.evidence.layers]


def _frame_shares(ax: Axes, *, small: bool) -> None:
    ax.set_yscale("symlog", linthresh=_LINEAR_UP_TO, linscale=0.5)
    ax.set_ylim(0, 1)
    ax.yaxis.set_major_locator(FixedLocator(_TICKS))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
    ax.tick_params(axis="y", labelsize=8.5 if small else 10, labelfontfamily=FONT, labelcolor=MUTED, length=0)
    ax.grid(axis="y", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)


def _expected(ax: Axes, share: TailShare, number: int) -> None:
    colour = line_style(number).colour
    ax.axhspan(share.expected_low, share.expected_high, color=colour, alpha=0.13, linewidth=0, zorder=0.5)
    ax.axhline(share.expected, color=colour, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)


def _draw(ax: Axes, shares: list[TailShare], number: int, *, apart: float, small: bool) -> None:
    style = line_style(number)
    below = [share.share - share.low for share in shares]
    above = [share.high - share.share for share in shares]
    ax.errorbar(
        [x + apart for x in range(len(shares))],
        [share.share for share in shares],
        yerr=[below, above],
        fmt=style.marker,
        color=style.colour,
        markersize=4 if small else 6,
        elinewidth=1.0 if small else 1.4,
        markeredgecolor="white",
        markeredgewidth=0.6,
        label=f"nearest {shares[0].level:.0%}",
        clip_on=False,
        zorder=3,
    )
