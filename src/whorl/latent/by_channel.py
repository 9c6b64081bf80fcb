"""Directions within single channels of a latent that is a small picture."""

from __future__ import annotations

import numpy as np

from whorl.errors import ScoreError
from whorl.latent.basis import Coding, GeneratorRecord, LatentBasis
from whorl.latent.components import (
    LATENTS,
    check_bits,
    components_of,
    enough_latents,
    secret_dither,
    with_start,
)
from whorl.latent.contract import LatentGenerator
from whorl.latent.warm_start import PICTURES


def basis_by_channel(
    generator: LatentGenerator,
    *,
    bits: int,
    strength: float,
    channels: int | None = None,
    shift: int | None = None,
    latents: int = LATENTS,
    coding: Coding = "published",
    start_pictures: int = PICTURES,
    seed: int = 0,
) -> LatentBasis:
    """Return a basis whose directions are principal components of each channel by itself, as published.

    Bits are dealt to the channels in turn: bit i lies in channel i modulo their number. (By joint components, see
    `whorl.latent.directions.basis_by_position`.)

    Args:
        generator: whose latents, channel after channel.
        bits: n.
        strength: sigma.
        channels: how many there are; None for the first number of the generator's own `latent_shape`.
        shift: which component of a channel is its first, counted from the one of largest variance; None takes
            the last ones of each.
        latents: how many are drawn for the components.
        coding: see `LatentBasis`.
        start_pictures: how many are drawn for the first guess; 0 for none.
        seed: fixes what is drawn.

    Raises:
        ScoreError: a latent without channels, components that a channel does not have, or too few latents.
    """
    d, c = generator.latent_dim, _channels(generator, channels)
    check_bits(bits, d)
    wide, most = d // c, -(-bits // c)
    first = wide - most if shift is None else shift
    if not 0 <= first <= wide - most:
        raise ScoreError(
            f"{most} components from {first} on are more than the {wide} that each of {c} channels has; shift is "
            f"0 to {wide - most}."
        )
    own = enough_latents(generator, latents, seed).reshape(latents, c, wide)
    rows, mean, deviations = np.zeros((c, wide, d)), np.empty(d), np.empty((c, wide))
    for channel in range(c):
        found, place = components_of(own[:, channel]), slice(channel * wide, (channel + 1) * wide)
        rows[channel, :, place], mean[place], deviations[channel] = (
            found.rows,
            found.mean,
            found.deviations,
        )
    # Where channels have unequal numbers of bits, the last ones begin at the same component and end earlier.
    places = [(bit % c) * wide + first + bit // c for bit in range(bits)]
    content = np.setdiff1d(np.arange(d), places)
    whole, spread = rows.reshape(d, d), deviations.reshape(d)
    basis = LatentBasis(
        GeneratorRecord.of(generator),
        mean,
        whole[places],
        whole[content],
        spread[content],
        spread[places],
        strength,
        coding,
        {"by": "channel", "channels": c, "shift": first, "latents": latents, "seed": seed},
        dither=secret_dither(bits, seed),
    )
    return with_start(basis, generator, start_pictures, seed)


def _channels(generator: LatentGenerator, channels: int | None) -> int:
    shape = getattr(generator, "latent_shape", None)
    found = shape[0] if channels is None and shape is not None else channels
    if found is None or found < 1 or generator.latent_dim % found:
        raise ScoreError(
            f"the latent of {generator.name}, {generator.latent_dim} numbers, has no {found or 'known'} channels "
            "of one size; give a number of channels that divides it, or take joint components."
        )
    return int(found)
