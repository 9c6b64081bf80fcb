"""Colours and line styles, chosen to be told apart by colour-blind readers and in grey print."""

from __future__ import annotations

from dataclasses import dataclass

from whorl.evidence import Finding

INK = "#1b2330"
MUTED = "#5a6472"
FAINT = "#c9ced6"
GRID = "#e9ecf0"
LEVEL = "#f5f6f8"
BAND = "#e2f1ec"
PLACEHOLDER = "#d5d9df"
TILE_FRAME = "#dde1e7"
FONT = "DejaVu Sans"

FINDING_COLOURS: dict[Finding, str] = {"copies": "#b5390b", "healthy": "#0b6b5d", "under-fits": "#1d5aa6"}
FINDING_MARKS: dict[Finding, str] = {"copies": "▼", "healthy": "●", "under-fits": "▲"}
FINDING_MARKERS: dict[Finding, str] = {"copies": "v", "healthy": "o", "under-fits": "^"}

# Okabe and Ito's colours without yellow, which is lost on white; orange, sky and green a little darker.
_COLOURS = ("#0072b2", "#d55e00", "#00875f", "#b6548e", "#1b2330", "#b07400", "#2a8bc0")
_DASHES = ("-", (0, (5, 1.8)), (0, (1.2, 1.5)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")

DashPattern = str | tuple[float, tuple[float, ...]]


@dataclass(frozen=True)
class LineStyle:
    """How one of several curves is drawn."""

    colour: str
    dashes: DashPattern
    marker: str


def line_style(index: int) -> LineStyle:
    """Return the style of the `index`-th curve; the first 168 all differ, neighbours in colour and marker.

    >>> len({line_style(i) for i in range(168)})
    168
    """
    colours = len(_COLOURS)
    return LineStyle(
        _COLOURS[index % colours],
        _DASHES[index // colours % len(_DASHES)],
        _MARKERS[index % len(_MARKERS)],
    )
