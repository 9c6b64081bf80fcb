"""Figure 7: curves of several runs of every architecture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from whorl.fingerprints.similarity import RULES
from whorl.lab.studies.closeness import closeness, similarities
from whorl.lab.studies.likeness import likeness_claim
from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import CellsPanel, CurveLine, CurvesPanel, apart_from_itself
from whorl.lab.studies.published import published_models
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import StudyResult
from whorl.lab.studies.set_curves import SetCurve, mean_line, set_curves
from whorl.lab.studies.study import Study


def _check(material: Material) -> None:
    material.expect_eyes()
    material.expect_zoo(groups=True)


def _run(study: Study, material: Material) -> StudyResult:
    seen, seed, places = material.first, material.inputs.seed, material.sets
    prepared = material.prepared(seen, places)
    scored = min(map(len, prepared))
    curves = set_curves(material, seen, prepared, resamples=0)
    groups = [curve.architecture for curve in curves]
    theirs = _published_curves()
    claims = [
        likeness_claim(
            says="curves of one architecture are more alike than curves of two",
            where="section 5.1, Figure 7",
            about=f"{len(curves)} sets of {scored:,} pictures on {seen.name}",
            rule=rule,
            ours=closeness(similarities(curves, rule), groups, seed=seed),
            theirs=closeness(similarities(theirs, rule), [curve.architecture for curve in theirs], seed=seed),
        )
        for rule in RULES
    ]
    matrix = similarities(curves, "both")
    return StudyResult(
        study=study.name,
        title=study.title,
        asks=study.asks,
        claims=tuple(claims),
        panels=(
            CurvesPanel(
                "ours, a line for each run", tuple(curve.line(curve.architecture) for curve in curves)
            ),
            CurvesPanel("as published", tuple(_line(curve) for curve in theirs)),
            *_by_architecture(curves, theirs),
            CellsPanel(
                "similarity of curves, mean of cosine and 1 / (1 + distance)",
                tuple(curve.name for curve in curves),
                tuple(groups),
                tuple(map(tuple, matrix.tolist())),
                *apart_from_itself(matrix),
            ),
        ),
        notes=(
            "Each set is one line: pictures are not drawn anew here, runs are what varies.",
            "That curves of one architecture are alike does not say why. Models that were trained for as long, "
            "and drawn from in as many steps, are alike in that too: so are those of a zoo of thirty steps each. "
            "`ddpm` and `pndm` are trained alike and drawn differently; how near they lie tells what drawing "
            "adds.",
        ),
        measured=measured_record(material, (seen,), places) | {"pictures_scored": scored},
    )


def _published_curves() -> Sequence[SetCurve]:
    return [
        SetCurve(
            name, str(number), tuple(range(1, len(values) + 1)), np.array(values), np.empty((0, len(values)))
        )
        for number, (name, values) in enumerate(published_models(), start=1)
    ]


def _by_architecture(ours: Sequence[SetCurve], theirs: Sequence[SetCurve]) -> Iterator[CurvesPanel]:
    """Yield each architecture's runs alone, under the paper's mean where it has that architecture too."""
    for name in dict.fromkeys(curve.architecture for curve in ours):
        published = [curve for curve in theirs if curve.architecture == name]
        lines = [curve.line(name) for curve in ours if curve.architecture == name]
        if published:
            lines.append(mean_line(name, published, by="published"))
        yield CurvesPanel(f"{name}{'; dashed, published mean' if published else ''}", tuple(lines))


def _line(curve: SetCurve) -> CurveLine:
    return CurveLine(curve.architecture, tuple(curve.values.tolist()), by="published")


FIGURE_7 = Study(
    "figure-7",
    "Curves of all models",
    "Do the curves of one architecture run together, apart from those of others?",
    _check,
    _run,
)
