"""Each feature against a slow and obvious computation, and on pictures whose answer is known."""

import json
import subprocess
import sys

import numpy as np
import pytest
from attribution_makers import pictures

from whorl.attribution.baselines.durall import AzimuthalSpectrum, azimuthal_spectrum
from whorl.attribution.baselines.dzanic import SpectralDecay
from whorl.attribution.baselines.marra import NoiseResidual
from whorl.attribution.baselines.mccloskey import DARK, ColourCues, colour_cues
from whorl.attribution.baselines.nataraj import CoOccurrence
from whorl.attribution.baselines.pixels import Pixels
from whorl.attribution.methods import METHODS, method_named
from whorl.attribution.spectrum import log_power, radii
from whorl.checks import check_feature_map
from whorl.errors import ImageError, ScoreError, WhorlError
from whorl.images.array import ArraySource
from whorl.images.pixels import pixel_digest
from whorl.images.source import Source

MAPS = (NoiseResidual(), AzimuthalSpectrum(), SpectralDecay(), ColourCues(), CoOccurrence(), Pixels())
each_map = pytest.mark.parametrize("features", MAPS, ids=lambda features: features.name)


class Listed(Source):
    """Pictures of any sizes; None cannot be read. Counts how often each is decoded."""

    def __init__(self, found):
        super().__init__("listed", [f"p{place}" for place in range(len(found))])
        self.found, self.reads = found, [0] * len(found)

    def _read(self, index):
        self.reads[index] += 1
        if self.found[index] is None:
            raise ImageError("it is broken")
        return self.found[index]

    def _digest_at(self, index):
        return str(index)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def slow_log_power(plane):
    """The sum of the Fourier transform, written out."""
    height, width = plane.shape
    y, x = np.mgrid[:height, :width]
    found = np.empty(plane.shape)
    for v in range(height):
        for u in range(width):
            term = (plane * np.exp(-2j * np.pi * (v * y / height + u * x / width))).sum()
            found[v, u] = np.log(abs(term) ** 2 / plane.size + 1e-10)
    return found


def slow_radius(v, u, height, width):
    """Distance in cycles over the shorter side."""
    v, u = min(v, height - v), min(u, width - u)
    return min(height, width) * np.sqrt((v / height) ** 2 + (u / width) ** 2)


@pytest.mark.parametrize("shape", [(9, 9), (8, 12), (10, 7)])
def test_the_spectrum_is_the_written_out_sum(shape):
    plane = noise(*shape) / 255
    np.testing.assert_allclose(log_power(plane), slow_log_power(plane), rtol=1e-9)
    slow = [[slow_radius(v, u, *shape) for u in range(shape[1])] for v in range(shape[0])]
    np.testing.assert_allclose(radii(*shape), slow, atol=1e-12)


@pytest.mark.parametrize("shape", [(8, 8), (10, 10), (8, 12)])
def test_durall_is_the_mean_over_rings(shape):
    picture = noise(*shape, 3)
    grey = 0.299 * picture[..., 0] + 0.587 * picture[..., 1] + 0.114 * picture[..., 2]
    spectrum, rings = slow_log_power(grey / 255), {}
    for v in range(shape[0]):
        for u in range(shape[1]):
            rings.setdefault(int(slow_radius(v, u, *shape) + 1e-12), []).append(spectrum[v, u])
    expected = [np.mean(rings[ring]) for ring in sorted(rings)]
    np.testing.assert_allclose(azimuthal_spectrum(picture), expected, rtol=1e-9)


@pytest.mark.parametrize(("period", "ring"), [(2, 16), (4, 8), (8, 4)])
def test_durall_finds_a_periodic_grid(period, ring):
    y = np.arange(32)[:, None, None]
    grid = np.rint(8 * np.cos(2 * np.pi * y / period)).astype(int)
    picture = noise(32, 32, 3) // 8 + 100
    gain = azimuthal_spectrum((picture + grid).astype(np.uint8)) - azimuthal_spectrum(picture)
    assert gain.argmax() == ring


def test_dzanic_is_the_least_squares_line():
    picture = noise(16, 12, 3)
    expected = []
    for channel in range(3):
        spectrum, rings = slow_log_power(picture[..., channel] / 255), {}
        highest = max(slow_radius(v, u, 16, 12) for v in range(16) for u in range(12))
        for v in range(16):
            for u in range(12):
                ring = int(np.floor(slow_radius(v, u, 16, 12) - 0.5 * highest + 1e-12))
                rings.setdefault(ring, []).append(spectrum[v, u])
        kept = sorted(ring for ring in rings if ring >= 0)
        at = np.log([(0.5 * highest + ring + 0.5) / highest for ring in kept])
        slope, level = np.polyfit(at, [np.mean(rings[ring]) for ring in kept], 1)
        expected += [slope, level + slope * at[0], level + slope * at[-1]]
    np.testing.assert_allclose(SpectralDecay(start=0.5).decay(picture), expected, rtol=1e-6)


