"""The studies by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from whorl.errors import WhorlError
from whorl.latent.studies import capacity, cost, dimension, errors, forging, robustness, strength
from whorl.latent.studies.study import Bench, LatentStudy


@dataclass(frozen=True)
class NamedStudy:
    """A study.

    Attributes:
        run: measures it.
        readings: how many pictures it reads, for progress.
    """

    run: Callable[[Bench], LatentStudy]
    readings: Callable[[Bench], int]


STUDIES: Mapping[str, NamedStudy] = MappingProxyType(
    {
        "dimension": NamedStudy(dimension.dimension, dimension.readings),
        "strength": NamedStudy(strength.strength, strength.readings),
        "capacity": NamedStudy(capacity.capacity, capacity.readings),
        "robustness": NamedStudy(robustness.robustness, robustness.readings),
        "errors": NamedStudy(errors.errors, errors.readings),
        "cost": NamedStudy(cost.cost, cost.readings),
        "forging": NamedStudy(forging.forging, forging.readings),
    }
)


def run_study(name: str, bench: Bench) -> LatentStudy:
    """Measure a study, telling the bench's progress of every picture that is read.

    Raises:
        WhorlError: there is no study of this name; or what the study itself says.
    """
    if name not in STUDIES:
        raise WhorlError(f"no study of keys is called {name!r}; choose from {', '.join(STUDIES)}.")
    study = STUDIES[name]
    bench.progress.begin(name, study.readings(bench), 0)
    try:
        return study.run(bench)
    finally:
        bench.progress.end()
