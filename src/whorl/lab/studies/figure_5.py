"""Figure 5: the curves of the altered data sets, beside those of a model that is not pathological."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
from whorl.lab.studies.set_curves import (
    SetCurve,
    curve_of,
    mean_drawn,
    mean_line,
    mean_values,
    redrawn,
    set_curves,
)
from whorl.lab.studies.study import Study
from whorl.lab.studies.trends import Numbers, distance, early, interval, last_step, noise, peak

UNALTERED = "unaltered"
_BASELINE = "biggan-deep"
_LOW = ("rotation", "resolution")
_SWAPS = ("background-noise", "background-landscape")
# The paper says where curves shift, and that front layers are stable; 'more' and 'less' are our reading of it.
_MORE = ("rotation and resolution shift early layers more than late ones (our reading)", "section 4.2")
_LESS = (
    "the patch shuffle shifts early layers less than late ones (our reading of their 'stability')",
    "section 4.2, Figure 5e",
)
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
    together = SetCurve(_BASELINE, "mean", baseline[0].layers, mean_values(baseline), mean_drawn(baseline))
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
            for claim in claims_of(held, together, theirs, _ROLES[role], seen.name)
        ),
        panels=tuple(panels),
        notes=(
            "The paper does not say whether it altered training or held-out pictures: here are both. A training "
            "picture that is hardly altered is a copy; a held-out one is not.",
            "The paper compares with its BigGAN-deep, and so do its numbers here. Ours are compared with our own, "
            "whose quality enters, and with the same pictures unaltered, where it does not: training pictures "
            "unaltered are copies, and all that is altered lies far above them.",
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
    curves: Mapping[str, SetCurve],
    baseline: SetCurve,
    theirs: Mapping[str, Sequence[float]],
    role: str,
    encoder: str,
) -> Iterator[Claim]:
    """Test what section 4.2 says of each alteration, beside the same pictures unaltered and beside BigGAN-deep.

    Args:
        curves: by alteration, and "unaltered"; redrawn alike.
        baseline: mean of the runs of BigGAN-deep, redrawn as often.
        theirs: published curves by alteration, and "biggan-deep".
        role: which pictures, in words.
        encoder: its name.
    """
    for name, curve in curves.items():
        if name == UNALTERED:
            continue
        about = f"{name} of {role}, on {encoder}"
        published = np.array(theirs.get(name, ()))
        if name in _LOW:
            yield _peak(curve, published, about)
        for beside, told in ((curves[UNALTERED], "the same pictures unaltered"), (baseline, _BASELINE)):
            shift = Shift(
                curve.values - beside.values,
                curve.drawn - beside.drawn,
                published - np.array(theirs[_BASELINE]) if beside is baseline else None,
                f"{about}, beside {told}",
            )
            if name in _LOW:
                yield _early(shift)
                yield _tilt(shift, more=True)
            elif name in _SWAPS:
                yield _last_drop(shift)
            else:
                yield _tilt(shift, more=False)


@dataclass(frozen=True, eq=False)
class Shift:
    """How far an altered set's curve lies from another.

    Attributes:
        values: float64 (L,), measured.
        drawn: float64 (B, L), redrawn.
        published: float64 (L,), of the paper's curves; None where it has no such pair.
        about: what lies from what, in words.
    """

    values: Numbers
    drawn: Numbers
    published: Numbers | None
    about: str

    def thirds(self) -> tuple[tuple[float, float], tuple[Numbers, Numbers]]:
        """Return the distance of the first and of the last third, measured and redrawn, without noise."""
        added = noise(self.drawn)
        front, back = distance(self.values, added)
        return (float(front), float(back)), distance(self.drawn, 2 * added)

    def published_thirds(self) -> tuple[float, float] | None:
        """Return the same two distances of the paper's curves."""
        if self.published is None:
            return None
        front, back = distance(self.published, np.zeros_like(self.published))
        return float(front), float(back)


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
        measure="depth of the highest C_T, as a share of the layers; early is at most 0.5 (our reading)",
        value=float(peak(curve.values)),
        low=low,
        high=high,
        published=theirs,
        published_meets=theirs <= 0.5,
        outcome=outcome,
    )


def _early(shift: Shift) -> Claim:
    (front, _), (fronts, _) = shift.thirds()
    theirs = shift.published_thirds()
    low, high = interval(fronts)
    way = "above" if early(shift.values) > 0 else "below"
    return Claim(
        says="rotation and resolution shift the early layers",
        where="section 4.2",
        about=shift.about,
        measure=f"distance in the first third of the layers (root mean square), here {way} it on the whole",
        value=front,
        low=low,
        high=high,
        published=None if theirs is None else theirs[0],
        published_meets=None if theirs is None else theirs[0] > 0,
        # A distance is never below 0: it is there, or nothing is decided.
        outcome=by_interval(low, high),
    )


def _tilt(shift: Shift, *, more: bool) -> Claim:
    """Compare early with late layers: they move more (rotation, resolution), or less (the patch shuffle)."""
    (front, back), (fronts, backs) = shift.thirds()
    theirs = shift.published_thirds()
    low, high = interval(fronts - backs)
    says, where = _MORE if more else _LESS
    return Claim(
        says=says,
        where=where,
        about=shift.about,
        measure="distance (root mean square), first third of the layers less last third",
        value=front - back,
        low=low,
        high=high,
        published=None if theirs is None else theirs[0] - theirs[1],
        published_meets=None if theirs is None else (theirs[0] > theirs[1]) is more,
        outcome=by_interval(low, high, above=more),
    )


def _last_drop(shift: Shift) -> Claim:
    low, high = interval(last_step(shift.drawn))
    theirs = None if shift.published is None else float(last_step(shift.published))
    return Claim(
        says="with a new background the relative C_T drops at the last layer",
        where="section 4.2, Figures 5c and 5d",
        about=shift.about,
        measure="difference of the curves: the last layer less the one before",
        value=float(last_step(shift.values)),
        low=low,
        high=high,
        published=theirs,
        published_meets=None if theirs is None else theirs < 0,
        outcome=by_interval(low, high, above=False),
    )


FIGURE_5 = Study(
    "figure-5",
    "C_T with depth, the altered data sets",
    "Which layers notice which alteration?",
    _check,
    _run,
)
