"""The studies by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from whorl.latent.studies.capacity import capacity
from whorl.latent.studies.cost import cost
from whorl.latent.studies.dimension import dimension
from whorl.latent.studies.errors import errors
from whorl.latent.studies.forging import forging
from whorl.latent.studies.robustness import robustness
from whorl.latent.studies.strength import strength
from whorl.latent.studies.study import Bench, LatentStudy

STUDIES: Mapping[str, Callable[[Bench], LatentStudy]] = MappingProxyType(
    {
        "dimension": dimension,
        "strength": strength,
        "capacity": capacity,
        "robustness": robustness,
        "errors": errors,
        "cost": cost,
        "forging": forging,
    }
)
