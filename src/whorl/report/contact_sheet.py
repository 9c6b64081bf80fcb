"""Some pictures of one set side by side in one picture, in tiles that are alike for every set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whorl.report.palette import LEVEL, TILE_FRAME
from whorl.report.pictures import Picture, enlarge, reduce

MOST_SAMPLES = 16
TILE = 96
_FRAME = 2
_GAP = 12
_WHITE = 255


def contact_sheet(pictures: Sequence[Picture], *, columns: int = MOST_SAMPLES) -> Picture:
    """Return pictures in rows of equal tiles, each whole, as large as its tile allows, in a thin frame.

    Small pictures are enlarged pixel by pixel. Equal numbers of pictures give sheets of equal size, whatever
    the size of the pictures, so that sheets of several sets align.

    Args:
        pictures: uint8 (H, W, 3) each, at least one.
        columns: how many to a row; fewer pictures make a narrower sheet.

    Returns:
        uint8 (H, W, 3), white between the tiles.

    >>> contact_sheet([np.zeros((8, 8, 3), np.uint8)] * 16).shape
    (100, 1780, 3)
    >>> contact_sheet([np.zeros((300, 500, 3), np.uint8)] * 16, columns=8).shape
    (212, 884, 3)
    """
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    side = TILE + 2 * _FRAME
    pitch = side + _GAP
    sheet = np.full((rows * pitch - _GAP, columns * pitch - _GAP, 3), _WHITE, np.uint8)
    for i, picture in enumerate(pictures):
        top, left = (i // columns) * pitch, (i % columns) * pitch
        sheet[top : top + side, left : left + side] = _tile(picture)
    return sheet


def _tile(picture: Picture) -> Picture:
    fitted = reduce(enlarge(picture, TILE), TILE)
    height, width = fitted.shape[:2]
    top, left = (TILE - height) // 2, (TILE - width) // 2
    inner = np.full((TILE, TILE, 3), _rgb(LEVEL), np.uint8)
    inner[top : top + height, left : left + width] = fitted
    tile = np.full((TILE + 2 * _FRAME, TILE + 2 * _FRAME, 3), _rgb(TILE_FRAME), np.uint8)
    tile[_FRAME:-_FRAME, _FRAME:-_FRAME] = inner
    return tile


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
