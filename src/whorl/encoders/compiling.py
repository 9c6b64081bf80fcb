"""torch.compile, asked for: fewer and larger kernels, at the price of a minute at the beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whorl.encoders.vision_model import first_lines
from whorl.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch


def compiled(model: torch.nn.Module) -> Callable[..., Any]:
    """Return the model compiled by torch's default backend when it is first called, for batches of any size."""
    import torch

    function: Callable[..., Any] = torch.compile(model)
    return function


def of_any_size(batch: torch.Tensor) -> torch.Tensor:
    """Return the batch (B, ...), B at least 2, marked so that what is compiled for it takes any other B as well.

    One alone would be compiled for a second time, so it goes in twice.

    >>> import torch
    >>> len(of_any_size(torch.zeros(1, 3))), len(of_any_size(torch.zeros(5, 3)))
    (2, 5)
    """
    import torch

    marked = torch.cat([batch, batch]) if len(batch) == 1 else batch
    torch._dynamo.mark_dynamic(marked, 0)
    return marked


def explain(error: Exception, name: str) -> EncoderError:
    """Return the error to raise where compiling failed."""
    return EncoderError(
        f"{name} cannot be compiled here ({first_lines(error)}); on a CPU that takes a C++ compiler (g++ or "
        "clang), on a GPU Triton. Install one, or load it without compile; "
        "a Reference that was built with a compiled encoder needs a compiled one."
    )
