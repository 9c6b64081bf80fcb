"""The report: one HTML file that needs nothing else, and asks nothing of the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment

from whorl.errors import WhorlError
from whorl.files import write_bytes
from whorl.memorization.comparison import Comparison
from whorl.memorization.curve import Curve
from whorl.report.details import detail_groups
from whorl.report.difference_views import differences_view
from whorl.report.entries import ReportEntry, ReportFigure
from whorl.report.environment import page_environment
from whorl.report.sensitivity_view import sensitivity_view
from whorl.report.text import layer_span, p_number, percent, plain, signed
from whorl.report.views import Badge, entry_view, extra_view, figure_view
from whorl.sensitivity import SensitivityProfile


def write_report(
    path: str | Path,
    entries: Sequence[ReportEntry],
    *,
    title: str,
    details: Mapping[str, object] | None = None,
    lead: str = "",
    figures: Sequence[ReportFigure] = (),
    comparison: Comparison | None = None,
    sensitivity: SensitivityProfile | None = None,
) -> Path:
    """Write a report as one HTML file, in one step; equal input gives equal bytes.

    Args:
        path: where; what is there is replaced.
        entries: one set for an audit, several of the same Reference for a comparison.
        title: the heading.
        details: what it was made with (command, versions, digests, settings); nested mappings are flattened.
        lead: a paragraph under the heading; empty for none.
        figures: further figures, shown after the overview.
        comparison: of the entries' curves by their names; its differences are shown after the overview.
        sensitivity: the Reference's profile; shown after the sets.

    Raises:
        WhorlError: no entry, two of one name, entries of different References, or a comparison of other sets.
        StorageError: the disk is full or read-only.

    >>> import numpy as np, tempfile, whorl
    >>> rng = np.random.default_rng(0)
    >>> T, P, Q = ({1: rng.normal(size=(n, 4))} for n in (300, 150, 60))
    >>> curve = whorl.Reference.from_embeddings(T, P, cells=2).curve_from_embeddings(Q)
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_report(folder / "report.html", [ReportEntry("mine", curve)], title="An audit").name
    'report.html'
    """
    path = Path(path)
    text = render_report(
        entries,
        title=title,
        details=details,
        lead=lead,
        figures=figures,
        comparison=comparison,
        sensitivity=sensitivity,
    )
    write_bytes(path, text.encode())
    return path


def render_report(
    entries: Sequence[ReportEntry],
    *,
    title: str,
    details: Mapping[str, object] | None = None,
    lead: str = "",
    figures: Sequence[ReportFigure] = (),
    comparison: Comparison | None = None,
    sensitivity: SensitivityProfile | None = None,
) -> str:
    """Return the report as text; see `write_report`."""
    _check(entries)
    if comparison is not None and list(comparison.curves) != [entry.name for entry in entries]:
        raise WhorlError(
            "the comparison is of other sets than the entries; give each set the same name in both."
        )
    several = len(entries) > 1
    views = [entry_view(entry, i, several=several) for i, entry in enumerate(entries, start=1)]
    overview = figure_view({e.name: e.curve for e in entries}, 0) if several else None
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=title,
            lead=lead,
            entries=views,
            overview=overview,
            differences=differences_view(comparison) if comparison is not None else None,
            extras=[extra_view(figure, i) for i, figure in enumerate(figures, start=1)],
            sensitivity=sensitivity_view(sensitivity, entries[0].curve) if sensitivity else None,
            details=detail_groups(_with_reference(details or {}, entries[0].curve)),
            first=entries[0].curve,
        )
    )


def _check(entries: Sequence[ReportEntry]) -> None:
    if not entries:
        raise WhorlError("there is nothing to report; give at least one entry.")
    names = [entry.name for entry in entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise WhorlError(f"two entries are called {plain(twice[0])!r}; give each set its own name.")


def _with_reference(details: Mapping[str, object], curve: Curve) -> dict[str, object]:
    reference = {"digest": curve.reference, **curve.settings.to_dict()}
    return {"reference": reference, **details}


def _environment() -> Environment:
    environment = page_environment()
    environment.filters |= {"signed": signed, "p": p_number, "percent": percent, "span": layer_span}
    environment.globals["badge"] = Badge
    return environment
