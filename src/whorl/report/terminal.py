"""Curves for the terminal: one with a row per layer and the verdict, several with a row each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, JustifyMethod, OverflowMethod, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from whorl.evidence import Finding
from whorl.memorization.curve import Curve
from whorl.memorization.verdict import LevelVerdict, healthy_limit
from whorl.report.text import p_equation, p_number, percent, plain, shorten, signed
from whorl.report.words import (
    chosen_words,
    flagged_words,
    has_levels,
    headline,
    identical_words,
    level_words,
    notes,
)

_HALF = 8
_LONGEST_LAYER_NAME = 10
_LONGEST_SET_NAME = 18
_SHORTEST_SET_NAME = 6
_BETWEEN = 2
_BY = {"mean rank": "mean", "lower tail": "tail"}
_STYLES: dict[Finding, str] = {"copies": "bold red", "healthy": "green", "under-fits": "bold blue"}


def curve_table(curve: Curve) -> CurveTable:
    """Return the curve for rich to print: the table, the verdict, and what should be known.

    Fits 80 columns; without colour the words and the bars' sides say the same; without UTF-8 it is ASCII.

    >>> import io, numpy as np, whorl
    >>> from rich.console import Console
    >>> rng = np.random.default_rng(0)
    >>> T, P, Q = ({1: rng.normal(size=(n, 4))} for n in (300, 150, 60))
    >>> curve = whorl.Reference.from_embeddings(T, P, cells=2).curve_from_embeddings(Q)
    >>> console = Console(file=io.StringIO(), width=80)
    >>> console.print(curve_table(curve))
    >>> "healthy" in console.file.getvalue()
    True
    """
    return CurveTable(curve)


@dataclass(frozen=True, eq=False)
class CurveTable:
    """A curve that rich can print; see `curve_table`."""

    curve: Curve

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give rich what to print, in the letters this terminal has."""
        yield from self._parts(ascii_only=options.ascii_only)

    def _parts(self, *, ascii_only: bool) -> Iterator[Padding]:
        yield Padding(_table(self.curve, ascii_only=ascii_only), (0, 0, 0, 1), expand=False)
        yield Padding(Text(_hint(self.curve), style="dim"), (0, 0, 0, 1), expand=False)
        told = [_verdict_line(self.curve, level) for level in ("early", "late", "whole")]
        lines = [told[2]] if not has_levels(self.curve) else told
        lines = [Text(" "), *lines, Text(" "), Text(headline(self.curve))]
        if self.curve.identical and self.curve.verdict.whole.finding == "copies":
            lines.append(Text(identical_words(self.curve), style="bold red"))
        listed = flagged_words(self.curve)
        lines += [Text(listed)] if listed else []
        lines += [Text(f"Note: {note}", style="yellow") for note in notes(self.curve)]
        for line in lines:
            yield Padding(in_ascii(line) if ascii_only else line, (0, 0, 0, 1), expand=False)


def comparison_table(curves: Mapping[str, Curve]) -> ComparisonTable:
    """Return several curves of one Reference for rich to print: one row per set, its verdict and its extremes.

    >>> import io, numpy as np, whorl
    >>> from rich.console import Console
    >>> rng = np.random.default_rng(0)
    >>> T, P, Q = ({1: rng.normal(size=(n, 4))} for n in (300, 150, 60))
    >>> curve = whorl.Reference.from_embeddings(T, P, cells=2).curve_from_embeddings(Q)
    >>> console = Console(file=io.StringIO(), width=80)
    >>> console.print(comparison_table({"mine": curve}))
    >>> "mine" in console.file.getvalue()
    True
    """
    return ComparisonTable(dict(curves))


