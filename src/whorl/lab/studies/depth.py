"""Figures 1 and 2: does C_T rise with depth, on one architecture's pictures, whatever the encoder?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from whorl.errors import WhorlError
from whorl.lab.studies.families import is_cnn
from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import CurvesPanel
from whorl.lab.studies.published import published_curves, published_lines
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult, by_interval
from whorl.lab.studies.set_curves import SetCurve, mean_drawn, mean_values, set_curves
from whorl.lab.studies.study import Study
from whorl.lab.studies.trends import interval, rise

_NOTE_ENCODER = (
    "The published curves are of ViT-B, ViT-L and ViT-H, of CIFAR-10's 50,000 + 10,000 pictures and of the "
    "abs-cosine distance: compare where they rise, not how high they lie."
)


def check_rising(material: Material, architecture: str) -> None:
    """Refuse what `rising_curves` would refuse: no encoder but CNNs, no set by the architecture."""
    material.expect_zoo(architecture)
    if all(is_cnn(encoder) for encoder in material.encoders):
        raise WhorlError(
            "figures 1 and 2 are about transformers, and all encoders here are CNNs; see figure-3."
        )


def rising_curves(
    study: Study, material: Material, architecture: str, figure: Literal["figure-1", "figure-2"]
) -> StudyResult:
    """Return the curves of one architecture's pictures on every transformer, and whether they rise.

    Args:
        study: which.
        material: References and sets.
        architecture: whose pictures.
        figure: whose published curves are laid over.
    """
    published = published_curves(figure)
    places = material.sets_of(architecture)
    eyes = [seen for seen in material.seen if not is_cnn(seen.encoder)]
    left = [seen.name for seen in material.seen if is_cnn(seen.encoder)]
    curves = {seen.name: set_curves(material, seen, material.prepared(seen, places)) for seen in eyes}
    lines = tuple(curve.line(name) for name, held in curves.items() for curve in held)
    notes = [_NOTE_ENCODER]
    if left:
        notes.append(f"Left out, for they are CNNs: {', '.join(left)}; see figure-3.")
    return StudyResult(
        study=study.name,
        title=study.title,
        asks=study.asks,
        claims=tuple(_claims(curves, published, architecture)),
        panels=(
            CurvesPanel(
                f"{architecture}: a line for each run; dashed, as published",
                (*lines, *published_lines(published)),
            ),
        ),
        notes=tuple(notes),
        measured=measured_record(material, eyes, places),
    )


def _claims(
    curves: Mapping[str, Sequence[SetCurve]],
    published: Mapping[str, tuple[float, ...]],
    architecture: str,
) -> list[Claim]:
    """Test for each encoder whether the mean curve rises from early to late layers."""
    theirs = float(np.mean([rise(np.array(values)) for values in published.values()]))
    claims = []
    for name, held in curves.items():
        low, high = interval(rise(mean_drawn(held)))
        claims.append(
            Claim(
                says="C_T rises with depth in a ViT",
                where="section 3.2",
                about=f"{architecture} on {name}, mean of {len(held)} runs",
                measure="C_T of the last third of the layers less the first third",
                value=float(rise(mean_values(held))),
                low=low,
                high=high,
                published=theirs,
                published_meets=theirs > 0,
                outcome=by_interval(low, high),
            )
        )
    return claims
