"""Principal components of latents: what bases of every kind begin with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.stages import stage_seed
from whorl.latent.warm_start import fit_start

LATENTS = 10_000


@dataclass(frozen=True, eq=False)
class Components:
    """Principal components, those of largest variance first.

    Attributes:
        mean: float64 (D,).
        rows: float64 (D, D), orthonormal.
        deviations: float64 (D,), standard deviation along each row.
    """

    mean: NDArray[np.float64]
    rows: NDArray[np.float64]
    deviations: NDArray[np.float64]


def components_of(latents: NDArray[np.floating]) -> Components:
    """Return the principal components of latents (N, D).

    >>> components_of(np.array([[3.0, 0], [-3, 0], [0, 1], [0, -1]])).deviations.round(3)
    array([2.449, 0.816])
    """
    own = np.asarray(latents, dtype=np.float64)
    mean = own.mean(axis=0)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(own - mean, rowvar=False)))
    order = np.argsort(values)[::-1]
    deviations = np.sqrt(np.maximum(values[order], np.finfo(np.float32).tiny))
    return Components(mean, vectors[:, order].T, deviations)


def drawn_components(generator: LatentGenerator, latents: int, seed: int) -> Components:
    """Return the principal components of so many latents of a generator.

    Raises:
        ScoreError: too few latents.
    """
    return components_of(enough_latents(generator, latents, seed))


def enough_latents(generator: LatentGenerator, latents: int, seed: int) -> NDArray[np.float32]:
    """Return so many latents of a generator, float32 (latents, D).

    Raises:
        ScoreError: too few to tell components.
    """
    d = generator.latent_dim
    if latents < 2 * d:
        raise ScoreError(f"components of {d} dimensions take {2 * d:,} latents or more; got {latents:,}.")
    return generator.sample_latents(latents, seed=stage_seed(seed, "directions"))


def check_bits(bits: int, latent_dim: int, per_bit: int = 1) -> None:
    """Refuse more bits than a latent has room for beside its content.

    Args:
        bits: n.
        latent_dim: D.
        per_bit: how many dimensions each bit takes.

    Raises:
        ScoreError: no bits, or nothing is left for the content.
    """
    if per_bit < 1:
        raise ScoreError(f"a bit has 1 component or more; got per_bit {per_bit}.")
    most = (latent_dim - 1) // per_bit
    if not 1 <= bits <= most:
        each = f", {per_bit} components each" if per_bit > 1 else ""
        raise ScoreError(f"a latent of {latent_dim} numbers carries 1 to {most} bits{each}; got {bits}.")


def with_start(basis: LatentBasis, generator: LatentGenerator, pictures: int, seed: int) -> LatentBasis:
    """Return the basis with a first guess learned from so many pictures; as it is for none."""
    if not pictures:
        return basis
    return replace(basis, start=fit_start(generator, basis, pictures=pictures, seed=seed))


def secret_dither(bits: int, seed: int) -> NDArray[np.float64]:
    """Return where the lattice of each bit begins, float64 (bits,) from 0 to 2, in units of the strength."""
    return np.random.default_rng((seed, 0xD17)).uniform(0, 2, bits)


def secret_rotation(bits: int, seed: int) -> NDArray[np.float64]:
    """Return a random orthogonal matrix (bits, bits): a basis of the same directions that nobody can guess."""
    from scipy.stats import ortho_group

    if bits == 1:
        return np.ones((1, 1))
    drawn: NDArray[np.float64] = ortho_group.rvs(bits, random_state=np.random.default_rng((seed, 0x207)))
    return drawn
