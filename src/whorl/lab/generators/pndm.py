"""PNDM: trained like DDPM, drawn by pseudo numerical steps: four Runge-Kutta ones, then linear multistep.

Source: Liu, Ren, Lin and Zhao, Pseudo Numerical Methods for Diffusion Models on Manifolds, arXiv 2202.09778;
50 steps at size "paper" are diffusers' default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whorl.diffusers_package import diffusers
from whorl.lab.generators.diffusion import DiffusionArchitecture
from whorl.lab.generators.diffusion_sizes import diffusion_presets

if TYPE_CHECKING:
    import torch


def _loss(predicted: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    from torch.nn.functional import mse_loss

    return mse_loss(predicted, noise)


def _scheduler(train_steps: int) -> Any:
    return diffusers().PNDMScheduler(num_train_timesteps=train_steps)


def _step(
    scheduler: Any,
    predicted: torch.Tensor,
    t: Any,
    x: torch.Tensor,
    generators: list[torch.Generator],  # noqa: ARG001 - no noise after the first
) -> torch.Tensor:
    back: torch.Tensor = scheduler.step(predicted, t, x).prev_sample
    return back


PNDM = DiffusionArchitecture(
    "pndm", diffusion_presets(tiny=5, small=25, paper=50), loss=_loss, scheduler=_scheduler, step=_step
)
