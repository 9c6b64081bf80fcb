"""The layers' sensitivity, measured while a Reference is built; the encoder with the two layers it chooses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

from whorl.embeddings import EncodeOptions
from whorl.encoders.contract import Encoder
from whorl.errors import ScoreError
from whorl.images import ImageSource
from whorl.sensitivity import LEAST_PICTURES, SensitivityProfile, choose, measure


@dataclass(frozen=True, eq=False)
class AutoLayers:
    """An encoder of two layers, and the profile of all layers that chose them."""

    encoder: Encoder
    profile: SensitivityProfile


def auto_layers(
    load: Callable[[list[int | str] | None], Encoder],
    test: ImageSource,
    *,
    pictures: int,
    seed: int,
    **options: Unpack[EncodeOptions],
) -> AutoLayers:
    """Measure all layers on held-out pictures, then load the encoder with the two that are chosen.

    Args:
        load: gives the encoder with these layers; None for all.
        test: P.
        pictures: how many of P to alter.
        seed: see `measure`.
        **options: see `whorl.embeddings.EncodeOptions`.

    Raises:
        ScoreError: too few pictures, or layers between which there is no choice.
    """
    check_pictures(pictures)
    if pictures < LEAST_PICTURES:
        raise ScoreError(
            "layers 'auto' are chosen by the sensitivity that is measured on held-out pictures: at least "
            f"{LEAST_PICTURES} (--sensitivity, sensitivity); got {pictures}."
        )
    profile = measure(test, load(None), pictures=pictures, seed=seed, **options)
    return AutoLayers(load(list(choose(profile).layers)), profile)


def measured_if_possible(
    test: ImageSource, encoder: Encoder, *, pictures: int, seed: int, **options: Unpack[EncodeOptions]
) -> SensitivityProfile | None:
    """Return the profile of an encoder's layers; None for 0 pictures, or where P does not have enough to tell."""
    check_pictures(pictures)
    if min(pictures, len(test)) < LEAST_PICTURES:
        return None
    try:
        return measure(test, encoder, pictures=pictures, seed=seed, **options)
    except ScoreError:  # a by-product does not stop a build
        return None


def check_pictures(pictures: int) -> None:
    """Refuse what is no number of pictures.

    Raises:
        ScoreError: it is none.
    """
    if not isinstance(pictures, int) or isinstance(pictures, bool) or pictures < 0:
        raise ScoreError(f"sensitivity is a number of held-out pictures, 0 for none; got {pictures!r}.")
