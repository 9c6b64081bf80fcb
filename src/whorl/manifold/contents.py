"""What a manifold consists of, in memory and on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Embeddings
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.files import bytes_of, digest_bytes, digest_json
from whorl.manifold.exact_size import exact_size
from whorl.manifold.rows import gathered
from whorl.memorization.provenance import EncoderRecord

FORMAT = "whorl-manifold/1"


@dataclass(frozen=True, eq=False, repr=False)
class ManifoldContents:
    """The data of a manifold: N real pictures X_R in the spaces of some layers.

    Rows stand in the order of the keys, so that the order of files decides nothing; copies stand together.

    Attributes:
        features: for each layer float32 (N, D), phi of X_R.
        keys: uint8 (N, 16), digests of the pictures' pixels.
        keys_of: what the keys are digests of; only keys of one kind can be compared.
        ids: N names, None where left out.
        source: what the pictures came from; empty where ids were left out.
        encoder: which encoder, None for embeddings made elsewhere.
        encoder_digest: its digest, empty where it is not known.
        drawn: the seed and the number of pictures that X_R was drawn from, None where all were taken.
    """

    features: Mapping[Layer, NDArray[np.float32]]
    keys: NDArray[np.uint8]
    keys_of: str
    ids: tuple[str, ...] | None = None
    source: str = ""
    encoder: EncoderRecord | None = None
    encoder_digest: str = ""
    drawn: Drawn | None = None

    @classmethod
    def gather(
        cls, held: Embeddings, *, encoder: EncoderRecord | None, drawn: Drawn | None, keep_ids: bool
    ) -> ManifoldContents:
        """Take embedded real pictures for a manifold.

        Raises:
            ScoreError: fewer than two different pictures, NaN or infinity.
            StorageError: the temporary folder is full.
        """
        different = len(np.unique(held.keys, axis=0))
        if different < 2:
            raise ScoreError(
                f"{held.source or 'the real pictures'}: a manifold takes at least 2 different real pictures, "
                f"found {different} among {len(held)}. A picture of the manifold is projected onto another one."
            )
        order = held.canonical_order()
        return cls(
            features=gathered(held),
            keys=held.keys[order],
            keys_of=held.keys_of,
            ids=tuple(held.ids[i] for i in order) if keep_ids else None,
            source=held.source if keep_ids else "",
            encoder=encoder if keep_ids or encoder is None else encoder.without_paths(),
            encoder_digest=held.encoder,
            drawn=drawn,
        )

    def __len__(self) -> int:
        """Return N."""
        return len(self.keys)

    def __repr__(self) -> str:
        encoder = self.encoder.name if self.encoder else "embeddings made elsewhere"
        layers = ", ".join(map(str, self.layers))
        return f"<Manifold {self.digest[:12]}: {len(self)} real pictures, {encoder}, layers {layers}>"

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, each a space, shallow to deep."""
        return tuple(self.features)

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """(height, width) that every picture must have; None where the encoder takes any size."""
        return exact_size(self.encoder.settings) if self.encoder else None

    @cached_property
    def digest(self) -> str:
        """Digest of all that decides an artifact: encoder, real pictures, features; neither ids nor dates."""
        layers = [
            [layer, list(rows.shape), digest_bytes(bytes_of(rows))] for layer, rows in self.features.items()
        ]
        return digest_json(
            {
                "format": FORMAT,
                "encoder": self.encoder_digest,
                "keys_of": self.keys_of,
                "keys": digest_bytes(bytes_of(self.keys)),
                "layers": layers,
            }
        )

    def summary(self) -> dict[str, Any]:
        """Return what the manifold was made from, as JSON values."""
        return {
            "digest": self.digest,
            "encoder": self.encoder.name if self.encoder else None,
            "layers": list(self.layers),
            "widths": [rows.shape[1] for rows in self.features.values()],
            "count": len(self),
            "source": self.source,
            "picture_size": list(self.picture_size) if self.picture_size else None,
            "drawn": self.drawn.to_dict() if self.drawn else None,
            "names_pictures": self.ids is not None,
        }


@dataclass(frozen=True)
class Drawn:
    """How X_R was drawn from more pictures.

    Attributes:
        seed: what fixed the draw.
        pictures: how many there were.
    """

    seed: int
    pictures: int

    def to_dict(self) -> dict[str, int]:
        """Return the two numbers as JSON values."""
        return {"seed": self.seed, "pictures": self.pictures}
