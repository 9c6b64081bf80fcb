"""A latent diffusion pipeline of diffusers, from its folder or from the hub; nothing is unpickled."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import torch

from whorl.diffusers_package import diffusers
from whorl.errors import StorageError, WhorlError
from whorl.latent.diffusers_parts import DiffusersParts
from whorl.latent.pipeline_steps import STEPS_FILE, read_steps

_INDEX = "model_index.json"
_AUTOENCODERS, _UNET, _SCHEDULER = ("vqvae", "vae"), "unet", "scheduler"
_CONDITIONED = ("text_encoder", "tokenizer", "bert", "transformer", "prior", "image_encoder")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt")
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")


def read_pipeline(place: str | Path) -> DiffusersParts:
    """Read the parts of an unconditional latent diffusion pipeline, float32, on the CPU.

    Args:
        place: a folder as `save_pretrained` of diffusers writes it, or a name on the hub.

    Raises:
        StorageError: no such folder or name, a damaged file, or weights that would have to be unpickled.
        WhorlError: another kind of pipeline, or diffusers is missing.
    """
    diffusers()
    folder = _located(place)
    classes = _classes(folder)
    roles = (_autoencoder(folder, classes), _UNET, _SCHEDULER)
    autoencoder, unet, scheduler = (_read(folder / role, classes[role]) for role in roles)
    return DiffusersParts(autoencoder, unet, scheduler, steps=read_steps(folder))


def _located(place: str | Path) -> Path:
    folder, name = Path(place).expanduser(), str(place)
    if name and folder.is_dir():
        return folder
    if isinstance(place, Path) or folder.exists() or not _HUB_NAME.fullmatch(name):
        raise StorageError(
            f"{name or repr(name)} is no folder and no hub name; give a folder with {_INDEX}, or a hub name such "
            "as CompVis/ldm-celebahq-256."
        )
    return _download(name)


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    roles = (*_AUTOENCODERS, _UNET, _SCHEDULER)
    wanted = [
        _INDEX,
        STEPS_FILE,
        *(f"{role}/*{suffix}" for role in roles for suffix in (".json", ".safetensors")),
    ]
    try:
        return Path(snapshot_download(name, allow_patterns=wanted))
    except (OSError, HfHubHTTPError, HFValidationError, ValueError) as error:
        offline = " (HF_HUB_OFFLINE is set)" if os.environ.get("HF_HUB_OFFLINE") else ""
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise StorageError(
            f"{name} is no folder here, and could not be had from the Hugging Face hub{offline}: {reason} Give a "
            "local folder with its files, check the name, or go online."
        ) from error


def _classes(folder: Path) -> dict[str, str]:
    """Return the class of each part, as the index names it."""
    try:
        index = json.loads((folder / _INDEX).read_bytes())
        found = {
            role: str(said[1])
            for role, said in index.items()
            if isinstance(said, list) and len(said) == 2 and said[1] is not None
        }
    except (OSError, ValueError, AttributeError) as error:
        raise StorageError(
            f"{folder} cannot be read as a pipeline of diffusers ({error}); expected {_INDEX}, as save_pretrained "
            "writes it."
        ) from error
    conditions = [role for role in found if role.startswith(_CONDITIONED)]
    if conditions or "Condition" in found.get(_UNET, ""):
        raise WhorlError(
            f"{folder} is a text-conditional pipeline ({found.get(_UNET) or ', '.join(conditions)}), which is not "
            "supported: keys are put into models without conditions alone, with a UNet2DModel."
        )
    return found


def _autoencoder(folder: Path, classes: dict[str, str]) -> str:
    """Return the autoencoder's role, and refuse an index without the parts that are needed."""
    role = next((each for each in _AUTOENCODERS if each in classes), None)
    kinds: dict[str, tuple[str, ...]] = {_UNET: ("UNet2DModel",), _SCHEDULER: ("DDIMScheduler",)}
    if role is None:
        raise WhorlError(
            f"{folder} is no latent diffusion pipeline: it has neither {' nor '.join(_AUTOENCODERS)} among "
            f"{', '.join(classes) or 'no parts'}."
        )
    kinds[role] = ("AutoencoderKL", "VQModel")
    for each, accepted in kinds.items():
        if classes.get(each) not in accepted:
            raise WhorlError(
                f"the {each} in {folder} is {classes.get(each, 'missing')}; expected {' or '.join(accepted)}."
                + (" Save the pipeline with one made by from_config." if each == _SCHEDULER else "")
            )
    return role


def _read(folder: Path, kind: str) -> Any:
    made = getattr(diffusers(), kind)
    if kind.endswith("Scheduler"):
        return _told(folder, lambda: made.from_pretrained(str(folder), local_files_only=True))
    if folder.is_dir() and not any(folder.glob("*.safetensors")):
        pickled = sorted(path.name for path in folder.iterdir() if path.suffix in _PICKLES)
        raise StorageError(
            f"{folder} has no weights as .safetensors"
            + (
                f", only {', '.join(pickled)}, and Whorl never unpickles: a pickle can run any code. If you trust "
                "it, load the pipeline with diffusers once and write it by save_pretrained(new_folder)."
                if pickled
                else "; copy the folder anew."
            )
        )

    def loaded() -> Any:
        with torch.random.fork_rng(devices=[]):
            model, info = made.from_pretrained(
                str(folder),
                use_safetensors=True,
                local_files_only=True,
                torch_dtype=torch.float32,
                output_loading_info=True,
            )
        wrong = [*info["missing_keys"], *info["mismatched_keys"], *info["unexpected_keys"]]
        if wrong:
            raise ValueError(f"{len(wrong)} tensors do not fit its config, such as {wrong[0]}")
        return model

    return _told(folder, loaded)


def _told(folder: Path, read: Any) -> Any:
    from safetensors import SafetensorError

    try:
        return read()
    except (OSError, ValueError, TypeError, RuntimeError, KeyError, SafetensorError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise StorageError(f"{folder} cannot be read: {reason}") from error
