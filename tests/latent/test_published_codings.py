"""The three published codings of latent diffusion: per channel, joint, and joint with three components a bit."""

import dataclasses

import numpy as np
import pytest
from linear_makers import WIDTH, linear_generator

from whorl.errors import ScoreError
from whorl.latent.basis import CODINGS, LatentBasis
from whorl.latent.by_channel import basis_by_channel
from whorl.latent.directions import basis_by_position
from whorl.latent.mark import mark
from whorl.latent.reading.newton import NewtonReader
from whorl.latent.reading.published import PublishedReader
from whorl.latent.stages import stage_seed

BITS, CHANNELS = 6, 4
FEW = {"latents": 400, "start_pictures": 400}
MADE = {
    "per channel": lambda generator, **more: basis_by_channel(generator, channels=CHANNELS, **more),
    "joint": basis_by_position,
    "three components": lambda generator, **more: basis_by_position(generator, per_bit=3, **more),
}
each_kind = pytest.mark.parametrize("kind", MADE)


@pytest.fixture(scope="module")
def generator():
    return linear_generator()


def keys_of(count, seed=0):
    return np.random.default_rng(seed).integers(0, 2, (count, BITS)).astype(np.uint8)


@each_kind
@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("strength", [0.3, 1.5])
def test_keys_are_recovered(generator, kind, coding, strength):
    basis = MADE[kind](generator, bits=BITS, strength=strength, coding=coding, **FEW)
    keys = keys_of(8)
    marked = mark(generator, basis, keys, 8, seed=9)
    readings = [NewtonReader().read(generator, basis, picture) for picture in marked.pictures]
    assert np.array_equal([each.bits for each in readings], keys)
    assert all(each.residual < 0.35 for each in readings)


def test_the_published_reader_reads_three_components(generator):
    basis = MADE["three components"](generator, bits=BITS, strength=2.0, **FEW)
    keys = keys_of(2, seed=1)
    pictures = mark(generator, basis, keys, 2).pictures
    read = [PublishedReader(starts=2, steps=400).read(generator, basis, picture).bits for picture in pictures]
    assert np.array_equal(read, keys)


@each_kind
def test_a_saved_basis_is_the_same_and_marks_the_same(generator, kind, tmp_path):
    basis = MADE[kind](generator, bits=BITS, strength=1.0, **FEW)
    basis.save(tmp_path / "b")
    again = LatentBasis.load(tmp_path / "b")
    assert again.digest == basis.digest
    latents = generator.sample_latents(3, seed=4)
    assert np.array_equal(again.marked(latents, keys_of(3)), basis.marked(latents, keys_of(3)))


def test_each_bit_has_one_channel_and_they_are_dealt_evenly(generator):
    basis = basis_by_channel(generator, bits=BITS, strength=1.0, channels=CHANNELS, **FEW)
    places = (basis.directions.reshape(BITS, CHANNELS, -1) != 0).any(axis=2)
    assert places.tolist() == [
        [channel == bit % CHANNELS for channel in range(CHANNELS)] for bit in range(BITS)
    ]
    assert np.allclose(basis.whole @ basis.whole.T, np.eye(WIDTH))
    # Along each component of a channel, latents vary as the components of that channel alone say.
    drawn = generator.sample_latents(400, seed=stage_seed(0, "directions")).astype(np.float64)
    assert np.allclose(basis.coordinates(drawn).std(axis=0, ddof=1)[:BITS], basis.key_deviations)


def test_the_smallest_components_of_each_channel_are_the_default(generator):
    last = basis_by_channel(generator, bits=CHANNELS, strength=1.0, channels=CHANNELS, **FEW)
    first = basis_by_channel(generator, bits=CHANNELS, strength=1.0, channels=CHANNELS, shift=0, **FEW)
    assert (last.key_deviations < first.key_deviations).all()
    assert last.design["shift"] == WIDTH // CHANNELS - 1


def test_a_bit_moves_three_components_alike_and_the_rest_of_them_is_the_mean(generator):
    strength = 0.8
    basis = basis_by_position(generator, bits=BITS, per_bit=3, strength=strength, coding="published", **FEW)
    joint = basis_by_position(generator, bits=WIDTH - 1, strength=1.0, shift=1, **FEW)
    latents = generator.sample_latents(5, seed=2)
    keys = keys_of(5, seed=3)
    own = joint.coordinates(basis.marked(latents, keys))[:, WIDTH - 1 - 3 * BITS : WIDTH - 1]
    assert np.allclose(own, np.repeat(strength * keys, 3, axis=1), atol=1e-5)
    assert basis.whole.shape == (WIDTH - 2 * BITS, WIDTH)
    spread = basis.coordinates(generator.sample_latents(400, seed=stage_seed(0, "directions"))).std(
        axis=0, ddof=1
    )
    assert np.allclose(spread, np.concatenate([basis.key_deviations, basis.content_deviations]))


def test_content_is_as_it_was(generator):
    basis = basis_by_position(generator, bits=BITS, per_bit=3, strength=1.0, **FEW)
    latents = generator.sample_latents(5, seed=2)
    before, after = basis.coordinates(latents), basis.coordinates(basis.marked(latents, keys_of(5)))
    assert np.allclose(before[:, BITS:], after[:, BITS:], atol=1e-5)


def test_the_digest_covers_what_is_left_out(generator):
    basis = basis_by_position(generator, bits=BITS, per_bit=3, strength=1.0, **FEW)
    fewer = dataclasses.replace(
        basis, complement=basis.complement[1:], content_deviations=basis.content_deviations[1:]
    )
    assert fewer.digest != basis.digest


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda g: basis_by_channel(g, bits=4, strength=1.0, **FEW), "no known channels"),
        (lambda g: basis_by_channel(g, bits=4, strength=1.0, channels=3, **FEW), "no 3 channels of one size"),
        (lambda g: basis_by_channel(g, bits=4, strength=1.0, channels=4, shift=5, **FEW), "shift is 0 to 4"),
        (lambda g: basis_by_channel(g, bits=20, strength=1.0, channels=4, **FEW), "carries 1 to 19 bits"),
        (lambda g: basis_by_position(g, bits=7, strength=1.0, per_bit=3, **FEW), "1 to 6 bits, 3 components"),
        (lambda g: basis_by_position(g, bits=7, strength=1.0, per_bit=0, **FEW), "1 component or more"),
        (lambda g: basis_by_channel(g, bits=4, strength=1.0, channels=4, latents=39), "take 40 latents"),
    ],
)
def test_what_does_not_fit_is_refused(generator, call, message):
    with pytest.raises(ScoreError, match=message):
        call(generator)
