"""Closest pairs drawn: pixels as they are, honest about what is missing."""

from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from whorl import WhorlError
from whorl.report import PairPictures, PairsDisplay
from whorl.report.palette import PLACEHOLDER
from whorl.report.pictures import data_uri, enlarge, reduce


def test_pairs_show_their_pictures_training_left(copying, picture):
    train, generated = picture(seed=1), picture(seed=2)
    display = PairsDisplay.from_pairs(
        [PairPictures(copying.closest_pairs[0], train, generated)], n_test=10_000
    ).plot()
    left, right = display.axes_
    assert left.get_position().x0 < right.get_position().x0
    for ax, original in ((left, train), (right, generated)):
        shown = ax.images[0].get_array()
        assert shown.shape == (160, 160, 3)
        np.testing.assert_array_equal(shown[::5, ::5], original)
    caption = display.figure_.texts[0].get_text()
    for words in (
        "nearer than all 10,000 held-out pictures",
        "train/0.png",
        "generated/0.png",
        "distance 0.1",
    ):
        assert words in caption


def test_a_missing_picture_is_grey_and_keeps_its_id(copying):
    display = PairsDisplay.from_pairs([PairPictures(copying.closest_pairs[1])]).plot()
    for ax in display.axes_:
        assert not ax.images
        assert [text.get_text() for text in ax.texts] == ["picture not\nat hand"]
        assert ax.patches[0].get_facecolor()[:3] == pytest.approx(
            [int(PLACEHOLDER[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        )
    assert "train/1.png" in display.figure_.texts[0].get_text()


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_equal_pairs_give_equal_bytes(copying, picture, tmp_path, suffix):
    pairs = [
        PairPictures(pair, picture(seed=i), picture(600, seed=i))
        for i, pair in enumerate(copying.closest_pairs[:4])
    ]
    files = [PairsDisplay.from_pairs(pairs, title="<&> $x").save(tmp_path / f"{i}{suffix}") for i in range(2)]
    assert files[0].read_bytes() == files[1].read_bytes()
    if suffix == ".svg":
        ElementTree.parse(files[0])
    else:
        with Image.open(files[0]) as image:
            assert image.width > 1500


def test_wide_and_tall_pictures_keep_their_shape(copying):
    wide = np.zeros((10, 40, 3), np.uint8)
    ax = PairsDisplay.from_pairs([PairPictures(copying.closest_pairs[0], wide, wide)]).plot().axes_[0]
    assert ax.images[0].get_array().shape == (40, 160, 3)
    assert ax.get_aspect() == 1


def test_pictures_are_enlarged_by_whole_pixels_and_reduced_by_size(picture):
    small = picture(7)
    np.testing.assert_array_equal(enlarge(small, 20)[::3, ::3], small)
    assert reduce(picture(900), 256).shape == (256, 256, 3)
    assert reduce(np.zeros((2, 2000, 3), np.uint8), 256).shape == (1, 256, 3)
    assert data_uri(small).startswith("data:image/png;base64,")


def test_refusals(copying, picture):
    pair = copying.closest_pairs[0]
    with pytest.raises(WhorlError, match="at least one"):
        PairsDisplay.from_pairs([])
    with pytest.raises(WhorlError, match="at least 1"):
        PairsDisplay.from_pairs([PairPictures(pair)]).plot(columns=0)
    for wrong in (picture().astype(float), picture()[..., 0], picture()[..., :2], picture()[:0]):
        with pytest.raises(WhorlError, match=r"expected uint8 \(H, W, 3\)"):
            PairPictures(pair, train=wrong)
