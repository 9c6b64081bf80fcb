"""DDIM: absolute error, as in the paper's Appendix B, and a deterministic way back in fewer steps.

Source: Song, Meng and Ermon, Denoising Diffusion Implicit Models, arXiv 2010.02502, with eta = 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whorl.diffusers_package import diffusers
from whorl.lab.generators.diffusion import DiffusionArchitecture
from whorl.lab.generators.diffusion_sizes import diffusion_presets

if TYPE_CHECKING:
    import torch


def _loss(predicted: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    from torch.nn.functional import l1_loss

    return l1_loss(predicted, noise)


def _scheduler(train_steps: int) -> Any:
    return diffusers().DDIMScheduler(num_train_timesteps=train_steps)


def _step(
    scheduler: Any,
    predicted: torch.Tensor,
    t: Any,
    x: torch.Tensor,
    generators: list[torch.Generator],  # noqa: ARG001 - no noise after the first
) -> torch.Tensor:
    back: torch.Tensor = scheduler.step(predicted, t, x, eta=0.0).prev_sample
    return back


DDIM = DiffusionArchitecture(
    "ddim", diffusion_presets(tiny=6, small=50, paper=250), loss=_loss, scheduler=_scheduler, step=_step
)
