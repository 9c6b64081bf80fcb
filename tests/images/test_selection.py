"""Samples and splits: disjoint, complete, in order, and a matter of seed and count alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whorl.errors import ImageError
from whorl.images import Selection, limit, open_images, split


def numbered(count):
    rows = np.arange(count, dtype=np.uint8)
    return open_images(np.broadcast_to(rows[:, None, None], (count, 5, 5)))


@given(st.integers(2, 200), st.floats(0.05, 0.95), st.integers(0, 2**32))
def test_a_split_is_disjoint_complete_and_in_order(count, fraction, seed):
    source = numbered(count)
    held = round(fraction * count)
    if not 0 < held < count:
        with pytest.raises(ImageError, match="leaves one part empty"):
            split(source, fraction, seed=seed)
        return
    parts = split(source, fraction, seed=seed)
    assert len(parts.held_out) == held
    assert sorted(parts.rest.indices + parts.held_out.indices) == list(range(count))
    assert list(parts.rest.indices) == sorted(parts.rest.indices)
    assert [int(picture[0, 0, 0]) for picture in parts.held_out] == list(parts.held_out.indices)
    assert parts.held_out.ids == tuple(source.ids[i] for i in parts.held_out.indices)


@given(st.integers(2, 100), st.data())
def test_a_smaller_limit_is_part_of_a_larger_one(count, data):
    source = numbered(count)
    large = data.draw(st.integers(2, count))
    small = data.draw(st.integers(1, large - 1))
    one, two = limit(source, small, seed=3), limit(source, large, seed=3)
    assert len(one) == small
    assert set(one.ids) <= set(two.ids)
    assert list(two.ids) == sorted(two.ids)


def test_seed_and_count_alone_decide(pictures):
    colour = open_images(np.concatenate([pictures] * 8))
    grey = numbered(40)
    assert limit(colour, 9, seed=1).indices == limit(grey, 9, seed=1).indices
    assert split(colour, 0.3, seed=1).held_out.indices == split(grey, 0.3, seed=1).held_out.indices
    assert limit(grey, 9, seed=1).indices != limit(grey, 9, seed=2).indices
    assert split(grey, 0.3, seed=1).held_out.indices != split(grey, 0.3, seed=2).held_out.indices
    # Pinned: a sample drawn by one version is the sample of every other.
    assert limit(grey, 4, seed=0).indices == PINNED_LIMIT
    assert split(grey, 0.1, seed=0).held_out.indices == PINNED_SPLIT


PINNED_LIMIT = (5, 7, 15, 29)
PINNED_SPLIT = (7, 21, 25, 32)


def test_every_picture_is_drawn_equally_often():
    source = numbered(10)
    counts = np.zeros(10)
    for seed in range(1000):
        counts[list(limit(source, 3, seed=seed).indices)] += 1
    # Binomial(1000, 0.3): standard deviation 14.5.
    assert np.abs(counts - 300).max() < 65


def test_a_limit_that_takes_all_is_the_source_itself():
    source = numbered(5)
    assert limit(source, 5, seed=0) is source
    assert limit(source, 99, seed=0) is source
    with pytest.raises(ImageError, match="at least 1"):
        limit(source, 0, seed=0)


@pytest.mark.parametrize("indices", [[0, 0], [5], [-1]])
def test_a_selection_needs_different_indices_within(indices):
    with pytest.raises(ImageError, match="different indices from 0 to 4"):
        Selection(numbered(5), indices)


def test_a_selections_digest_is_of_its_pictures():
    source = numbered(9)
    assert Selection(source, [2, 4]).digest_of(1) == source.digest_of(4)
    assert Selection(source, [2, 4]).digest != Selection(source, [4, 2]).digest
    with pytest.raises(ImageError, match="no pictures"):
        Selection(source, [])
    assert Selection(source, range(9)).digest == source.digest


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("[:3]", [0, 1, 2]),
        ("[7:]", [7, 8, 9]),
        ("[2:4]", [2, 3]),
        ("[-2:]", [8, 9]),
        ("[:]", list(range(10))),
    ],
)
def test_a_path_with_a_slice_behind_it(tmp_path, part, expected):
    np.save(tmp_path / "all.npy", np.arange(10, dtype=np.uint8)[:, None, None].repeat(5, 1).repeat(5, 2))
    source = open_images(f"{tmp_path / 'all.npy'}{part}")
    assert [int(source[i][0, 0, 0]) for i in range(len(source))] == expected


def test_an_empty_slice_and_a_slice_of_nothing(tmp_path):
    np.save(tmp_path / "all.npy", np.zeros((10, 5, 5), np.uint8))
    with pytest.raises(ImageError, match="holds none of its 10 pictures"):
        open_images(f"{tmp_path / 'all.npy'}[10:]")
    with pytest.raises(ImageError, match="does not exist"):
        open_images(f"{tmp_path / 'none.npy'}[:3]")


def test_a_slice_may_follow_a_member(tmp_path):
    np.savez(tmp_path / "sets.npz", a=np.zeros((4, 5, 5), np.uint8), b=np.ones((6, 5, 5), np.uint8))
    source = open_images(f"{tmp_path / 'sets.npz'}::b[:2]")
    assert len(source) == 2
    assert source[1].max() == 1
