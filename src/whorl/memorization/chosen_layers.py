"""Which of a Reference's layers are scored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.sensitivity import SensitivityProfile, choose

AUTO: Literal["auto"] = "auto"
LayerWish: TypeAlias = Sequence[Layer] | Literal["auto"] | None
"""None: all. A list: exactly these. "auto": the two that the sensitivity profile chooses."""


def chosen_layers(
    available: Sequence[Layer], wish: LayerWish, profile: SensitivityProfile | None
) -> tuple[Layer, ...]:
    """Return the layers to score, from shallow to deep.

    Args:
        available: the Reference's layers.
        wish: see `LayerWish`.
        profile: the Reference's.

    Raises:
        ScoreError: a layer the Reference lacks, one named twice, none; or "auto" without a profile that chooses.

    >>> chosen_layers((1, 2, 3), [3, 1], None)
    (1, 3)
    """
    if wish is None:
        return tuple(available)
    wanted = _by_profile(profile) if wish == AUTO else _listed(wish)
    missing = [layer for layer in wanted if layer not in available]
    if missing:
        by = "the sensitivity profile chose" if wish == AUTO else "layers asks for"
        raise ScoreError(
            f"{by} {_names(missing)}, which this Reference does not score; it has layers {_names(available)}."
        )
    return tuple(layer for layer in available if layer in wanted)


def _by_profile(profile: SensitivityProfile | None) -> tuple[Layer, ...]:
    if profile is None:
        raise ScoreError(
            "this Reference has no sensitivity profile, which 'auto' chooses layers by. Measure one with 'whorl "
            "reference sensitivity REF --test P' (Reference.with_sensitivity), or name the layers."
        )
    return choose(profile).layers


def _listed(wish: Sequence[Layer]) -> tuple[Layer, ...]:
    if isinstance(wish, str) or not isinstance(wish, Sequence):
        raise ScoreError(f"layers is None, 'auto' or a list of layers; got {wish!r}.")
    wanted = tuple(wish)
    if not wanted or len(set(wanted)) != len(wanted):
        raise ScoreError(f"layers names at least one layer, each once; got {list(wanted)!r}.")
    return wanted


def _names(layers: Sequence[Layer]) -> str:
    return ", ".join(map(str, layers))
