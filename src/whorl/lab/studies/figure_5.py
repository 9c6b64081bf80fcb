"""Figure 5: the curves of the altered data sets, beside those of a model that is not pathological."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from whorl.fingerprints.measure import SetMeasurements
from whorl.fingerprints.of_pictures import measure_pictures
from whorl.images import ImageSource, limit
from whorl.lab.studies.altered_sets import NO_LANDSCAPES, altered, check_altered
from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import CurveLine, CurvesPanel
from whorl.lab.studies.published import published_curves
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult, by_interval
from whorl.lab.studies.seen import Seen
from whorl.lab.studies.set_curves import SetCurve, curve_of, mean_line, redrawn, set_curves
from whorl.lab.studies.study import Study
from whorl.lab.studies.trends import Numbers, distance, interval, last_step, noise, peak

UNALTERED = "unaltered"
_BASELINE = "biggan-deep"
_LOW = ("rotation", "resolution")
_SWAPS = ("background-noise", "background-landscape")
_ROLES = {"train": "training pictures", "test": "held-out pictures"}


def _check(material: Material) -> None:
    material.expect_eyes()
    material.expect_zoo(_BASELINE)
    check_altered(material)


def _run(study: Study, material: Material) -> StudyResult:
    seen, places = material.first, material.sets_of(_BASELINE)
    prepared = material.prepared(seen, places)
    sources = {"train": material.train, "test": material.test}
    pictures = min(material.inputs.size.pictures, *map(len, prepared), *map(len, sources.values()))
    baseline = set_curves(material, seen, prepared, pictures=pictures)
    curves = {
        role: altered_curves(material, seen, source, role, pictures) for role, source in sources.items()
    }
    theirs = {_BASELINE: published_curves("figure-2")["vit-base"], **published_curves("figure-5")}
    panels = [
        CurvesPanel(
            name,
            (
                *(curves[role][name].line(_ROLES[role]) for role in sources),
                mean_line(_BASELINE, baseline),
                CurveLine("published", theirs[name], by="published"),
            ),
        )
        for name in curves["train"]
        if name != UNALTERED
    ]
    panels.append(
        CurvesPanel(
            "not altered, and not pathological",
            (
                *(curves[role][UNALTERED].line(_ROLES[role]) for role in sources),
                *(curve.line(_BASELINE) for curve in baseline),
                CurveLine("published", theirs[_BASELINE], by="published"),
            ),
        )
    )
    return StudyResult(
        study=study.name,
        title=study.title,
        asks=study.asks,
        claims=tuple(
            claim
            for role, held in curves.items()
            for claim in claims_of(held, theirs, _ROLES[role], seen.name)
        ),
        panels=tuple(panels),
        notes=(
            "The paper does not say whether it altered training or held-out pictures: here are both. A training "
            "picture that is hardly altered is a copy; a held-out one is not.",
            "The paper compares with its BigGAN-deep, and so do its numbers here; ours are compared with the same "
            "pictures unaltered, so that the quality of a generator does not enter.",
            "The swaps are as good as the segmenter: see figure-4.",
            *(() if material.inputs.landscapes is not None else (NO_LANDSCAPES,)),
        ),
        measured=measured_record(material, (seen,), places)
        | {"segmenter": material.segmenter.digest, "pictures_scored": pictures},
    )


def altered_curves(
    material: Material, seen: Seen, source: ImageSource, role: str, pictures: int
) -> dict[str, SetCurve]:
    """Return the curves of some pictures as they are and altered in each way, all redrawn alike."""
    rows = np.arange(pictures)
    drawn = redrawn(pictures, material.inputs.size.resamples, seed=material.inputs.seed, whose=role)
    chosen = limit(source, material.inputs.size.pictures, seed=material.inputs.seed)
    sources: dict[str, ImageSource] = {UNALTERED: chosen}
    sources |= {each.name: each.after for each in altered(material, source)}
    return {
        name: curve_of(_measured(material, seen, each, name), name, role, rows=rows, drawn=drawn)
        for name, each in sources.items()
    }


def _measured(material: Material, seen: Seen, source: ImageSource, name: str) -> SetMeasurements:
    return measure_pictures(source, seen.reference, encoder=seen.encoder, label=name, **material.options)


def claims_of(
    curves: Mapping[str, SetCurve], theirs: Mapping[str, Sequence[float]], role: str, encoder: str
) -> Iterator[Claim]:
    """Test what section 4.2 says of each alteration, against the same pictures unaltered.

    Args:
        curves: by alteration, and "unaltered"; redrawn alike.
        theirs: published curves by alteration, and "biggan-deep".
        role: which pictures, in words.
        encoder: its name.
    """
    before = curves[UNALTERED]
    beside = np.array(theirs[_BASELINE])
    for name, curve in curves.items():
        about = f"{name} of {role}, on {encoder}"
        shift, shifts = curve.values - before.values, curve.drawn - before.drawn
        published = np.array(theirs.get(name, ()))
        if name in _LOW:
            yield _peak(curve, published, about)
            yield _tilt(shift, shifts, published - beside, about)
        elif name in _SWAPS:
            yield _last_drop(shift, shifts, published - beside, about)
        elif name != UNALTERED:
            yield _front(shift, shifts, published - beside, about)


def _peak(curve: SetCurve, published: Numbers, about: str) -> Claim:
    low, high = interval(peak(curve.drawn))
    theirs = float(peak(published))
    # A peak in the middle layer is early still; where every redrawing has it at one layer, so be it.
    outcome = by_interval(low, high, beyond=0.5 + 1e-9, above=False)
    if low == high:
        outcome = "agrees" if high <= 0.5 else "disagrees"
    return Claim(
        says="rotation and resolution make the curve peak early",
        where="section 4.2, Figures 5a and 5b",
        about=about,
        measure="depth of the highest C_T, as a share of the layers; early is at most 0.5",
        value=float(peak(curve.values)),
        low=low,
        high=high,
        published=theirs,
        published_meets=theirs <= 0.5,
        outcome=outcome,
    )


def _tilt(shift: Numbers, shifts: Numbers, published: Numbers, about: str) -> Claim:
    value, (low, high) = _early_less_late(shift, shifts)
    front, back = distance(published, np.zeros_like(published))
    return Claim(
        says="rotation and resolution shift the early layers most",
        where="section 4.2",
        about=about,
        measure="distance from the unaltered pictures' curve (root mean square), first third less last third",
        value=value,
        low=low,
        high=high,
        published=float(front - back),
        published_meets=bool(front > back),
        outcome=by_interval(low, high),
    )


def _last_drop(shift: Numbers, shifts: Numbers, published: Numbers, about: str) -> Claim:
    low, high = interval(last_step(shifts))
    theirs = float(last_step(published))
    return Claim(
        says="with a new background the relative C_T drops at the last layer",
        where="section 4.2, Figures 5c and 5d",
        about=about,
        measure="C_T less that of the unaltered pictures: the last layer less the one before",
        value=float(last_step(shift)),
        low=low,
        high=high,
        published=theirs,
        published_meets=theirs < 0,
        outcome=by_interval(low, high, above=False),
    )


def _front(shift: Numbers, shifts: Numbers, published: Numbers, about: str) -> Claim:
    value, (low, high) = _early_less_late(shift, shifts)
    front, back = distance(published, np.zeros_like(published))
    return Claim(
        says="under the patch shuffle early layers move less than late ones",
        where="section 4.2, Figure 5e",
        about=about,
        measure="distance from the unaltered pictures' curve (root mean square), first third less last third",
        value=value,
        low=low,
        high=high,
        published=float(front - back),
        published_meets=bool(front < back),
        outcome=by_interval(low, high, above=False),
    )


def _early_less_late(shift: Numbers, shifts: Numbers) -> tuple[float, tuple[float, float]]:
    added = noise(shifts)
    front, back = distance(shift, added)
    fronts, backs = distance(shifts, 2 * added)
    return float(front - back), interval(fronts - backs)


FIGURE_5 = Study(
    "figure-5",
    "C_T with depth, the altered data sets",
    "Which layers notice which alteration?",
    _check,
    _run,
)
