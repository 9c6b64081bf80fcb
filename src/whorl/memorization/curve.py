"""The C_T-layer curve of a set of generated pictures: a frozen result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.errors import StorageError
from whorl.evidence import Evidence, LayerDistances, OtherScores, weigh
from whorl.memorization.measured import MeasuredPictures
from whorl.memorization.pairs import ClosestPair, PairNames, nearest_pairs
from whorl.memorization.pooled_score import PooledScore
from whorl.memorization.settings import ReferenceSettings
from whorl.memorization.verdict import LevelVerdict, Verdict, judge, judge_each

SCHEMA = "whorl-curve/3"


@dataclass(frozen=True, eq=False)
class LayerPictures:
    """One layer's numbers per generated picture.

    Attributes:
        layer: which.
        cells: for each partition int32 (m,), the picture's cell.
        distances: for each partition float64 (m,), to the nearest training picture in the Reference's scope; inf
            without one.
        nearest: int64 (m,), the nearest of all training pictures, as a row of the Reference.
        nearest_distances: float64 (m,), the distance to it.
        test_shares: float64 (m,), share of the held-out pictures that lie as near to training or nearer.
    """

    layer: Layer
    cells: tuple[NDArray[np.int32], ...]
    distances: tuple[NDArray[np.float64], ...]
    nearest: NDArray[np.int64]
    nearest_distances: NDArray[np.float64]
    test_shares: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """C_T at every layer. Negative: copies; about 0: healthy; positive: under-fits.

    Attributes:
        layers: from shallow to deep.
        scores: one `PooledScore` per layer.
        closest_pairs: for each layer, its nearest (training, generated) pairs, nearest first.
        reference: digest of the Reference; curves of different References must not be compared.
        encoder: the encoder's name.
        settings: the Reference's settings.
        n_train, n_test, n_generated: sizes of T, P and Q.
        identical: generated pictures whose pixels equal a training picture's; None where the Reference
            keeps no keys or the pictures were not at hand.
        skipped: (id, reason) of pictures that could not be read.
        warnings: what should be known before the curve is believed.
        source: what the generated pictures came from.
        generated_ids: their ids, in the order of `pictures`.
        pictures: per layer the numbers per picture; empty on a curve read back from JSON.
        train_ids: ids of the Reference's training rows, None where it keeps none.
        measured: per layer what `evidence` and `other_scores` are found from; empty on one read back from JSON.
        order: int64 (m,), the place of each generated picture in an order that no file name decides.
        stored_evidence, stored_other_scores, stored_relative_pairs: those of a curve read back from JSON.
        of_layers: all layers of the Reference where only some are scored, else empty; the verdict is over
            `layers` alone.
        auto: whether the Reference's sensitivity profile chose them.
        keys: uint8 (m, 16), digests of the generated pictures, which tell what two sets share; None on a curve
            read back from JSON.
        keys_of: what the keys are digests of; only keys of the same kind can be compared.
    """

    layers: tuple[Layer, ...]
    scores: tuple[PooledScore, ...]
    closest_pairs: tuple[ClosestPair, ...]
    reference: str
    encoder: str
    settings: ReferenceSettings
    n_train: int
    n_test: int
    n_generated: int
    identical: int | None = None
    skipped: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    source: str = ""
    generated_ids: tuple[str, ...] = field(default=(), repr=False)
    pictures: tuple[LayerPictures, ...] = field(default=(), repr=False)
    train_ids: tuple[str, ...] | None = field(default=None, repr=False)
    measured: tuple[MeasuredPictures, ...] = field(default=(), repr=False)
    stored_evidence: Evidence | None = field(default=None, repr=False)
    order: NDArray[np.int64] | None = field(default=None, repr=False)
    stored_other_scores: tuple[OtherScores, ...] = field(default=(), repr=False)
    stored_relative_pairs: tuple[ClosestPair, ...] = field(default=(), repr=False)
    of_layers: tuple[Layer, ...] = ()
    auto: bool = False
    keys: NDArray[np.uint8] | None = field(default=None, repr=False)
    keys_of: str = field(default="", repr=False)

    def __repr__(self) -> str:
        curve = ", ".join(
            f"{layer}: {z:+.1f}" for layer, z in zip(self.layers, self.standardised, strict=True)
        )
        return f"<Curve of {self.n_generated} pictures: {self.verdict}; standardised C_T by layer {curve}>"

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """C_T per layer, the mean over the partitions, float64 (L,)."""
        return np.array([score.value for score in self.scores])

    @cached_property
    def standardised(self) -> NDArray[np.float64]:
        """C_T over its null spread per layer, float64 (L,): about standard normal for a healthy model."""
        return np.array([score.standardised for score in self.scores])

    @cached_property
    def p_values(self) -> NDArray[np.float64]:
        """One-sided p-value for copying per layer, float64 (L,): small means copies."""
        return np.array([score.p_value for score in self.scores])

    @cached_property
    def coverage(self) -> NDArray[np.float64]:
        """Share of the test pictures in cells that count, per layer, float64 (L,)."""
        return np.array([score.coverage for score in self.scores])

    @cached_property
    def distances(self) -> tuple[LayerDistances, ...]:
        """Per layer the distances of the generated and the held-out pictures, which `evidence` weighs."""
        return tuple(layer.distances for layer in self.measured)

    @cached_property
    def evidence(self) -> Evidence | None:
        """What the distances are worth, found at first use; None on a curve made from scores alone."""
        if self.stored_evidence is not None or not self.measured:
            return self.stored_evidence
        return weigh(self.distances, self.n_generated, min_generated=self.settings.min_generated)

    @cached_property
    def other_scores(self) -> tuple[OtherScores, ...]:
        """Authenticity, distance ratio and calibrated distance, one per layer, found at first use.

        None of them decides the verdict. Empty on a curve made from scores alone.
        """
        return self.stored_other_scores or tuple(layer.other_scores for layer in self.measured)

    @cached_property
    def relative_pairs(self) -> tuple[ClosestPair, ...]:
        """The nearest pairs for how far training pictures lie apart, at layers where this tells most of copying.

        There a picture may be a copy without being among `closest_pairs`. Empty where there is no such layer.
        """
        if self.stored_relative_pairs or not self.measured or self.order is None or self.evidence is None:
            return self.stored_relative_pairs
        names = PairNames(self.generated_ids, self.order, self.train_ids)
        found: list[ClosestPair] = []
        for layer, measured in zip(self.evidence.layers, self.measured, strict=True):
            if layer.by == "lower tail" and layer.crowd.measure == "relative distance":
                relative, near = measured.distances.relative, measured.nearest
                mine, theirs = relative[: self.n_generated], np.sort(relative[self.n_generated :])
                found += nearest_pairs(
                    layer.layer, names, mine, theirs, near.index, near.distance, layer.crowd.measure
                )
        return tuple(found)

    def pairs_of(self, layer: Layer) -> tuple[ClosestPair, ...]:
        """Return the nearest pairs of a layer by the measure that tells most of copying there, nearest first."""
        relative = tuple(pair for pair in self.relative_pairs if pair.layer == layer)
        return relative or tuple(pair for pair in self.closest_pairs if pair.layer == layer)

    @cached_property
    def verdict(self) -> Verdict:
        """Copies, healthy or under-fits: early layers, late layers, whole."""
        return judge(self.layers, self.scores, self.evidence, of_layers=self.of_layers)

    @cached_property
    def by_layer(self) -> tuple[LevelVerdict, ...]:
        """The finding at each layer, what it rests on and its adjusted p-value; one per layer."""
        return judge_each(self.layers, self.scores, self.evidence)

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as JSON values, without the numbers per picture."""
        return {
            "schema": SCHEMA,
            "layers": list(self.layers),
            "of_layers": list(self.of_layers),
            "auto": self.auto,
            "values": self.values.tolist(),
            "standardised": self.standardised.tolist(),
            "p_values": self.p_values.tolist(),
            "verdict": self.verdict.to_dict(),
            "evidence": self.evidence.to_dict() if self.evidence else None,
            "scores": [score.to_dict() for score in self.scores],
            "other_scores": [layer.to_dict() for layer in self.other_scores],
            "closest_pairs": [asdict(pair) for pair in self.closest_pairs],
            "relative_pairs": [asdict(pair) for pair in self.relative_pairs],
            "reference": self.reference,
            "encoder": self.encoder,
            "settings": self.settings.to_dict(),
            "n_train": self.n_train,
            "n_test": self.n_test,
            "n_generated": self.n_generated,
            "identical": self.identical,
            "skipped": [list(entry) for entry in self.skipped],
            "warnings": list(self.warnings),
            "source": self.source,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Curve:
        """Rebuild a curve from `to_dict`'s values; the numbers per picture are not among them.

        Raises:
            StorageError: written by another version of the schema, or incomplete.
        """
        if data.get("schema") != SCHEMA:
            raise StorageError(f"expected a curve of schema {SCHEMA}; found {data.get('schema')!r}.")
        try:
            return cls(
                layers=tuple(data["layers"]),
                scores=tuple(PooledScore.from_dict(score) for score in data["scores"]),
                closest_pairs=tuple(ClosestPair(**pair) for pair in data["closest_pairs"]),
                stored_relative_pairs=tuple(ClosestPair(**pair) for pair in data["relative_pairs"]),
                settings=ReferenceSettings.from_dict(data["settings"]),
                skipped=tuple((entry[0], entry[1]) for entry in data["skipped"]),
                warnings=tuple(data["warnings"]),
                of_layers=tuple(data.get("of_layers", ())),
                auto=data.get("auto", False),
                stored_evidence=Evidence.from_dict(data["evidence"]) if data["evidence"] else None,
                stored_other_scores=tuple(OtherScores.from_dict(layer) for layer in data["other_scores"]),
                **{name: data[name] for name in _PLAIN},
            )
        except (KeyError, TypeError) as error:
            raise StorageError(f"this curve is incomplete: {error}.") from error


_PLAIN = ("reference", "encoder", "n_train", "n_test", "n_generated", "identical", "source")
