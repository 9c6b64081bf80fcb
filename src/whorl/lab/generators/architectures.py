"""The generators that can be trained, by name."""

from __future__ import annotations

from importlib import import_module

from whorl.errors import WhorlError
from whorl.lab.generators.contract import GeneratorArchitecture

_PLACES = {
    "ddpm": "whorl.lab.generators.ddpm:DDPM",
    "ddim": "whorl.lab.generators.ddim:DDIM",
    "pndm": "whorl.lab.generators.pndm:PNDM",
    "sngan": "whorl.lab.generators.sngan:SNGAN",
    "biggan-deep": "whorl.lab.generators.biggan_deep:BIGGAN_DEEP",
    "contragan": "whorl.lab.generators.contragan:CONTRAGAN",
    "stylegan2": "whorl.lab.generators.stylegan2:STYLEGAN2",
    "latent-ddim": "whorl.lab.generators.latent_ddim:LATENT_DDIM",
}
NAMES = tuple(_PLACES)


def architecture_named(name: str) -> GeneratorArchitecture:
    """Return an architecture.

    Raises:
        WhorlError: there is none of this name.

    >>> architecture_named("pndm").name
    'pndm'
    """
    if name not in _PLACES:
        raise WhorlError(f"the architecture must be one of {', '.join(NAMES)}; got {name!r}.")
    module, _, attribute = _PLACES[name].partition(":")
    found: GeneratorArchitecture = getattr(import_module(module), attribute)
    return found
