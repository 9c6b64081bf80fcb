"""What artifacts reveal, in plain words, never saying more than the numbers do."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from whorl.attribution.labels import REAL
from whorl.report.structure.ratio_text import ratio_text
from whorl.report.text import counted, p_equation, p_number, percent, plain, signed
from whorl.structure.layer_results import LayerCurve
from whorl.structure.structure_result import Structure
from whorl.structure.traces import ChoiceTrace, ChoiceTraces

_CLEARLY, _LEVEL = 0.95, 0.05

LIMITS = (
    "What tells classes apart is not thereby the way in which a model works. Another resizing or "
    "compression, or other training data, tells pictures apart too.",
    "Intervals of accuracies are over pictures: they do not say what another training of the same models would "
    "give. Those of ratios are over draws of the halves alone.",
    "The best layer was chosen on the same pictures on which it is shown, so its accuracy flatters it a little.",
    "Accuracy is that of one classifier that learned from the pictures at hand. More pictures, or another "
    "classifier, may find at a layer what this one did not.",
    "The null of a ratio deals labels to pictures: a small p says that not all classes are alike, not which of "
    "them, and not why. Each p stands for itself: of twenty that mean nothing, about one is below 0.05.",
    "The null of a design choice deals its values to models: pictures of one model are alike whatever its loss. "
    "With few models little can be shown, and choices that go together cannot be told apart.",
    "Distances between groups on the map mean nothing.",
    "The nearest real picture is near in this space. It is not a picture's source, and nearness here says "
    "nothing about copying.",
)

CHOICES_TOLD = (
    "Clusters are sought without knowing models; then it is counted how well they agree with each choice. "
    "The null deals the values of a choice to other models, not to pictures."
)
LAYERS_TOLD = (
    "Each picture judges once, by a classifier that learned from others, in the same split at every layer. "
    "The two ablations show what nearness is worth: the picture itself, and the picture minus a random real one."
)
MAP_TOLD = "Dots near each other are artifacts that are alike. Distances between groups mean nothing."


def structure_headline(found: Structure) -> str:
    """Return which layer tells the classes apart best, and whether nearness helped, in a few sentences."""
    if found.curve is None:
        return f"How often a picture is given to the right class was not measured: {_reason(found)}"
    return " ".join([_layer_words(found.curve), _nearness_words(found.curve)])


def above_chance(curve: LayerCurve) -> bool:
    """Return whether artifacts name models more often than guessing, the best of L layers taken as such.

    The interval of the best layer is widened to 1 - 0.05 / L (Bonferroni, as of a normal distribution).
    """
    best = curve.best.artifacts
    return best.accuracy - _widened(curve) * (best.accuracy - best.low) > curve.chance


def _widened(curve: LayerCurve) -> float:
    normal = NormalDist()
    return normal.inv_cdf(1 - 0.025 / len(curve.points)) / normal.inv_cdf(0.975)


def _layer_words(curve: LayerCurve) -> str:
    best, several = curve.best, len(curve.points) > 1
    where = f"layer {plain(str(best.layer))}"
    rate = (
        f"{percent(best.artifacts.accuracy)} of single pictures are given to the right one of "
        f"{len(curve.labels)} classes (95 % interval {percent(best.artifacts.low)} to "
        f"{percent(best.artifacts.high)}; guessing: {percent(curve.chance)})"
    )
    if not above_chance(curve):
        if not several:
            return f"Artifacts at {where} do not measurably tell the classes apart: {rate}."
        return f"At no layer do artifacts measurably tell the classes apart: at the best, {where}, {rate}."
    if not several:
        return f"By artifacts at {where}, {rate}."
    clear = best.best_share >= _CLEARLY
    how = "best" if clear else "best, though not clearly"
    return (
        f"{where.capitalize()} tells the classes apart {how}: by artifacts there, {rate}. Of "
        f"{len(curve.points)} layers it is the best in {percent(best.best_share)} of the resamplings."
    )


def _share(value: float) -> str:
    return percent(round(value, 9))  # weights of resamplings add up to 1 but for rounding


def _nearness_words(curve: LayerCurve) -> str:
    gain = curve.best.over_raw
    if gain.high < 0:
        told = _points(-gain.value, -gain.high, -gain.low)
        return f"Subtracting the nearest real picture did not help there: pictures themselves do better by {told}."
    if gain.value - _widened(curve) * (gain.value - gain.low) > 0:
        told = _points(gain.value, gain.low, gain.high)
        chosen = ", at a layer that was chosen for its artifacts" if len(curve.points) > 1 else ""
        return (
            f"Subtracting the nearest real picture helped there: artifacts do better than pictures themselves by "
            f"{told}{chosen}."
        )
    return (
        "Whether subtracting the nearest real picture helps there cannot be told: between artifacts and pictures "
        f"themselves lie {_points(gain.value, gain.low, gain.high, sign=True)}."
    )


def _points(value: float, low: float, high: float, *, sign: bool = False) -> str:
    """Return a difference of accuracies with its interval."""
    shown = [signed(100 * each) if sign else f"{100 * each:.1f}" for each in (value, low, high)]
    return f"{shown[0]} percentage points (95 % interval {shown[1]} to {shown[2]})"


def ratio_words(found: Structure) -> tuple[str, ...]:
    """Say what the ratio of artifacts is at the layer of choices and map, and what it is to be compared with."""
    mine = [each for each in found.ratios if each.layer == found.at and each.kind == "nearest"]
    if not mine:
        return ()
    ratio, null = mine[0].ratio, mine[0].null
    return (
        f"At layer {plain(str(found.at))} the ratio of artifacts is {ratio_text(ratio.value)} (interval over "
        f"draws of the halves {ratio_text(ratio.lower)} to {ratio_text(ratio.upper)}). With labels dealt to the "
        f"pictures at random it is {ratio_text(null.mean)} on average: {p_equation(null.p)} (the smallest "
        f"that {null.dealings:,} dealings can give is {p_number(null.least_p)}).",
        f"Equal halves of n = {ratio.n:,} pictures of each class, d = {ratio.d} principal components, seed "
        f"{ratio.seed}. A ratio grows with n and d: compare it with ratios of the same n and d alone.",
    )


def choice_words(found: ChoiceTraces, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Say which choices left a trace, which could not have been shown, and which models the table lacks."""
    shown = [trace for trace in found.traces if trace.adjusted <= _LEVEL]
    hopeless = [trace for trace in found.traces if trace.least_p > _LEVEL]
    told = [_trace_words(trace) for trace in shown] or [
        f"No trace is shown: no adjusted p is below {_LEVEL} ({counted(len(found.models), 'model')}, "
        f"{counted(found.pictures, 'picture')} of each)."
    ]
    if hopeless:
        names = ", ".join(plain(trace.choice) for trace in hopeless)
        told.append(
            f"With so few models, nothing could have been shown of {names}: the least p is above {_LEVEL}."
        )
    left = [label for label in labels if label not in (*found.models, REAL)]
    if left:
        told.append(f"Not in the table, and not looked at here: {', '.join(map(plain, left))}.")
    return tuple(told)


