"""What each alteration does to a picture, against closed forms."""

import numpy as np
import pytest

from whorl.alterations import ALTERATIONS, JPEG, Noise, PatchShuffle, Resolution, Rotation
from whorl.checks import check_alteration
from whorl.errors import WhorlError


def picture(height=32, width=32, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("alteration", [*ALTERATIONS, JPEG()], ids=lambda each: each.name)
def test_every_alteration_keeps_the_contract(alteration):
    check_alteration(alteration)


def test_the_check_finds_an_alteration_that_writes_to_its_picture():
    class Careless(Noise):
        def apply(self, picture, strength, rng):
            picture[:] = super().apply(picture, strength, rng)
            return picture.copy()

    with pytest.raises(AssertionError, match="writes to the picture"):
        check_alteration(Careless())


def test_noise_has_the_standard_deviation_asked_for():
    grey = np.full((200, 200, 3), 128, np.uint8)
    for strength in (8.0, 16.0):
        # Rounding to whole grey levels adds a variance of 1/12.
        expected = np.sqrt(strength**2 + 1 / 12)
        noisy = Noise().apply(grey, strength, rng()).astype(float)
        assert noisy.std() == pytest.approx(expected, rel=0.01)
        assert noisy.mean() == pytest.approx(128, abs=0.2)


def test_noise_is_clipped_not_wrapped():
    noisy = Noise().apply(np.full((64, 64, 3), 250, np.uint8), 32.0, rng())
    assert noisy.max() == 255
    assert noisy.min() > 80


def test_resolution_keeps_what_is_flat_and_averages_blocks():
    flat = np.full((32, 32, 3), 77, np.uint8)
    assert (Resolution().apply(flat, 4.0, rng()) == 77).all()
    board = (np.indices((32, 32)).sum(axis=0) % 2 * 200).astype(np.uint8)[..., None].repeat(3, axis=2)
    assert (Resolution().apply(board, 2.0, rng()) == 100).all()
    whole = Resolution().apply(picture(8, 8), 8.0, rng())  # one pixel is left: the mean
    assert np.abs(whole[0, 0] - picture(8, 8).mean(axis=(0, 1))).max() <= 1  # rounded along each axis
    assert (whole == whole[0, 0]).all()


def test_rotation_by_quarter_and_half_turns_is_exact():
    square = picture(9, 9)
    turns = {tuple(np.rot90(square, k).ravel()) for k in (1, -1)}
    found = {tuple(Rotation().apply(square, 90.0, rng(seed)).ravel()) for seed in range(8)}
    assert found == turns  # both ways, by chance
    assert np.array_equal(Rotation().apply(square, 180.0, rng()), square[::-1, ::-1])


def test_rotation_leaves_no_black_corner():
    bright = np.full((32, 32, 3), 200, np.uint8)
    assert (Rotation().apply(bright, 30.0, rng()) == 200).all()


@pytest.mark.parametrize("grid", [2, 4, 8])
def test_patch_shuffle_permutes_whole_patches(grid):
    def patches(image):
        side = 32 // grid
        return sorted(
            image[y : y + side, x : x + side].tobytes()
            for y in range(0, 32, side)
            for x in range(0, 32, side)
        )

    original = picture()
    shuffled = PatchShuffle().apply(original, grid, rng())
    assert patches(shuffled) == patches(original)
    assert not np.array_equal(shuffled, original)


def test_two_by_two_patches_never_stay_where_they_are():
    original = picture(4, 4)
    assert not any(np.array_equal(PatchShuffle().apply(original, 2, rng(s)), original) for s in range(200))


def test_a_grid_that_does_not_divide_leaves_the_margins():
    original = picture(34, 19)
    shuffled = PatchShuffle().apply(original, 4, rng())
    assert np.array_equal(shuffled[[0, -1]], original[[0, -1]])  # 34 = 1 + 4 * 8 + 1
    assert np.array_equal(shuffled[:, [0, 17, 18]], original[:, [0, 17, 18]])  # 19 = 1 + 4 * 4 + 2
    assert sorted(map(tuple, shuffled.reshape(-1, 3))) == sorted(map(tuple, original.reshape(-1, 3)))


@pytest.mark.parametrize(
    ("alteration", "strength", "message"),
    [
        (Noise(), -1.0, "at least 0"),
        (Resolution(), 0.5, "at least 1"),
        (Rotation(), 181.0, "from 0 to 180"),
        (PatchShuffle(), 0.0, "at least 1"),
        (PatchShuffle(), 2.5, "whole number"),
    ],
)
def test_a_strength_out_of_range_is_refused_with_its_range(alteration, strength, message):
    with pytest.raises(WhorlError, match=message):
        alteration.apply(picture(), strength, rng())
