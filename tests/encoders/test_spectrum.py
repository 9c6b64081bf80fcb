"""The log spectrum against a discrete Fourier transform written out as sums."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from whorl.checks import check_encoder
from whorl.embeddings import embed
from whorl.encoders import SpectrumEncoder, load_encoder
from whorl.encoders.spectrum import EPS
from whorl.errors import EncoderError


def _transform(channel):
    """X[u, v] = sum over y, x of p[y, x] exp(-2 pi i (u y + v x) / n), frequency 0 in the middle."""
    n = len(channel)
    frequencies = np.arange(n) - n // 2
    waves = np.exp(-2j * np.pi * np.outer(frequencies, np.arange(n)) / n)
    return waves @ channel @ waves.T


def _encoded(picture, size):
    encoder = load_encoder(f"spectrum:{size}")
    return encoder.encode(encoder.preprocess(picture)[None])["spectrum"][0].numpy()


@pytest.mark.parametrize("name", ["spectrum", "spectrum:7"])
def test_the_contract_is_kept(name):
    check_encoder(load_encoder(name))


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 7, 8, 32]))
def test_equal_to_the_sums_written_out(seed, size):
    picture = np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)
    planes = np.float32(1 / 255 * np.moveaxis(picture, 2, 0).astype(np.float64)).astype(np.float64)
    expected = [np.log(np.abs(_transform(plane)) + EPS).ravel() for plane in planes]
    np.testing.assert_allclose(_encoded(picture, size), np.concatenate(expected), rtol=1e-6, atol=1e-6)


def test_a_wave_shows_at_its_own_frequency_alone():
    n, u, v = 16, 3, 5
    y, x = np.mgrid[:n, :n]
    wave = 0.5 + 0.5 * np.cos(2 * np.pi * (u * y + v * x) / n)
    batch = torch.from_numpy(np.stack([wave, 0 * wave, 0 * wave])[None]).float()
    found = load_encoder("spectrum:16").encode(batch)["spectrum"].reshape(3, n, n)
    middle = n // 2
    peaks = {(middle, middle): n * n / 2, (middle + u, middle + v): n * n / 4}
    peaks[middle - u, middle - v] = n * n / 4
    for place, height in peaks.items():
        assert found[0][place] == pytest.approx(math.log(height + EPS), rel=1e-6)
    rest = [float(found[0][i, j]) for i in range(n) for j in range(n) if (i, j) not in peaks]
    assert max(rest) < math.log(EPS) + 0.01


def test_a_constant_picture_has_the_floor_where_its_spectrum_is_zero():
    found = _encoded(np.full((32, 32, 3), 90, np.uint8), 32).reshape(3, -1)
    assert np.isfinite(found).all()
    assert ((found > math.log(EPS) + 1e-4).sum(1) == 1).all()
    np.testing.assert_allclose(found.min(1), math.log(1 / 255), atol=1e-5)


def test_no_batch_changes_a_bit():
    encoder = load_encoder("spectrum:9")
    batch = torch.rand(23, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    together = encoder.encode(batch)["spectrum"]
    for start in range(23):
        assert torch.equal(encoder.encode(batch[start : start + 5])["spectrum"], together[start : start + 5])
    pictures = np.random.default_rng(0).integers(0, 256, (11, 9, 9, 3), dtype=np.uint8)
    rows = [embed(pictures, encoder, cache=None, batch_size=n).layer("spectrum") for n in (1, 4, 11)]
    assert all(np.array_equal(rows[0], other) for other in rows)


def test_names_digests_and_settings():
    encoder = load_encoder("spectrum:64")
    assert (encoder.name, encoder.layers) == ("spectrum:64", ("spectrum",))
    names = ("spectrum", "spectrum:64", "pixels", "pixels:64")
    assert len({load_encoder(name).digest for name in names}) == 4
    assert encoder.settings["eps"] == EPS
    assert SpectrumEncoder().digest == load_encoder("spectrum:32").digest


def test_options_without_meaning_and_broken_numbers_are_refused():
    with pytest.raises(EncoderError, match="spectrum: pooling='cls'"):
        load_encoder("spectrum", pooling="cls")
    with pytest.raises(EncoderError, match="spectrum:x is no size"):
        load_encoder("spectrum:x")
    batch = torch.full((1, 3, 32, 32), float("nan"))
    with pytest.raises(EncoderError, match="NaN or infinity"):
        load_encoder("spectrum").encode(batch)
