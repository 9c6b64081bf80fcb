"""An encoder's files: finding or downloading them, and the digest of what is in them."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.errors import EncoderError

if TYPE_CHECKING:
    import torch

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
_WANTED = (CONFIG, WEIGHTS, INDEX, "model-*.safetensors", "preprocessor_config.json", "processor_config.json")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt")
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")

# What a config says about training, names and heads, not about the function from pictures to hidden states.
_IRRELEVANT = {
    "_attn_implementation", "_name_or_path", "architectures", "attn_implementation", "dtype",
    "finetuning_task", "id2label", "initializer_factor", "initializer_range", "label2id", "num_labels",
    "problem_type", "torch_dtype", "transformers_version",
}  # fmt: skip


def locate(name_or_folder: str | Path) -> Path:
    """Return the folder with an encoder's files, downloading them when a hub name is given.

    A folder that exists is taken before the hub. Downloads honour HF_HUB_OFFLINE and the hub's cache.

    Raises:
        EncoderError: no such folder, no such hub name, or the hub cannot be reached.
    """
    folder, name = Path(name_or_folder).expanduser(), str(name_or_folder)
    if name and folder.is_dir():  # an empty name would be the current folder
        return folder
    if isinstance(name_or_folder, Path) or folder.exists() or not _HUB_NAME.fullmatch(name):
        raise EncoderError(
            f"{name or repr(name)} is no folder and no hub name; give a folder with {CONFIG} and {WEIGHTS}, "
            "or a hub name such as google/vit-base-patch16-224-in21k."
        )
    return _download(name)


def check_files(folder: Path) -> list[Path]:
    """Return a folder's weight files, after checking that everything needed is there.

    Raises:
        EncoderError: no config, no safetensors weights (pickled ones are not read), or a missing shard.
    """
    if not (folder / CONFIG).is_file():
        raise EncoderError(f"{folder} has no {CONFIG}; give a folder that save_pretrained wrote.")
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if (folder / INDEX).is_file():
        return _shards(folder)
    pickled = sorted(path.name for path in folder.iterdir() if path.suffix in _PICKLES)
    if pickled:
        raise EncoderError(
            f"{folder} has its weights only as {', '.join(pickled)}, and Whorl never unpickles: a pickle can "
            f"run any code. If you trust it, convert it once to {WEIGHTS}: "
            "AutoModel.from_pretrained(folder).save_pretrained(new_folder)."
        )
    raise EncoderError(f"{folder} has no weights; expected {WEIGHTS} or {INDEX}.")


def digest_weights(files: list[Path]) -> str:
    """Return the SHA-256 of all tensors in safetensors files: name, dtype, shape and bytes, sorted by name.

    Of the tensors as they are stored, not as they are loaded: the names of transformers' modules change with
    its versions, those in a file do not. How tensors are spread over shards makes no difference.

    Raises:
        EncoderError: a file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    h = hashlib.sha256()
    try:
        opened: list[Any] = [safe_open(str(file), framework="pt") for file in files]
        for name, source in sorted((name, i) for i, file in enumerate(opened) for name in file.keys()):  # noqa: SIM118
            tensor = opened[source].get_tensor(name)
            header = json.dumps([name, str(tensor.dtype), list(tensor.shape)]).encode()
            h.update(len(header).to_bytes(8, "little") + header)
            h.update(_bytes_of(tensor))
    except (SafetensorError, OSError) as error:
        folder = files[0].parent
        raise EncoderError(f"the weights in {folder} cannot be read ({error}); copy them anew.") from error
    return h.hexdigest()


def relevant_config(folder: Path) -> dict[str, Any]:
    """Return what `config.json` says about the function from pictures to hidden states.

    Of the file, not of the loaded configuration: the latter has other defaults with each version.

    Raises:
        EncoderError: the file is no JSON object.
    """
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"), parse_constant=str)
    except ValueError as error:
        raise EncoderError(f"{folder / CONFIG} is not JSON ({error}); copy the folder anew.") from error
    if not isinstance(config, dict):
        raise EncoderError(f"{folder / CONFIG} holds a {type(config).__name__}, expected a JSON object.")
    relevant = _without_irrelevant(config)
    assert isinstance(relevant, dict)  # noqa: S101
    return relevant


def _without_irrelevant(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _without_irrelevant(v) for key, v in value.items() if key not in _IRRELEVANT}


def _bytes_of(tensor: torch.Tensor) -> Any:
    import torch

    return tensor.contiguous().view(-1).view(torch.uint8).numpy().data if tensor.numel() else b""


def _shards(folder: Path) -> list[Path]:
    try:
        names = sorted(set(json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"].values()))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise EncoderError(f"{folder / INDEX} is damaged ({error!r}); copy the folder anew.") from error
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise EncoderError(f"{folder} lacks {', '.join(missing)}, which {INDEX} lists; copy the folder anew.")
    return [folder / name for name in names]


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        return Path(snapshot_download(name, allow_patterns=list(_WANTED)))
    except (OSError, HfHubHTTPError, HFValidationError, ValueError) as error:
        offline = " (HF_HUB_OFFLINE is set)" if os.environ.get("HF_HUB_OFFLINE") else ""
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EncoderError(
            f"{name} is no folder here, and could not be had from the Hugging Face hub{offline}: {reason} "
            "Give a local folder with its files, check the name, or go online; whorl-vit-32 comes with Whorl."
        ) from error
