"""What `device` and `dtype` mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whorl.errors import EncoderError

if TYPE_CHECKING:
    import torch

DTYPES = ("auto", "float32", "bfloat16", "float16")


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


def choose_dtype(dtype: str) -> torch.dtype:
    """Return the dtype in which the encoder computes: `auto` is float32, everywhere.

    Half precision is quicker on most GPUs and some CPUs, but changes embeddings in the third digit, and the
    ranks of near-copies hang on smaller differences than that: it is never chosen unasked.

    Raises:
        EncoderError: an unknown word.

    >>> choose_dtype("auto")
    torch.float32
    """
    import torch

    if dtype not in DTYPES:
        raise EncoderError(f"dtype={dtype!r} is unknown; choose one of {', '.join(DTYPES)}.")
    chosen: torch.dtype = getattr(torch, "float32" if dtype == "auto" else dtype)
    return chosen
