"""The contract of generators that keys are put into, as something to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

    from whorl.latent.contract import LatentGenerator

_COUNT, _PART = 5, 3
_CLOSE = 1e-4


def check_latent_generator(generator: LatentGenerator) -> None:
    """Hold a generator to the contract `whorl.latent.contract.LatentGenerator`.

    Its latents have the shape and type it says, and each depends on its seed and number alone. Its pictures are
    float32 (B, 3, H, W), the same each time, each a function of its own latent; their derivatives are defined in
    both directions, alone and many at once, and agree. Drawing leaves digest and torch's own random numbers as
    they are. It does not show that a key can be read in its pictures.

    Raises:
        AssertionError: a breach of the contract, and what it is.
    """
    import torch

    _require(bool(generator.name), "it has no name")
    digest, before = generator.digest, torch.get_rng_state()
    _require(isinstance(digest, str) and len(digest) >= 32, "its digest is none")
    latents = _check_latents(generator)
    _check_pictures(generator, latents)
    _check_slopes(generator, latents[0])
    _require(torch.equal(before, torch.get_rng_state()), "it draws from torch's own random numbers")
    _require(generator.digest == digest, "its digest changes")


def _check_latents(generator: LatentGenerator) -> torch.Tensor:
    import torch

    whole, d = generator.sample_latents(_COUNT, seed=0), generator.latent_dim
    fits = isinstance(whole, np.ndarray) and whole.dtype == np.float32 and whole.shape == (_COUNT, d)
    _require(fits, f"{_COUNT} latents are not float32 {(_COUNT, d)}")
    _require(bool(np.isfinite(whole).all()), "a latent is not finite")
    _require(
        np.array_equal(whole, generator.sample_latents(_COUNT, seed=0)), "the same seed gives other latents"
    )
    # Products of other shapes round otherwise, so these are only close.
    part = generator.sample_latents(_PART, seed=0)
    _require(np.allclose(whole[:_PART], part, atol=_CLOSE), "how many are drawn changes a latent")
    rest = generator.sample_latents(_COUNT - _PART, seed=0, start=_PART)
    _require(np.allclose(whole[_PART:], rest, atol=_CLOSE), "where drawing starts changes a latent")
    other = generator.sample_latents(_COUNT, seed=1)
    _require(not np.allclose(whole, other, atol=_CLOSE), "two seeds give the same latents")
    _require(generator.sample_latents(0, seed=0).shape == (0, d), "no latents have another shape")
    return torch.from_numpy(whole).to(generator.device)


def _check_pictures(generator: LatentGenerator, latents: torch.Tensor) -> None:
    import torch

    with torch.no_grad():
        pictures, again = generator.synthesize(latents), generator.synthesize(latents)
        shape = (_COUNT, 3, *generator.image_size)
        fits = pictures.dtype == torch.float32 and tuple(pictures.shape) == shape
        _require(fits, f"{_COUNT} pictures are not float32 {shape}")
        _require(bool(pictures.isfinite().all()), "a picture is not finite")
        _require(torch.allclose(pictures, again, atol=_CLOSE), "the same latents give other pictures")
        alone = generator.synthesize(latents[1:2])
        _require(
            torch.allclose(pictures[1:2], alone, atol=_CLOSE), "a picture depends on the others drawn with it"
        )
        _require(
            not torch.allclose(pictures[0], pictures[1], atol=_CLOSE), "two latents give the same picture"
        )


def _check_slopes(generator: LatentGenerator, latent: torch.Tensor) -> None:
    """Compare v^T (J u) with (J^T v)^T u, and J u with a derivative that is taken for many directions at once."""
    import torch

    def row(w: torch.Tensor) -> torch.Tensor:
        return generator.synthesize(w[None])[0].flatten()

    def along(direction: torch.Tensor) -> torch.Tensor:
        moved: torch.Tensor = torch.func.jvp(row, (latent,), (direction,))[1]
        return moved

    drawn = torch.Generator().manual_seed(0)
    directions = torch.randn(2, len(latent), generator=drawn).to(latent)
    with torch.no_grad():
        forward, both = along(directions[0]), torch.func.vmap(along)(directions)
    towards = torch.randn(len(forward), generator=drawn).to(latent)
    at = latent.clone().requires_grad_()
    (back,) = torch.autograd.grad(row(at) @ towards, at)
    scale = float(forward.norm())
    _require(scale > 0, "a picture does not change with its latent")
    _require(
        float((both[0] - forward).norm()) <= 1e-3 * scale,
        "its derivatives differ where many are taken at once",
    )
    one, other = float(towards @ forward), float(back @ directions[0])
    bound = 1e-3 * scale * float(towards.norm())
    _require(abs(one - other) <= bound, f"forward and reverse derivatives disagree: {one:g} and {other:g}")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(f"not a latent generator: {message}.")
