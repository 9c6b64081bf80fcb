"""The differences between sets as the report's template shows them."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from whorl.evidence import LayerDifference, PairDifference
from whorl.memorization.comparison import Comparison
from whorl.report.difference_words import (
    NO_PROOF,
    interval_words,
    pair_words,
    shared_words,
    sizes_words,
    summary_words,
)
from whorl.report.differences_display import MOST_PANELS, DifferencesDisplay
from whorl.report.views import FORMATS, FigureView


@dataclass(frozen=True)
class LayerDifferenceRow:
    """One layer of a pair; `interval` is in words."""

    layer: LayerDifference
    interval: str
    marked: bool


@dataclass(frozen=True)
class PairDifferenceView:
    """One pair of sets."""

    pair: PairDifference
    strongest: LayerDifference
    nearer: str
    interval: str
    words: str
    rows: tuple[LayerDifferenceRow, ...]


@dataclass(frozen=True)
class DifferencesView:
    """All pairs of sets, ready to be shown; `left_out` pairs are in the tables, but not in the figure."""

    summary: str
    shared: tuple[str, ...]
    sizes: str | None
    pairs: tuple[PairDifferenceView, ...]
    figures: FigureView
    left_out: int
    no_proof: tuple[str, ...]


def differences_view(comparison: Comparison) -> DifferencesView:
    """Prepare the differences of a comparison."""
    display = DifferencesDisplay(comparison)
    # Safe: made by matplotlib alone, letters drawn as paths; the one text in it is escaped by figure_svg.
    wide, narrow = (display.plot(small=small).to_svg(prefix=f"d{kind}") for small, kind in FORMATS)
    count = len(comparison.differences)
    return DifferencesView(
        summary=summary_words(comparison),
        shared=shared_words(comparison),
        sizes=sizes_words(comparison),
        pairs=tuple(_pair(pair, count) for pair in comparison.differences),
        figures=FigureView(Markup(wide), Markup(narrow)),  # noqa: S704
        left_out=max(0, count - MOST_PANELS),
        no_proof=NO_PROOF,
    )


def _pair(pair: PairDifference, count: int) -> PairDifferenceView:
    strongest = pair.strongest
    return PairDifferenceView(
        pair=pair,
        strongest=strongest,
        nearer=pair.nearer(strongest),
        interval=interval_words(strongest),
        words=pair_words(pair, len(pair.layers), count),
        rows=tuple(
            LayerDifferenceRow(layer, interval_words(layer), pair.significant_at(layer))
            for layer in pair.layers
        ),
    )
