"""What artifacts reveal, as tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from whorl.manifold.frechet_ratio import FDR
from whorl.report.grid import Column, Grid
from whorl.report.structure.kinds import KINDS, SHORT_KINDS
from whorl.report.structure.ratio_text import ratio_text
from whorl.report.text import p_number, percent, signed
from whorl.structure.layer_results import Gain, LayerCurve, Separation
from whorl.structure.spectra import Spectra
from whorl.structure.structure_result import Structure
from whorl.structure.traces import ChoiceTraces


def layers_grid(curve: LayerCurve) -> Grid:
    """Return accuracies with intervals at every layer; the best one stands out."""
    several = len(curve.points) > 1
    titles = (
        "layer",
        "artifacts",
        "picture itself",
        "minus a random real",
        "artifacts over itself",
        "over random",
        "best",
    )
    rows = tuple(
        (
            str(point.layer),
            _rate(point.artifacts),
            _rate(point.raw),
            _rate(point.random),
            _gain(point.over_raw),
            _gain(point.over_random),
            percent(point.best_share),
        )
        for point in curve.points
    )
    grid = Grid(
        "Right answers, layer by layer",
        (Column(titles[0], name=True), *(Column(title, number=True) for title in titles[1:])),
        rows,
        marked=frozenset({curve.points.index(curve.best)}),
        hint="per cent of single pictures with 95 % intervals over pictures; guessing gives "
        f"{percent(curve.chance)}; over: percentage points"
        + ("; best: share of the resamplings in which this layer is it" if several else ""),
    )
    if not several:
        return replace(_some(grid, (0, 1, 2, 3, 4, 5)), marked=frozenset(), narrow=_some(grid, (0, 1, 4)))
    return replace(grid, narrow=_some(grid, (0, 1, 4, 6)))


def ratios_grid(found: Structure) -> Grid:
    """Return ratios with intervals, and what dealt labels give."""
    rows = tuple(
        (
            str(each.layer),
            KINDS[each.kind],
            _ratio(each.ratio),
            ratio_text(each.null.mean),
            ratio_text(each.null.high),
            p_number(each.null.p),
        )
        for each in found.ratios
    )
    columns = (
        Column("layer", name=True),
        Column("features", name=True),
        Column("ratio", number=True),
        Column("labels dealt", number=True),
        Column("95 %", number=True),
        Column("p", number=True),
    )
    first = found.ratios[0]
    grid = Grid(
        "Frechet distance ratio",
        columns,
        rows,
        hint=f"n = {first.ratio.n:,}, d = {first.ratio.d}, seed {first.ratio.seed}; labels dealt: mean and 95 % "
        f"quantile of {first.null.dealings:,} dealings",
    )
    short = tuple(
        (row[0], SHORT_KINDS[each.kind], *row[2:]) for row, each in zip(rows, found.ratios, strict=True)
    )
    hint = f"{grid.hint}; raw: the picture itself; random: minus a random real picture"
    return replace(grid, narrow=replace(grid, rows=short, hint=hint))


def choices_grid(found: ChoiceTraces) -> Grid:
    """Return every choice beside its null."""
    titles = ("NMI", "by chance", "95 %", "AMI", "p", "adjusted", "least p")
    rows = tuple(
        (
            trace.choice,
            f"{len(trace.values)}",
            *(
                f"{value:.3f}".replace("-", "−")
                for value in (trace.nmi, trace.null_nmi, trace.null_nmi_high, trace.ami)
            ),
            *(p_number(value) for value in (trace.p, trace.adjusted, trace.least_p)),
            ", ".join(trace.alike),
        )
        for trace in found.traces
    )
    columns = (
        Column("choice", name=True),
        Column("values", number=True),
        *(Column(title, number=True) for title in titles),
        Column("divides alike", name=True),
    )
    grid = Grid(
        "Design choices",
        columns,
        rows,
        hint="by chance: mean and 95 % quantile of NMI with values dealt to other models; adjusted: p for "
        "all choices at once (Holm); least p: the smallest that so many models can give",
    )
    hint = grid.hint.replace("mean and 95 % quantile", "mean")
    return replace(grid, narrow=replace(_some(grid, (0, 2, 3, 6, 7, 8)), hint=hint))


def spectra_grid(spectra: Spectra) -> Grid:
    """Return log power at every frequency: above real pictures' artifacts where these were given."""
    above = spectra.real is not None
    mean = spectra.excess if above else spectra.mean
    half = spectra.excess_half_width if above else spectra.half_width
    rows = tuple(
        (
            f"{frequency:g}",
            *(f"{signed(value, 2)} ± {width:.2f}" for value, width in zip(values, widths, strict=True)),
        )
        for frequency, values, widths in zip(
            spectra.frequency, np.transpose(mean), np.transpose(half), strict=True
        )
    )
    columns = (Column("cycles", number=True), *(Column(label, number=True) for label in spectra.labels))
    title = "ln power above that of real pictures' artifacts" if above else "ln power of artifacts"
    return Grid(title, columns, rows, hint="± half of a 95 % interval of the mean over pictures")


def missing_grid(found: Structure) -> Grid:
    """Return what could not be measured, and why."""
    rows = tuple((each.part, each.why) for each in found.not_measured)
    return Grid("Not measured", (Column("part", name=True), Column("why", prose=True)), rows)


def _rate(found: Separation) -> str:
    return f"{100 * found.accuracy:.1f} [{100 * found.low:.1f}, {100 * found.high:.1f}]"


def _ratio(found: FDR) -> str:
    return f"{ratio_text(found.value)} [{ratio_text(found.lower)}, {ratio_text(found.upper)}]"


def _gain(found: Gain) -> str:
    return f"{signed(100 * found.value)} [{signed(100 * found.low)}, {signed(100 * found.high)}]"


def _some(grid: Grid, places: tuple[int, ...]) -> Grid:
    columns = tuple(grid.columns[place] for place in places)
    return replace(
        grid, columns=columns, rows=tuple(tuple(row[place] for place in places) for row in grid.rows)
    )
