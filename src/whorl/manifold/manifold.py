"""The manifold of real pictures: features of X_R, onto which other pictures are projected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Embeddings, EncodeOptions, from_arrays
from whorl.encoders import load_encoder
from whorl.encoders.contract import Encoder, Layer
from whorl.errors import ScoreError
from whorl.images import limit as draw
from whorl.images import open_images
from whorl.manifold.artifacts import Artifacts, artifacts_of
from whorl.manifold.contents import Drawn, ManifoldContents
from whorl.manifold.exact_size import embed_exactly
from whorl.manifold.folder import read_folder, write_folder
from whorl.manifold.projection import Projection
from whorl.manifold.queries import Queries, queries_in
from whorl.memorization.provenance import EncoderRecord, reload_encoder

if TYPE_CHECKING:
    from whorl.encoders.layers import LayerSelection


@dataclass(frozen=True, eq=False, repr=False)
class Manifold(ManifoldContents):
    """Real pictures X_R in the eyes of one encoder; `artifacts` says how other pictures leave their manifold.

    RGB is the encoder `pixels:SIZE`, FREQ is `spectrum:SIZE`, and any layer of any other encoder is a space of the
    same kind. A manifold of pixels holds the pictures themselves.

    Source: arXiv 2402.10401.

    >>> rng = np.random.default_rng(0)
    >>> real, made = (rng.integers(0, 256, (n, 8, 8, 3), dtype=np.uint8) for n in (50, 5))
    >>> manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    >>> found = manifold.artifacts(made, cache=None)
    >>> found.values.shape, found.nearest_ids[0] in manifold.ids
    ((5, 192), True)

    Attributes:
        place: the folder it was loaded from; None where it was not.
    """

    place: Path | None = None
    _loaded_encoder: Encoder | None = field(default=None, repr=False)

    @classmethod
    def fit(
        cls,
        real: Any,
        *,
        encoder: str | Path | Encoder,
        layers: LayerSelection = None,
        seed: int = 0,
        limit: int | None = None,
        keep_ids: bool = True,
        **options: Unpack[EncodeOptions],
    ) -> Manifold:
        """Encode real pictures.

        Args:
            real: X_R, anything `whorl.open_images` takes.
            encoder: anything `whorl.load_encoder` takes, or an encoder.
            layers: which layers; see `whorl.load_encoder`. Each is a space of its own.
            seed: fixes which pictures `limit` draws.
            limit: use at most so many pictures, drawn at random.
            keep_ids: remember names and places. Keys are kept always: leaving self out needs them.
            **options: see `whorl.embeddings.EncodeOptions`.

        Raises:
            ScoreError: fewer than two different pictures; in `pixels` and `spectrum`, a picture of another size.
            ImageError, EncoderError, StorageError: see their messages.
        """
        if limit is not None and limit < 2:
            raise ScoreError(f"limit must be at least 2; got {limit}.")
        source = open_images(real)
        if len(source) < 2:
            raise ScoreError(
                f"{source.name}: a manifold takes at least 2 real pictures, found {len(source)}."
            )
        used = source if limit is None else draw(source, limit, seed=seed)
        model = load_encoder(encoder, layers=layers)
        held = embed_exactly(used, model, label="real", **options)
        drawn = Drawn(seed, len(source)) if len(used) < len(source) else None
        contents = ManifoldContents.gather(
            held, encoder=EncoderRecord.of(model), drawn=drawn, keep_ids=keep_ids
        )
        return cls._of(contents, model)

    @classmethod
    def from_embeddings(
        cls, real: Mapping[Layer, NDArray[np.floating]] | Embeddings, *, keep_ids: bool = True
    ) -> Manifold:
        """Take embeddings {layer: (N, D)} of real pictures made elsewhere; sizes of pictures are not looked at.

        Raises:
            ScoreError: shapes that do not fit, fewer than two different rows, NaN or infinity.

        >>> manifold = Manifold.from_embeddings({1: np.array([[0.0, 0.0], [4.0, 3.0]])})
        >>> made = from_arrays({1: np.array([[4.0, 5.0]])})
        >>> manifold.artifacts(made).values
        array([[0., 2.]], dtype=float32)
        """
        held = real if isinstance(real, Embeddings) else from_arrays(real, source="real")
        contents = ManifoldContents.gather(held, encoder=None, drawn=None, keep_ids=keep_ids)
        return cls._of(contents, None)

    def embed(
        self,
        images: Any,
        *,
        encoder: str | Path | Encoder | None = None,
        label: str = "pictures",
        **options: Unpack[EncodeOptions],
    ) -> Embeddings:
        """Encode pictures by the manifold's own encoder, for several layers or functions to share.

        Args:
            images: anything `whorl.open_images` takes; `Embeddings` are given back as they are.
            encoder: the manifold's own encoder, where it cannot be found under the name it had.
            label: what to call these pictures in the progress line.
            **options: see `whorl.embeddings.EncodeOptions`.

        Raises:
            ScoreError: in `pixels` and `spectrum`, a picture of another size than the manifold's.
            EncoderError: the encoder is not at hand, or is another one.
        """
        if isinstance(images, Embeddings):
            return images
        return embed_exactly(images, self.load_encoder(encoder), label=label, **options)

    def load_encoder(self, encoder: str | Path | Encoder | None = None, *, device: str = "auto") -> Encoder:
        """Return the encoder this manifold was made with.

        Raises:
            EncoderError: it is not at hand, or what is there is another one.
        """
        if encoder is None and self._loaded_encoder is not None:
            return self._loaded_encoder
        return reload_encoder(self.encoder, encoder, device=device, what="this manifold")

    def with_encoder(self, encoder: str | Path | Encoder | None = None, *, device: str = "auto") -> Manifold:
        """Return the manifold with its encoder at hand, so that it is loaded once for many sets of pictures.

        Raises:
            EncoderError: it is not at hand, or what is there is another one.
        """
        found = self.load_encoder(encoder, device="auto" if self.picture_size else device)
        return Manifold._of(self, found, self.place)

    def project(
        self,
        images: Any,
        layer: Layer | None = None,
        *,
        leave_self_out: bool = True,
        **options: Unpack[EncodeOptions],
    ) -> Projection:
        """Find the one nearest real picture of each of Q pictures, exactly, by float64 distances.

        Args:
            images: anything `whorl.open_images` takes, or `Embeddings` from `manifold.embed`.
            layer: which space; None where the manifold has one.
            leave_self_out: a picture that is in the manifold, told by its key, is projected neither onto itself
                nor onto an identical copy, and a warning says how many there are. Without it, its artifact is
                exactly 0.
            **options: see `whorl.embeddings.EncodeOptions`.

        Raises:
            ScoreError: another space, layer or size; NaN; embeddings whose keys cannot tell self.
            ImageError, EncoderError, StorageError: as `manifold.embed`.
        """
        held = self.embed(images, **options)
        return self._projected(held, queries_in(self, held, layer, leave_self_out=leave_self_out))

    def artifacts(
        self,
        images: Any,
        layer: Layer | None = None,
        *,
        leave_self_out: bool = True,
        **options: Unpack[EncodeOptions],
    ) -> Artifacts:
        """Return a(x_G) = phi(x_G) - phi(x*) of each of Q pictures, float32 (Q, D), with that sign.

        Arguments and errors are those of `project`.
        """
        held = self.embed(images, **options)
        queries = queries_in(self, held, layer, leave_self_out=leave_self_out)
        return artifacts_of(queries.features, queries.real, self._projected(held, queries))

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the manifold to a folder in one step; see `Manifold.load`.

        Raises:
            StorageError: the folder exists (unless `overwrite`, for an older manifold), or the disk is full.
        """
        return write_folder(self, Path(folder), overwrite=overwrite)

    @classmethod
    def load(cls, folder: str | Path) -> Manifold:
        """Read a manifold and check every byte of it; features stay in their files, mapped into memory.

        Raises:
            StorageError: no manifold there, damaged, or written by a newer version.
        """
        return cls._of(read_folder(Path(folder)), None, Path(folder).resolve())

    @classmethod
    def _of(cls, contents: ManifoldContents, encoder: Encoder | None, place: Path | None = None) -> Manifold:
        data = {entry.name: getattr(contents, entry.name) for entry in fields(ManifoldContents)}
        manifold = cls(**data, place=place, _loaded_encoder=encoder)
        if "digest" in vars(contents):  # found already, and gigabytes are not gone through twice
            vars(manifold)["digest"] = contents.digest
        return manifold

    def _projected(self, held: Embeddings, queries: Queries) -> Projection:
        found = queries.excluded.nearest_other(queries.features, queries.real)
        return Projection(
            layer=queries.layer,
            ids=held.ids,
            index=found.index,
            distance=found.distance,
            nearest_ids=tuple(self.ids[i] for i in found.index) if self.ids else None,
            copies=queries.copies.count,
            left_self_out=queries.left_self_out,
            onto="nearest",
            manifold=self.digest,
        )
