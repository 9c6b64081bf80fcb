"""Which methods are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from whorl.errors import ScoreError
from whorl.evaluation.paired import with_ablations
from whorl.fingerprints.contract import FingerprintMethod
from whorl.fingerprints.measure import LEAST_PICTURES
from whorl.fingerprints.methods import METHODS
from whorl.fingerprints.trained import PRESETS, TrainingRecipe

if TYPE_CHECKING:
    from whorl.attribution.methods import AttributionMethod
    from whorl.manifold import Manifold


@dataclass(frozen=True)
class EvaluatedMethods:
    """Methods by what they need.

    Attributes:
        comparing: those that compare fingerprints.
        trained: recipes of those that are trained on pictures, by name.
        attributing: those that name single pictures.
    """

    comparing: tuple[FingerprintMethod, ...]
    trained: Mapping[str, TrainingRecipe]
    attributing: tuple[AttributionMethod, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All names."""
        return (
            *(method.name for method in self.comparing),
            *self.trained,
            *(method.name for method in self.attributing),
        )

    @property
    def least_pictures(self) -> int:
        """The fewest pictures that any of them can be asked about."""
        return 1 if self.trained or self.attributing else LEAST_PICTURES


def chosen_methods(
    names: Sequence[str] | None,
    weights: Mapping[str, str],
    manifolds: Sequence[Manifold] = (),
    *,
    ablations: bool = False,
) -> EvaluatedMethods:
    """Return the methods of these names; None for all that compare fingerprints.

    Args:
        names: as users type them.
        weights: folder or hub name of pretrained weights, by the name of a trained method.
        manifolds: for methods such as "manifold:rgb".
        ablations: whether raw: and random: are added behind each manifold:.

    Raises:
        ScoreError: an unknown name, weights for a method that is not asked for, or a manifold that is not given.
    """
    asked = tuple(METHODS) if names is None else tuple(dict.fromkeys(names))
    if not asked:
        raise ScoreError("no method at all; give the names of some.")
    if ablations:
        asked = with_ablations(asked)
    trained = {name: PRESETS[name] for name in asked if name in PRESETS}
    odd = sorted(set(weights) - set(trained))
    if odd:
        raise ScoreError(f"weights are given for {', '.join(odd)}, which is not among the methods to train.")
    for name, place in weights.items():
        trained[name] = replace(trained[name], weights=place)
    return EvaluatedMethods(
        tuple(METHODS[name] for name in asked if name in METHODS),
        trained,
        tuple(_attributing(name, manifolds) for name in asked if name not in METHODS and name not in PRESETS),
    )


def _attributing(name: str, manifolds: Sequence[Manifold]) -> AttributionMethod:
    from whorl.attribution.manifold_names import is_manifold_name
    from whorl.attribution.methods import FAMILIES, method_named
    from whorl.attribution.methods import METHODS as SINGLE

    if is_manifold_name(name):
        return _on_a_manifold(name, manifolds)
    if name not in SINGLE and name.partition(":")[0] not in FAMILIES:
        raise ScoreError(
            f"no method {name!r}; choose from {', '.join((*METHODS, *PRESETS, *SINGLE))}, or manifold:SPACE."
        )
    return method_named(name)


def _on_a_manifold(name: str, manifolds: Sequence[Manifold]) -> AttributionMethod:
    from whorl.attribution.artifact_features import method_of
    from whorl.attribution.manifold_names import manifold_name

    wanted = manifold_name(name)
    fitting = [manifold for manifold in manifolds if wanted.layer in manifold.layers]
    if len(fitting) != 1:
        held = "; ".join(", ".join(map(str, manifold.layers)) for manifold in manifolds) or "none"
        many = "several of them have it" if fitting else "none of them has it"
        raise ScoreError(
            f"{name} needs one manifold with the space {wanted.layer!r}; spaces of those given: {held}; {many}. "
            "'whorl manifold build' makes one; give it with --manifold."
        )
    return method_of(fitting[0], layer=wanted.layer, classifier=wanted.classifier, kind=wanted.kind)
