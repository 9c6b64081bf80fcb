"""The one door to generators that keys can be put into."""

from __future__ import annotations

import inspect
import json
import re
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, cast

from whorl.errors import StorageError, WhorlError
from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator

GROUP = "whorl.generators"
"""The entry-point group in which a plugin names its factory, a function of `device`."""

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_TRAINED = "whorl-generator/1"
_CONTRACT = ("name", "digest", "latent_dim", "image_size", "device", "sample_latents", "synthesize")


def open_generator(place: str | Path, device: str = "auto") -> LatentGenerator:
    """Open a generator.

    Args:
        place: a plugin's name, which goes before a folder; a folder of `whorl latent convert`, of
            `whorl lab train stylegan2` or `latent-ddim`, or of a diffusers pipeline, or a hub name of one.
        device: auto, cpu, mps, cuda or cuda:N.

    Raises:
        StorageError: nothing of these is there, or it is damaged.
        WhorlError: a plugin failed, or gave something else.
    """
    if isinstance(place, str):
        plugins = [point for point in entry_points(group=GROUP) if point.name == place]
        if plugins:
            return _plugged(plugins, device)
    folder = Path(place).expanduser()
    if (folder / "model_index.json").is_file() or (not folder.exists() and _HUB_NAME.fullmatch(str(place))):
        from whorl.latent.latent_diffusion import open_latent_diffusion

        return open_latent_diffusion(place, device)
    if (folder / "config.json").is_file():
        return _trained(folder, device)
    return _converted(folder, device)


def generator_of(
    basis: LatentBasis, place: str | Path | None = None, device: str = "auto"
) -> LatentGenerator:
    """Open the generator that a basis was made for.

    Args:
        basis: remembers where it was.
        place: where it is now; None for where it was.
        device: see `open_generator`.

    Raises:
        StorageError: it is not there, or another one is.
        WhorlError: a plugin failed.
    """
    where = place if place is not None else basis.generator.place
    if where is None:
        raise StorageError("this basis does not say where its generator lies; give it (--generator).")
    try:
        found = open_generator(where, device)
    except StorageError as error:
        if place is not None:
            raise
        raise StorageError(
            f"{error} The basis was made with it there; say where it is now (--generator)."
        ) from error
    basis.expect(found)
    return found


def _converted(folder: Path, device: str) -> LatentGenerator:
    from whorl.encoders.device import choose_device
    from whorl.latent.generators import StyleGAN2
    from whorl.latent.stylegan2.folder import read_network

    network, settings = read_network(folder)
    return StyleGAN2(network, settings, device=choose_device(device))


def _trained(folder: Path, device: str) -> LatentGenerator:
    try:
        values = json.loads((folder / "config.json").read_bytes())
        schema, architecture = values.get("schema"), values.get("architecture")
    except (OSError, ValueError, AttributeError) as error:
        raise StorageError(f"{folder / 'config.json'} cannot be read: {error}.") from error
    if schema != _TRAINED or architecture not in ("stylegan2", "latent-ddim"):
        raise StorageError(
            f"{folder} holds {architecture or 'something else'} ({schema or 'no schema'}); keys go into stylegan2 "
            f"and latent-ddim of 'whorl lab train' ({_TRAINED}), what 'whorl latent convert' makes, and latent "
            "diffusion of diffusers."
        )
    # From the workshop, which is to the right of this room: it alone knows how its folders hang together, and
    # whether these weights are those of this recipe and these pictures.
    if architecture == "latent-ddim":
        from whorl.lab.generators.latent_pipeline import open_trained

        return open_trained(folder, device)
    from whorl.encoders.device import choose_device
    from whorl.lab.generators.load import load_generator
    from whorl.latent.generators import StyleGAN2
    from whorl.latent.stylegan2.network import StyleGAN2Network
    from whorl.latent.stylegan2.settings import StyleGAN2Settings

    model = load_generator(folder, device=device)
    network = cast("StyleGAN2Network", model.networks[model.sampler])
    settings = StyleGAN2Settings.from_dict(values["recipe"]["settings"]["generator"])
    return StyleGAN2(network, settings, device=choose_device(device))


def _plugged(points: list[EntryPoint], device: str) -> LatentGenerator:
    if len({point.value for point in points}) > 1:
        both = " and ".join(_described(point) for point in points)
        raise WhorlError(f"two plugins offer the generator {points[0].name!r}: {both}; uninstall one.")
    point = points[0]
    try:
        found: Any = point.load()(device=device)
    except WhorlError:
        raise
    except Exception as error:  # a plugin may fail in any way, and its user needs to know which one did
        reason = f"{type(error).__name__}: {error}"
        raise WhorlError(f"the plugin {_described(point)} failed: {reason}") from error
    # isinstance() with a Protocol would evaluate `digest`, which reads all weights.
    missing = [name for name in _CONTRACT if inspect.getattr_static(found, name, None) is None]
    if missing:
        raise WhorlError(
            f"the plugin {_described(point)} gave a {type(found).__name__} without {', '.join(missing)}, which is "
            "no LatentGenerator; 'whorl.checks.check_latent_generator' says what one is."
        )
    return cast("LatentGenerator", found)


def _described(point: EntryPoint) -> str:
    package = f" of {point.dist.name}" if point.dist is not None else ""
    return f"{point.name} = {point.value}{package}"
