"""Figure 3: one GAN's pictures, seen by ViTs and by CNNs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whorl.errors import WhorlError
from whorl.lab.studies.families import is_cnn, is_transformer
from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import CurvesPanel
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult, by_interval
from whorl.lab.studies.seen import Seen
from whorl.lab.studies.set_curves import SetCurve, mean_drawn, mean_values, set_curves
from whorl.lab.studies.study import Study
from whorl.lab.studies.trends import interval, noise, rise, unevenness

_ARCHITECTURE = "biggan-deep"


def _check(material: Material) -> None:
    material.expect_zoo(_ARCHITECTURE)
    encoders = material.encoders
    if not (any(map(is_cnn, encoders)) and any(map(is_transformer, encoders))):
        held = ", ".join(f"{encoder.name} ({encoder.settings.get('family')})" for encoder in encoders)
        raise WhorlError(
            f"figure-3 compares a CNN with a transformer; the encoders here are {held}. Give one of either kind: "
            "'whorl lab train-encoder --family resnet' trains a CNN."
        )


def _run(study: Study, material: Material) -> StudyResult:
    cnns = [seen for seen in material.seen if is_cnn(seen.encoder)]
    others = [seen for seen in material.seen if is_transformer(seen.encoder)]
    places = material.sets_of(_ARCHITECTURE)
    # Sets are redrawn alike on all encoders, so that differences are those of the encoders.
    curves = {
        seen.name: set_curves(material, seen, material.prepared(seen, places)) for seen in (*others, *cnns)
    }
    return StudyResult(
        study=study.name,
        title=study.title,
        asks=study.asks,
        claims=tuple(
            claim
            for cnn in cnns
            for vit in others
            for claim in _claims(cnn, curves[cnn.name], vit, curves[vit.name])
        ),
        panels=tuple(
            CurvesPanel(title, tuple(c.line(seen.name) for seen in kind for c in curves[seen.name]))
            for title, kind in (("transformers", others), ("CNNs", cnns))
        ),
        notes=(
            "The paper's own numbers for this figure are not public.",
            "A curve can be flat at any height: what counts is how much it changes from layer to layer.",
        ),
        measured=measured_record(material, (*others, *cnns), places),
    )


def _claims(cnn: Seen, flat: Sequence[SetCurve], vit: Seen, steep: Sequence[SetCurve]) -> tuple[Claim, Claim]:
    about = f"{_ARCHITECTURE} on {cnn.name} against {vit.name}, mean of {len(flat)} runs"
    drawn = (mean_drawn(flat), mean_drawn(steep))
    values = (mean_values(flat), mean_values(steep))
    added = (noise(drawn[0]), noise(drawn[1]))
    spread = unevenness(values[0], added[0]) - unevenness(values[1], added[1])
    low, high = interval(unevenness(drawn[0], 2 * added[0]) - unevenness(drawn[1], 2 * added[1]))
    flatter = Claim(
        says="the curve of a CNN is flatter than that of a ViT",
        where="section 3.2, Figure 3",
        about=about,
        measure="spread of C_T over layers (standard deviation), CNN less ViT; below 0 is flatter",
        value=float(spread),
        low=low,
        high=high,
        outcome=by_interval(low, high, above=False),
    )
    small, large = interval(np.abs(rise(drawn[0])) - np.abs(rise(drawn[1])) / 2)
    level = Claim(
        says="the curve of a CNN is flat: it rises or falls at most half as much as that of a ViT",
        where="section 3.2, Figure 3; the half is ours",
        about=about,
        measure="last third less first third, without sign: the CNN's less half of the ViT's; below 0 is flat",
        value=float(np.abs(rise(values[0])) - np.abs(rise(values[1])) / 2),
        low=small,
        high=large,
        outcome=by_interval(small, large, above=False),
    )
    return flatter, level


FIGURE_3 = Study(
    "figure-3",
    "C_T with depth, transformers against CNNs",
    "Are the curves of CNNs flat, where those of ViTs rise?",
    _check,
    _run,
)
