"""The parts of a structure, each kept, and left out with a reason where it cannot be measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from whorl.attribution.classifiers.contract import Classifier
from whorl.attribution.labels import REAL
from whorl.attribution.manifold_names import Kind
from whorl.embeddings.progress import Progress
from whorl.encoders.contract import Layer
from whorl.encoders.pixels import LAYER as PIXELS
from whorl.errors import ScoreError
from whorl.structure.clusters import choice_traces
from whorl.structure.design_choices import DesignChoices
from whorl.structure.held_sets import HeldSets
from whorl.structure.layer_design import design_of
from whorl.structure.layer_results import LayerCurve
from whorl.structure.layer_wise import curve_on
from whorl.structure.part_answers import kept_part
from whorl.structure.picture_map import ArtifactMap, artifact_map
from whorl.structure.space_ratio import SpaceRatio, space_ratio
from whorl.structure.spectra import Spectra, artifact_spectra
from whorl.structure.structure_result import NotMeasured
from whorl.structure.traces import ChoiceTraces

_MAPPED, _PERPLEXITY = 200, 30.0
_KINDS: Mapping[Kind, str] = {
    "nearest": "artifacts",
    "raw": "pictures themselves",
    "random": "minus a random real one",
}
Found = TypeVar("Found")


@dataclass(frozen=True, eq=False)
class Parts:
    """What measures each part of the same pictures.

    Attributes:
        sets: the pictures.
        layers: at least one.
        d: dimensions of ratios and clusters.
        folder: where parts are kept; None keeps nothing.
        progress: is told about each step.
        missing: grows by what could not be measured.
    """

    sets: HeldSets
    layers: tuple[Layer, ...]
    d: int
    folder: Path | None
    progress: Progress
    missing: list[NotMeasured] = field(default_factory=list)

    def curve(
        self, splits: int, classifier: Classifier, ratios: Sequence[SpaceRatio] = ()
    ) -> LayerCurve | None:
        """Measure every layer; ratios that were measured already are taken as they are."""
        known = {(each.layer, each.kind): each.ratio for each in ratios}

        def find() -> LayerCurve:
            design = design_of(self.sets, self.layers, classifier, self.d, splits)
            return curve_on(design, self.layers, folder=self.folder, progress=self.progress, ratios=known)

        return self._attempt("layer curve", find)

    def ratios(self, dealings: int) -> tuple[SpaceRatio, ...]:
        """Measure artifacts and both ablations at every layer."""
        found = []
        self.progress.begin("ratios", len(self.layers) * len(_KINDS), 0, unit="ratios")
        try:
            for layer in self.layers:
                for kind, told in _KINDS.items():
                    find = partial(space_ratio, self.sets, layer, kind, components=self.d, dealings=dealings)
                    decided = {"layer": layer, "kind": kind, "components": self.d, "dealings": dealings}
                    where = f"layer {layer}, {told}: "
                    one = self._attempt("ratios", partial(self._kept, SpaceRatio, decided, find), where)
                    found += [] if one is None else [one]
                    self.progress.advance(1)
        finally:
            self.progress.end()
        return tuple(found)

    def at(self, layer: Layer, choices: DesignChoices | None) -> AtOneLayer:
        """Measure what is of one layer alone."""
        self.progress.begin("choices, map, spectra", 3, 0, unit="parts")
        try:
            traces = self._attempt("design choices", lambda: self._traces(layer, choices))
            self.progress.advance(1)
            plane = self._attempt("map", lambda: self._map(layer))
            self.progress.advance(1)
            spectra = self._attempt("spectra", self._spectra)
            self.progress.advance(1)
        finally:
            self.progress.end()
        return AtOneLayer(traces, plane, spectra)

    def _traces(self, layer: Layer, choices: DesignChoices | None) -> ChoiceTraces:
        if choices is None:
            raise ScoreError("no table of design choices was given (--choices, choices=).")
        table = {model: dict(row) for model, row in choices.values.items()}

        def find() -> ChoiceTraces:
            values = self.sets.values(layer)
            chosen = {label: values[label] for label in choices.models}
            return choice_traces(chosen, choices, components=self.d, seed=self.sets.seed)

        names = [*choices.names, *choices.models]
        decided = {"layer": layer, "components": self.d, "choices": table, "order": names}
        return self._kept(ChoiceTraces, decided, find)

    def _map(self, layer: Layer) -> ArtifactMap:
        shown = len(self.sets.held) * min(_MAPPED, *self.sets.sizes)
        perplexity = min(_PERPLEXITY, (shown - 1) / 3)

        def find() -> ArtifactMap:
            values = self.sets.values(layer)
            return artifact_map(values, pictures=_MAPPED, perplexity=perplexity, seed=self.sets.seed)

        return self._kept(ArtifactMap, {"layer": layer, "perplexity": perplexity, "most": _MAPPED}, find)

    def _spectra(self) -> Spectra:
        if self.sets.manifold.layers != (PIXELS,) or self.sets.manifold.picture_size is None:
            raise ScoreError(
                "artifacts of this manifold are vectors and no pictures; build one with --encoder pixels:SIZE."
            )

        def find() -> Spectra:
            values = self.sets.values(PIXELS)
            real = values.pop(REAL, None)
            return artifact_spectra(values, real=real)

        return self._kept(Spectra, {}, find)

    def _kept(self, kind: type[Any], decided: Mapping[str, Any], find: Callable[[], Found]) -> Found:
        found: Found = kept_part(self.folder, kind, {**self.sets.decided_by(), **decided}, find)
        return found

    def _attempt(self, part: str, find: Callable[[], Found], where: str = "") -> Found | None:
        try:
            return find()
        except ScoreError as error:
            self.missing.append(NotMeasured(part, f"{where}{error}"))
            return None


@dataclass(frozen=True, eq=False)
class AtOneLayer:
    """Parts of one layer; None where one could not be measured."""

    choices: ChoiceTraces | None
    map: ArtifactMap | None
    spectra: Spectra | None


def telling_layer(layers: Sequence[Layer], curve: LayerCurve | None, ratios: Sequence[SpaceRatio]) -> Layer:
    """Return the layer at which artifacts name most pictures; without a curve, the one of the largest ratio.

    The last layer is taken where neither was measured.

    >>> telling_layer([1, 2], None, ())
    2
    """
    if curve is not None:
        return curve.best.layer
    nearest = [each for each in ratios if each.kind == "nearest"]
    return max(nearest, key=lambda each: each.ratio.value).layer if nearest else layers[-1]
