"""Several attributors at once, each with the manifold that it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from typing_extensions import Unpack

from whorl.attribution.answers import Answers, answers_for
from whorl.attribution.artifact_features import ArtifactFeatures
from whorl.attribution.attributor import Attributor
from whorl.attribution.folder import ATTRIBUTORS, load_attributor
from whorl.attribution.methods import AttributionMethod
from whorl.embeddings import EncodeOptions, Estimate, estimate
from whorl.encoders import Encoder
from whorl.errors import ScoreError
from whorl.images.contract import ImageSource
from whorl.manifold.exact_size import ExactSize, exact_size
from whorl.manifold.manifold import Manifold


@dataclass(frozen=True, eq=False)
class LoadedAttributor:
    """An attributor, and what measures pictures for it.

    Attributes:
        folder: that it was read from.
        attributor: names models.
        method: measures pictures for it.
    """

    folder: Path
    attributor: Attributor
    method: AttributionMethod

    def with_encoder(self, encoder: Encoder | None = None, *, device: str = "auto") -> LoadedAttributor:
        """Return it with the encoder of its manifold at hand; itself where it has none.

        Args:
            encoder: loaded already; used where it is the manifold's own.
            device: where another one runs.

        Raises:
            EncoderError: the manifold's encoder is not at hand.
        """
        features = self.method.features
        if not isinstance(features, ArtifactFeatures):
            return self
        record = features.manifold.encoder
        own = encoder is not None and record is not None and encoder.digest == record.digest
        held = features.manifold.with_encoder(encoder if own else None, device=device)
        return replace(self, method=replace(self.method, features=replace(features, manifold=held)))

    def answers_for(self, images: ImageSource, **options: Unpack[EncodeOptions]) -> Answers:
        """Ask it about pictures, one by one and all together; see `whorl.attribution.answers.answers_for`."""
        return answers_for(self.attributor, self.method, images, **options)

    def estimate(
        self, images: ImageSource, *, after: Encoder, **options: Unpack[EncodeOptions]
    ) -> Estimate | None:
        """Say how long encoding pictures for its manifold takes; None where nothing is encoded.

        Args:
            images: the pictures.
            after: an encoder that they have been through before; what it leaves in the cache is not made twice.
            **options: see `whorl.embeddings.EncodeOptions`.
        """
        features = self.method.features
        if not isinstance(features, ArtifactFeatures):
            return None
        encoder = features.manifold.load_encoder()
        size = exact_size(encoder.settings)
        if size is None and encoder.digest == after.digest:
            return None
        held = images if size is None else ExactSize(images, size, encoder.name)
        return estimate(held, encoder, **options)

    def describe(self) -> dict[str, Any]:
        """Return what a report says of it, as JSON values."""
        features = self.method.features
        manifold = features.manifold.digest if isinstance(features, ArtifactFeatures) else None
        return {
            "folder": str(self.folder),
            "method": self.method.name,
            **({} if manifold is None else {"manifold": manifold}),
            **self.attributor.describe(),
        }


def load_attributors(
    folders: Sequence[str | Path], *, manifolds: Sequence[Manifold | str | Path] = ()
) -> tuple[LoadedAttributor, ...]:
    """Read attributors, in the order given.

    Args:
        folders: as `Attributor.save` wrote them.
        manifolds: those that do not lie where they were, or their folders; each goes to the attributors that have
            learned on it.

    Raises:
        StorageError: as `whorl.attribution.folder.load_attributor`.
        ScoreError: one attributor twice, or a manifold that none of them has learned on.
    """
    places = [Path(folder) for folder in folders]
    manifests = [ATTRIBUTORS.read(place) for place in places]
    seen: dict[str, Path] = {}
    for place, manifest in zip(places, manifests, strict=True):
        first = seen.setdefault(manifest["checksum"], place)
        if first is not place:
            raise ScoreError(
                f"{place} is the same attributor as {first}: it would only say the same again. Give each once."
            )
    held = [each if isinstance(each, Manifold) else Manifold.load(each) for each in manifolds]
    moved = {each.digest: each for each in held}
    wanted = [_wanted(place, manifest) for place, manifest in zip(places, manifests, strict=True)]
    for digest, manifold in moved.items():
        if digest not in wanted:
            raise ScoreError(
                f"the manifold {manifold.place or manifold.source} (digest {digest[:12]}) is not the one that "
                f"{' or '.join(map(str, places))} has learned on; leave it out, or give that one."
            )
    return tuple(
        LoadedAttributor(place, *load_attributor(place, manifold=moved.get(digest) if digest else None))
        for place, digest in zip(places, wanted, strict=True)
    )


def _wanted(place: Path, manifest: Mapping[str, Any]) -> str | None:
    """Return the digest of the manifold that an attributor has learned on; None where it needs none."""
    with ATTRIBUTORS.sound(place):
        manifold = manifest["method"]["manifold"]
        return None if manifold is None else str(manifold["digest"])
