"""Contact sheets: equal tiles, whole pictures, single pixels to be seen."""

import numpy as np
import pytest

from whorl.report.contact_sheet import TILE, contact_sheet

PITCH = 112


def inner(sheet, column=0, row=0):
    top, left = row * PITCH + 2, column * PITCH + 2
    return sheet[top : top + TILE, left : left + TILE]


@pytest.mark.parametrize("side", [1, 8, 28, 64, 96, 97, 500])
def test_a_sheet_has_one_size_whatever_the_pictures(side, picture):
    assert contact_sheet([picture(side)] * 16).shape == (100, 15 * PITCH + 100, 3)


def test_fewer_pictures_make_fewer_tiles_of_the_same_place(picture):
    pictures = [picture(8, seed) for seed in range(16)]
    whole, part = contact_sheet(pictures), contact_sheet(pictures[:5])
    assert part.shape == (100, 4 * PITCH + 100, 3)
    assert np.array_equal(part, whole[:, : part.shape[1]])
    rows = contact_sheet(pictures[:11], columns=8)
    assert rows.shape == (PITCH + 100, 7 * PITCH + 100, 3)
    assert np.array_equal(inner(rows, 2, 1), inner(whole, 10))
    assert (rows[PITCH:, 3 * PITCH :] == 255).all()


@pytest.mark.parametrize("side", [8, 32, 48])
def test_every_pixel_of_a_small_picture_is_a_square(side, picture):
    shown = inner(contact_sheet([picture(side)]))
    times = TILE // side
    assert np.array_equal(shown, picture(side).repeat(times, 0).repeat(times, 1))


@pytest.mark.parametrize("shape", [(400, 100, 3), (8, 2, 3)])
def test_a_picture_is_shown_whole_and_in_the_middle(shape):
    shown = inner(contact_sheet([np.zeros(shape, np.uint8)]))
    dark = (shown == 0).all(-1)
    assert dark.any(1).all()
    assert np.flatnonzero(dark.any(0)).tolist() == list(range(36, 60))
