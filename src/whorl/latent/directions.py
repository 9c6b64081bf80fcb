"""Which directions carry the key: by position among the principal components, or by design from the Jacobian."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
import torch
from numpy.typing import NDArray

from whorl.embeddings.progress import Progress, progress_for
from whorl.errors import ScoreError
from whorl.latent.basis import Coding, GeneratorRecord, LatentBasis
from whorl.latent.components import (
    LATENTS,
    check_bits,
    components_of,
    drawn_components,
    enough_latents,
    secret_dither,
    secret_rotation,
    with_start,
)
from whorl.latent.contract import LatentGenerator
from whorl.latent.jacobian import with_jacobian
from whorl.latent.perceptual import PerceptualFeatures
from whorl.latent.warm_start import PICTURES

JACOBIANS = 32
_FLOOR = 1e-3


def basis_by_position(
    generator: LatentGenerator,
    *,
    bits: int,
    strength: float,
    shift: int | None = None,
    per_bit: int = 1,
    latents: int = LATENTS,
    coding: Coding = "published",
    start_pictures: int = PICTURES,
    seed: int = 0,
) -> LatentBasis:
    """Return a basis whose directions are consecutive principal components of the latents, as published.

    With `per_bit` components for each bit (three in the published code for latent diffusion), the direction of a
    bit is their sum: a step of 1 moves each by 1. What the sum does not span of them holds neither key nor
    content: marked latents have the mean there.

    Args:
        generator: whose latents.
        bits: n.
        strength: sigma.
        shift: which component is the first, counted from the one of largest variance; None takes the last ones.
        per_bit: how many components each bit has.
        latents: how many are drawn for the components.
        coding: see `LatentBasis`.
        start_pictures: how many are drawn for the first guess; 0 for none.
        seed: fixes what is drawn, rotation and dither among it: whoever knows or guesses it, and has the
            generator, can make the same basis. Draw it from a source of secrets wherever keys are to protect
            anything.

    Raises:
        ScoreError: components that the latent does not have, or too few latents.
    """
    wide, d = bits * per_bit, generator.latent_dim
    check_bits(bits, d, per_bit)
    found = drawn_components(generator, latents, seed)
    first = d - wide if shift is None else shift
    if not 0 <= first <= d - wide:
        raise ScoreError(
            f"{wide} components from {first} on are more than the {d} that the latent has; shift is 0 to "
            f"{d - wide}."
        )
    chosen = (np.arange(d) >= first) & (np.arange(d) < first + wide)
    shared = found.deviations[chosen].reshape(bits, per_bit)
    basis = LatentBasis(
        GeneratorRecord.of(generator),
        found.mean,
        found.rows[chosen].reshape(bits, per_bit, d).sum(axis=1),
        found.rows[~chosen],
        found.deviations[~chosen],
        # The coordinate along a sum of orthonormal rows is the mean of theirs.
        np.sqrt((shared**2).sum(axis=1)) / per_bit,
        strength,
        coding,
        {"by": "position", "shift": first, "per_bit": per_bit, "latents": latents, "seed": seed},
        dither=secret_dither(bits, seed),
    )
    return with_start(basis, generator, start_pictures, seed)


def basis_by_design(
    generator: LatentGenerator,
    *,
    bits: int,
    strength: float,
    features: PerceptualFeatures | None = None,
    latents: int = LATENTS,
    jacobians: int = JACOBIANS,
    coding: Coding = "lattice",
    start_pictures: int = PICTURES,
    seed: int = 0,
    progress: bool | Progress = False,
) -> LatentBasis:
    """Return a basis whose directions can be read best for what they cost to look at.

    With H the mean of J^T J over latents (J the derivative of the pixels) and C the same of perceptual features,
    the generalized eigenvectors C v = r H v are uncorrelated in both. In coordinates along them the Schur
    complement of the content, and with it the error of each bit, is diagonal; scaled to v^T H v = 1 it is the unit
    matrix, so that all bits are read equally well, and r is what each costs. The n directions of smallest r are
    taken, and rotated among themselves at random: well-conditioned at least perceptual cost. A step of 1 moves the
    pixels by 1 in Euclidean norm.

    Args:
        generator: whose latents.
        bits: n.
        strength: sigma, in units of the norm of a picture's pixels from 0 to 1.
        features: of what costs; None counts how unusual a step is among the latents (its Mahalanobis length).
        latents: how many are drawn for mean and deviations.
        jacobians: how many latents H and C are averaged over; each takes D + 1 passes.
        coding: see `LatentBasis`.
        start_pictures: how many are drawn for the first guess; 0 for none.
        seed: fixes what is drawn, rotation and dither among it: whoever knows or guesses it, and has the
            generator, can make the same basis. Draw it from a source of secrets wherever keys are to protect
            anything.
        progress: True shows it on stderr.

    Raises:
        ScoreError: more bits than the latent has numbers, or too few latents.
    """
    check_bits(bits, generator.latent_dim)
    own = enough_latents(generator, latents, seed)
    found = components_of(own)
    mean, components, deviations = found.mean, found.rows, found.deviations
    seen, cost = _costs(generator, own[:jacobians], features, progress_for(progress))
    if features is None:
        least = _FLOOR * deviations.max()
        cost = (components.T / np.maximum(deviations, least) ** 2) @ components
    # Ridges keep directions without effect from looking cheap.
    seen = seen + _FLOOR * np.trace(seen) / len(seen) * np.eye(len(seen))
    ratios, vectors = scipy.linalg.eigh(cost, seen)
    # Any rotation among the directions taken leaves v^T H v at 1 and their whole cost as it is.
    rows = np.concatenate([secret_rotation(bits, seed) @ vectors.T[:bits], vectors.T[bits:]])
    coordinates = (own.astype(np.float64) - mean) @ np.linalg.inv(rows)
    spread = coordinates.std(axis=0)
    basis = LatentBasis(
        GeneratorRecord.of(generator),
        mean,
        rows[:bits],
        rows[bits:],
        np.maximum(spread[bits:], np.finfo(np.float32).tiny),
        spread[:bits],
        strength,
        coding,
        {
            "by": "design",
            "cost": "how unusual among latents" if features is None else features.name,
            "latents": latents,
            "jacobians": jacobians,
            "seed": seed,
            "costs": [float(each) for each in ratios[:bits]],
        },
        dither=secret_dither(bits, seed),
    )
    return with_start(basis, generator, start_pictures, seed)


def _costs(
    generator: LatentGenerator,
    latents: NDArray[np.float32],
    features: PerceptualFeatures | None,
    shown: Progress,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the means of J^T J over latents, of pixels and of features."""
    d = generator.latent_dim
    seen, cost = np.zeros((d, d)), np.zeros((d, d))
    shown.begin("differentiate", len(latents), 0)
    try:
        for latent in torch.from_numpy(latents).to(generator.device):
            seen += _squared(lambda w: generator.synthesize(w).flatten(1), latent)
            if features is not None:
                cost += _squared(lambda w: features.rows(generator.synthesize(w).clamp(0, 1)), latent)
            shown.advance(1)
    finally:
        shown.end()
    return seen / len(latents), cost / len(latents)


def _squared(rows: Any, latent: torch.Tensor) -> NDArray[np.float64]:
    _, slopes = with_jacobian(rows, latent)
    found: NDArray[np.float64] = (slopes.T @ slopes).detach().cpu().double().numpy()
    return found
