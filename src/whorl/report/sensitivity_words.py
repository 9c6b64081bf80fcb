"""Which layers to trust, in words."""

from __future__ import annotations

from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.report.text import plain, signed
from whorl.sensitivity import LayerChoice, SensitivityProfile, choose

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
        _why(profile, choice),
        _stable(choice),
        NOT_TOLD,
    )


def mean_response(profile: SensitivityProfile, layer: Layer, level: str) -> float:
    """Return a layer's mean response to the alterations that destroy one level."""
    of_level = [each == level for each in profile.levels]
    return float(profile.response[profile.layers.index(layer)][of_level].mean())


def _why(profile: SensitivityProfile, choice: LayerChoice) -> str:
    told = [
        f"by {mean_response(profile, layer, 'low'):.2f} and {mean_response(profile, layer, 'high'):.2f} at layer "
        f"{plain(str(layer))}"
        for layer in choice.layers
    ]
    low, high = (
        " and ".join(plain(each.name) for each in profile.alterations if each.level == level)
        for level in ("low", "high")
    )
    return (
        f"Why: {profile.n_pictures:,} held-out pictures were altered in known ways. With the distance to another "
        f"picture as 1, {low} (which spoil detail) and {high} (which spoil the arrangement) move the embedding, "
        f"on average, {told[0]}, {told[1]}. The contrast, the logarithm of the second over the first, rises "
        f"from {signed(choice.low_contrast, 2)} to {signed(choice.high_contrast, 2)}; from no other layer to a "
        "deeper one does it rise more."
    )


def _stable(choice: LayerChoice) -> str:
    words = (
        f"How stable: with the pictures drawn anew {choice.resamples} times, layer {plain(str(choice.low))} is "
        f"chosen in {choice.low_wins} of them and layer {plain(str(choice.high))} in {choice.high_wins}."
    )
    if min(choice.low_wins, choice.high_wins) < HALF * choice.resamples:
        words += " Where that is less than half, other layers are about as good."
    return words
