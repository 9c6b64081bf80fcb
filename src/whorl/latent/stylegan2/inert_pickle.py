"""Tensors out of NVlabs' network pickles without running anything that is in them.

Such a file pickles whole Python objects, the source code of their classes included, and unpickling it in the
usual way runs that code. Here only a fixed list of harmless names is built: containers, numbers and tensors. What
the file calls a network becomes an inert record of its state, and any other name is refused.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import torch

from whorl.errors import StorageError

_BROKEN = (AttributeError, TypeError, ValueError, AssertionError, RuntimeError)
"""What a damaged file makes its reader raise; RecursionError is a RuntimeError."""


class _Inert:
    """An object of which only the state is kept."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.state: Any = None


class _Named(OrderedDict[str, Any]):
    """A dictionary that the file calls by another name."""


def _persistent(meta: Any) -> _Inert:
    """Stand in for `torch_utils.persistence._reconstruct_persistent_obj`, which would run the source in `meta`."""
    made = _Inert()
    made.state = meta["state"] if isinstance(meta, Mapping) else None
    return made


def _parameter(data: torch.Tensor, *_: Any) -> torch.Tensor:
    return data


def _storage(data: bytes) -> Any:
    """Stand in for `torch.storage._load_from_bytes`, which would unpickle freely."""
    return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)


def _encoded(text: Any, encoding: Any = "latin1") -> bytes:
    """Stand in for `_codecs.encode`, with which protocol 2 writes bytes."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError("an encoding other than Latin-1")
    return text.encode("latin1")


_KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("dnnlib.util", "EasyDict"): _Named,
    ("torch_utils.persistence", "_reconstruct_persistent_obj"): _persistent,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch.storage", "_load_from_bytes"): _storage,
    ("torch", "Size"): torch.Size,
    ("torch", "device"): torch.device,
    ("torch", "float32"): torch.float32,
    ("torch", "float16"): torch.float16,
    ("torch.nn.modules.container", "ModuleList"): _Inert,
    ("torch.nn.modules.container", "ModuleDict"): _Inert,
    # Settings, of which nothing is needed: the shapes of the tensors say it all.
    **{
        (f"numpy.{core}.multiarray", name): _Inert
        for core in ("core", "_core")
        for name in ("scalar", "_reconstruct")
    },
    ("builtins", "set"): _Inert,
    ("__builtin__", "set"): _Inert,
    ("builtins", "frozenset"): _Inert,
    ("__builtin__", "frozenset"): _Inert,
    ("_codecs", "encode"): _encoded,
    ("numpy", "dtype"): _Inert,
    ("numpy", "ndarray"): _Inert,
}


class _Unpickler(pickle._Unpickler):
    """Python's own reader of pickles, whose steps can be closed one by one; the quick one's cannot."""

    stack: list[Any]
    dispatch: ClassVar[dict[int, Callable[..., None]]] = dict(pickle._Unpickler.dispatch)

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} is not built here")
        return _KNOWN[module, name]

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError(f"an outside object {str(pid)[:40]!r}")

    def load_build(self) -> None:
        """Give a state to inert records alone: elsewhere it would set attributes of functions and classes."""
        state = self.stack.pop()
        if not isinstance(self.stack[-1], _Inert):
            raise pickle.UnpicklingError(f"a state for {type(self.stack[-1]).__name__}")
        self.stack[-1].state = state

    dispatch[pickle.BUILD[0]] = load_build


def tensors_in_pickle(path: Path, network: str = "G_ema") -> dict[str, torch.Tensor]:
    """Return the tensors of one network of a pickle, by the names that its modules give them.

    Args:
        path: of a `.pkl` by NVlabs' stylegan2-ada-pytorch or stylegan3.
        network: which of its networks.

    Raises:
        StorageError: no such file, or one that holds anything but tensors, numbers and containers.
    """
    try:
        with path.open("rb") as file:
            held = _Unpickler(file).load()
    except (pickle.UnpicklingError, OSError, EOFError, LookupError, ArithmeticError, *_BROKEN) as error:
        raise StorageError(
            f"{path} is not read: {error}. Whorl runs no code out of a file; where you trust this one, save the "
            "state of its averaged generator (G_ema.state_dict()) with safetensors, and convert that."
        ) from error
    if not isinstance(held, Mapping) or not isinstance(held.get(network), _Inert):
        raise StorageError(f"{path} holds no network {network}, as NVlabs' pickles do.")
    return dict(_tensors(held[network], ""))


def _tensors(module: _Inert, prefix: str) -> list[tuple[str, torch.Tensor]]:
    state = module.state if isinstance(module.state, Mapping) else {}
    found = [
        (f"{prefix}{name}", value)
        for kind in ("_parameters", "_buffers")
        for name, value in (state.get(kind) or {}).items()
        if isinstance(value, torch.Tensor)
    ]
    for name, inner in (state.get("_modules") or {}).items():
        if isinstance(inner, _Inert):
            found += _tensors(inner, f"{prefix}{name}.")
    return found
