"""Tiny latent diffusion pipelines with random weights, made of diffusers' own classes."""

import diffusers
import torch

from whorl.latent.diffusers_parts import DiffusersParts

KINDS = ("AutoencoderKL", "VQModel")
SIDE, LATENT = 8, (3, 4, 4)


def parts(kind="AutoencoderKL", *, seed=0, **settings):
    """Pictures of 8 x 8 from latents of 3 x 4 x 4."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        autoencoder = getattr(diffusers, kind)(
            **{
                "down_block_types": ("DownEncoderBlock2D",) * 2,
                "up_block_types": ("UpDecoderBlock2D",) * 2,
                "block_out_channels": (8, 8),
                "latent_channels": 3,
                "norm_num_groups": 2,
                "sample_size": SIDE,
                "scaling_factor": 0.5,
                **settings,
            }
        )
        unet = diffusers.UNet2DModel(
            sample_size=4,
            in_channels=3,
            out_channels=3,
            block_out_channels=(8, 16),
            down_block_types=("DownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "UpBlock2D"),
            layers_per_block=1,
            norm_num_groups=2,
            attention_head_dim=8,
        )
    return DiffusersParts(autoencoder, unet, diffusers.DDIMScheduler(clip_sample=False))


def saved(folder, kind="AutoencoderKL", **settings):
    """Such a pipeline as diffusers itself writes it."""
    made = parts(kind, **settings)
    pipeline = diffusers.LDMPipeline(vqvae=made.autoencoder, unet=made.unet, scheduler=made.scheduler)
    pipeline.save_pretrained(folder)
    return folder
