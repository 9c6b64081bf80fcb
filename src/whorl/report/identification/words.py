"""Who made the pictures, in plain words, never saying more than the numbers do."""

from __future__ import annotations

import math

from whorl.identification.identification import Identification
from whorl.report.text import p_equation, percent, plain

_MOST_LIKELY = 0.5

LIMITS = (
    "The nearest of the known models is not the maker of the pictures because it is the nearest: a model that "
    "is not known here may lie nearer still.",
    "The share of unknown architectures that are accepted is promised for architectures that are like the known "
    "ones. A variant of a known architecture, or one trained to resemble it, can come nearer than promised.",
    "How often a model stays the nearest says how stable the order is for these pictures. It is not the "
    "probability that the model made them.",
    "Resizing, cropping and compression change what is measured. The pictures must have gone through the same "
    "steps as those of the known models, and all of them must be by one model: of a mixture the answer means "
    "nothing.",
    "A new run of a known architecture is not one of the known models: it is often refused, though the "
    "nearest model is of its architecture. Where pictures are refused, the order still says what they are most "
    "like.",
    "It is a measured resemblance, no proof of where a picture comes from, and not about any single picture.",
)


def identification_headline(identification: Identification) -> str:
    """Return the verdict in one sentence, and in another how weak it is where few architectures are known."""
    rejection = identification.rejection
    if identification.verdict != "known" or rejection.false_accept_rate <= rejection.asked:
        return _verdict_words(identification)
    return (
        f"{_verdict_words(identification)} With {rejection.architectures} known architectures an unknown one is "
        f"hard to rule out: up to {percent(rejection.false_accept_rate)} of them would pass too."
    )


def _verdict_words(identification: Identification) -> str:
    best = identification.best
    name, architecture = plain(best.name), plain(best.architecture)
    if identification.verdict == "not calibrated":
        return (
            f"The nearest known model is {name} ({architecture}). Whether the pictures are by it or by none of "
            "the known models cannot be told: at least two architectures must be known for that."
        )
    if identification.verdict == "none of these":
        return (
            f"None of these, as far as can be told: the nearest known model, {name} ({architecture}), is no "
            "nearer than an unknown architecture may come."
        )
    if best.probability is None:
        return f"By {architecture}; the nearest of its models is {name}."
    if identification.architectures[best.architecture] < _MOST_LIKELY:
        return (
            f"By a known architecture; which one is not sure. The nearest model is {name} ({architecture}), yet "
            "others come as near."
        )
    if best.probability < _MOST_LIKELY:
        return f"By {architecture}; which of its models is not sure. The nearest is {name}."
    return f"By {architecture}, most likely the model {name}."


def sure_words(identification: Identification) -> str:
    """Say in one paragraph how sure the answer is."""
    return " ".join(
        (_order_words(identification), _margin_words(identification), *_rejection_words(identification))
    )


def accepted_distance(identification: Identification) -> float | None:
    """Return the distance below which the nearest model is accepted; None where that cannot be told."""
    threshold = identification.rejection.threshold
    return threshold if threshold is not None and math.isfinite(threshold) else None


def zone_words(identification: Identification) -> str:
    """Say what the shaded zone of the ranking is."""
    edge = accepted_distance(identification)
    if edge is None:
        return "No zone is shaded: from what distance on a model is unknown cannot be told here."
    return (
        f"Shaded: where the nearest model is accepted, up to a distance of {number(edge)}. It is learnt from how "
        f"near known models of different architectures come to each other with {identification.n_pictures:,} "
        "pictures."
    )


def number(value: float) -> str:
    """Return a distance with three figures.

    >>> number(0.12345), number(1234.5), number(float("inf")), number(-0.5)
    ('0.123', '1,230', '∞', '−0.500')
    """
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    shown = f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 1000 else f"{value:#.3g}".rstrip(".")
    return shown.replace("-", "−")


def _order_words(identification: Identification) -> str:
    best = identification.best
    if best.probability is None:
        return "How stable the order is was not measured: the pictures themselves were not at hand."
    of_all = identification.architectures[best.architecture]
    told = (
        f"When the pictures are drawn anew, with repetition, {plain(best.name)} is the nearest in "
        f"{percent(best.probability)} of the draws"
    )
    return f"{told}, a model of {plain(best.architecture)} in {percent(of_all)}."


def _margin_words(identification: Identification) -> str:
    best = identification.best
    others = [match for match in identification.matches if match.architecture != best.architecture]
    if not others:
        return "No other architecture is known, so nothing else could have been named."
    name, architecture = plain(others[0].name), plain(others[0].architecture)
    named = f"The nearest model of another architecture, {name} ({architecture}),"
    if identification.margin is None or not math.isfinite(identification.margin):
        return f"{named} is at a distance of {number(others[0].distance)}."
    return f"{named} is {identification.margin:.2f} times as far away."


def _rejection_words(identification: Identification) -> tuple[str, ...]:
    rejection = identification.rejection
    if rejection.p_value is None:
        return (
            "How near an unknown architecture would come is not known, so every answer names a known model.",
        )
    near = (
        f"Of unknown architectures that are like the known ones, at most {percent(rejection.p_value)} come as "
        f"near ({p_equation(rejection.p_value)})."
    )
    rate = f"Up to {percent(rejection.false_accept_rate)} of them are accepted, as asked."
    if rejection.false_accept_rate > rejection.asked:
        rate = (
            f"With {rejection.architectures} known architectures no less than 2 in "
            f"{rejection.architectures + 1} can be promised, so up to {percent(rejection.false_accept_rate)} of "
            f"them are accepted; {percent(rejection.asked)} was asked for."
        )
    return near, rate
