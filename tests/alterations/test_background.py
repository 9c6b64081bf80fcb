"""Subjects on other backgrounds, and random rotations."""

from dataclasses import dataclass

import numpy as np
import pytest

from whorl import ImageError, WhorlError, open_images
from whorl.alterations import ALTERATIONS, AlteredImages, BackgroundSwap, RandomRotation, open_landscapes
from whorl.checks import check_alteration, check_image_source
from whorl.sensitivity import measure

PICTURES = np.random.default_rng(3).integers(0, 256, (12, 10, 9, 3), dtype=np.uint8)
SHADES = np.array([10, 90, 200], np.uint8)
LANDSCAPES = np.broadcast_to(SHADES[:, None, None, None], (3, 20, 30, 3)).copy()


@dataclass(frozen=True)
class Bright:
    """Takes what is brighter than its surroundings for the subject."""

    limit: int = 128

    @property
    def digest(self):
        return f"brighter than {self.limit}"

    def mask(self, picture):
        return picture[..., 0] > self.limit


def rng(seed=0):
    return np.random.default_rng(seed)


def half(height=100, width=100):
    """A picture whose left half is the subject."""
    picture = np.full((height, width, 3), 100, np.uint8)
    picture[:, : width // 2] = 250
    return picture


@pytest.mark.parametrize(
    "alteration",
    [BackgroundSwap(Bright()), BackgroundSwap(Bright(), open_images(LANDSCAPES)), RandomRotation()],
    ids=lambda each: each.name,
)
def test_they_keep_the_contract(alteration):
    check_alteration(alteration)
    check_image_source(AlteredImages(open_images(PICTURES), alteration, alteration.published))


def test_the_subject_stays_and_the_background_is_noise():
    swap, picture = BackgroundSwap(Bright()), half()
    altered = swap.apply(picture, 1.0, rng())
    assert (altered[:, :50] == 250).all()
    new = altered[:, 50:].astype(float)
    assert new.mean() == pytest.approx(127.5, abs=1.5)
    assert new.std() == pytest.approx(62.0, abs=2)  # 64 but for what is clipped
    other = BackgroundSwap(Bright(), mean=60.0, spread=5.0).apply(picture, 1.0, rng())[:, 50:].astype(float)
    assert other.mean() == pytest.approx(60, abs=0.2)
    assert other.std() == pytest.approx(np.sqrt(25 + 1 / 12), abs=0.1)


def test_strength_is_the_share_of_the_new_background():
    swap, picture = BackgroundSwap(Bright()), half()
    whole = swap.apply(picture, 1.0, rng())
    for strength in (0.25, 0.5):
        mixed = swap.apply(picture, strength, rng())
        expected = (1 - strength) * picture + strength * whole.astype(float)
        assert np.abs(mixed - expected).max() <= 0.5
        assert (mixed[:, :50] == 250).all()
    assert np.array_equal(swap.apply(picture, 0.0, rng()), picture)


def test_landscapes_are_drawn_for_each_picture_and_resized():
    swap = BackgroundSwap(Bright(), open_images(LANDSCAPES))
    found = {int(swap.apply(half(7, 8), 1.0, rng(seed))[0, -1, 0]) for seed in range(30)}
    assert found == set(SHADES.tolist())
    ramp = np.arange(0, 240, dtype=np.uint8)[None, :, None].repeat(30, axis=0).repeat(3, axis=2)
    stretched = BackgroundSwap(Bright(), open_images(ramp[None])).apply(half(4, 24), 1.0, rng())
    assert np.abs(stretched[0, 12:, 0].astype(float) - (4.5 + 10 * np.arange(12, 24))).max() <= 1.5


def test_the_name_tells_segmenter_landscapes_and_noise_apart():
    few = open_images(LANDSCAPES[:2])
    swaps = [
        BackgroundSwap(Bright()),
        BackgroundSwap(Bright(100)),
        BackgroundSwap(Bright(), mean=100.0),
        BackgroundSwap(Bright(), spread=10.0),
        BackgroundSwap(Bright(), open_images(LANDSCAPES)),
        BackgroundSwap(Bright(), few),
        BackgroundSwap(Bright(100), few),
    ]
    digests = {AlteredImages(open_images(PICTURES), swap, 1.0).digest for swap in swaps}
    assert len({swap.name for swap in swaps}) == len(digests) == len(swaps)
    assert BackgroundSwap(Bright()).name == swaps[0].name


def test_the_whole_digest_of_an_alteration_is_covered_whatever_its_name_shows():
    class Alike(BackgroundSwap):
        name = "noise behind"

    one, other = (AlteredImages(open_images(PICTURES), Alike(Bright(n)), 1.0) for n in (100, 101))
    assert one.name == other.name
    assert one.digest != other.digest


def test_a_picture_gets_its_background_wherever_it_stands():
    order = rng().permutation(12)
    for swap in (BackgroundSwap(Bright()), BackgroundSwap(Bright(), open_images(LANDSCAPES))):
        one, other = (AlteredImages(open_images(each), swap, 1.0) for each in (PICTURES, PICTURES[order]))
        assert all(np.array_equal(other[i], one[int(k)]) for i, k in enumerate(order))
        assert not one.survives_fork
    assert AlteredImages(open_images(PICTURES), RandomRotation(), 30.0).survives_fork


def test_it_joins_the_sensitivity_profile():
    pictures = np.random.default_rng(0).integers(0, 256, (20, 16, 16, 3), dtype=np.uint8)
    swap = BackgroundSwap(Bright())
    profile = measure(pictures, "pixels:16", alterations=[*ALTERATIONS, swap], cache=None)
    assert profile.alterations[-1].name == swap.name
    assert (np.diff(profile.response[0, -1]) > 0).all()
    without = measure(pictures, "pixels:16", cache=None)
    assert np.array_equal(profile.response[:, :-1], without.response)


@pytest.mark.parametrize("strength", [-0.1, 1.1, np.nan])
def test_a_share_lies_between_nothing_and_all(strength):
    with pytest.raises(WhorlError, match="from 0 to 1"):
        BackgroundSwap(Bright()).apply(half(), strength, rng())


def test_random_rotation_draws_every_angle_up_to_the_strength():
    """The angle is read off a line through the centre: uniform from -30 to 30 has a mean size of 15."""
    line = np.zeros((65, 65, 3), np.uint8)
    line[32, 33:] = 255
    angles = []
    for seed in range(200):
        y, x = np.nonzero(RandomRotation().apply(line, 30.0, rng(seed))[..., 0] > 60)
        angles.append(np.degrees(np.arctan2(-(y - 32).sum(), (x - 32).sum())))
    assert np.abs(angles).max() <= 31
    assert np.abs(angles).max() > 27
    assert np.mean(np.abs(angles)) == pytest.approx(15, abs=1.5)
    assert abs(np.mean(angles)) < 3


def test_landscapes_of_some_classes():
    labelled = [(picture, name) for picture, name in zip(LANDSCAPES, ("alp", "cat", "alp"), strict=True)]
    assert len(open_landscapes(labelled)) == 3
    assert open_landscapes(labelled, classes=["alp"]).ids == ("item-000000", "item-000002")
    with pytest.raises(ImageError, match="classes cliff; it has alp, cat"):
        open_landscapes(labelled, classes=["alp", "cliff"])
    with pytest.raises(ImageError, match="has no labels"):
        open_landscapes(LANDSCAPES, classes=["alp"])
