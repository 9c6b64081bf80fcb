"""The order of a zoo's architectures, and the seed of each model."""

from __future__ import annotations

from collections.abc import Iterable

from whorl.errors import WhorlError

ZOO_ORDER = ("sngan", "contragan", "ddpm", "biggan-deep", "ddim", "pndm")
"""Fixed: a model's place in it, and how many there are, decide its seed."""


def zoo_seed(architecture: str, run: int, *, seed: int = 0) -> int:
    """Return the seed of a model: seed + place + 6 (run - 1), its place counted from 0 in `ZOO_ORDER`.

    It trains the model and draws its pictures. Every model has one of its own: `ddpm` and `pndm` train alike,
    and with one seed would be one model drawn in two ways. More runs or fewer architectures change no seed.

    Raises:
        WhorlError: no architecture of this name, or a run below 1.

    >>> zoo_seed("sngan", 1), zoo_seed("pndm", 1), zoo_seed("sngan", 2), zoo_seed("ddpm", 3, seed=100)
    (0, 5, 6, 114)
    """
    chosen = check_architectures([architecture])[0]
    if run < 1:
        raise WhorlError(f"runs are counted from 1; got {run!r}.")
    return seed + ZOO_ORDER.index(chosen) + len(ZOO_ORDER) * (run - 1)


def check_architectures(names: Iterable[str]) -> tuple[str, ...]:
    """Return the architectures in the zoo's order, each once.

    Raises:
        WhorlError: none, or one that no zoo has.

    >>> check_architectures(["ddim", "sngan"])
    ('sngan', 'ddim')
    """
    given = tuple(names)
    strange = [name for name in given if name not in ZOO_ORDER]
    if strange or not given:
        raise WhorlError(
            f"a zoo's architectures are among {', '.join(ZOO_ORDER)}; got {', '.join(strange) or 'none'}."
        )
    return tuple(name for name in ZOO_ORDER if name in given)
