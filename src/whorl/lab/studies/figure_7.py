"""Figure 7: curves of several runs of every architecture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from whorl.fingerprints.similarity import RULES, Rule
from whorl.lab.studies.closeness import Closeness, closeness, similarities
from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import CellsPanel, CurveLine, CurvesPanel
from whorl.lab.studies.published import published_models
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult, by_p_value
from whorl.lab.studies.set_curves import SetCurve, mean_line, set_curves
from whorl.lab.studies.study import Study

_MEASURES = {"l2": "1 / (1 + distance)", "cosine": "cosine", "both": "mean of both"}


def _run(study: Study, material: Material) -> StudyResult:
    seen, seed = material.seen[0], material.inputs.seed
    places = material.sets
    curves = set_curves(material, seen, material.prepared(seen, places), resamples=0)
    groups = [curve.architecture for curve in curves]
    theirs = _published_curves()
    claims = []
    for rule in RULES:
        ours = closeness(similarities(curves, rule), groups, seed=seed)
        beside = closeness(similarities(theirs, rule), [curve.architecture for curve in theirs], seed=seed)
        claims.append(together(rule, ours, beside, f"{len(curves)} sets on {seen.name}"))
    matrix = similarities(curves, "both")
    return StudyResult(
        study=study.name,
        title=study.title,
        asks=study.asks,
        claims=tuple(claims),
        panels=(
            CurvesPanel(
                "ours, a line for each run; dashed, published means",
                (*(curve.line(curve.architecture) for curve in curves), *_published_means(theirs, groups)),
            ),
            CurvesPanel(
                "as published",
                tuple(
                    CurveLine(curve.architecture, tuple(curve.values.tolist()), by="published")
                    for curve in theirs
                ),
            ),
            CellsPanel(
                "similarity of curves, mean of cosine and 1 / (1 + distance)",
                tuple(curve.name for curve in curves),
                tuple(groups),
                tuple(map(tuple, matrix.tolist())),
                float(np.nanmin(matrix)),
                1.0,
            ),
        ),
        notes=("Each set is one line: pictures are not drawn anew here, runs are what varies.",),
        measured=measured_record(material, (seen,), places),
    )


def together(rule: Rule, ours: Closeness, theirs: Closeness | None, about: str) -> Claim:
    """Return the claim that curves of one architecture are alike, by one rule.

    Args:
        rule: how likeness is measured.
        ours: what was found.
        theirs: of the paper's own curves; None where these are not public.
        about: what it was tested on.
    """
    return Claim(
        says="curves of one architecture are more alike than curves of two",
        where="section 5.1, Figure 7",
        about=f"{about}; the most similar other set is of the same architecture for {ours.nearest:.0%}"
        + ("" if theirs is None else f" (published: {theirs.nearest:.0%}, p {theirs.p_value:.2g})"),
        measure=f"mean similarity ({_MEASURES[rule]}) within architectures less across",
        value=ours.difference,
        p_value=ours.p_value,
        published=None if theirs is None else theirs.difference,
        outcome=by_p_value(ours.p_value),
    )


def _published_curves() -> Sequence[SetCurve]:
    return [
        SetCurve(
            name, str(number), tuple(range(1, len(values) + 1)), np.array(values), np.empty((0, len(values)))
        )
        for number, (name, values) in enumerate(published_models(), start=1)
    ]


def _published_means(theirs: Sequence[SetCurve], groups: Sequence[str]) -> Iterator[CurveLine]:
    """Yield the paper's mean curve of each architecture that is ours too."""
    for name in sorted(set(groups) & {curve.architecture for curve in theirs}):
        own = [curve.values for curve in theirs if curve.architecture == name]
        yield mean_line(name, own, by="published")


FIGURE_7 = Study(
    "figure-7",
    "Curves of all models",
    "Do the curves of one architecture run together, apart from those of others?",
    _run,
)
