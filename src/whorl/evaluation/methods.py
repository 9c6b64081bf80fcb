"""Which methods are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from whorl.errors import ScoreError
from whorl.fingerprints.contract import FingerprintMethod
from whorl.fingerprints.methods import METHODS
from whorl.fingerprints.trained import PRESETS, TrainingRecipe


@dataclass(frozen=True)
class EvaluatedMethods:
    """Methods by what they need.

    Attributes:
        comparing: those that compare fingerprints.
        trained: recipes of those that are trained on pictures, by name.
    """

    comparing: tuple[FingerprintMethod, ...]
    trained: Mapping[str, TrainingRecipe]

    @property
    def names(self) -> tuple[str, ...]:
        """All names."""
        return (*(method.name for method in self.comparing), *self.trained)


def chosen_methods(names: Sequence[str] | None, weights: Mapping[str, str]) -> EvaluatedMethods:
    """Return the methods of these names; None for all that compare fingerprints.

    Args:
        names: as users type them.
        weights: folder or hub name of pretrained weights, by the name of a trained method.

    Raises:
        ScoreError: an unknown name, or weights for a method that is not asked for.
    """
    asked = tuple(METHODS) if names is None else tuple(dict.fromkeys(names))
    unknown = [name for name in asked if name not in METHODS and name not in PRESETS]
    if unknown or not asked:
        raise ScoreError(
            f"no method {', '.join(map(repr, unknown)) or 'at all'}; choose from "
            f"{', '.join((*METHODS, *PRESETS))}."
        )
    trained = {name: PRESETS[name] for name in asked if name in PRESETS}
    odd = sorted(set(weights) - set(trained))
    if odd:
        raise ScoreError(f"weights are given for {', '.join(odd)}, which is not among the methods to train.")
    for name, place in weights.items():
        trained[name] = replace(trained[name], weights=place)
    return EvaluatedMethods(tuple(METHODS[name] for name in asked if name in METHODS), trained)