def _trace_words(trace: ChoiceTrace) -> str:
    told = (
        f"Clusters agree with {plain(trace.choice)} more than chance explains: NMI {trace.nmi:.2f}, with "
        f"its values dealt to other models {trace.null_nmi:.2f} on average, adjusted {p_equation(trace.adjusted)}."
    )
    if not trace.alike:
        return told
    return (
        f"{told} This is just as true of {', '.join(map(plain, trace.alike))}: it divides the models alike."
    )


def map_words(found: Structure) -> tuple[str, ...]:
    """Say how often neighbours are by the same model; empty without a map."""
    plane = found.map
    if plane is None:
        return ()
    return (
        f"In the {plane.d} dimensions that the map was made from, the artifact nearest to another one is of "
        f"the same class for {percent(plane.nearest_alike)} of the pictures; guessing gives about "
        f"{percent(1 / len(plane.labels))}.",
    )


def spectra_words(found: Structure) -> tuple[str, ...]:
    """Say what spectra are to be compared with, and how much of them is more than chance; empty without them."""
    spectra = found.spectra
    if spectra is None:
        return ()
    if spectra.real is None:
        return (
            "These are differences of two pictures, which have about twice the power of one at high "
            "frequencies. What is a trace of a model can be seen beside artifacts of held-out real pictures "
            "(--real), which were not given.",
        )
    # Frequency zero, the mean colour, is not drawn.
    apart = np.abs(spectra.excess[:, 1:]) > spectra.excess_half_width[:, 1:]
    told = "Artifacts of held-out real pictures are differences of two pictures as well"
    if not apart.any():
        return (f"{told}. Every interval covers 0, so no difference between theirs and a model's is shown.",)
    return (
        f"{told}: what lies above or below theirs may be the models', where its interval leaves 0 out; where one "
        f"covers 0 nothing is shown. {np.count_nonzero(apart):,} of {counted(apart.size, 'interval')} (one for "
        f"each model and frequency) leave 0 out, and about {apart.size / 20:.0f} would if nothing differed.",
    )


def picture_notes(found: Structure) -> tuple[str, ...]:
    """Say how many pictures are pictures of the manifold, and how many could not be read."""
    told = [
        f"{count:,} of {size:,} pictures of {plain(label)} are pictures of the manifold. Each is projected "
        "onto another one than itself; held-out pictures are better."
        for label, size, count in zip(found.labels, found.pictures, found.in_manifold, strict=True)
        if count
    ]
    if found.skipped:
        told.append(f"{counted(found.skipped, 'picture')} could not be read.")
    return tuple(told)


def _reason(found: Structure) -> str:
    return plain(found.why_not("layer curve")) or "it was left out."
