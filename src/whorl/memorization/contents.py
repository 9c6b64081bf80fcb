"""What a Reference consists of, in memory and on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Embeddings
from whorl.embeddings.embeddings import PIXELS
from whorl.encoders.contract import Layer
from whorl.files import digest_json
from whorl.memorization.layer_reference import LayerReference
from whorl.memorization.provenance import EncoderRecord
from whorl.memorization.settings import ReferenceSettings
from whorl.sensitivity.profile import SensitivityProfile
from whorl.sensitivity.words import one_line

FORMAT = "whorl-reference/3"


@dataclass(frozen=True, eq=False)
class PictureSet:
    """What a Reference remembers of T or P.

    Attributes:
        count: how many pictures.
        content: digest of which they are, whatever their order.
        source: what they came from; empty where ids were left out.
        ids: in the Reference's own order, None where left out.
        keys: uint8 (N, 16) digests of their pixels, in the same order; None where left out.
        keys_of: what the keys are digests of.
    """

    count: int
    content: str
    source: str = ""
    ids: tuple[str, ...] | None = field(default=None, repr=False)
    keys: NDArray[np.uint8] | None = field(default=None, repr=False)
    keys_of: str = ""

    @classmethod
    def of(cls, embeddings: Embeddings, *, keep_ids: bool) -> PictureSet:
        """Describe embedded pictures, in canonical order."""
        content = embeddings.content()
        if not keep_ids:
            return cls(len(embeddings), content)
        order = embeddings.canonical_order()
        ids = tuple(embeddings.ids[i] for i in order)
        return cls(
            len(embeddings), content, embeddings.source, ids, embeddings.keys[order], embeddings.keys_of
        )

    def digests(self) -> dict[str, str]:
        """Return the first half of each picture's pixel digest, in hex, by id; empty where left out."""
        if self.ids is None or self.keys is None or self.keys_of != PIXELS:
            return {}
        return {name: key.tobytes().hex() for name, key in zip(self.ids, self.keys, strict=True)}


@dataclass(frozen=True, eq=False, repr=False)
class ReferenceContents:
    """The data of a Reference.

    Attributes:
        settings: what it was fitted with.
        layer_references: one per layer, shallow to deep.
        train, test: what is remembered of T and P.
        encoder: which encoder, None for embeddings made elsewhere.
        left_out: (layer, reason) of layers that cannot be scored.
        warnings: what should be known before a result is believed.
        sensitivity: how the encoder's layers respond to altered held-out pictures, where that was measured; it
            decides no score and is no part of the digest.
    """

    settings: ReferenceSettings
    layer_references: tuple[LayerReference, ...]
    train: PictureSet
    test: PictureSet
    encoder: EncoderRecord | None = None
    left_out: tuple[tuple[Layer, str], ...] = ()
    warnings: tuple[str, ...] = ()
    sensitivity: SensitivityProfile | None = None

    def __repr__(self) -> str:
        encoder = self.encoder.name if self.encoder else "embeddings made elsewhere"
        return (
            f"<{type(self).__name__} {self.digest[:12]}: {self.train.count} training and {self.test.count} "
            f"held-out pictures, {encoder}, layers {', '.join(map(str, self.layers))}>"
        )

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that are scored, shallow to deep."""
        return tuple(reference.layer for reference in self.layer_references)

    @property
    def ways(self) -> dict[str, tuple[Layer, ...]]:
        """The layers by how they were fitted, in words: in memory, or streamed past the memory budget."""
        by_way: dict[str, list[Layer]] = {}
        for reference in self.layer_references:
            by_way.setdefault(reference.projection.way, []).append(reference.layer)
        return {way: tuple(layers) for way, layers in by_way.items()}

    @cached_property
    def digest(self) -> str:
        """Digest of everything that decides a score; curves with equal digests can be compared."""
        return digest_json(
            {
                "format": FORMAT,
                "settings": self.settings.to_dict(),
                "encoder": self.encoder.digest if self.encoder else None,
                "train": self.train.content,
                "test": self.test.content,
                "layers": [[reference.layer, reference.digest] for reference in self.layer_references],
            }
        )

    def summary(self) -> dict[str, Any]:
        """Return what the Reference was made from, as JSON values, without a number of it."""
        return {
            "digest": self.digest,
            "encoder": self.encoder.name if self.encoder else None,
            "layers": list(self.layers),
            "left_out": [list(entry) for entry in self.left_out],
            "train": {"count": self.train.count, "source": self.train.source},
            "test": {"count": self.test.count, "source": self.test.source},
            "settings": self.settings.to_dict(),
            "fit": {way: list(layers) for way, layers in self.ways.items()},
            "names_pictures": self.train.ids is not None,
            "sensitivity": one_line(self.sensitivity) if self.sensitivity else None,
            "warnings": list(self.warnings),
        }
