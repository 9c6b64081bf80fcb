"""Methods of attribution by name: what is measured of a picture, and what learns from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from typing_extensions import Unpack

from whorl.attribution.baselines.durall import AzimuthalSpectrum
from whorl.attribution.baselines.dzanic import SpectralDecay
from whorl.attribution.baselines.marra import NoiseResidual
from whorl.attribution.baselines.mccloskey import ColourCues
from whorl.attribution.baselines.nataraj import CoOccurrence
from whorl.attribution.baselines.pixels import Pixels
from whorl.attribution.baselines.wang import WANG_SMALL, Wang
from whorl.attribution.classifiers.contract import Classifier
from whorl.attribution.classifiers.cooccurrence import CoOccurrenceCNN
from whorl.attribution.classifiers.correlation import Correlation
from whorl.attribution.classifiers.linear import Linear
from whorl.attribution.classifiers.nearest import Nearest
from whorl.attribution.classifiers.svm import LinearSVM
from whorl.attribution.features import FeatureMap, FeatureTable
from whorl.attribution.manifold_names import is_manifold_name
from whorl.embeddings import EncodeOptions
from whorl.errors import ImageError, ScoreError
from whorl.images.contract import ImageSource


@dataclass(frozen=True)
class AttributionMethod:
    """A feature map and the classifier that goes with it.

    Attributes:
        name: as users type it.
        features: from pictures to numbers.
        classifier: from numbers to classes.
    """

    name: str
    features: FeatureMap
    classifier: Classifier

    def describe(self) -> dict[str, Any]:
        """Return all that decides an answer, but for data and seed, as JSON values."""
        return {
            "method": self.name,
            "features": dict(self.features.describe()),
            "classifier": dict(self.classifier.describe()),
        }

    def tables(
        self, sets: Mapping[str, ImageSource], **options: Unpack[EncodeOptions]
    ) -> dict[str, FeatureTable]:
        """Return the features of each class's pictures, for `Attributor.fit`.

        All classes must have pictures of one size: some features have the same shape for any, and would tell
        classes apart by it.

        Raises:
            ScoreError: pictures of several sizes; the message names them.
            ImageError: a picture cannot be read.
        """
        sizes = {label: _first_size(images) for label, images in sets.items()}
        if len(set(sizes.values())) > 1:
            told = ", ".join(f"{label} {width} x {height}" for label, (height, width) in sizes.items())
            raise ScoreError(
                f"classes have pictures of several sizes: {told}. Crop or resize all of them in the same way."
            )
        return {label: self.features.features(images, **options) for label, images in sets.items()}


METHODS: Mapping[str, AttributionMethod] = MappingProxyType(
    {
        method.name: method
        for method in (
            AttributionMethod("marra", NoiseResidual(), Correlation()),
            AttributionMethod("durall", AzimuthalSpectrum(), Linear()),
            AttributionMethod("dzanic", SpectralDecay(), Nearest()),
            AttributionMethod("mccloskey", ColourCues(), LinearSVM()),
            AttributionMethod("nataraj", CoOccurrence(), CoOccurrenceCNN()),
            AttributionMethod("wang", Pixels(), Wang()),
            AttributionMethod("wang-small", Pixels(), WANG_SMALL),
            AttributionMethod("pixels-linear", Pixels(), Linear()),
        )
    }
)
"""Methods without a parameter, by name."""


def _wang(weights: str) -> AttributionMethod:
    return AttributionMethod(f"wang:{weights}", Pixels(), Wang(weights=weights))


def _nataraj(bins: str) -> AttributionMethod:
    if not bins.isdecimal():
        raise ScoreError(f"nataraj:{bins} says no number of bins; give one, such as nataraj:256.")
    return AttributionMethod(f"nataraj:{int(bins)}", CoOccurrence(bins=int(bins)), CoOccurrenceCNN())


FAMILIES: Mapping[str, Callable[[str], AttributionMethod]] = MappingProxyType(
    {"wang": _wang, "nataraj": _nataraj}
)
"""Methods with a parameter, written "family:parameter": from the parameter to the method.

"wang:WEIGHTS" takes the pretrained ResNet in a folder or of a hub name; "nataraj:256" counts co-occurrences in so
many bins.
"""


def method_named(name: str) -> AttributionMethod:
    """Return a method by its name, "marra", or "wang:a/folder" where a family takes a parameter.

    Raises:
        ScoreError: there is no such method, or a parameter is missing.

    >>> method_named("durall").classifier.name
    'linear'
    """
    if name in METHODS:
        return METHODS[name]
    family, colon, parameter = name.partition(":")
    if family in FAMILIES and parameter:
        return FAMILIES[family](parameter)
    if family in FAMILIES and colon:
        raise ScoreError(f"{name!r} lacks what comes after the colon, such as {family}:NAME.")
    if is_manifold_name(name):
        raise ScoreError(
            f"{name!r} needs a manifold of real pictures: 'whorl manifold train MANIFOLD KNOWN', or method_of of "
            "whorl.attribution.artifact_features."
        )
    known = ", ".join([*METHODS, *(f"{each}:..." for each in FAMILIES)])
    raise ScoreError(f"there is no attribution method {name!r}; there are {known}.")


def _first_size(images: ImageSource) -> tuple[int, int]:
    """Return height and width of the first picture that can be read."""
    for index in range(len(images)):
        try:
            height, width = images[index].shape[:2]
        except ImageError:  # what to do about it, `features` decides
            continue
        return int(height), int(width)
    raise ImageError(f"{images.name}: none of its {len(images)} pictures can be read.")
