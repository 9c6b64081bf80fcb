"""The differences between sets for the terminal: a row for each pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, JustifyMethod, OverflowMethod, RenderResult
from rich.padding import Padding
from rich.text import Text

from whorl.evidence import ALPHA, PairDifference
from whorl.memorization.comparison import Comparison
from whorl.report.difference_words import interval_words, shared_words, sizes_words, summary_words
from whorl.report.terminal import empty_table, in_ascii, room_for_names
from whorl.report.text import p_number, percent, plain, shorten, signed

_LONGEST_LAYER_NAME = 8


def differences_table(comparison: Comparison) -> DifferencesTable:
    """Return the differences for rich to print: one row per pair, significant ones marked, and what that means.

    >>> import io, numpy as np, whorl
    >>> from rich.console import Console
    >>> rng = np.random.default_rng(0)
    >>> T, P, A, B = ({1: rng.normal(size=(n, 4))} for n in (300, 150, 60, 80))
    >>> reference = whorl.Reference.from_embeddings(T, P, cells=2)
    >>> curves = {"A": reference.curve_from_embeddings(A), "B": reference.curve_from_embeddings(B)}
    >>> console = Console(file=io.StringIO(), width=80)
    >>> console.print(differences_table(whorl.compare(curves)))
    >>> "not shown" in console.file.getvalue()
    True
    """
    return DifferencesTable(comparison)


@dataclass(frozen=True, eq=False)
class DifferencesTable:
    """Differences that rich can print; see `differences_table`."""

    comparison: Comparison

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give rich what to print, in the letters this terminal has."""
        ascii_only = options.ascii_only
        table = empty_table(ascii_only=ascii_only)
        overflow: OverflowMethod = "crop" if ascii_only else "ellipsis"
        titles = ("differ", "layer", "by", "A - B" if ascii_only else "A − B", "95 %", "p")
        for title in ("A", "B", *titles):
            side: JustifyMethod = "left" if title in ("A", "B", "differ", "by") else "right"
            table.add_column(title, justify=side, no_wrap=True, overflow=overflow)
        pairs = self.comparison.differences
        rows = [list(_found(pair)) for pair in pairs]
        room = room_for_names(options.max_width, titles, rows, names=2)
        for pair, row in zip(pairs, rows, strict=True):
            cells = [*(Text(shorten(plain(name), room)) for name in (pair.first, pair.second)), *row]
            table.add_row(*(in_ascii(cell) if ascii_only else cell for cell in cells))
        yield Padding(table, (0, 0, 0, 1), expand=False)
        for line in self._hints():
            yield Padding(in_ascii(line) if ascii_only else line, (0, 0, 0, 1), expand=False)

    def _hints(self) -> Iterator[Text]:
        yield Text(
            "A − B: mean placement of A minus that of B at the layer that decides, the share of held-out pictures "
            "that are nearer to training than a picture is; negative: A nearer. tail: A or B has more of the very "
            f"nearest pictures. p: for all layers and pairs; they differ where it is at most {percent(ALPHA)}.",
            style="dim",
        )
        yield Text(" ")
        yield Text(summary_words(self.comparison))
        sizes = sizes_words(self.comparison)
        for note in (*shared_words(self.comparison), *([sizes] if sizes is not None else [])):
            yield Text(f"Note: {note}", style="yellow")


def _found(pair: PairDifference) -> Iterator[Text]:
    layer = pair.strongest
    nearer = "A nearer" if pair.nearer(layer) == pair.first else "B nearer"
    yield Text(nearer, style="bold") if pair.significant else Text("not shown", style="dim")
    yield Text(shorten(str(layer.layer), _LONGEST_LAYER_NAME))
    yield Text("mean" if layer.by == "mean rank" else "tail")
    yield Text("none" if layer.placement is None else signed(layer.placement, 2))
    yield Text(interval_words(layer))
    yield Text(p_number(pair.adjusted))
