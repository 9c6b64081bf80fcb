"""Views belong to the picture; crops, blur and colours are what others compute."""

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter1d

from whorl.lab.training import views as module
from whorl.lab.training.augment import plain
from whorl.lab.training.noise import uniforms
from whorl.lab.training.views import two_views

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (60, 16, 16, 3), dtype=np.uint8)
ALL = np.arange(60)


def test_a_picture_looks_the_same_in_any_batch():
    everything = two_views(PIXELS, ALL, 3, 0)
    order = RNG.permutation(60)
    for part in (order[:1], order[1:13], order[13:]):
        for got, whole in zip(two_views(PIXELS, part, 3, 0).views, everything.views, strict=True):
            torch.testing.assert_close(got, whole[part], atol=1e-6, rtol=0)


def test_the_same_arguments_give_the_same_bits():
    for a, b in zip(two_views(PIXELS, ALL, 1, 7).views, two_views(PIXELS, ALL, 1, 7).views, strict=True):
        assert torch.equal(a, b)


def test_views_epochs_and_seeds_differ_and_stay_in_range():
    first, second = two_views(PIXELS, ALL, 0, 0).views
    others = [second, two_views(PIXELS, ALL, 1, 0).views[0], two_views(PIXELS, ALL, 0, 1).views[0]]
    for other in others:
        assert ((first - other).abs().flatten(1).amax(1) > 0.05).all()
        assert other.abs().max() <= 1
    assert first.dtype == torch.float32


def test_crops_and_flips_are_bilinear_windows():
    """The matrices give what torch's own resampling of the same windows gives."""
    u = uniforms(0, 0, ALL, 14, stream=3)
    rows, columns = (torch.from_numpy(np.ascontiguousarray(m)) for m in module._sampling(u, 16, 0.0))
    light = torch.from_numpy(PIXELS).float()
    area = 0.2 + 0.8 * u[:, 0]
    ratio = np.exp(np.log(3 / 4) + u[:, 1] * (np.log(4 / 3) - np.log(3 / 4)))
    height, width = np.minimum(1, np.sqrt(area / ratio)), np.minimum(1, np.sqrt(area * ratio))
    affine = torch.zeros(60, 2, 3)
    sign = np.where(u[:, 4] < 0.5, -1.0, 1.0)
    affine[:, 0, 0] = torch.from_numpy(sign * width)
    affine[:, 1, 1] = torch.from_numpy(height)
    # In grid_sample's coordinates, -1 to 1, a window's middle lies at start + its half.
    affine[:, 0, 2] = torch.from_numpy(-1 + 2 * u[:, 3] * (1 - width) + width)
    affine[:, 1, 2] = torch.from_numpy(-1 + 2 * u[:, 2] * (1 - height) + height)
    grid = torch.nn.functional.affine_grid(affine, (60, 3, 16, 16), align_corners=False)
    expected = torch.nn.functional.grid_sample(
        light.permute(0, 3, 1, 2), grid, padding_mode="border", align_corners=False
    )
    torch.testing.assert_close(module._sampled(light, rows, columns), expected, atol=0.01, rtol=0)


def test_the_blur_is_gaussian():
    kernels = module._blur(np.array([0.0, 0.5, 1.0]), 32)
    line = RNG.normal(size=32)
    for kernel, sigma in zip(kernels, (0.1, 0.55, 1.0), strict=True):
        expected = gaussian_filter1d(line, sigma, truncate=8)
        np.testing.assert_allclose((kernel @ line)[8:-8], expected[8:-8], atol=1e-5)
    np.testing.assert_allclose(kernels.sum(2), 1, atol=1e-6)
    tiny = np.finfo(np.float32).tiny
    assert (kernels[kernels > 0] > tiny).all()  # subnormals are slow


def test_colours_turn_about_grey():
    saturation, hue = np.array([1.0, 0.0, 1.0, 1.0]), np.array([0.0, 0.3, 0.4, -0.4])
    same, grey, there, back = module._colour_matrices(saturation, hue)
    np.testing.assert_allclose(same, np.eye(3), atol=1e-12)
    picture = PIXELS[0]
    expected = np.asarray(Image.fromarray(picture).convert("L"))
    np.testing.assert_allclose(picture @ grey.T, np.repeat(expected[..., None], 3, 2), atol=1)
    np.testing.assert_allclose(there @ back, np.eye(3), atol=1e-12)
    np.testing.assert_allclose((0.299, 0.587, 0.114) @ there, (0.299, 0.587, 0.114), atol=1e-6)
    np.testing.assert_allclose(there @ np.ones(3), 1, atol=1e-6)


def test_grey_stays_grey_and_what_is_even_stays_even():
    even = np.repeat(RNG.integers(1, 255, (60, 1, 1, 1), dtype=np.uint8), 3, axis=3)
    pixels = np.broadcast_to(even, (60, 16, 16, 3)).copy()
    for view in two_views(pixels, ALL, 0, 0).views:
        assert (view.flatten(1).amax(1) - view.flatten(1).amin(1)).max() < 1e-4


@pytest.mark.parametrize(("which", "share"), [(0, 0.0), (1, 0.2)])
def test_a_fifth_of_the_second_views_is_solarised(which, share):
    """White stays above the middle when it is darkened by up to 40 %, and below it when it is inverted."""
    white = np.full((3000, 8, 8, 3), 255, np.uint8)
    view = two_views(white, np.arange(3000), 0, 0).views[which]
    assert float((view.mean((1, 2, 3)) < 0).float().mean()) == pytest.approx(share, abs=0.02)


def test_a_fifth_of_the_views_is_grey():
    spread = two_views(np.tile(PIXELS, (20, 1, 1, 1)), np.arange(1200), 0, 0).views[0].std(1).mean((1, 2))
    assert float((spread < 1e-3).float().mean()) == pytest.approx(0.2, abs=0.04)


def test_without_draws_a_picture_is_itself(monkeypatch):
    """Area 1, ratio 1, no flip, no jitter, no grey, no blur."""
    monkeypatch.setattr(module, "_P_BLUR", (0.0, 0.0))
    u = np.full((60, 14), 0.999999)
    u[:, 1] = 0.5
    still = module._viewed(PIXELS, u, 0.0, 0.0)
    torch.testing.assert_close(still, plain(PIXELS), atol=1e-4, rtol=0)
