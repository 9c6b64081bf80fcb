"""Figures 1 and 2: does C_T rise with depth, on one architecture's pictures, whatever the encoder?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np

from whorl.errors import WhorlError
from whorl.lab.studies.every import every_above
from whorl.lab.studies.families import is_transformer
from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import CurvesPanel
from whorl.lab.studies.published import published_curves, published_lines
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult, by_interval
from whorl.lab.studies.set_curves import SetCurve, mean_drawn, mean_values, set_curves
from whorl.lab.studies.study import Study
from whorl.lab.studies.trends import interval, rise, steps
from whorl.report.text import counted

_NOTE_ENCODER = (
    "The published curves are of ViT-B, ViT-L and ViT-H, of CIFAR-10's 50,000 + 10,000 pictures and of the "
    "abs-cosine distance: compare where they rise, not how high they lie."
)


def check_rising(material: Material, architecture: str) -> None:
    """Refuse what `rising_curves` would refuse: no transformer, no set by the architecture."""
    material.expect_zoo(architecture)
    if not any(map(is_transformer, material.encoders)):
        held = ", ".join(
            f"{encoder.name} ({encoder.settings.get('family')})" for encoder in material.encoders
        )
        raise WhorlError(
            f"figures 1 and 2 are about transformers; the encoders here are {held}. Give a ViT; CNNs are for "
            "figure-3."
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
    eyes = [seen for seen in material.seen if is_transformer(seen.encoder)]
    left = [seen.name for seen in material.seen if not is_transformer(seen.encoder)]
    curves = {seen.name: set_curves(material, seen, material.prepared(seen, places)) for seen in eyes}
    lines = tuple(curve.line(name) for name, held in curves.items() for curve in held)
    notes = [_NOTE_ENCODER]
    if left:
        notes.append(f"Left out, for they are no transformers: {', '.join(left)}; for CNNs see figure-3.")
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
) -> Iterator[Claim]:
    """Test for each encoder whether the mean curve ends higher than it begins, and climbs all the way."""
    theirs = float(np.mean([rise(np.array(values)) for values in published.values()]))
    their_steps = float(np.mean([steps(np.array(values)).min() for values in published.values()]))
    for name, held in curves.items():
        about = f"{architecture} on {name}, mean of {counted(len(held), 'run')}"
        low, high = interval(rise(mean_drawn(held)))
        yield Claim(
            says="C_T lies higher at late layers of a ViT than at early ones",
            where="section 3.2",
            about=about,
            measure="C_T of the last third of the layers less the first third",
            value=float(rise(mean_values(held))),
            low=low,
            high=high,
            published=theirs,
            published_meets=theirs > 0,
            outcome=by_interval(low, high),
        )
        climb = every_above(steps(mean_values(held)), steps(mean_drawn(held)).T)
        yield Claim(
            says="C_T increases consistently with depth in a ViT",
            where="section 3.2, Figures 1 and 2",
            about=about,
            measure="the smaller of two steps: first third to the middle layers, these to the last third",
            value=climb.value,
            low=climb.low,
            high=climb.high,
            published=their_steps,
            published_meets=their_steps > 0,
            outcome=climb.outcome,
        )
