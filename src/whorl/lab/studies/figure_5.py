"""Figure 5: the curves of the altered data sets, beside those of a model that is not pathological."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import numpy as np

from whorl.fingerprints.of_pictures import measure_pictures
from whorl.images import ImageSource
from whorl.lab.studies.altered_sets import NO_LANDSCAPES, altered
from whorl.lab.studies.material import Material, Seen
from whorl.lab.studies.panels import CurveLine, CurvesPanel
from whorl.lab.studies.published import published_curves
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult, by_interval
from whorl.lab.studies.set_curves import SetCurve, curve_of, mean_line, set_curves
from whorl.lab.studies.study import Study
from whorl.lab.studies.trends import Numbers, early, late

_LOW = ("rotation", "resolution")
_SWAPS = ("background-noise", "background-landscape")
_ROLES = {"train": "training pictures", "test": "held-out pictures"}


def _run(study: Study, material: Material) -> StudyResult:
    seen = material.seen[0]
    places = material.sets_of("biggan-deep")
    baseline = set_curves(material, seen, material.prepared(seen, places))
    sources = {"train": material.train, "test": material.test}
    curves = {role: _curves(material, seen, source) for role, source in sources.items()}
    published = published_curves("figure-5")
    theirs = {"biggan-deep": published_curves("figure-2")["vit-base"], **published}
    level = mean_line("biggan-deep", [curve.values for curve in baseline])
    panels = [
        CurvesPanel(
            name,
            (
                *(curves[role][name].line(_ROLES[role]) for role in sources),
                level,
                CurveLine("published", theirs[name], by="published"),
            ),
        )
        for name in curves["train"]
    ]
    panels.append(
        CurvesPanel(
            "not pathological: biggan-deep",
            (
                *(curve.line("biggan-deep") for curve in baseline),
                CurveLine("published", theirs["biggan-deep"], by="published"),
            ),
        )
    )
    claims = chain.from_iterable(
        _claims(role, held, baseline, theirs, seen.name) for role, held in curves.items()
    )
    return StudyResult(
        study=study.name,
        title=study.title,
        asks=study.asks,
        claims=tuple(claims),
        panels=tuple(panels),
        notes=(
            "The paper does not say whether it altered training or held-out pictures: here are both. A training "
            "picture that is hardly altered is a copy; a held-out one is not.",
            "The swaps are as good as the segmenter: see figure-4.",
            *(() if material.inputs.landscapes is not None else (NO_LANDSCAPES,)),
        ),
        measured=measured_record(material, (seen,), places)
        | {"segmenter": material.segmenter.digest, "altered": material.inputs.size.pictures},
    )


def _curves(material: Material, seen: Seen, source: ImageSource) -> dict[str, SetCurve]:
    found = {}
    for each in altered(material, source):
        measured = measure_pictures(
            each.after, seen.reference, encoder=seen.encoder, label=each.name, **material.options
        )
        found[each.name] = curve_of(
            measured,
            each.name,
            source.name,
            resamples=material.inputs.size.resamples,
            seed=material.inputs.seed,
        )
    return found


def _claims(
    role: str,
    curves: Mapping[str, SetCurve],
    baseline: Sequence[SetCurve],
    theirs: Mapping[str, tuple[float, ...]],
    encoder: str,
) -> Iterator[Claim]:
    level = np.nanmean([curve.values for curve in baseline], axis=0)
    drawn = np.nanmean([curve.drawn for curve in baseline], axis=0)
    beside = np.array(theirs["biggan-deep"])
    for name, curve in curves.items():
        about = f"{name} of {_ROLES[role]}, on {encoder}"
        shift, shifts = curve.values - level, curve.drawn - drawn
        published = np.array(theirs[name])
        if name in _LOW:
            yield _peak(curve, published, about)
            yield _tilt(shift, shifts, published - beside, about)
        elif name in _SWAPS:
            yield _last_drop(curve, published, about)
        else:
            yield _front(shift, shifts, published - beside, about)


def _peak(curve: SetCurve, published: Numbers, about: str) -> Claim:
    def depth(values: Numbers) -> Numbers:
        return np.asarray((np.nanargmax(values, axis=-1) + 1) / values.shape[-1])

    low, high = (float(bound) for bound in np.nanquantile(depth(curve.drawn), (0.025, 0.975)))
    return Claim(
        says="rotation and resolution make the curve peak early",
        where="section 4.2, Figures 5a and 5b",
        about=about,
        measure="depth of the highest C_T, as a share of the layers; early is at most 0.5",
        value=float(depth(curve.values)),
        low=low,
        high=high,
        published=float(depth(published)),
        # A peak in the middle layer is early still.
        outcome="agrees" if high <= 0.5 else ("disagrees" if low > 0.5 else "not decided"),
    )


def _tilt(shift: Numbers, shifts: Numbers, published: Numbers, about: str) -> Claim:
    def tilt(values: Numbers) -> Numbers:
        return early(np.abs(values)) - late(np.abs(values))

    low, high = (float(bound) for bound in np.nanquantile(tilt(shifts), (0.025, 0.975)))
    return Claim(
        says="rotation and resolution shift the early layers most",
        where="section 4.2",
        about=about,
        measure="mean distance from the curve of biggan-deep, first third less last third of the layers",
        value=float(tilt(shift)),
        low=low,
        high=high,
        published=float(tilt(published)),
        outcome=by_interval(low, high),
    )


def _last_drop(curve: SetCurve, published: Numbers, about: str) -> Claim:
    drops = curve.drawn[:, -1] - curve.drawn[:, -2]
    low, high = (float(bound) for bound in np.nanquantile(drops, (0.025, 0.975)))
    return Claim(
        says="with a new background C_T drops at the last layer",
        where="section 4.2, Figures 5c and 5d",
        about=about,
        measure="C_T of the last layer less the one before",
        value=float(curve.values[-1] - curve.values[-2]),
        low=low,
        high=high,
        published=float(published[-1] - published[-2]),
        outcome=by_interval(low, high, above=False),
    )


def _front(shift: Numbers, shifts: Numbers, published: Numbers, about: str) -> Claim:
    def ratio(values: Numbers) -> Numbers:
        return early(np.abs(values)) / late(np.abs(values))

    low, high = (float(bound) for bound in np.nanquantile(ratio(shifts), (0.025, 0.975)))
    return Claim(
        says="early layers stay put under the patch shuffle, late ones do not",
        where="section 4.2, Figure 5e",
        about=about,
        measure="mean distance from the curve of biggan-deep, first third over last third; below 1 early layers "
        "moved less",
        value=float(ratio(shift)),
        low=low,
        high=high,
        published=float(ratio(published)),
        outcome=by_interval(low, high, beyond=1.0, above=False),
    )


FIGURE_5 = Study(
    "figure-5",
    "C_T with depth, the altered data sets",
    "Which layers notice which alteration?",
    _run,
)
