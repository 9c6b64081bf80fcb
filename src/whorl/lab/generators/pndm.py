"""PNDM: trained like DDPM, drawn by pseudo numerical steps: three of Runge-Kutta, then linear multistep ones.

Source: Liu, Ren, Lin and Zhao, Pseudo Numerical Methods for Diffusion Models on Manifolds, arXiv 2202.09778;
50 steps at size "paper" are diffusers' default. A Runge-Kutta step is four passes through the network, a multistep
one a single pass: n steps are n + 9 passes. Ours: before each step the clean picture that the noise stands
for is brought within black and white, as diffusers' schedulers of DDPM and DDIM do and its PNDM does not.
Without it a model trained for minutes draws pictures of one glaring colour, since early steps multiply its errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whorl.diffusers_package import diffusers
from whorl.lab.generators.ddpm import squared_error
from whorl.lab.generators.diffusion import DiffusionArchitecture
from whorl.lab.generators.diffusion_sizes import diffusion_presets

if TYPE_CHECKING:
    import torch


def _scheduler(train_steps: int) -> Any:
    return diffusers().PNDMScheduler(num_train_timesteps=train_steps)


def _step(
    scheduler: Any,
    predicted: torch.Tensor,
    t: Any,
    x: torch.Tensor,
    generators: list[torch.Generator],  # noqa: ARG001 - no noise after the first
) -> torch.Tensor:
    back: torch.Tensor = scheduler.step(
        within(predicted, scheduler.alphas_cumprod[int(t)], x), t, x
    ).prev_sample
    return back


def within(noise: torch.Tensor, kept: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Return noise (B, C, H, W) that stands for a clean picture from -1 to 1.

    Args:
        noise: as predicted.
        kept: share of the clean picture's power in `x`, the cumulative product of alphas.
        x: the noisy pictures.

    >>> import torch
    >>> half = torch.tensor(0.5)
    >>> found = within(torch.zeros(2), half, torch.tensor([0.1, 2.0]))
    >>> (found * 1000).round() / 1000
    tensor([0.0000, 1.8280])
    """
    clean = ((x - (1 - kept).sqrt() * noise) / kept.sqrt()).clamp(-1, 1)
    return (x - kept.sqrt() * clean) / (1 - kept).sqrt()


PNDM = DiffusionArchitecture(
    "pndm",
    diffusion_presets(tiny=5, small=25, paper=50),
    loss=squared_error,
    scheduler=_scheduler,
    step=_step,
    drawing=2,
)
