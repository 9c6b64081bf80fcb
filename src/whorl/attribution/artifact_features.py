"""Artifacts on a manifold as what a classifier sees of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Unpack

from whorl.attribution.classifiers.contract import Classifier
from whorl.attribution.classifiers.kinds import chosen_classifier
from whorl.attribution.features import FeatureTable
from whorl.attribution.manifold_names import CLASSIFIER_NAMES, Kind, ManifoldName, manifold_name
from whorl.attribution.methods import AttributionMethod
from whorl.embeddings import Embeddings, EncodeOptions
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.images.contract import ImageSource
from whorl.manifold.ablations import random_artifacts, raw_features
from whorl.manifold.artifacts import Artifacts
from whorl.manifold.contents import ManifoldContents
from whorl.manifold.manifold import Manifold
from whorl.manifold.queries import chosen_layer

_VECTORS, _PICTURES = "linear", "resnet"


@dataclass(frozen=True, eq=False)
class ArtifactFeatures:
    """a(x) = phi(x) - phi(x*) of pictures, on one manifold, in one of its spaces; see `FeatureMap`.

    float32 (N, 3, S, S) in the spaces of `pixels:S` and `spectrum:S`, else (N, D). A picture of the manifold, told
    by its pixels, is projected onto another one than itself, so 'real' cannot be known by an artifact of 0.

    Attributes:
        manifold: real pictures.
        layer: which space; None where the manifold has one.
        kind: "nearest" for artifacts; "random" (a random real picture in place of x*) and "raw" (phi(x) itself)
            are what artifacts are to be compared with.
        seed: fixes what "random" draws.

    Raises:
        ScoreError: an unknown kind or layer.

    >>> from whorl.images.array import ArraySource
    >>> real = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)
    >>> manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    >>> black = ArraySource(np.zeros((2, 8, 8), np.uint8))
    >>> table = ArtifactFeatures(manifold).features(black, cache=None)
    >>> table.values.shape, bool((table.values <= 0).all())
    ((2, 3, 8, 8), True)
    """

    manifold: Manifold
    layer: Layer | None = None
    kind: Kind = "nearest"
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what could not be measured, before pictures are read."""
        if self.kind not in get_args(Kind):
            raise ScoreError(
                f"there are artifacts of the kinds {', '.join(get_args(Kind))}; got {self.kind!r}."
            )
        chosen_layer(self.manifold, self.layer)

    @property
    def name(self) -> str:
        """As users type it: "manifold:rgb", "raw:6"."""
        return str(ManifoldName(self.kind, self.space))

    @property
    def space(self) -> Layer:
        """The layer that is meant."""
        return chosen_layer(self.manifold, self.layer)

    def describe(self) -> Mapping[str, Any]:
        """See `FeatureMap`; the manifold by its digest."""
        about = {
            "features": "artifacts",
            "version": 1,
            "manifold": self.manifold.digest,
            "layer": self.space,
            "kind": self.kind,
        }
        return about | ({"seed": self.seed} if self.kind == "random" else {})

    def features(self, images: ImageSource | Embeddings, **options: Unpack[EncodeOptions]) -> FeatureTable:
        """See `FeatureMap`; `Embeddings` from `manifold.embed`, that serve all layers, are taken too.

        Raises:
            ScoreError: in `pixels` and `spectrum`, a picture of another size; another space; NaN.
            ImageError, EncoderError, StorageError: as `Manifold.embed`.
        """
        held = self.manifold.embed(images, **options)
        return table_of(self.artifacts(held), held, form(self.manifold))

    def artifacts(self, held: Embeddings) -> Artifacts:
        """Return the artifacts of embedded pictures, with the real pictures that were subtracted.

        Raises:
            ScoreError: another space, or NaN.
        """
        if self.kind == "raw":
            return raw_features(self.manifold, held, self.space)
        if self.kind == "random":
            return random_artifacts(self.manifold, held, self.space, seed=self.seed)
        return self.manifold.artifacts(held, self.space)


def form(manifold: ManifoldContents) -> tuple[int, int, int] | None:
    """Return the form (3, H, W) that vectors of a manifold's space have; None where they have no picture's form.

    >>> form(Manifold.from_embeddings({1: np.eye(3)})) is None
    True
    """
    return (3, *manifold.picture_size) if manifold.picture_size else None


def table_of(found: Artifacts, held: Embeddings, shape: tuple[int, int, int] | None) -> FeatureTable:
    """Return artifacts of pictures as a table, in the form of pictures where they have one."""
    values: NDArray[np.float32] = found.values
    return FeatureTable(values if shape is None else values.reshape(-1, *shape), found.ids, held.keys)


def method_of(
    manifold: Manifold,
    *,
    layer: Layer | None = None,
    classifier: str | Classifier | None = None,
    kind: Kind = "nearest",
) -> AttributionMethod:
    """Return attribution by artifacts on a manifold, under the contract of all other methods.

    Args:
        manifold: real pictures.
        layer: which space; None where the manifold has one.
        classifier: linear, mlp or resnet, or a classifier; None for "resnet"
            where artifacts have the form of a picture, else "linear".
        kind: see `ArtifactFeatures`.

    Raises:
        ScoreError: an unknown kind, layer or classifier.

    >>> manifold = Manifold.from_embeddings({1: np.eye(3), 2: np.eye(3)})
    >>> method_of(manifold, layer=2).name, method_of(manifold, layer=1, classifier="mlp", kind="raw").name
    ('manifold:2', 'raw:1:mlp')
    """
    features = ArtifactFeatures(manifold, layer, kind)
    usual = _VECTORS if form(manifold) is None else _PICTURES
    chosen = chosen_classifier(usual if classifier is None else classifier, among=CLASSIFIER_NAMES)
    told = None if chosen.name == usual else chosen.name
    return AttributionMethod(str(ManifoldName(kind, features.space, told)), features, chosen)


def method_named_on(manifold: Manifold, name: str) -> AttributionMethod:
    """Return a method on a manifold by its whole name; see `whorl.attribution.manifold_names`.

    Raises:
        ScoreError: it is no such name, or the manifold lacks the space.

    >>> method_named_on(Manifold.from_embeddings({6: np.eye(3)}), "random:6:mlp").features.name
    'random:6'
    """
    said = manifold_name(name)
    return method_of(manifold, layer=said.layer, classifier=said.classifier, kind=said.kind)
