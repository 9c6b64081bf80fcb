"""On a linear generator keys are read exactly, and errors are those that the theory predicts."""

import numpy as np
import pytest
from linear_makers import linear_generator, noisy

from whorl.errors import ScoreError, StorageError
from whorl.latent.basis import CODINGS
from whorl.latent.directions import basis_by_design, basis_by_position
from whorl.latent.mark import mark
from whorl.latent.reading.newton import NewtonReader
from whorl.latent.reading.published import PublishedReader

BITS = 8
FEW = {"latents": 400, "start_pictures": 400}


@pytest.fixture(scope="module")
def generator():
    return linear_generator()


def keys_of(count, seed=0, bits=BITS):
    return np.random.default_rng(seed).integers(0, 2, (count, bits)).astype(np.uint8)


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("strength", [0.2, 1.0, 4.0])
def test_every_key_is_recovered_at_any_strength(generator, coding, strength):
    basis = basis_by_position(generator, bits=BITS, strength=strength, coding=coding, **FEW)
    keys = keys_of(12)
    pictures = mark(generator, basis, keys, 12, seed=9).pictures
    readings = [NewtonReader().read(generator, basis, picture) for picture in pictures]
    assert np.array_equal([each.bits for each in readings], keys)
    assert all(each.residual < 0.35 for each in readings)


def test_directions_by_design_are_as_well_conditioned_as_can_be(generator):
    basis = basis_by_design(generator, bits=BITS, strength=0.3, jacobians=4, **FEW)
    weight = generator.module[0].weight.detach().double().numpy()
    square = basis.whole @ (weight.T @ weight) @ basis.whole.T
    n = BITS
    content = np.linalg.inv(square[n:, n:])
    schur = square[:n, :n] - square[:n, n:] @ content @ square[n:, :n]
    assert np.linalg.cond(schur) < 1.05
    keys = keys_of(10, seed=4)
    pictures = mark(generator, basis, keys, 10).pictures
    assert np.array_equal([NewtonReader().read(generator, basis, each).bits for each in pictures], keys)


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("grey", [6.0, 12.0, 30.0])
def test_measured_and_predicted_bit_errors_agree_under_noise(generator, coding, grey):
    count = 120
    basis = basis_by_position(generator, bits=BITS, strength=0.16, coding=coding, **FEW)
    keys = keys_of(count, seed=1)
    pictures = noisy(mark(generator, basis, keys, count, seed=5).pictures.astype(float), grey, seed=2)
    readings = [NewtonReader(starts=1, steps=5).read(generator, basis, picture) for picture in pictures]
    if coding != "lattice":  # there, `soft` folds
        soft, deviations = (
            np.array([getattr(each, name) for each in readings]) for name in ("soft", "deviations")
        )
        # Errors of one picture's bits go together a little: four standard errors of independent ones.
        assert np.sqrt(np.mean(((soft - keys) / deviations) ** 2)) == pytest.approx(
            1, abs=4 / np.sqrt(2 * keys.size)
        )
    predicted = np.mean([each.wrong for each in readings])
    wrong = np.mean(np.array([each.bits for each in readings]) != keys)
    assert 0.05 < predicted <= 0.5
    assert abs(wrong - predicted) < 4 * np.sqrt(predicted * (1 - predicted) / keys.size)


def test_without_strength_bits_are_coins(generator):
    basis = basis_by_position(generator, bits=BITS, strength=1e-5, coding="centred", **FEW)
    keys = keys_of(60, seed=3)
    pictures = mark(generator, basis, keys, 60, seed=6).pictures
    right = np.mean(
        [
            NewtonReader().read(generator, basis, each).bits == key
            for each, key in zip(pictures, keys, strict=True)
        ]
    )
    assert abs(right - 0.5) < 4 * 0.5 / np.sqrt(keys.size)


def test_wrong_keys_match_at_the_binomial_rate(generator):
    basis = basis_by_position(generator, bits=BITS, strength=1.0, **FEW)
    keys, others = keys_of(40, seed=7), keys_of(40, seed=8)
    pictures = mark(generator, basis, keys, 40).pictures
    read = np.array([NewtonReader().read(generator, basis, each).bits for each in pictures])
    assert np.array_equal(read, keys)
    assert abs((read == others).mean() - 0.5) < 4 * 0.5 / np.sqrt(keys.size)


def test_the_published_reader_reads_too_and_counts_its_passes(generator):
    basis = basis_by_position(generator, bits=BITS, strength=2.0, coding="published", **FEW)
    keys = keys_of(2, seed=2)
    pictures = mark(generator, basis, keys, 2).pictures
    reader = PublishedReader(starts=3, steps=400)
    readings = [reader.read(generator, basis, each) for each in pictures]
    assert np.array_equal([each.bits for each in readings], keys)
    assert readings[0].passes == 3 * 401 + 1
    with pytest.raises(ScoreError, match="lattice"):
        reader.read(
            generator, basis_by_position(generator, bits=4, strength=1, coding="lattice", **FEW), pictures[0]
        )


def test_the_key_is_not_looked_at(generator, monkeypatch):
    """Starts are chosen by the residual alone: nothing that reads is ever given a key."""
    import inspect

    for reader in (NewtonReader, PublishedReader):
        assert set(inspect.signature(reader.read).parameters) == {"self", "generator", "basis", "picture"}


def test_bad_input_is_told(generator):
    basis = basis_by_position(generator, bits=BITS, strength=1.0, **FEW)
    with pytest.raises(ScoreError, match="expected a picture of 8 x 8"):
        NewtonReader().read(generator, basis, np.zeros((9, 8, 3), np.uint8))
    with pytest.raises(ScoreError, match="keys of 8 bits"):
        mark(generator, basis, np.ones(9, np.uint8), 1)
    with pytest.raises(StorageError, match="other weights or other noise"):
        NewtonReader().read(linear_generator(seed=1), basis, np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(ScoreError, match="carries 1 to 19 bits"):
        basis_by_position(generator, bits=20, strength=1.0, **FEW)
    with pytest.raises(ScoreError, match="shift is 0 to 12"):
        basis_by_position(generator, bits=BITS, strength=1.0, shift=13, **FEW)


def test_a_basis_made_without_the_secret_reads_nothing(generator):
    """Who has the generator and the command, but not the seed, has other directions and another lattice."""
    own, other = (
        basis_by_design(generator, bits=BITS, strength=0.4, jacobians=4, **FEW, seed=s) for s in (0, 1)
    )
    keys = keys_of(40, seed=5)
    pictures = mark(generator, own, keys, 40).pictures
    right = np.mean([NewtonReader().read(generator, own, each).bits for each in pictures] == keys)
    guessed = np.mean([NewtonReader().read(generator, other, each).bits for each in pictures] == keys)
    assert right == 1
    assert abs(guessed - 0.5) < 4 * 0.5 / np.sqrt(keys.size)
