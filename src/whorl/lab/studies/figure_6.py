"""Figure 6: checkpoints of one DDPM training and one DDIM training."""

from __future__ import annotations

from itertools import chain

import numpy as np

from whorl.lab.studies.checkpoints import checkpoint_sets
from whorl.lab.studies.closeness import closeness, similarities
from whorl.lab.studies.every import every_above
from whorl.lab.studies.likeness import likeness_claim
from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import CellsPanel, CurvesPanel, apart_from_itself
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult
from whorl.lab.studies.set_curves import set_curves
from whorl.lab.studies.study import Study
from whorl.lab.studies.trends import rise

_ARCHITECTURES = ("ddpm", "ddim")


def _check(material: Material) -> None:
    material.expect_eyes()
    material.expect_pictures()


def _run(study: Study, material: Material) -> StudyResult:
    places = tuple(chain.from_iterable(checkpoint_sets(material, name) for name in _ARCHITECTURES))
    seen = material.first
    curves = set_curves(material, seen, material.prepared(seen, places))
    groups = [curve.architecture for curve in curves]
    cosine = similarities(curves, "cosine")
    found = closeness(cosine, groups, seed=material.inputs.seed)
    together = likeness_claim(
        says="checkpoints of one architecture are more alike than checkpoints of two",
        where="section 4.3, Figure 6b",
        about=f"{len(curves)} checkpoints on {seen.name}",
        rule="cosine",
        ours=found,
        theirs=None,
    )
    rising = []
    for architecture in _ARCHITECTURES:
        own = [curve for curve in curves if curve.architecture == architecture]
        climb = every_above(
            rise(np.array([curve.values for curve in own])), rise(np.array([curve.drawn for curve in own]))
        )
        rising.append(
            Claim(
                says="all checkpoints show a rising curve",
                where="section 4.3, Figure 6a",
                about=f"{architecture}, the least of {len(own)} checkpoints on {seen.name}",
                measure="C_T of the last third of the layers less the first third",
                value=climb.value,
                low=climb.low,
                high=climb.high,
                outcome=climb.outcome,
            )
        )
    return StudyResult(
        study=study.name,
        title=study.title,
        asks=study.asks,
        claims=(together, *rising),
        panels=(
            CurvesPanel(
                "a line for each checkpoint", tuple(curve.line(curve.architecture) for curve in curves)
            ),
            CellsPanel(
                "cosine of curves",
                tuple(curve.name for curve in curves),
                tuple(groups),
                tuple(map(tuple, cosine.tolist())),
                *apart_from_itself(cosine),
            ),
        ),
        notes=(
            "Checkpoints of one training are one model at several ages, and there is one training of each "
            "architecture: that its checkpoints are alike says nothing of other trainings, which figure-7 "
            "compares. The p-value describes these curves.",
            "The paper's own numbers for this figure are not public.",
        ),
        measured=measured_record(material, (seen,), places),
    )


FIGURE_6 = Study(
    "figure-6",
    "Checkpoints of two trainings",
    "Do checkpoints of one training have one curve?",
    _check,
    _run,
)
