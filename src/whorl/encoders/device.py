"""What `device` and `dtype` mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whorl.errors import EncoderError

if TYPE_CHECKING:
    import torch

DTYPES = ("auto", "float32", "bfloat16", "float16")

AUTO_BFLOAT16 = True
"""Whether `dtype="auto"` may mean bfloat16: see `prefers_bfloat16`."""

_WIDE = 768


def choose_device(device: str) -> torch.device:
    """Return the device: `auto` is a CUDA GPU where there is one, else Apple's, else the CPU.

    Raises:
        EncoderError: an unknown word, or a device that this machine or this build of torch lacks.

    >>> choose_device("cpu")
    device(type='cpu')
    """
    import torch

    usable = ["cpu", *(["mps"] if torch.backends.mps.is_available() else [])]
    usable += [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    if device == "auto":
        first = "cuda" if "cuda:0" in usable else "mps" if "mps" in usable else "cpu"
        return torch.device(first)
    if device not in (*usable, *(["cuda"] if "cuda:0" in usable else [])):
        raise EncoderError(
            f"device={device!r} cannot be had here; choose auto or one of {', '.join(usable)}."
        )
    return torch.device(device)


def check_dtype(dtype: str) -> None:
    """Refuse an unknown word.

    Raises:
        EncoderError: it is none of `DTYPES`.

    >>> check_dtype("bfloat16")
    """
    if dtype not in DTYPES:
        raise EncoderError(f"dtype={dtype!r} is unknown; choose one of {', '.join(DTYPES)}.")


def choose_dtype(dtype: str, device: torch.device, *, width: int) -> torch.dtype:
    """Return the dtype in which an encoder's products are computed: `auto` is float32 or, where quicker, bfloat16.

    Args:
        dtype: one of `DTYPES`.
        device: where it computes.
        width: of its hidden states; 0 where they have no one width (stages).

    Raises:
        EncoderError: an unknown word.

    >>> import torch
    >>> choose_dtype("auto", torch.device("cpu"), width=192)
    torch.float32
    """
    import torch

    check_dtype(dtype)
    if dtype == "auto":
        return torch.bfloat16 if prefers_bfloat16(device, width=width) else torch.float32
    chosen: torch.dtype = getattr(torch, dtype)
    return chosen


def prefers_bfloat16(device: torch.device, *, width: int) -> bool:
    """Tell whether `auto` means bfloat16: for a wide encoder, on a device that multiplies in it, if at all.

    What bfloat16 moves, the standard deviation of the difference in standardised C_T with the same cells, is
    measured in docs/performance.md; the limit is 0.2. `AUTO_BFLOAT16` turns the choice on and off.

    Args:
        device: where the encoder computes.
        width: of its hidden states. Narrower ones than 768 are slower in bfloat16.
    """
    return AUTO_BFLOAT16 and width >= _WIDE and _multiplies_in_bfloat16(device)


def _multiplies_in_bfloat16(device: torch.device) -> bool:
    import torch

    if device.type == "cuda":
        # From Ampere on; earlier GPUs only emulate it.
        return torch.cuda.get_device_capability(device)[0] >= 8
    has_amx = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return device.type == "cpu" and has_amx is not None and bool(has_amx())
