"""A Reference and its encoder, the eyes of a study: loaded, or fitted and kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whorl.embeddings import EncodeOptions
from whorl.encoders import Encoder
from whorl.errors import WhorlError
from whorl.files import digest_json
from whorl.images import ImageSource
from whorl.memorization import Reference

_TOLD = ("metric", "cells", "partitions", "components", "seed")


@dataclass(frozen=True, eq=False)
class Seen:
    """A Reference and the encoder that it was fitted with.

    Attributes:
        name: the encoder's, without folders.
        reference: T and P.
        encoder: sees the pictures.
    """

    name: str
    reference: Reference
    encoder: Encoder

    def to_dict(self) -> dict[str, Any]:
        """Return what a result says of it."""
        return {
            "encoder": self.name,
            "encoder_digest": self.encoder.digest,
            "reference": self.reference.digest,
            "train": self.reference.train.count,
            "test": self.reference.test.count,
            "layers": [str(layer) for layer in self.reference.layers],
            **{name: value for name, value in self.settings.items() if name in _TOLD},
        }

    @property
    def settings(self) -> dict[str, Any]:
        """What the Reference was fitted with."""
        found = self.reference.settings
        return {
            "seed": found.seed,
            "cells": found.cells,
            "min_generated": found.min_generated,
            "components": found.components,
            "metric": found.metric,
            "scope": found.scope,
            "partitions": found.partitions,
        }


def load_seen(folder: str | Path, *, device: str) -> Seen:
    """Load a Reference with all layers, and its encoder.

    Raises:
        WhorlError: it has some layers alone, or cannot be loaded.
    """
    reference = Reference.load(folder)
    _check_whole(folder, reference)
    encoder = reference.load_encoder(device=device)
    return Seen(_short(encoder.name), reference, encoder)


def fit_seen(
    encoder: Encoder,
    train: ImageSource,
    test: ImageSource,
    settings: dict[str, Any],
    folder: Path,
    role: str,
    *,
    options: EncodeOptions,
) -> Seen:
    """Fit a Reference and keep it, or load the one that was fitted of the same.

    Args:
        encoder: sees the pictures.
        train: T.
        test: P.
        settings: as of `Seen.settings`.
        folder: where such References are kept.
        role: goes into its name.
        options: how pictures are encoded.
    """
    short = _short(encoder.name)
    decided = {**settings, "encoder": encoder.digest, "train": train.digest, "test": test.digest}
    place = folder / f"{short}-{role}-{digest_json(decided)[:8]}"
    if place.is_dir():
        reference = Reference.load(place)
    else:
        reference = Reference.fit(train, test, encoder=encoder, sensitivity=0, **settings, **options)
        folder.mkdir(parents=True, exist_ok=True)
        reference.save(place)
    return Seen(short, reference, encoder)


def expect_same_but_for_pictures(first: Seen, other: Seen) -> None:
    """Refuse two References that differ in more than their pictures.

    Raises:
        WhorlError: in what they differ.
    """
    mine, theirs = (_but_for_pictures(each) for each in (first, other))
    differ = [name for name in mine if mine[name] != theirs[name]]
    if differ:
        told = "; ".join(f"{name} {mine[name]} and {theirs[name]}" for name in differ)
        raise WhorlError(
            f"the two References are to differ in their pictures alone, and differ in {told}. Build --generic "
            "with the same encoder and settings, or let the study fit both."
        )


def _but_for_pictures(seen: Seen) -> dict[str, Any]:
    return {
        **seen.settings,
        "encoder": seen.encoder.digest[:12],
        "layers": [str(layer) for layer in seen.reference.layers],
    }


def _check_whole(folder: str | Path, reference: Reference) -> None:
    """Refuse a Reference of some layers: a curve is drawn against depth."""
    layers = reference.layers
    numbers = [layer for layer in layers if isinstance(layer, int)]
    if len(numbers) == len(layers) and (
        numbers != list(range(numbers[0], numbers[-1] + 1)) or numbers[0] > 1
    ):
        raise WhorlError(
            f"{folder} has the layers {', '.join(map(str, layers))} alone; a study draws curves from the first "
            "layer to the last. Build a Reference with all layers."
        )


def _short(name: str) -> str:
    return Path(name).name or name
