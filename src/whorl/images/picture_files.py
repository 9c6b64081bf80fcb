"""Pictures that are files of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from whorl.images.names import unique_ids
from whorl.images.reading import read_file
from whorl.images.source import EncodedSource


class PictureFiles(EncodedSource):
    """Pictures in files of their own; nothing but their names is held.

    Args:
        name: what the user gave.
        paths: one file per picture, existing or not.
        ids: one name per picture, made unique where it is not.
    """

    def __init__(self, name: str, paths: Sequence[Path], ids: Sequence[str]) -> None:
        super().__init__(name, unique_ids(ids))
        self._paths = tuple(paths)

    def _stored(self, index: int) -> bytes:
        return read_file(self._paths[index])