@dataclass(frozen=True, eq=False)
class ComparisonTable:
    """Several curves that rich can print; see `comparison_table`."""

    curves: Mapping[str, Curve]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give rich what to print, in the letters this terminal has."""
        ascii_only = options.ascii_only
        table = empty_table(ascii_only=ascii_only)
        overflow: OverflowMethod = "crop" if ascii_only else "ellipsis"
        first = next(iter(self.curves.values()))
        split = has_levels(first)
        words = ("whole", *(("early", "late") if split else ()))
        numbers = ("lowest", "highest", "listed", "exact")
        table.add_column("set", no_wrap=True, overflow=overflow)
        for title in (*words, *numbers):
            side: JustifyMethod = "left" if title in words else "right"
            table.add_column(title, justify=side, no_wrap=True, overflow=overflow)
        rows = [[*_findings(curve, split=split), *_extremes(curve)] for curve in self.curves.values()]
        room = room_for_names(options.max_width, (*words, *numbers), rows)
        for name, row in zip(self.curves, rows, strict=True):
            cells = [Text(shorten(plain(name), room)), *row]
            table.add_row(*(in_ascii(cell) if ascii_only else cell for cell in cells))
        yield Padding(table, (0, 0, 0, 1), expand=False)
        groups = "early, late: the first and the last third of the Reference's layers; " if split else ""
        told = [
            f"{groups}lowest, highest: standardised C_T over the layers; listed: likely copies; exact: identical "
            "copies"
        ]
        if len(first.of_layers) > len(first.layers):
            told.append(chosen_words(first))
        for line in told:
            text = Text(line, style="dim")
            yield Padding(in_ascii(text) if ascii_only else text, (0, 0, 0, 1), expand=False)


def _findings(curve: Curve, *, split: bool) -> Iterator[Text]:
    verdict = curve.verdict
    for level in (verdict.whole, *((verdict.early, verdict.late) if split else ())):
        yield Text(level.finding, style=_STYLES[level.finding])


def _extremes(curve: Curve) -> Iterator[Text]:
    yield Text(signed(float(curve.standardised.min())))
    yield Text(signed(float(curve.standardised.max())))
    yield Text("?" if curve.evidence is None else f"{curve.evidence.n_flagged:,}")
    yield Text("?" if curve.identical is None else f"{curve.identical:,}")


def empty_table(*, ascii_only: bool) -> Table:
    """Return a table whose columns stand so close that they fit 80."""
    return Table(box=box.ASCII2 if ascii_only else box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))


def room_for_names(
    width: int, titles: Sequence[str], rows: Sequence[Sequence[Text]], *, names: int = 1
) -> int:
    """Return how many letters of a set's name fit beside the other columns; a longer one loses its middle.

    >>> rows = [[Text("under-fits")]]
    >>> room_for_names(40, ["found"], rows), room_for_names(20, ["found"], rows)
    (18, 6)
    """
    others = sum(max(len(title), *(len(row[i]) for row in rows)) + _BETWEEN for i, title in enumerate(titles))
    room = (width - 1 - others) // names - _BETWEEN
    return min(_LONGEST_SET_NAME, max(_SHORTEST_SET_NAME, room))


def _table(curve: Curve, *, ascii_only: bool) -> Table:
    table = empty_table(ascii_only=ascii_only)
    overflow: OverflowMethod = "crop" if ascii_only else "ellipsis"  # rich's ellipsis is no ASCII
    for title in ("layer", "C_T", "std.", "covers"):
        table.add_column(title, justify="right", no_wrap=True, overflow=overflow)
    bar = "copies".center(_HALF) + ("|" if ascii_only else "│") + "under-fits"[: _HALF + 2]
    table.add_column(bar, no_wrap=True, overflow=overflow)
    table.add_column("adj. p", justify="right", no_wrap=True, overflow=overflow)
    for title in ("by", "verdict"):
        table.add_column(title, no_wrap=True, overflow=overflow)
    limit = healthy_limit(len(curve.layers))
    widest = max(2 * limit, *(abs(score.standardised) for score in curve.scores))
    for score, found in zip(curve.scores, curve.by_layer, strict=True):
        style = _STYLES[found.finding]
        numbers = (signed(score.value, 2), signed(score.standardised), percent(score.coverage))
        row = [Text(shorten(str(found.strongest), _LONGEST_LAYER_NAME)), *map(Text, numbers)]
        row.append(Text(_bar(score.standardised / widest, ascii_only=ascii_only), style=style))
        row += [Text(p_number(found.p_value)), Text(_BY[found.by]), Text(found.finding, style=style)]
        table.add_row(*(in_ascii(cell) if ascii_only else cell for cell in row))
    return table


def _hint(curve: Curve) -> str:
    family = f" for all {len(curve.layers)} layers" if len(curve.layers) > 1 else ""
    told = (
        f"adj. p: of copying or of under-fitting, the smaller one, adjusted{family}; std.: standardised C_T"
    )
    if any(layer.by == "lower tail" for layer in curve.by_layer):
        told += "; by tail: how many pictures are among the very nearest, of which C_T tells nothing"
    return told


def _bar(share: float, *, ascii_only: bool) -> str:
    block, middle = ("#", "|") if ascii_only else ("█", "│")
    length = min(_HALF, round(abs(share) * _HALF)) if math.isfinite(share) else 0
    filled = block * length
    left, right = (filled, "") if share < 0 else ("", filled)
    return left.rjust(_HALF) + middle + right.ljust(_HALF)


def _verdict_line(curve: Curve, level: str) -> Text:
    words = level_words(curve, level)  # type: ignore[arg-type]
    verdict: LevelVerdict = getattr(curve.verdict, level)
    line = Text(f"{level:<6}")
    line.append(f"{words.finding:<11}", style=_STYLES[words.finding])
    where = f"layer {shorten(str(verdict.strongest), _LONGEST_LAYER_NAME)}"
    line.append(
        f"{where}, standardised {signed(verdict.standardised)}, adjusted {p_equation(verdict.p_value)} by "
        f"{verdict.by}"
    )
    return line


def in_ascii(text: Text) -> Text:
    """Return the text in letters that any terminal has."""
    swapped = text.copy()
    swapped.plain = text.plain.translate({0x2212: "-", 0x2026: "~", 0x201C: '"', 0x201D: '"', 0x221E: "inf"})
    swapped.plain = swapped.plain.encode("ascii", "backslashreplace").decode("ascii")
    return swapped
