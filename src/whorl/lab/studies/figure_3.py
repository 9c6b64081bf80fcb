"""Figure 3: one GAN's pictures, seen by ViTs and by CNNs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whorl.errors import WhorlError
from whorl.lab.studies.material import Material, Seen
from whorl.lab.studies.panels import CurvesPanel
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult, by_interval
from whorl.lab.studies.set_curves import SetCurve, set_curves
from whorl.lab.studies.study import Study
from whorl.lab.studies.trends import over_draws, rise, unevenness

_CNNS = ("resnet", "inception", "convnext", "efficientnet", "mobilenet", "regnet", "vgg", "densenet")


def is_cnn(seen: Seen) -> bool:
    """Return whether an encoder is a convolutional network, by the family that its configuration names."""
    family = (
        f"{seen.encoder.settings.get('family', '')} {seen.encoder.settings.get('model_type', '')} {seen.name}"
    )
    return any(name in family.casefold() for name in _CNNS)


def _run(study: Study, material: Material) -> StudyResult:
    cnns = [seen for seen in material.seen if is_cnn(seen)]
    others = [seen for seen in material.seen if not is_cnn(seen)]
    if not cnns or not others:
        held = ", ".join(seen.name for seen in material.seen)
        raise WhorlError(
            f"{study.name} compares a CNN with a transformer; the encoders here are {held}. Give one of either "
            "kind: 'whorl lab train-encoder --family resnet' trains a CNN."
        )
    places = material.sets_of("biggan-deep")
    curves = {seen: set_curves(material, seen, material.prepared(seen, places)) for seen in (*others, *cnns)}
    return StudyResult(
        study=study.name,
        title=study.title,
        asks=study.asks,
        claims=tuple(
            claim
            for cnn in cnns
            for claim in (
                _flat(cnn, curves[cnn]),
                *(_flatter(cnn, curves[cnn], other, curves[other]) for other in others),
            )
        ),
        panels=tuple(
            CurvesPanel(title, tuple(c.line(seen.name) for seen in kind for c in curves[seen]))
            for title, kind in (("transformers", others), ("CNNs", cnns))
        ),
        notes=(
            "The paper's own numbers for this figure are not public.",
            "C_T adds up evidence, so its size depends on the numbers of pictures; a flat curve has one height, "
            "whatever it is.",
        ),
        measured=measured_record(material, material.seen, places),
    )


def _flat(seen: Seen, curves: Sequence[SetCurve]) -> Claim:
    low, high = over_draws(rise, [curve.drawn for curve in curves])
    mean = np.nanmean([curve.values for curve in curves], axis=0)
    outcome = by_interval(low, high)
    return Claim(
        says="the curve of a CNN is flat",
        where="section 3.2",
        about=f"biggan-deep on {seen.name}, mean of {len(curves)} runs",
        measure="C_T of the last third of the layers less the first third; a flat curve has 0",
        value=float(rise(mean)),
        low=low,
        high=high,
        outcome="not decided" if outcome == "not decided" else "disagrees",
    )


def _flatter(cnn: Seen, flat: Sequence[SetCurve], vit: Seen, steep: Sequence[SetCurve]) -> Claim:
    """Compare standard deviations over layers; draws are paired, since both saw the same pictures."""
    mine, other = (np.nanmean([curve.drawn for curve in held], axis=0) for held in (flat, steep))
    ratio = unevenness(mine) / unevenness(other)
    low, high = (float(bound) for bound in np.nanquantile(ratio, (0.025, 0.975)))
    means = [np.nanmean([curve.values for curve in held], axis=0) for held in (flat, steep)]
    return Claim(
        says="the curve of a CNN is flatter than that of a ViT",
        where="section 3.2, Figure 3",
        about=f"biggan-deep on {cnn.name} against {vit.name}",
        measure="spread over layers (standard deviation), CNN over ViT; below 1 is flatter",
        value=float(unevenness(means[0]) / unevenness(means[1])),
        low=low,
        high=high,
        outcome=by_interval(low, high, beyond=1.0, above=False),
    )


FIGURE_3 = Study(
    "figure-3",
    "C_T with depth, transformers against CNNs",
    "Are the curves of CNNs flat, where those of ViTs rise?",
    _run,
)
