"""A classifier that has learned known models, is calibrated, and knows when to say 'unknown'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.calibration import Temperature, calibration_error
from whorl.attribution.classifiers.contract import Classifier, FittedClassifier
from whorl.attribution.features import FeatureTable
from whorl.attribution.rejection import Limits, Reason, Rejection, check_rate, learn_rejection, support
from whorl.attribution.split import divided
from whorl.embeddings.progress import Progress, progress_for
from whorl.errors import ScoreError

if TYPE_CHECKING:
    from whorl.attribution.methods import AttributionMethod

DEFAULT_RATE = 0.1
TOLD_SIZES = (1, 25, 100)
"""Sizes of sets for which it is told how many known ones are accepted."""


@dataclass(frozen=True, eq=False)
class Attributions:
    """What is answered for N pictures, one by one.

    Attributes:
        labels: of the K known classes.
        ids: of the pictures.
        probabilities: float64 (N, K), calibrated, as if one of the K must have made each picture.
        distances: float64 (N,), from the nearest class, about 1 for a picture by it; None where when to say
            'unknown' was not learned.
        limits: how far a single picture may lie; None likewise.
        distance: of all the pictures as one set; None likewise.
    """

    labels: tuple[str, ...]
    ids: tuple[str, ...]
    probabilities: NDArray[np.float64]
    distances: NDArray[np.float64] | None = None
    limits: Limits | None = None
    distance: float | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def best(self) -> tuple[str, ...]:
        """The likeliest class of each picture, known or not."""
        return tuple(self.labels[int(place)] for place in self.probabilities.argmax(axis=1))

    @property
    def reasons(self) -> tuple[Reason | None, ...]:
        """Why each picture is answered 'unknown'; None where it is not."""
        if self.distances is None or self.limits is None:
            return (None,) * len(self)
        return tuple(self.limits.refusal(float(each)) for each in self.distances)

    @property
    def answers(self) -> tuple[str | None, ...]:
        """The likeliest class of each picture; None for 'unknown'."""
        return tuple(
            label if why is None else None for label, why in zip(self.best, self.reasons, strict=True)
        )


@dataclass(frozen=True)
class SetAttribution:
    """What is answered for a set of pictures by one model.

    Attributes:
        label: the likeliest class.
        known: whether it is taken for a known class at all; None where that could not be learned.
        support: mean probability of that class over the pictures.
        shares: mean probability of each class, by label.
        votes: share of the pictures whose likeliest class it is, by label.
        pictures: how many.
        distance: of the set from the nearest class, about 1 for a set by it; None where not learned.
        limits: how far a set of so many pictures may lie; None likewise.
        reason: why it is not taken for known; None where it is.
    """

    label: str
    known: bool | None
    support: float
    shares: Mapping[str, float]
    votes: Mapping[str, float]
    pictures: int
    distance: float | None = None
    limits: Limits | None = None
    reason: Reason | None = None


@dataclass(frozen=True, eq=False)
class Attributor:
    """Names the known model that made a picture.

    Attributes:
        labels: of the K known classes.
        classifier: gives logits of features.
        temperature: makes probabilities of them.
        rejection: when to say 'unknown'; None where that was not learned.
        accuracy: on the validation pictures, which also stopped the training: a little too good.
        calibration: expected calibration error there, after calibration: on the pictures that the temperature was
            fitted on, so too good as well.
        counts: pictures of each class, by label.
        shape: of one picture's features; None where it is not known.
    """

    labels: tuple[str, ...]
    classifier: FittedClassifier
    temperature: Temperature
    rejection: Rejection | None
    accuracy: float
    calibration: float
    counts: Mapping[str, int]
    shape: tuple[int, ...] | None = None

    @classmethod
    def fit(
        cls,
        sets: Mapping[str, FeatureTable],
        classifier: Classifier,
        *,
        rate: float = DEFAULT_RATE,
        unknown: bool = True,
        seed: int = 0,
        device: str = "auto",
        progress: bool | Progress = False,
    ) -> Attributor:
        """Learn classes from features of pictures.

        Args:
            sets: by label, at least two classes of ten pictures or more.
            classifier: see `whorl.attribution.classifiers.kinds.CLASSIFIERS`.
            rate: share of unknown models that may be taken for a known one; see `Rejection` for what is promised.
            unknown: False does not learn when to say 'unknown'.
            seed: fixes split, order and weights.
            device: auto, cpu, mps, cuda or cuda:N.
            progress: True shows it on stderr.

        Raises:
            ScoreError: too few classes or pictures, NaN, features of several shapes or all alike, a rate that is
                no share; training diverged.

        >>> from whorl.attribution.classifiers.kinds import CLASSIFIERS
        >>> rng = np.random.default_rng(0)
        >>> def table(shift):
        ...     values = rng.normal(shift, 1, (40, 5)).astype(np.float32)
        ...     return FeatureTable(values, tuple(map(str, range(40))), np.eye(40, dtype=np.uint8))
        >>> sets = {name: table(shift) for name, shift in (("a", 0), ("b", 8), ("c", -8))}
        >>> found = Attributor.fit(sets, CLASSIFIERS["linear"])
        >>> set(found.attribute(table(8)).best)
        {'b'}
        """
        shown = progress_for(progress)
        check_rate(rate)
        taught = divided(sets, seed=seed)
        learned = classifier.fit(
            taught.train,
            taught.validation,
            classes=len(taught.labels),
            seed=seed,
            device=device,
            progress=shown,
        )
        logits = learned.logits(taught.validation.values)
        temperature = Temperature.fit(logits, taught.validation)
        rejection = learn_rejection(sets, rate=rate, seed=seed) if unknown else None
        right = logits.argmax(axis=1) == taught.validation.classes
        return cls(
            taught.labels,
            learned,
            temperature,
            rejection,
            accuracy=float((right * taught.validation.weights()).mean()),
            calibration=calibration_error(temperature.probabilities(logits), taught.validation.classes),
            counts={label: len(table) for label, table in sets.items()},
            shape=tuple(taught.train.values.shape[1:]),
        )

    def attribute(self, table: FeatureTable) -> Attributions:
        """Answer for each picture by itself.

        Raises:
            ScoreError: no picture, NaN, or features of another shape than those it has learned from.
        """
        if not len(table):
            raise ScoreError("there is no picture to attribute.")
        shape = tuple(table.values.shape[1:])
        if self.shape is not None and shape != self.shape:
            raise ScoreError(
                f"features have the shape {shape}, and {self.shape} was learned. Measure them in the same way, on "
                "pictures of the same size."
            )
        if not np.isfinite(table.values).all():
            raise ScoreError("the features of these pictures hold NaN or infinity.")
        found = self.temperature.probabilities(self.classifier.logits(table.values))
        met = self.rejection
        if met is None:
            return Attributions(self.labels, table.ids, found)
        rows = met.likeness.rows(table.values)
        return Attributions(
            self.labels, table.ids, found, met.distances(rows), met.limits(1), met.distance_of(rows)
        )

    def together(self, found: Attributions) -> SetAttribution:
        """Answer once for pictures that one model made."""
        means = found.probabilities.mean(axis=0)
        votes = np.bincount(found.probabilities.argmax(axis=1), minlength=len(self.labels)) / len(found)
        limits = None if self.rejection is None else self.rejection.limits(len(found))
        reason = None if limits is None or found.distance is None else limits.refusal(found.distance)
        return SetAttribution(
            self.labels[int(means.argmax())],
            None if limits is None else reason is None,
            support(found.probabilities),
            dict(zip(self.labels, map(float, means), strict=True)),
            dict(zip(self.labels, map(float, votes), strict=True)),
            len(found),
            found.distance,
            limits,
            reason,
        )

    def save(self, folder: str | Path, method: AttributionMethod, *, overwrite: bool = False) -> Path:
        """Write it to a folder in one step, with the method that measures pictures for it; see `load_attributor`.

        Of a manifold, its digest and the folder that it was loaded from are remembered, not the manifold itself.

        Args:
            folder: made here; must not exist unless `overwrite`, and then must hold an attributor.
            method: whose features it has learned from.
            overwrite: replace an earlier attributor.

        Raises:
            StorageError: the folder exists, the disk is full, or nobody could make the method again by its name.
        """
        from whorl.attribution.folder import write_folder

        return write_folder(self, method, Path(folder), overwrite=overwrite)

    def describe(self) -> dict[str, Any]:
        """Return what a report says of it, as JSON values."""
        return {
            "classes": dict(self.counts),
            "accuracy_on_validation": self.accuracy,
            "calibration_error_on_validation": self.calibration,
            "temperature": self.temperature.value,
            "strangers_accepted": None if self.rejection is None else self.rejection.rate,
            "known_accepted": {str(size): share for size, share in self.known_accepted.items()},
        }

    @property
    def known_accepted(self) -> dict[int, float]:
        """Share of held-out known sets of 1, 25 and 100 pictures that is taken for known; empty where all are."""
        met = self.rejection
        return {} if met is None else {size: met.limits(size).known_accepted for size in TOLD_SIZES}
