"""DDPM: mean squared error, and a thousand noisy steps back.

Source: Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models, arXiv 2006.11239.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whorl.diffusers_package import diffusers
from whorl.lab.generators.diffusion import DiffusionArchitecture
from whorl.lab.generators.diffusion_sizes import diffusion_presets

if TYPE_CHECKING:
    import torch


def squared_error(predicted: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Return the mean squared error of the predicted noise (algorithm 1)."""
    from torch.nn.functional import mse_loss

    return mse_loss(predicted, noise)


def _scheduler(train_steps: int) -> Any:
    return diffusers().DDPMScheduler(num_train_timesteps=train_steps)


def _step(
    scheduler: Any, predicted: torch.Tensor, t: Any, x: torch.Tensor, generators: list[torch.Generator]
) -> torch.Tensor:
    """Step back with fresh noise (algorithm 2), each picture's from its own generator.

    The scheduler hands its generator to diffusers' `randn_tensor`, which takes a list, one for each row.
    """
    back: torch.Tensor = scheduler.step(predicted, t, x, generator=generators).prev_sample
    return back


DDPM = DiffusionArchitecture(
    "ddpm",
    diffusion_presets(tiny=8, small=100, paper=1000),
    loss=squared_error,
    scheduler=_scheduler,
    step=_step,
)
