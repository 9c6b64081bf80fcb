"""Samples side by side, as a PNG."""

from __future__ import annotations

import io
from pathlib import Path

from whorl.files import write_bytes
from whorl.lab.generators.contract import Generator

_COUNT, _COLUMNS = 16, 8


def draw_grid(generator: Generator, path: Path, *, seed: int) -> None:
    """Draw sixteen pictures of a generator, the same noise each time, into one picture.

    Raises:
        StorageError: the disk is full or read-only.
    """
    from PIL import Image

    from whorl.report.contact_sheet import contact_sheet

    sheet = contact_sheet(list(generator.sample(_COUNT, seed=seed)), columns=_COLUMNS)
    buffer = io.BytesIO()
    Image.fromarray(sheet).save(buffer, format="PNG")
    write_bytes(path, buffer.getvalue())