def test_dzanic_finds_the_exponent_that_was_planted():
    rng, distance = np.random.default_rng(0), radii(64, 64)
    with np.errstate(divide="ignore"):
        amplitude = np.where(distance > 0, distance**-1.0, 0)  # power falls with the square
    spectra = [np.fft.fft2(rng.normal(0, 1, (64, 64))) for _ in range(3)]
    planes = [np.fft.ifft2(each / abs(each) * amplitude).real for each in spectra]
    scaled = np.stack(planes, axis=-1)
    picture = (128 + 25 * scaled / scaled.std()).round().clip(0, 255).astype(np.uint8)
    assert SpectralDecay(start=0.3).decay(picture)[::3] == pytest.approx([-2, -2, -2], abs=0.2)


def test_dzanic_refuses_pictures_without_three_rings_of_high_frequencies():
    with pytest.raises(ScoreError, match="6 x 6 pictures have 2 rings"):
        SpectralDecay().features(ArraySource(noise(2, 6, 6)))
    with pytest.raises(ScoreError, match="between 0 and 1"):
        SpectralDecay(start=1.0)


def test_mccloskey_counts_and_means():
    picture = noise(7, 5, 3)
    picture[0, 0] = 0
    expected = []
    for channel in range(3):
        values = picture[..., channel].ravel().tolist()
        expected += [sum(v <= t for v in values) / 35 for t in DARK]
        expected += [sum(v >= 255 - t for v in values) / 35 for t in DARK]
    shares = []
    for red, green, blue in picture.reshape(-1, 3).astype(float):
        total = red + green + blue
        shares.append((red / total, green / total) if total else (1 / 3, 1 / 3))
    r, g = np.array(shares).T
    expected += [r.mean(), g.mean(), r.std(), g.std(), np.cov(r, g, bias=True)[0, 1]]
    np.testing.assert_allclose(colour_cues(picture), expected, rtol=1e-12)


def test_mccloskey_sees_over_exposure_in_its_channel_alone():
    picture = np.full((10, 10, 3), 128, np.uint8)
    picture[:3, :, 1] = 255
    cues = colour_cues(picture)
    assert cues[12 + 6 : 24].tolist() == pytest.approx([0.3] * 6)
    assert not cues[:18].any()
    assert not cues[24:36].any()


