"""Figure 6: checkpoints of one DDPM training and one DDIM training."""

from __future__ import annotations

from itertools import chain

import numpy as np

from whorl.lab.studies.checkpoints import checkpoint_sets
from whorl.lab.studies.closeness import closeness, similarities
from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import CellsPanel, CurvesPanel
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult, by_interval, by_p_value
from whorl.lab.studies.set_curves import set_curves
from whorl.lab.studies.study import Study
from whorl.lab.studies.trends import over_draws, rise

_ARCHITECTURES = ("ddpm", "ddim")


def _run(study: Study, material: Material) -> StudyResult:
    places = tuple(chain.from_iterable(checkpoint_sets(material, name) for name in _ARCHITECTURES))
    seen = material.seen[0]
    curves = set_curves(material, seen, material.prepared(seen, places))
    groups = [curve.architecture for curve in curves]
    cosine = similarities(curves, "cosine")
    found = closeness(cosine, groups, seed=material.inputs.seed)
    about = f"{len(curves)} checkpoints on {seen.name}"
    together = Claim(
        says="checkpoints of one architecture are more alike than checkpoints of two",
        where="section 4.3, Figure 6b",
        about=about,
        measure=f"mean cosine within architectures ({found.within:.3f}) less across ({found.across:.3f})",
        value=found.difference,
        p_value=found.p_value,
        outcome=by_p_value(found.p_value),
    )
    rising = []
    for architecture in _ARCHITECTURES:
        own = [curve for curve in curves if curve.architecture == architecture]
        low, high = over_draws(rise, [curve.drawn for curve in own])
        rising.append(
            Claim(
                says="all checkpoints show a rising curve",
                where="section 4.3, Figure 6a",
                about=f"{architecture}, mean of {len(own)} checkpoints on {seen.name}",
                measure="C_T of the last third of the layers less the first third",
                value=float(rise(np.nanmean([curve.values for curve in own], axis=0))),
                low=low,
                high=high,
                outcome=by_interval(low, high),
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
                float(np.nanmin(cosine)),
                1.0,
            ),
        ),
        notes=(
            "Checkpoints of one training are one model at several ages: that they are alike says little of two "
            "trainings of one architecture, which figure-7 compares.",
            "The paper's own numbers for this figure are not public.",
        ),
        measured=measured_record(material, (seen,), places)
        | {"epochs": list(material.inputs.size.checkpoints)},
    )


FIGURE_6 = Study(
    "figure-6",
    "Checkpoints of two trainings",
    "Do checkpoints of one training have one curve?",
    _run,
)
