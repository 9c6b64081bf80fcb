"""Augmentation belongs to the picture, and its arithmetic is what the papers say."""

import dataclasses

import numpy as np
import pytest
import torch

from whorl.lab.training.augment import augmented, plain
from whorl.lab.training.noise import uniforms
from whorl.lab.training.recipe import Recipe

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (40, 16, 16, 3), dtype=np.uint8)
LABELS = RNG.integers(0, 5, 40)
STILL = Recipe(epochs=1, size=16, mix=0.0, jitter=0.0, shift=0)


def test_a_picture_looks_the_same_in_any_batch():
    recipe = Recipe(epochs=1, size=16, mix=0.7)
    everything = augmented(PIXELS, LABELS, np.arange(40), 3, recipe)
    order = RNG.permutation(40)
    for part in (order[:1], order[1:13], order[13:]):
        batch = augmented(PIXELS, LABELS, part, 3, recipe)
        for field in dataclasses.fields(batch):
            assert torch.equal(getattr(batch, field.name), getattr(everything, field.name)[part])


def test_epochs_and_seeds_differ():
    recipe = Recipe(epochs=1, size=16)
    first = augmented(PIXELS, LABELS, np.arange(40), 0, recipe).inputs
    for epoch, seed in ((1, 0), (0, 1)):
        other = augmented(PIXELS, LABELS, np.arange(40), epoch, dataclasses.replace(recipe, seed=seed)).inputs
        assert (first != other).flatten(1).any(1).float().mean() > 0.9


def test_without_any_augmentation_only_flips_are_left():
    batch = augmented(PIXELS, LABELS, np.arange(40), 0, STILL)
    as_is, flipped = plain(PIXELS), plain(PIXELS[:, :, ::-1])
    same = [torch.equal(a, b) for a, b in zip(batch.inputs, as_is, strict=True)]
    turned = [torch.equal(a, b) for a, b in zip(batch.inputs, flipped, strict=True)]
    assert all(s != t for s, t in zip(same, turned, strict=True))
    assert 10 < sum(same) < 30
    assert torch.equal(batch.share, torch.ones(40))
    assert batch.labels.tolist() == LABELS.tolist()


def test_shifts_are_windows_of_the_reflected_picture():
    batch = augmented(PIXELS, LABELS, np.arange(40), 0, dataclasses.replace(STILL, shift=3))
    padded = np.pad(PIXELS, [(0, 0), (3, 3), (3, 3), (0, 0)], mode="reflect")
    seen = set()
    for i, got in enumerate(batch.inputs):
        fits = [
            (y, x, flip)
            for y in range(7)
            for x in range(7)
            for flip in (1, -1)
            if torch.equal(got, plain(padded[i, y : y + 16, x : x + 16][None, :, ::flip])[0])
        ]
        assert len(fits) == 1
        seen.add(fits[0][:2])
    assert len(seen) > 20


@pytest.mark.parametrize("label_of_other", [0, 1])
def test_the_share_is_how_much_of_the_picture_is_left(label_of_other):
    """Black pictures of one class, white of the other: brightness then measures the share."""
    pixels = np.zeros((200, 16, 16, 3), np.uint8)
    pixels[100:] = 255
    labels = np.repeat([0, 1], 100)
    batch = augmented(pixels, labels, np.arange(200), 0, dataclasses.replace(STILL, mix=1.0))
    light = (batch.inputs.mean((1, 2, 3)) + 1) / 2
    expected = batch.share * batch.labels + (1 - batch.share) * batch.others
    torch.testing.assert_close(light, expected.float(), atol=1e-5, rtol=0)
    different = batch.labels != batch.others
    levels = torch.tensor([len(picture.unique()) for picture in batch.inputs])
    assert (levels[different] == 2).any()  # CutMix: black and white
    assert (levels[different] == 1).any()  # mixup: one grey
    assert 0.4 < batch.share.mean() < 0.6  # Beta(1, 1), less what boxes lose at the border
    assert (batch.others == label_of_other).any()


def test_jitter_stays_in_range_and_keeps_grey_grey():
    grey = np.repeat(PIXELS[..., :1], 3, axis=3)
    batch = augmented(grey, LABELS, np.arange(40), 0, dataclasses.replace(STILL, jitter=0.4))
    assert batch.inputs.abs().max() <= 1
    assert batch.inputs.std(1).max() < 1e-5
    assert (batch.inputs.mean((1, 2, 3)) - plain(grey).mean((1, 2, 3))).abs().mean() > 0.02


def test_numbers_are_uniform_and_streams_independent():
    first, second = (uniforms(7, 2, np.arange(20_000), 4, stream=s) for s in (0, 1))
    both = np.concatenate([first, second], axis=1)
    assert 0 <= both.min() < both.max() < 1
    np.testing.assert_allclose(both.mean(0), 0.5, atol=0.01)
    np.testing.assert_allclose(np.corrcoef(both.T) - np.eye(8), 0, atol=0.03)
    # Neighbouring pictures and epochs too.
    assert abs(np.corrcoef(first[:-1, 0], first[1:, 0])[0, 1]) < 0.03
    assert abs(np.corrcoef(first[:, 0], uniforms(7, 3, np.arange(20_000), 4, stream=0)[:, 0])[0, 1]) < 0.03