@pytest.mark.parametrize("bins", [8, 64, 256])
def test_nataraj_counts_neighbours_one_by_one(bins):
    picture = noise(5, 6, 3)
    expected = np.zeros((3, bins, bins), int)
    for y in range(5):
        for x in range(5):
            for channel in range(3):
                left, right = int(picture[y, x, channel]), int(picture[y, x + 1, channel])
                expected[channel, left * bins // 256, right * bins // 256] += 1
    np.testing.assert_array_equal(CoOccurrence(bins=bins).counts(picture), expected)


def test_nataraj_agrees_with_scikit_image():
    feature = pytest.importorskip("skimage.feature")
    picture = noise(9, 11, 3)
    theirs = [feature.graycomatrix(picture[..., c], [1], [0], levels=256)[..., 0, 0] for c in range(3)]
    np.testing.assert_array_equal(CoOccurrence(bins=256).counts(picture), theirs)


def test_nataraj_refuses_one_column_and_odd_bins():
    with pytest.raises(ScoreError, match="two columns"):
        CoOccurrence().counts(noise(4, 1, 3))
    with pytest.raises(ScoreError, match="bins must be one of"):
        CoOccurrence(bins=10)


def test_marra_finds_a_planted_pattern_in_the_mean_residual():
    pytest.importorskip("skimage")
    rng = np.random.default_rng(1)
    planted = rng.choice([-3, 3], (32, 32, 3))
    smooth = pictures("stripes", 40, side=32).astype(int) // 2 + 40
    found = NoiseResidual().features(ArraySource((smooth + planted).astype(np.uint8)))
    mean = found.values.mean(axis=0).transpose(1, 2, 0)
    assert np.corrcoef(mean.ravel(), planted.ravel())[0, 1] > 0.8
    other = NoiseResidual().features(ArraySource(smooth.astype(np.uint8))).values.mean(axis=0)
    assert abs(np.corrcoef(other.transpose(1, 2, 0).ravel(), planted.ravel())[0, 1]) < 0.1


def test_marra_keeps_the_noise_of_a_mostly_flat_picture():
    """Where noise is estimated from the picture itself, it would be 0 here, and the residual too."""
    pytest.importorskip("skimage")
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[8:14, 8:14] = np.random.default_rng(0).integers(100, 110, (6, 6, 3))
    residual = NoiseResidual().residual(picture)
    assert np.abs(residual[:, 8:14, 8:14]).max() > 0.5 / 255


def test_marra_refuses_pictures_too_small():
    with pytest.raises(ScoreError, match="at least 14 x 14"):
        NoiseResidual().residual(noise(13, 20, 3))
    with pytest.raises(ScoreError, match="standard deviation"):
        NoiseResidual(sigma=0.0)


@each_map
def test_every_feature_map_keeps_the_contract(features):
    check_feature_map(features, Listed(list(noise(3, 16, 14, 3))))


def test_a_feature_map_that_breaks_the_contract_is_found_out():
    class Backwards(ColourCues):
        def features(self, images, **options):
            found = super().features(images, **options)
            return found.rows(np.arange(len(found))[::-1])

    with pytest.raises(AssertionError, match="ids must be the pictures' own"):
        check_feature_map(Backwards(), Listed(list(noise(3, 16, 12, 3))))


@each_map
def test_constant_and_grey_pictures_have_finite_features(features):
    constant = [np.full((16, 16, 3), value, np.uint8) for value in (0, 1, 77, 255)]
    grey = np.repeat(noise(16, 16, 1), 3, axis=-1)
    assert np.isfinite(features.features(Listed([*constant, grey])).values).all()


def test_what_constant_pictures_have():
    flat = ArraySource(np.full((1, 16, 16), 77, np.uint8))
    assert not NoiseResidual().features(flat).values.any()
    floor = np.float32(np.log(1e-10))
    np.testing.assert_allclose(AzimuthalSpectrum().features(flat).values[0, 1:], floor, rtol=1e-6)
    np.testing.assert_allclose(SpectralDecay().features(flat).values[0], [0, floor, floor] * 3, atol=1e-5)
    assert CoOccurrence().features(flat).values[0, 0, 19, 19] == 16 * 15
    np.testing.assert_allclose(ColourCues().features(flat).values[0, -5:], [1 / 3, 1 / 3, 0, 0, 0], atol=1e-7)


@each_map
def test_the_first_picture_of_another_size_is_named(features):
    found = [noise(16, 16, 3), noise(16, 16, 3), noise(16, 20, 3), noise(8, 8, 3)]
    with pytest.raises(ScoreError, match="p2 is 20 x 16, and those before it are 16 x 16"):
        features.features(Listed(found))


@each_map
def test_each_picture_is_decoded_once_and_twice_gives_the_same(features):
    images = Listed(list(noise(3, 16, 16, 3)))
    first = features.features(images)
    assert images.reads == [1, 1, 1]
    assert first.values.dtype == np.float32
    assert first.ids == ("p0", "p1", "p2")
    assert bytes(first.keys[1]).hex() == pixel_digest(images[1])[:32]
    np.testing.assert_array_equal(first.values, features.features(images).values)


@each_map
def test_a_picture_that_cannot_be_read_stops_or_is_left_out(features):
    images = Listed([None, noise(16, 16, 3), None, noise(16, 16, 3, seed=1)])
    with pytest.raises(ImageError, match="p0"):
        features.features(images)
    left = features.features(images, on_error="skip")
    assert left.ids == ("p1", "p3")
    np.testing.assert_array_equal(
        left.values, features.features(Listed([images.found[1], images.found[3]])).values
    )
    with pytest.raises(ImageError, match="none of its 2"):
        features.features(Listed([None, None]), on_error="skip")


@each_map
def test_a_feature_map_tells_what_decides_its_numbers_and_refuses_unknown_options(features):
    assert json.loads(json.dumps(features.describe()))["features"] == features.name
    with pytest.raises(WhorlError, match="unknown option"):
        features.features(Listed([noise(16, 16, 3)]), sharpen=True)


def test_options_change_the_description():
    assert CoOccurrence(bins=8).describe() != CoOccurrence().describe()
    assert SpectralDecay(start=0.5).describe() != SpectralDecay().describe()
    assert NoiseResidual(sigma=2.0).describe() != NoiseResidual().describe()


def test_without_scikit_image_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "skimage", None)
    for call in (NoiseResidual().describe, lambda: NoiseResidual().features(ArraySource(noise(1, 16, 16)))):
        with pytest.raises(WhorlError, match=r"pip install 'whorl\[attribution\]'"):
            call()


def test_nothing_heavy_is_imported_for_the_list_of_methods():
    heavy = ("torch", "transformers", "sklearn", "skimage", "pywt")
    code = f"import sys, whorl.attribution.methods; print([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_methods_by_name():
    for name, method in METHODS.items():
        assert method_named(name) is method
        assert method.name == name
    assert method_named("wang:some/folder").classifier.weights == "some/folder"
    assert json.loads(json.dumps(method_named("wang").describe()))["classifier"]["learning_rate"] == 1e-4
    with pytest.raises(ScoreError, match="there are marra, durall"):
        method_named("mara")
    with pytest.raises(ScoreError, match="after the colon"):
        method_named("wang:")
    with pytest.raises(ScoreError, match="no attribution method"):
        method_named("marra:x")


def test_classes_of_two_sizes_are_refused_also_where_features_have_one_shape():
    sets = {"a": ArraySource(noise(2, 16, 16)), "b": ArraySource(noise(2, 24, 24))}
    with pytest.raises(ScoreError, match="a 16 x 16, b 24 x 24"):
        method_named("mccloskey").tables(sets)
