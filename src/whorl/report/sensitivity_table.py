"""A sensitivity profile for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from whorl.errors import ScoreError
from whorl.report.sensitivity_words import sensitivity_words
from whorl.report.text import shorten, signed
from whorl.sensitivity import SensitivityProfile, choose, contrasts

_LONGEST_LAYER_NAME = 10


@dataclass(frozen=True, eq=False)
class SensitivityTable:
    """A profile that rich can print: each layer's mean response by alteration, and which layers to trust.

    >>> import io, numpy as np
    >>> from whorl.sensitivity import measure
    >>> pictures = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)
    >>> console = Console(file=io.StringIO(), width=80)
    >>> console.print(SensitivityTable(measure(pictures, "pixels:8", cache=None)))
    >>> "patch shuffle" in console.file.getvalue()
    True
    """

    profile: SensitivityProfile

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give rich what to print, in the letters this terminal has."""
        ascii_only = options.ascii_only
        table = Table(box=box.ASCII2 if ascii_only else box.SIMPLE_HEAD, show_edge=False, pad_edge=True)
        table.add_column("layer", justify="right", no_wrap=True)
        for alteration in self.profile.alterations:
            table.add_column(Text(shorten(alteration.name, 14)), justify="right")
        for title in ("contrast", "trust for"):
            table.add_column(title, justify="right" if title == "contrast" else "left")
        for row in self._rows():
            table.add_row(*(Text(_ascii(cell) if ascii_only else cell) for cell in row))
        yield table
        told = ("mean response by alteration; 1: as far as another picture", *sensitivity_words(self.profile))
        for number, line in enumerate(told):
            text = Text(_ascii(line) if ascii_only else line, style="dim" if number == 0 else "")
            yield Padding(text, (0, 0, 0, 1), expand=False)

    def _rows(self) -> Iterator[tuple[str, ...]]:
        profile = self.profile
        marks: dict[object, str] = {}
        try:
            choice = choose(profile)
            marks = {choice.low: "low level", choice.high: "high level"}
        except ScoreError:
            pass  # said below the table
        values = contrasts(profile.response, profile.levels)
        means = profile.by_alteration().tolist()
        for layer, response, value in zip(profile.layers, means, values.tolist(), strict=True):
            shown = (f"{mean:.2f}" for mean in response)
            yield shorten(str(layer), _LONGEST_LAYER_NAME), *shown, signed(value, 2), marks.get(layer, "")


def _ascii(text: str) -> str:
    return (
        text.replace("\u2212", "-").replace("\u2026", "~").encode("ascii", "backslashreplace").decode("ascii")
    )
