"""The layer-wise manifold fingerprint: how well each layer of one encoder tells models apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from whorl.encoders.contract import Layer
from whorl.errors import ScoreError

SCHEMA = "whorl-layer-curve/1"


@dataclass(frozen=True)
class Separation:
    """How well features of one kind tell models apart at one layer.

    Attributes:
        accuracy: share of held-out pictures whose model is rightly named, every model counting alike.
        low, high: 95 % interval, pictures drawn anew; the classifiers stay as they were learned.
        by_split: the accuracy in each split by itself.
        fdr: Frechet distance ratio; 1 where models do not differ.
        fdr_low, fdr_high: its interval over draws of the halves.
    """

    accuracy: float
    low: float
    high: float
    by_split: tuple[float, ...]
    fdr: float
    fdr_low: float
    fdr_high: float


@dataclass(frozen=True)
class Gain:
    """By how much the accuracy of artifacts is larger than an ablation's, on the same pictures.

    Attributes:
        value: the difference.
        low, high: 95 % interval, the same pictures drawn anew for both.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class LayerPoint:
    """One layer.

    Attributes:
        layer: which.
        width: D.
        artifacts: phi(x) - phi(x*), x* the nearest real picture.
        raw: phi(x) itself, the first ablation.
        random: phi(x) minus a random real picture, the second.
        over_raw, over_random: what nearness is worth.
        best_share: how often this layer's artifacts are the most accurate of all layers', pictures drawn anew.
    """

    layer: Layer
    width: int
    artifacts: Separation
    raw: Separation
    random: Separation
    over_raw: Gain
    over_random: Gain
    best_share: float


@dataclass(frozen=True)
class LayerCurve:
    """The layer-wise manifold fingerprint of some models.

    Attributes:
        points: one per layer, from shallow to deep.
        labels: M models, sorted.
        pictures: of each model, in the order of `labels`.
        splits: parts of the pictures; each judges once and teaches otherwise.
        classifier: its name.
        fdr_n: pictures in each half of the Frechet distance ratio.
        fdr_d: principal components in which that was measured, the same at all layers.
        seed: fixes splits, classifier, halves, random real pictures and intervals.
        manifold: its digest.
        manifold_pictures: how many real pictures it has.
        encoder: its name; empty for embeddings made elsewhere.
    """

    points: tuple[LayerPoint, ...]
    labels: tuple[str, ...]
    pictures: tuple[int, ...]
    splits: int
    classifier: str
    fdr_n: int
    fdr_d: int
    seed: int
    manifold: str
    manifold_pictures: int
    encoder: str

    @property
    def chance(self) -> float:
        """The accuracy of guessing, 1 / M."""
        return 1 / len(self.labels)

    @property
    def best(self) -> LayerPoint:
        """The layer whose artifacts are the most accurate, the shallowest among equals; see `best_share`."""
        return max(self.points, key=lambda point: point.artifacts.accuracy)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        lists = {"labels": list(self.labels), "pictures": list(self.pictures)}
        body = asdict(self) | lists
        body["points"] = [_listed(asdict(point)) for point in self.points]
        return {"schema": SCHEMA} | body

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LayerCurve:
        """Return what `to_dict` wrote.

        Raises:
            ScoreError: another schema, or names that do not fit.
        """
        names = {entry.name for entry in fields(cls)}
        if values.get("schema") != SCHEMA or set(values) != names | {"schema"}:
            raise ScoreError(f"expected {SCHEMA} with {', '.join(sorted(names))}; got {sorted(values)}.")
        plain = {name: values[name] for name in names}
        plain |= {"labels": tuple(values["labels"]), "pictures": tuple(values["pictures"])}
        try:
            plain["points"] = tuple(_point(each) for each in values["points"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ScoreError(f"this layer curve is damaged: {error}.") from error
        return cls(**plain)


def _point(values: Mapping[str, Any]) -> LayerPoint:
    kinds = {
        name: Separation(**values[name] | {"by_split": tuple(values[name]["by_split"])})
        for name in ("artifacts", "raw", "random")
    }
    gains = {name: Gain(**values[name]) for name in ("over_raw", "over_random")}
    return LayerPoint(**{**values, **kinds, **gains})


def _listed(point: dict[str, Any]) -> dict[str, Any]:
    for name in ("artifacts", "raw", "random"):
        point[name]["by_split"] = list(point[name]["by_split"])
    return point
