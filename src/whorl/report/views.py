"""What the report's template shows: results put into words and pictures, nothing computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from whorl.encoders.contract import Layer
from whorl.evidence import Finding, OtherScores
from whorl.memorization.curve import Curve
from whorl.memorization.pairs import ClosestPair
from whorl.memorization.pooled_score import PooledScore
from whorl.memorization.verdict import LevelVerdict
from whorl.report.contact_sheet import MOST_SAMPLES, contact_sheet
from whorl.report.curve_display import CurveDisplay
from whorl.report.entries import ReportEntry, ReportFigure
from whorl.report.figures import renumber
from whorl.report.findings import by_tail_alone
from whorl.report.palette import FINDING_MARKS
from whorl.report.phrases import EARLY_AND_LATE
from whorl.report.pictures import PairPictures, Picture, data_uri, is_small
from whorl.report.tail_display import TailDisplay
from whorl.report.words import (
    LevelWords,
    flagged_words,
    has_levels,
    headline,
    identical_words,
    level_words,
    limits,
    nearness,
    notes,
)

_MOST_SKIPPED = 100


@dataclass(frozen=True)
class Badge:
    """A finding as a word, a mark and a CSS class."""

    finding: Finding

    @property
    def mark(self) -> str:
        """A sign that can be told without colour: below, inside or above the band."""
        return FINDING_MARKS[self.finding]


@dataclass(frozen=True)
class PictureView:
    """One picture of a pair; `uri` is None where it is not at hand."""

    role: str
    id: str | None
    uri: str | None
    small: bool


@dataclass(frozen=True)
class PairView:
    """One closest pair."""

    train: PictureView
    generated: PictureView
    distance: float
    nearness: str


@dataclass(frozen=True)
class PairGroup:
    """The closest pairs of one layer that decides."""

    layer: Layer
    why: str
    pairs: tuple[PairView, ...]

    @property
    def has_pictures(self) -> bool:
        """Whether any picture is at hand; else ids are listed."""
        return any(side.uri for pair in self.pairs for side in (pair.train, pair.generated))


@dataclass(frozen=True)
class SheetView:
    """Some pictures of a set as one picture; `width` and `height` are those on the page."""

    uri: str
    width: int
    height: int
    small: bool
    alt: str
    caption: str


@dataclass(frozen=True)
class LayerRow:
    """One layer of the table; `used` of `cells` count, in all partitions together."""

    layer: Layer
    score: PooledScore
    found: LevelVerdict
    badge: Badge
    used: int
    cells: int


@dataclass(frozen=True)
class EntryView:
    """One set of generated pictures, ready to be shown."""

    name: str
    about: str
    anchor: str
    curve: Curve
    badge: Badge
    headline: str
    identical: str
    listed: str | None
    whole: LevelWords
    early: LevelWords
    late: LevelWords
    split: bool
    early_and_late: str
    inside_the_band: bool
    despite: bool
    notes: tuple[str, ...]
    partitions: int
    rows: tuple[LayerRow, ...]
    groups: tuple[PairGroup, ...]
    sheet: SheetView | None
    figures: FigureView
    tail: FigureView | None
    others: tuple[OtherScores, ...]
    limits: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    skipped_more: int


@dataclass(frozen=True)
class FigureView:
    """A figure twice: for a wide page, and for a phone."""

    wide: Markup
    narrow: Markup


@dataclass(frozen=True)
class ExtraView:
    """A further figure, drawn by the caller."""

    title: str
    svg: Markup
    caption: str


def entry_view(entry: ReportEntry, number: int, *, several: bool) -> EntryView:
    """Prepare one entry.

    Args:
        entry: what to show.
        number: keeps its anchor and its figures' ids apart from the others'.
        several: whether its pictures become one strip among strips, or stand alone in two rows.
    """
    curve = entry.curve
    early, late, whole = (level_words(curve, level) for level in ("early", "late", "whole"))
    return EntryView(
        name=entry.name,
        about=entry.about,
        anchor=f"set-{number}",
        curve=curve,
        badge=Badge(curve.verdict.whole.finding),
        headline=headline(curve),
        identical=identical_words(curve),
        listed=flagged_words(curve),
        whole=whole,
        early=early,
        late=late,
        split=has_levels(curve),
        early_and_late=EARLY_AND_LATE,
        inside_the_band=bool(by_tail_alone(curve)),
        despite=bool(curve.identical) and curve.verdict.whole.finding != "copies",
        notes=notes(curve),
        partitions=curve.settings.partitions,
        rows=tuple(_layer_row(*pair) for pair in zip(curve.scores, curve.by_layer, strict=True)),
        groups=tuple(_groups(curve, entry.pair_pictures)),
        sheet=_sheet(entry, strip=several) if entry.samples else None,
        figures=figure_view({"": curve}, number),
        tail=_tail_view(curve, number) if curve.evidence else None,
        others=curve.other_scores,
        limits=limits(curve),
        skipped=curve.skipped[:_MOST_SKIPPED],
        skipped_more=max(0, len(curve.skipped) - _MOST_SKIPPED),
    )


def _layer_row(score: PooledScore, found: LevelVerdict) -> LayerRow:
    cells = [cell for part in score.by_partition for cell in part.cells]
    used = sum(cell.used for cell in cells)
    return LayerRow(found.strongest, score, found, Badge(found.finding), used, len(cells))


def figure_view(curves: Mapping[str, Curve], number: int) -> FigureView:
    """Draw curves for a page; `number` keeps the ids of its figures apart."""
    return _twice(CurveDisplay.from_curves(curves), f"f{number}")


def _tail_view(curve: Curve, number: int) -> FigureView:
    return _twice(TailDisplay(curve.evidence), f"t{number}")


def _twice(display: CurveDisplay | TailDisplay, prefix: str) -> FigureView:
    # Safe: made by matplotlib alone, letters drawn as paths; the one text in it is escaped by figure_svg.
    wide, narrow = (display.plot(small=small).to_svg(prefix=prefix + kind) for small, kind in FORMATS)
    return FigureView(Markup(wide), Markup(narrow))  # noqa: S704


def extra_view(figure: ReportFigure, number: int) -> ExtraView:
    """Prepare a further figure; `number` keeps its ids apart from all others."""
    # Safe: checked by ReportFigure to be one element that can only be looked at.
    return ExtraView(figure.title, Markup(renumber(figure.svg, f"x{number}i")), figure.caption)  # noqa: S704


FORMATS = ((False, "w"), (True, "n"))
_ALONE_COLUMNS = 8


def _sheet(entry: ReportEntry, *, strip: bool) -> SheetView:
    pictures = entry.samples[:MOST_SAMPLES]
    sheet = contact_sheet(pictures, columns=MOST_SAMPLES if strip else _ALONE_COLUMNS)
    height, width = sheet.shape[:2]
    count = f"{len(pictures)} of {entry.curve.n_generated:,} pictures"
    # A strip is shown at half its size, so that sixteen pictures fit beside each other and stay sharp.
    scale = 2 if strip else 1
    return SheetView(
        uri=data_uri(sheet, longest=max(height, width)),
        width=width // scale,
        height=height // scale,
        small=all(map(is_small, pictures)),
        alt=f"{count} of the set {entry.name}",
        caption=f"{count}.",
    )


def _groups(curve: Curve, pictures: tuple[PairPictures, ...]) -> Iterator[PairGroup]:
    for layer, why in _deciding_layers(curve).items():
        at_hand = [shown for shown in pictures if shown.pair.layer == layer]
        listed = [PairPictures(pair) for pair in curve.pairs_of(layer)]
        pairs = at_hand or listed
        if pairs:
            yield PairGroup(layer, why, tuple(_pair(shown, curve.n_test) for shown in pairs))


def _deciding_layers(curve: Curve) -> dict[Layer, str]:
    verdict = curve.verdict
    if not has_levels(curve):
        return {verdict.whole.strongest: "is the only one" if len(curve.layers) == 1 else "decides"}
    chosen = {
        verdict.early.strongest: "decides among the early layers",
        verdict.late.strongest: "decides among the late layers",
    }
    return {verdict.whole.strongest: "decides the whole", **chosen} if _between(curve) else chosen


def _between(curve: Curve) -> bool:
    verdict = curve.verdict
    return verdict.whole.strongest not in (verdict.early.strongest, verdict.late.strongest)


def _pair(shown: PairPictures, n_test: int) -> PairView:
    pair: ClosestPair = shown.pair
    return PairView(
        train=_picture("training", pair.train_id, shown.train),
        generated=_picture("generated", pair.generated_id, shown.generated),
        distance=pair.distance,
        nearness=nearness(pair.test_share, n_test, pair.by),
    )


def _picture(role: str, identity: str | None, picture: Picture | None) -> PictureView:
    if picture is None:
        return PictureView(role, identity, None, small=False)
    return PictureView(role, identity, data_uri(picture), is_small(picture))
