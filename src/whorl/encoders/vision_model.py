"""Loading a transformers vision model so that nothing random takes part."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.encoders.quiet import quiet
from whorl.errors import EncoderError

if TYPE_CHECKING:
    import torch

# Families of picture and text: the class that holds the picture half alone.
_VISION_TOWERS = {"clip": "CLIPVisionModel", "siglip": "SiglipVisionModel"}
# Parameters that hidden states do not depend on: heads on top, and the stand-in for masked patches.
_UNUSED = ("pooler.", "head.", "mask_token")


def load_vision_model(folder: Path, *, name: str) -> torch.nn.Module:
    """Load the vision model in `folder` in float32 on the CPU, in eval mode, without gradients.

    Raises:
        EncoderError: the folder holds no vision model that transformers knows, or its weights do not fit: a
            parameter missing from the file would be random.
    """
    cls, config = _model_class(folder, name)
    # A pooler that the checkpoint lacks would be random: leave it out where the class allows.
    extra = dict.fromkeys({"add_pooling_layer"} & inspect.signature(cls).parameters.keys(), False)
    with quiet():
        model, info = _from_pretrained(cls, folder, name, config=config, **extra)
    _check_loading(info, name)
    model.requires_grad_(requires_grad=False)
    evaluated: torch.nn.Module = model.eval()
    return evaluated


def _model_class(folder: Path, name: str) -> tuple[Any, Any]:
    import transformers

    try:
        with quiet():
            config = transformers.AutoConfig.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = first_lines(error)
        raise EncoderError(f"{name}: transformers cannot read the config in {folder}: {reason}") from error
    tower = _VISION_TOWERS.get(config.model_type)
    if tower is not None:
        return getattr(transformers, tower), config.vision_config
    cls = transformers.MODEL_MAPPING.get(type(config), None)
    if isinstance(cls, tuple | list) or cls is None or getattr(cls, "main_input_name", "") != "pixel_values":
        raise EncoderError(
            f"{name} is a {config.model_type!r} model, which is no vision encoder; docs/encoders.md lists "
            "the supported families."
        )
    return cls, config


def _from_pretrained(cls: Any, folder: Path, name: str, **extra: Any) -> tuple[Any, dict[str, Any]]:
    import torch

    try:
        # float32 whatever the file holds: wider is exact, and buffers are then made in float32 too.
        loaded: tuple[Any, dict[str, Any]] = cls.from_pretrained(
            str(folder), dtype=torch.float32, use_safetensors=True, local_files_only=True,
            trust_remote_code=False, output_loading_info=True, **extra,
        )  # fmt: skip
    except (OSError, ValueError, RuntimeError, ImportError, TypeError, KeyError) as error:
        reason = first_lines(error)
        raise EncoderError(f"{name}: transformers cannot load the model in {folder}: {reason}") from error
    return loaded


def _check_loading(info: dict[str, Any], name: str) -> None:
    missing = sorted(key for key in info["missing_keys"] if not _is_unused(key))
    if missing:
        shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise EncoderError(
            f"{name}: the weights lack {shown}, which would be random. Do config.json and the weights belong "
            "together?"
        )


def _is_unused(key: str) -> bool:
    return any(f".{part}" in f".{key}" for part in _UNUSED)


def first_lines(error: BaseException) -> str:
    """Return the beginning of another library's message, on one line, for a message of ours."""
    lines = (str(error).strip() or type(error).__name__).splitlines()
    return " ".join(line.strip() for line in lines[:3])[:400]
