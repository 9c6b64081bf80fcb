"""Queries held to the manifold's space."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Embeddings
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError, WhorlWarning
from whorl.manifold.contents import ManifoldContents
from whorl.manifold.copies import Copies, check_comparable


@dataclass(frozen=True, eq=False)
class Queries:
    """Q pictures in one space of a manifold.

    Attributes:
        layer: which space.
        features: float32 (Q, D), every value finite.
        real: float32 (N, D), the manifold in the same space.
        copies: which real pictures are copies of which query; nothing known where `left_self_out` is False
            and keys cannot be compared.
        left_self_out: whether those are to be left out.
    """

    layer: Layer
    features: NDArray[np.float32]
    real: NDArray[np.float32]
    copies: Copies
    left_self_out: bool

    @property
    def excluded(self) -> Copies:
        """The real pictures that no query may be projected onto."""
        return self.copies if self.left_self_out else self.copies.none()


def queries_in(
    manifold: ManifoldContents,
    held: Embeddings,
    layer: Layer | None,
    *,
    leave_self_out: bool,
    told: bool = True,
) -> Queries:
    """Take one layer of embedded pictures, after all checks.

    Args:
        manifold: in whose space.
        held: the pictures.
        layer: which space; None where the manifold has one.
        leave_self_out: whether real pictures are not to be projected onto themselves.
        told: whether to warn how many of them are real pictures of the manifold.

    Raises:
        ScoreError: another encoder, layer, width or picture size; NaN; keys that cannot be compared.
    """
    chosen = chosen_layer(manifold, layer)
    _check_encoder(manifold, held)
    if chosen not in held.layers:
        raise ScoreError(
            f"{_name(held)} lacks the manifold's layer {chosen!r}; it has {', '.join(map(str, held.layers))}."
        )
    features, real = held.layer(chosen), manifold.features[chosen]
    if features.shape[1] != real.shape[1]:
        raise ScoreError(
            f"{_name(held)} is {features.shape[1]} wide at layer {chosen!r}, the manifold {real.shape[1]}: this "
            "is another space. Embed the pictures with manifold.embed(images)."
        )
    if leave_self_out:
        check_comparable(held.keys_of, manifold.keys_of)
    known = held.keys if held.keys_of == manifold.keys_of else np.empty((0, manifold.keys.shape[1]), np.uint8)
    copies = Copies.find(known, manifold.keys) if len(known) else _unknown(len(held), len(manifold))
    if told:
        _tell(int(np.count_nonzero(copies.count)), len(held), leave_self_out)
    return Queries(chosen, features, real, copies, leave_self_out)


def chosen_layer(manifold: ManifoldContents, layer: Layer | None) -> Layer:
    """Return the layer that is meant; None is enough where there is one.

    Raises:
        ScoreError: there is no such layer, or a choice to make.
    """
    if layer is None and len(manifold.layers) == 1:
        return manifold.layers[0]
    if layer is None or layer not in manifold.layers:
        asked = "say which layer" if layer is None else f"no layer {layer!r}"
        raise ScoreError(
            f"{asked}: this manifold has {', '.join(map(str, manifold.layers))} (--layer, layer=)."
        )
    return layer


def _check_encoder(manifold: ManifoldContents, held: Embeddings) -> None:
    if manifold.encoder_digest and held.encoder and manifold.encoder_digest != held.encoder:
        mine = manifold.encoder.name if manifold.encoder else "embeddings"
        raise ScoreError(
            f"{_name(held)} was embedded by another encoder (digest {held.encoder[:12]}) than this manifold "
            f"({mine}, {manifold.encoder_digest[:12]}): this is another space. Embed with manifold.embed(images)."
        )
    if manifold.picture_size is not None and held.picture_size != manifold.picture_size:
        found = "any size" if held.picture_size is None else "{} x {}".format(*held.picture_size)
        raise ScoreError(
            f"{_name(held)} was embedded from pictures of {found}, the manifold from pictures of "
            "{} x {} alone. Embed with manifold.embed(images), which looks at their sizes.".format(
                *manifold.picture_size
            )
        )


def _unknown(q: int, n: int) -> Copies:
    return Copies(np.full(q, n, dtype=np.int64), np.zeros(q, dtype=np.int64))


def _tell(twins: int, q: int, left_out: bool) -> None:
    if not twins:
        return
    what = (
        "each is projected onto another picture than itself and its copies."
        if left_out
        else "each is projected onto itself and has the artifact 0, which tells real pictures apart for free; "
        "see leave_self_out."
    )
    warnings.warn(
        f"{twins:,} of {q:,} pictures are pictures of the manifold: {what}", WhorlWarning, stacklevel=4
    )


def _name(held: Embeddings) -> str:
    return held.source or "the set"
