"""A trained latent diffusion model as a pipeline of diffusers, and as a generator for keys."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

from whorl.errors import WhorlError
from whorl.files import names_in, replacing_folder, write_json
from whorl.lab.generators.latent_ddim import LatentModel
from whorl.lab.generators.load import load_generator
from whorl.latent.diffusers_parts import DiffusersParts
from whorl.latent.latent_diffusion import LatentDiffusion
from whorl.latent.pipeline_steps import STEPS_FILE, write_steps

_INDEX = "model_index.json"
_PARTS = ("vqvae", "unet", "scheduler")


def export_pipeline(
    folder: str | Path, output: str | Path, *, checkpoint: int | None = None, overwrite: bool = False
) -> Path:
    """Write a trained `latent-ddim` as a folder of diffusers' LDMPipeline.

    It draws what the lab draws, and `whorl.latent.latent_diffusion.open_latent_diffusion` opens it for keys, with
    as many steps of DDIM as the model was made for. diffusers takes steps from whoever draws.

    Args:
        folder: what `train_generator` left.
        output: made here.
        checkpoint: the epoch whose weights were kept; None takes the last ones.
        overwrite: replace an earlier pipeline.

    Raises:
        StorageError: no generator there, `output` exists, or the disk is full.
        WhorlError: a generator of another architecture.
    """
    model = _trained(folder, checkpoint, "cpu")
    found = _parts(model)
    parts = dict(zip(_PARTS, (found.autoencoder, found.unet, found.scheduler), strict=True))
    with replacing_folder(Path(output), overwrite=overwrite, ours=_holds) as temporary:
        for role, part in parts.items():
            part.save_pretrained(str(temporary / role))
        classes = {role: ["diffusers", type(part).__name__] for role, part in parts.items()}
        index = {"_class_name": "LDMPipeline", "_diffusers_version": version("diffusers"), **classes}
        write_json(temporary / _INDEX, index)
        write_steps(temporary, model.settings.unet.inference_steps)
    return Path(output)


def open_trained(
    folder: str | Path, device: str = "auto", *, checkpoint: int | None = None
) -> LatentDiffusion:
    """Open a trained `latent-ddim` as it lies, for keys; its digest is that of the pipeline it is exported as.

    Args:
        folder: what `train_generator` left.
        device: auto, cpu, mps, cuda or cuda:N.
        checkpoint: the epoch whose weights were kept; None takes the last ones.

    Raises:
        StorageError: no generator there.
        WhorlError: a generator of another architecture.
    """
    model = _trained(folder, checkpoint, device)
    return LatentDiffusion(_parts(model), name=Path(folder).name, device=model.device)


def _trained(folder: str | Path, checkpoint: int | None, device: str) -> LatentModel:
    model = load_generator(folder, checkpoint=checkpoint, device=device)
    if not isinstance(model, LatentModel):
        raise WhorlError(f"{folder} holds a {model.name}; only a latent-ddim is a latent diffusion model.")
    return model


def _parts(model: LatentModel) -> DiffusersParts:
    pair = model.networks[model.sampler]
    pair.autoencoder.register_to_config(scaling_factor=pair.scaling_factor)
    steps = model.settings.unet.inference_steps
    return DiffusersParts(pair.autoencoder, pair.unet, model.scheduler, steps=steps)


def _holds(folder: Path) -> bool:
    """Return whether a folder holds such a pipeline and nothing else."""
    if names_in(folder) - {STEPS_FILE} != {_INDEX, *_PARTS}:
        return False
    try:
        index = json.loads((folder / _INDEX).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(index, dict) and index.get("_class_name") == "LDMPipeline"
