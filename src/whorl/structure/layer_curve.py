"""Which layer tells models apart best: artifacts, and what they are to be compared with, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.artifact_features import ArtifactFeatures
from whorl.attribution.classifiers.contract import Classifier
from whorl.attribution.classifiers.kinds import CLASSIFIERS
from whorl.attribution.features import FeatureTable
from whorl.attribution.manifold_names import Kind
from whorl.attribution.split import LEAST_PICTURES
from whorl.embeddings import Embeddings, EncodeOptions
from whorl.embeddings.progress import progress_for
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.files import bytes_of, digest_bytes
from whorl.manifold.frechet_ratio import fdr
from whorl.manifold.manifold import Manifold
from whorl.structure.folds import folds
from whorl.structure.judged import judged
from whorl.structure.layer_answers import KindAnswer, LayerAnswer, LayerAnswers
from whorl.structure.layer_results import Gain, LayerCurve, LayerPoint, Separation
from whorl.structure.resampled import Resampled

COMPONENTS = 32
"""Dimensions of the Frechet distance ratio where there are pictures for so many."""
_KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, eq=False)
class _Design:
    """All that decides an answer but the layer."""

    manifold: Manifold
    held: Mapping[str, Embeddings]
    order: Mapping[str, NDArray[np.int64]]
    parts: Mapping[str, NDArray[np.int64]]
    classifier: Classifier
    components: int
    splits: int
    seed: int

    def decided_by(self, layer: Layer) -> dict[str, Any]:
        return {
            "manifold": self.manifold.digest,
            "layer": layer,
            "sets": {
                label: [held.encoder, digest_bytes(bytes_of(held.keys[self.order[label]]))]
                for label, held in self.held.items()
            },
            "classifier": dict(self.classifier.describe()),
            "components": self.components,
            "splits": self.splits,
            "seed": self.seed,
        }


def layer_curve(
    manifold: Manifold,
    sets: Mapping[str, Any],
    *,
    layers: Sequence[Layer] | None = None,
    splits: int = 3,
    seed: int = 0,
    classifier: str | Classifier = "linear",
    components: int | None = None,
    answers: str | Path | None = None,
    **options: Unpack[EncodeOptions],
) -> LayerCurve:
    """Measure at every layer how well artifacts name the model of a picture, and how well two ablations do.

    The pictures of each model are dealt to `splits` parts. Each part is judged by a classifier that has learned
    from the others, so every picture judges once, and in the same part at every layer and for every kind of
    features. The interval is over pictures; parts that differ more than it says are seen in `by_split`.

    Pictures are encoded once, for all layers; then one layer at a time is in memory.

    Args:
        manifold: real pictures, in all the layers that are to be compared.
        sets: for each of at least two models its pictures, anything `whorl.open_images` takes, or `Embeddings`
            from `manifold.embed`. Real pictures may be one of them: those that are in the manifold are projected
            onto another than themselves.
        layers: which layers; None for all of the manifold's.
        splits: at least 2.
        seed: fixes splits, classifier, halves, random real pictures and intervals.
        classifier: a name of `whorl.attribution.classifiers.kinds.CLASSIFIERS`, or a classifier.
        components: principal components for the Frechet distance ratio, the same at all layers; None for 32, or
            as many as layers and halves of the smallest model allow.
        answers: a folder in which what was found at each layer is kept, so that the same call goes on where it
            was stopped; None keeps nothing.
        **options: see `whorl.embeddings.EncodeOptions`; `progress` counts layers too.

    Raises:
        ScoreError: too few models or pictures, unknown layer or classifier, another space, a layer at which all
            pictures are alike.
        ImageError, EncoderError, StorageError: see their messages.

    >>> rng = np.random.default_rng(0)
    >>> manifold = Manifold.from_embeddings({n: rng.normal(size=(200, 4)) for n in (1, 2)})
    >>> from whorl.embeddings import from_arrays
    >>> def made(shift):
    ...     return from_arrays({1: rng.normal(size=(40, 4)), 2: rng.normal(shift, 1, size=(40, 4))})
    >>> curve = layer_curve(manifold, {"a": made(-4), "b": made(4)})
    >>> curve.best.layer, curve.best.artifacts.accuracy, curve.chance
    (2, 1.0, 0.5)
    """
    chosen = _layers(manifold, layers)
    model = _classifier(classifier)
    held = {str(label): manifold.embed(sets[label], **options) for label in sorted(sets, key=str)}
    design = _design(manifold, held, chosen, model, components, splits, seed)
    store = LayerAnswers(None if answers is None else Path(answers))
    progress = progress_for(options.get("progress", False))
    progress.begin("layer curve", len(chosen), 0, unit="layers")
    found: list[LayerAnswer] = []
    try:
        for layer in chosen:
            found.append(store.get_or_find(design.decided_by(layer), partial(_answer, design, layer)))
            progress.advance(1)
    finally:
        progress.end()
    return _curve(design, chosen, found)


def _layers(manifold: Manifold, wanted: Sequence[Layer] | None) -> tuple[Layer, ...]:
    chosen = tuple(manifold.layers) if wanted is None else tuple(wanted)
    unknown = [layer for layer in chosen if layer not in manifold.layers]
    if unknown or not chosen or len(set(chosen)) < len(chosen):
        raise ScoreError(
            f"layers must be different ones of {', '.join(map(str, manifold.layers))}; got {list(chosen)}."
        )
    return chosen


def _classifier(wanted: str | Classifier) -> Classifier:
    if not isinstance(wanted, str):
        return wanted
    if wanted not in CLASSIFIERS:
        raise ScoreError(f"there is no classifier {wanted!r}; there are {', '.join(CLASSIFIERS)}.")
    return CLASSIFIERS[wanted]


def _design(
    manifold: Manifold,
    held: Mapping[str, Embeddings],
    layers: Sequence[Layer],
    classifier: Classifier,
    components: int | None,
    splits: int,
    seed: int,
) -> _Design:
    if len(held) < 2:
        raise ScoreError(f"a layer curve takes at least 2 models; got {len(held)}.")
    if splits < 2 or seed < 0:
        raise ScoreError(f"splits must be at least 2 and seed at least 0; got {splits} and {seed}.")
    least = -(-LEAST_PICTURES * splits // (splits - 1)) + 1
    small = {label: len(each) for label, each in held.items() if len(each) < least}
    if small:
        told = ", ".join(f"{label} has {count}" for label, count in small.items())
        raise ScoreError(f"{splits} splits need at least {least} pictures of each model; {told}.")
    width = min(manifold.features[layer].shape[1] for layer in layers)
    half = min(map(len, held.values())) // 2
    if components is not None and not 1 <= components <= min(width, half - 1):
        raise ScoreError(
            f"components must lie between 1 and {min(width, half - 1)} for layers at least {width} wide and "
            f"halves of {half} pictures; got {components}."
        )
    order = {label: each.canonical_order() for label, each in held.items()}
    seeds = np.random.SeedSequence((seed, 4)).spawn(len(held))
    parts = {
        label: folds(each.keys[order[label]], splits, np.random.default_rng(own))
        for (label, each), own in zip(held.items(), seeds, strict=True)
    }
    usual = min(COMPONENTS, width, max(1, half // 2))
    return _Design(manifold, held, order, parts, classifier, components or usual, splits, seed)


def _answer(design: _Design, layer: Layer) -> LayerAnswer:
    try:
        kinds = {kind: _kind(design, layer, kind) for kind in _KINDS}
    except ScoreError as error:
        raise ScoreError(f"layer {layer}: {error} Leave it out with layers=.") from error
    return LayerAnswer(design.manifold.features[layer].shape[1], kinds)


def _kind(design: _Design, layer: Layer, kind: Kind) -> KindAnswer:
    features = ArtifactFeatures(design.manifold, layer, kind, design.seed)
    tables: dict[str, FeatureTable] = {
        label: features.features(held).rows(design.order[label]) for label, held in design.held.items()
    }
    right = judged(tables, design.parts, design.classifier, seed=design.seed)
    flat = {label: table.values.reshape(len(table), -1) for label, table in tables.items()}
    ratio = fdr(flat, seed=design.seed, components=design.components)
    return KindAnswer(np.concatenate(list(right.values())), (ratio.value, ratio.lower, ratio.upper))


def _curve(design: _Design, layers: Sequence[Layer], found: Sequence[LayerAnswer]) -> LayerCurve:
    sizes = [len(each) for each in design.held.values()]
    owners = np.repeat(np.arange(len(sizes)), sizes)
    parts = np.concatenate(list(design.parts.values()))
    right = np.stack([answer.kinds[kind].right for answer in found for kind in _KINDS])
    drawn = Resampled.of(right, owners, seed=design.seed)
    nearest = np.arange(len(found)) * len(_KINDS) + _KINDS.index("nearest")
    shares = drawn.best_shares(nearest)
    points = []
    for place, (layer, answer) in enumerate(zip(layers, found, strict=True)):
        rows = {kind: place * len(_KINDS) + i for i, kind in enumerate(_KINDS)}
        kinds = {
            kind: _separation(drawn, row, right[row], owners, parts, answer.kinds[kind].fdr)
            for kind, row in rows.items()
        }
        points.append(
            LayerPoint(
                layer,
                answer.width,
                artifacts=kinds["nearest"],
                raw=kinds["raw"],
                random=kinds["random"],
                over_raw=_gain(drawn, rows["nearest"], rows["raw"]),
                over_random=_gain(drawn, rows["nearest"], rows["random"]),
                best_share=float(shares[place]),
            )
        )
    return LayerCurve(
        points=tuple(points),
        labels=tuple(design.held),
        pictures=tuple(sizes),
        splits=design.splits,
        classifier=design.classifier.name,
        fdr_n=min(sizes) // 2,
        fdr_d=design.components,
        seed=design.seed,
        manifold=design.manifold.digest,
        manifold_pictures=len(design.manifold),
        encoder=design.manifold.encoder.name if design.manifold.encoder else "",
    )


def _separation(
    drawn: Resampled,
    row: int,
    right: NDArray[np.bool_],
    owners: NDArray[np.int64],
    parts: NDArray[np.int64],
    ratio: tuple[float, float, float],
) -> Separation:
    by_split = tuple(
        _accuracy(right[parts == part], owners[parts == part]) for part in range(parts.max() + 1)
    )
    low, high = drawn.interval(row)
    return Separation(float(drawn.values[row]), low, high, by_split, *ratio)


def _accuracy(right: NDArray[np.bool_], owners: NDArray[np.int64]) -> float:
    return float(np.mean([right[owners == owner].mean() for owner in np.unique(owners)]))


def _gain(drawn: Resampled, mine: int, other: int) -> Gain:
    low, high = drawn.interval(mine, other)
    return Gain(float(drawn.values[mine] - drawn.values[other]), low, high)
