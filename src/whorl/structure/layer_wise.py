"""Which layer tells models apart best: artifacts, and what they are to be compared with, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from whorl.attribution.classifiers.contract import Classifier
from whorl.attribution.classifiers.kinds import chosen_classifier
from whorl.attribution.manifold_names import Kind
from whorl.embeddings import EncodeOptions
from whorl.embeddings.progress import Progress, progress_for
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.manifold.frechet_ratio import FDR, fdr
from whorl.manifold.manifold import Manifold
from whorl.structure.cross_validation import rightly_named
from whorl.structure.held_sets import HeldSets
from whorl.structure.layer_answers import KindAnswer, LayerAnswer, LayerAnswers
from whorl.structure.layer_design import KINDS, LayerDesign, design_of
from whorl.structure.layer_results import LayerCurve
from whorl.structure.layer_summary import curve_of


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
    chosen = chosen_layers(manifold, layers)
    model = chosen_classifier(classifier)
    held = {
        str(label): manifold.embed(sets[label], label=str(label), **options)
        for label in sorted(sets, key=str)
    }
    design = design_of(HeldSets(manifold, held, seed), chosen, model, components, splits)
    folder = None if answers is None else Path(answers)
    return curve_on(design, chosen, folder=folder, progress=progress_for(options.get("progress", False)))


def curve_on(
    design: LayerDesign,
    layers: Sequence[Layer],
    *,
    folder: Path | None,
    progress: Progress,
    ratios: Mapping[tuple[Layer, Kind], FDR] | None = None,
) -> LayerCurve:
    """Measure what `layer_curve` does, of pictures that were embedded and dealt to parts.

    Args:
        design: the pictures, and all that decides an answer but the layer.
        layers: which.
        folder: where what was found at each layer is kept; None keeps nothing.
        progress: is told about each layer.
        ratios: those that were measured already, with the seed and in the components of the design.

    Raises:
        ScoreError: a layer at which all pictures are alike.
    """
    known = ratios or {}

    def ratio(layer: Layer, kind: Kind) -> FDR:
        found = known.get((layer, kind))
        return found or fdr(design.sets.flat(layer, kind), seed=design.seed, components=design.components)

    store = LayerAnswers(folder)
    progress.begin("layer curve", len(layers), 0, unit="layers")
    found: list[LayerAnswer] = []
    try:
        for layer in layers:
            found.append(store.get_or_find(design.decided_by(layer), partial(_answer, design, layer, ratio)))
            progress.advance(1)
    finally:
        progress.end()
    return curve_of(design, layers, found)


def chosen_layers(manifold: Manifold, wanted: Sequence[Layer] | None) -> tuple[Layer, ...]:
    """Return the layers that are meant; None for all.

    Raises:
        ScoreError: none, one twice, or one that the manifold lacks.
    """
    chosen = tuple(manifold.layers) if wanted is None else tuple(wanted)
    unknown = [layer for layer in chosen if layer not in manifold.layers]
    if unknown or not chosen or len(set(chosen)) < len(chosen):
        raise ScoreError(
            f"layers must be different ones of {', '.join(map(str, manifold.layers))}; got {list(chosen)}."
        )
    return chosen


def _answer(design: LayerDesign, layer: Layer, ratio: Callable[[Layer, Kind], FDR]) -> LayerAnswer:
    try:
        kinds: dict[str, KindAnswer] = {
            kind: _kind(design, layer, kind, ratio(layer, kind)) for kind in KINDS
        }
    except ScoreError as error:
        raise ScoreError(f"layer {layer}: {error} Leave it out with layers=.") from error
    return LayerAnswer(design.sets.manifold.features[layer].shape[1], kinds)


def _kind(design: LayerDesign, layer: Layer, kind: Kind, ratio: FDR) -> KindAnswer:
    tables = design.sets.tables(layer, kind)
    right = rightly_named(tables, design.parts, design.classifier, seed=design.seed)
    return KindAnswer(np.concatenate(list(right.values())), (ratio.value, ratio.lower, ratio.upper))
