"""Generators behind the contract: StyleGAN2, and any torch module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from whorl.files import bytes_of, digest_bytes, digest_strings
from whorl.latent.stylegan2.network import StyleGAN2Network
from whorl.latent.stylegan2.settings import StyleGAN2Settings

_ROWS = 256
_CPU = torch.device("cpu")


def normal_rows(count: int, width: int, *, seed: int, start: int = 0) -> NDArray[np.float32]:
    """Return the rows start .. start + count - 1 of standard normal numbers, float32 (count, width).

    >>> bool((normal_rows(3, 2, seed=1)[2:] == normal_rows(1, 2, seed=1, start=2)).all())
    True
    """
    found = np.empty((count, width), dtype=np.float32)
    for place in range(count):
        own = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(start + place,)))
        found[place] = own.standard_normal(width, dtype=np.float32)
    return found


def weights_digest(network: nn.Module, *said: str) -> str:
    """Return a digest of a network's weights and buffers, and of words."""
    parts = [
        digest_bytes(name.encode(), bytes_of(value.detach().cpu().contiguous().numpy()))
        for name, value in sorted(network.state_dict().items())
    ]
    return digest_strings([*said, *parts])


class StyleGAN2:
    """StyleGAN2; the latent is w, the same for every layer, and the noise is fixed.

    Args:
        network: with weights.
        settings: that it was built with.
        name: in words.
        device: where it computes.
    """

    def __init__(
        self,
        network: StyleGAN2Network,
        settings: StyleGAN2Settings,
        *,
        name: str = "stylegan2",
        device: torch.device | None = None,
    ) -> None:
        self.name, self.settings = name, settings
        self.device = device or _CPU
        self._network = network.to(self.device).eval().requires_grad_(requires_grad=False)
        self.latent_dim, self.image_size = settings.style, (settings.image_size, settings.image_size)

    @cached_property
    def digest(self) -> str:
        """See `LatentGenerator`."""
        return weights_digest(self._network, "stylegan2", str(self.settings.to_dict()))

    def sample_latents(self, count: int, *, seed: int, start: int = 0) -> NDArray[np.float32]:
        """See `LatentGenerator`."""
        z = normal_rows(count, self.settings.latent, seed=seed, start=start)
        with torch.inference_mode():
            rows = [
                self._network.mapping(torch.from_numpy(z[first : first + _ROWS]).to(self.device))
                .cpu()
                .numpy()
                for first in range(0, count, _ROWS)
            ]
        return np.concatenate(rows) if rows else np.empty((0, self.latent_dim), dtype=np.float32)

    def synthesize(self, latents: torch.Tensor) -> torch.Tensor:
        """See `LatentGenerator`."""
        pictures: torch.Tensor = self._network.synthesis(latents) / 2 + 0.5
        return pictures


@dataclass(frozen=True, eq=False)
class ModuleGenerator:
    """Any torch module from latents to pictures; see `LatentGenerator`.

    Attributes:
        module: of latents (B, D), in evaluation mode, to pictures (B, 3, H, W) from 0 to 1.
        latent_dim: D.
        image_size: height and width.
        latents: draws latents, of (count, seed, start); None for standard normal ones.
        name: in words.
        device: where it computes.

    >>> linear = nn.Sequential(nn.Linear(4, 12), nn.Unflatten(1, (3, 2, 2)))
    >>> generator = ModuleGenerator(linear, 4, (2, 2))
    >>> tuple(generator.synthesize(torch.from_numpy(generator.sample_latents(5, seed=0))).shape)
    (5, 3, 2, 2)
    """

    module: nn.Module
    latent_dim: int
    image_size: tuple[int, int]
    latents: Callable[[int, int, int], NDArray[np.float32]] | None = None
    name: str = "module"
    device: torch.device = _CPU

    @cached_property
    def digest(self) -> str:
        """See `LatentGenerator`."""
        return weights_digest(self.module, self.name, str(self.latent_dim), str(self.image_size))

    def sample_latents(self, count: int, *, seed: int, start: int = 0) -> NDArray[np.float32]:
        """See `LatentGenerator`."""
        if self.latents is not None:
            return self.latents(count, seed, start)
        return normal_rows(count, self.latent_dim, seed=seed, start=start)

    def synthesize(self, latents: torch.Tensor) -> torch.Tensor:
        """See `LatentGenerator`."""
        pictures: torch.Tensor = self.module(latents)
        return pictures
