"""What artifacts reveal of some models, all parts together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from whorl.attribution.manifold_names import Kind
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.structure.layer_results import LayerCurve
from whorl.structure.picture_map import ArtifactMap
from whorl.structure.space_ratio import SpaceRatio
from whorl.structure.spectra import Spectra
from whorl.structure.traces import ChoiceTraces

SCHEMA = "whorl-structure/1"


@dataclass(frozen=True)
class NotMeasured:
    """A part that could not be measured.

    Attributes:
        part: "layer curve", "ratios", "design choices", "map", "spectra", "examples", or "layer 0" and its like.
        why: a sentence or two.
    """

    part: str
    why: str


@dataclass(frozen=True, eq=False)
class Structure:
    """The layer-wise curve, ratios, traces of design choices, a map and spectra of the same pictures.

    Attributes:
        labels: M classes, sorted; "real" is the class of real pictures.
        pictures: of each class.
        in_manifold: how many of these are pictures of the manifold; they were projected onto others.
        skipped: how many pictures of all classes could not be read.
        layers: that were measured.
        at: the layer of choices and map: the one asked for, else the one at which artifacts name most pictures.
        curve: layer by layer.
        ratios: of artifacts and of both ablations at every layer.
        choices: clusters held against design choices.
        map: artifacts on a plane.
        spectra: of artifacts, in the space of pixels.
        not_measured: parts that are None or empty above, and layers that were left out.
        d: dimensions of ratios and clusters.
        seed: fixes all that is drawn.
        manifold: its digest.
        manifold_pictures: how many real pictures it has.
        encoder: its name; empty for embeddings made elsewhere.
    """

    labels: tuple[str, ...]
    pictures: tuple[int, ...]
    in_manifold: tuple[int, ...]
    skipped: int
    layers: tuple[Layer, ...]
    at: Layer
    curve: LayerCurve | None
    ratios: tuple[SpaceRatio, ...]
    choices: ChoiceTraces | None
    map: ArtifactMap | None
    spectra: Spectra | None
    not_measured: tuple[NotMeasured, ...]
    d: int
    seed: int
    manifold: str
    manifold_pictures: int
    encoder: str

    def ratio(self, layer: Layer, kind: Kind = "nearest") -> SpaceRatio:
        """Return what was found of one kind at one layer.

        Raises:
            ScoreError: it was not measured.
        """
        found = next((each for each in self.ratios if (each.layer, each.kind) == (layer, kind)), None)
        if found is None:
            raise ScoreError(f"no ratio of the kind {kind!r} was measured at layer {layer!r}.")
        return found

    def why_not(self, part: str) -> str:
        """Return why a part was not measured; empty where it was."""
        return next((each.why for each in self.not_measured if each.part == part), "")

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        for name in _PARTS:
            values[name] = None if values[name] is None else values[name].to_dict()
        values["ratios"] = [each.to_dict() for each in self.ratios]
        values["not_measured"] = [asdict(each) for each in self.not_measured]
        return {"schema": SCHEMA} | {
            name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Structure:
        """Return what `to_dict` wrote.

        Raises:
            ScoreError: another schema, or names that do not fit.
        """
        names = {entry.name for entry in fields(cls)}
        if values.get("schema") != SCHEMA or set(values) != names | {"schema"}:
            raise ScoreError(f"expected {SCHEMA} with {', '.join(sorted(names))}; got {sorted(values)}.")
        plain: dict[str, Any] = {
            name: tuple(values[name]) if name in _TUPLES else values[name] for name in names
        }
        try:
            for name, kind in _PARTS.items():
                plain[name] = None if values[name] is None else kind.from_dict(values[name])
            plain["ratios"] = tuple(SpaceRatio.from_dict(each) for each in values["ratios"])
            plain["not_measured"] = tuple(NotMeasured(**each) for each in values["not_measured"])
        except (TypeError, AttributeError) as error:
            raise ScoreError(f"this structure is damaged: {error}.") from error
        return cls(**plain)


_PARTS: Mapping[str, type[LayerCurve | ChoiceTraces | ArtifactMap | Spectra]] = {
    "curve": LayerCurve,
    "choices": ChoiceTraces,
    "map": ArtifactMap,
    "spectra": Spectra,
}
_TUPLES = {"labels", "pictures", "in_manifold", "layers"}
