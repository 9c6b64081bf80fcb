"""Which layers to trust, in words."""

from __future__ import annotations

from whorl.errors import ScoreError
from whorl.report.text import plain, signed
from whorl.sensitivity import LEAST_RISE, LayerChoice, SensitivityProfile, choose

HALF = 0.5
NOT_TOLD = (
    "What it does not tell: at which layer a model copies. It says what a layer notices in a picture, so that a "
    "finding at that layer can be read; leaving out the other layers leaves out what they would have found."
)


def sensitivity_words(profile: SensitivityProfile, *, auto: bool = False) -> tuple[str, ...]:
    """Return the choice, why, and how stable it is; or why there is none.

    Args:
        profile: what was measured.
        auto: whether the layers that are scored were chosen by it.
    """
    try:
        choice = choose(profile)
    except ScoreError as error:
        return (f"No low-level and high-level layer is named: {plain(str(error))}",)
    used = "were therefore scored" if auto else "are the ones to read if only two are"
    return (
        f"For low level (fine detail, texture) trust layer {plain(str(choice.low))}, for high level (how parts "
        f"are arranged) layer {plain(str(choice.high))}; they {used}.",
        *([_hardly(choice)] if choice.hardly_differ else []),
        _why(profile, choice),
        _stable(choice),
        NOT_TOLD,
    )


def _why(profile: SensitivityProfile, choice: LayerChoice) -> str:
    by_low, by_high = profile.by_level("low").tolist(), profile.by_level("high").tolist()
    told = [
        f"by {by_low[place]:.2f} and {by_high[place]:.2f} at layer {plain(str(layer))}"
        for layer, place in zip(choice.layers, map(profile.layers.index, choice.layers), strict=True)
    ]
    low, high = (
        " and ".join(plain(each.name) for each in profile.alterations if each.level == level)
        for level in ("low", "high")
    )
    return (
        f"Why: {profile.n_pictures:,} held-out pictures were altered in known ways. With the distance to another "
        f"picture as 1, {low} (which spoil detail) and {high} (which spoil the arrangement) move the embedding, "
        f"on average, {told[0]}, {told[1]}. The contrast, the logarithm of the second over the first, rises "
        f"from {signed(choice.low_contrast, 2)} to {signed(choice.high_contrast, 2)}, by {choice.rise:.2f}"
        f"{_interval(choice)}; from no other layer to a deeper one does it rise more."
    )


def _interval(choice: LayerChoice) -> str:
    if choice.interval is None:
        return ""
    return f" (95 % interval {signed(choice.interval.low, 2)} to {signed(choice.interval.high, 2)})"


def _hardly(choice: LayerChoice) -> str:
    reason = (
        f"the contrast rises by less than {LEAST_RISE:.2f} from the one to the other (beside detail, arrangement "
        "counts less than a quarter more)"
        if choice.rise < LEAST_RISE
        else "with other pictures the contrast might not rise at all from the one to the other"
    )
    return (
        f"But the layers hardly differ: {reason}. A finding at one of them should not be read as one of low or of "
        "high level."
    )


def _stable(choice: LayerChoice) -> str:
    words = (
        f"How stable: with the pictures drawn anew {choice.resamples} times, layer {plain(str(choice.low))} is "
        f"chosen in {choice.low_wins} of them and layer {plain(str(choice.high))} in {choice.high_wins}."
    )
    if min(choice.low_wins, choice.high_wins) < HALF * choice.resamples:
        words += " Where that is less than half, other layers are about as good."
    return words
