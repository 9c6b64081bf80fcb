"""A profile and its choice in a sentence."""

from __future__ import annotations

from whorl.errors import ScoreError
from whorl.sensitivity.choice import LayerChoice, choose
from whorl.sensitivity.profile import SensitivityProfile


def one_line(profile: SensitivityProfile) -> str:
    """Return the choice and what it rests on, or why there is none."""
    try:
        choice = choose(profile)
    except ScoreError as error:
        return f"measured on {profile.n_pictures:,} held-out pictures; no choice: {error}"
    return (
        f"low level: layer {choice.low}, high level: layer {choice.high}, by the response to "
        f"{profile.n_pictures:,} altered held-out pictures ({stability(choice)}); {rise(choice)}"
    )


def rise(choice: LayerChoice) -> str:
    """Return by how much the contrast rises between the two layers, and whether that is much."""
    told = f"between them the contrast rises by {choice.rise:.2f}"
    if choice.interval is not None:
        told += f" (95 % interval {choice.interval.low:.2f} to {choice.interval.high:.2f})"
    return f"{told}: the layers hardly differ" if choice.hardly_differ else told


def stability(choice: LayerChoice) -> str:
    """Return in how many resamples the same layers were chosen."""
    return f"the same in {choice.low_wins} and {choice.high_wins} of {choice.resamples} resamples of the pictures"
