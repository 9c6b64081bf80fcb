"""Figures 1 and 2: does C_T rise with depth, on one architecture's pictures, whatever the encoder?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import CurvesPanel
from whorl.lab.studies.published import published_curves, published_lines
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult, by_interval
from whorl.lab.studies.set_curves import SetCurve, set_curves
from whorl.lab.studies.study import Study
from whorl.lab.studies.trends import order, over_draws, rise

_NOTE_ENCODER = (
    "The published curves are of ViT-B, ViT-L and ViT-H, of CIFAR-10's 50,000 + 10,000 pictures and of the "
    "abs-cosine distance: compare where they rise, not how high they lie."
)


def rising_curves(study: Study, material: Material, architecture: str) -> StudyResult:
    """Return the curves of one architecture's pictures on every encoder, and whether they rise.

    Args:
        study: which.
        material: References and sets.
        architecture: whose pictures.
    """
    published = published_curves("figure-1" if study.name == "figure-1" else "figure-2")
    by_encoder: dict[str, tuple[SetCurve, ...]] = {}
    places = material.sets_of(architecture)
    for seen in material.seen:
        prepared = material.prepared(seen, places)
        by_encoder[_unused(seen.name, by_encoder)] = set_curves(material, seen, prepared)
    lines = tuple(curve.line(name) for name, curves in by_encoder.items() for curve in curves)
    return StudyResult(
        study=study.name,
        title=study.title,
        asks=study.asks,
        claims=tuple(rising_claims(by_encoder, published, architecture)),
        panels=(
            CurvesPanel(
                f"{architecture}: a line for each run; dashed, as published",
                (*lines, *published_lines(published)),
            ),
        ),
        notes=(_NOTE_ENCODER,),
        measured=measured_record(material, material.seen, places),
    )


def rising_claims(
    by_encoder: Mapping[str, Sequence[SetCurve]],
    published: Mapping[str, tuple[float, ...]],
    architecture: str,
) -> list[Claim]:
    """Test for each encoder whether the mean curve rises from early to late layers."""
    theirs = float(np.mean([rise(np.array(values)) for values in published.values()]))
    claims = []
    for name, curves in by_encoder.items():
        mean = np.nanmean([curve.values for curve in curves], axis=0)
        low, high = over_draws(rise, [curve.drawn for curve in curves])
        spearman = float(order(mean))
        claims.append(
            Claim(
                says="C_T rises with depth in a ViT",
                where="section 3.2",
                about=f"{architecture} on {name}, mean of {len(curves)} runs",
                measure=f"C_T of the last third of the layers less the first third (Spearman {spearman:+.2f})",
                value=float(rise(mean)),
                low=low,
                high=high,
                published=theirs,
                outcome=by_interval(low, high),
            )
        )
    return claims


def _unused(name: str, taken: Mapping[str, object]) -> str:
    """Return the name, with a number where two encoders' folders are called alike."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name} ({number})", number + 1
    return found
