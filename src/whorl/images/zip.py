"""A zip archive of pictures, read where it lies."""

from __future__ import annotations

import bz2
import stat
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from whorl.errors import ImageError
from whorl.images.archive import entry_name, opening, pictures_in
from whorl.images.names import unique_ids
from whorl.images.reading import check_size, read_span
from whorl.images.source import EncodedSource

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
_ENCRYPTED = 0x1
_LOCAL_HEADER = 30


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """Where one entry lies and what it must unpack to: sizes in bytes, as the archive declares them."""

    name: str
    header: int
    method: int
    packed: int
    size: int
    crc: int


class ZipSource(EncodedSource):
    """The pictures of a zip archive; each read opens the file, seeks and unpacks one entry in memory."""

    def __init__(self, path: Path, entries: Sequence[ZipEntry]) -> None:
        super().__init__(str(path), unique_ids(entry.name for entry in entries))
        self._path = path
        self._entries = tuple(entries)

    def _stored(self, index: int) -> bytes:
        entry = self._entries[index]
        check_size(entry.size)
        with self._path.open("rb") as file:
            offset = data_offset(file, entry.header)
        return _unpacked(entry, read_span(self._path, offset, entry.packed))


def open_zip(path: Path) -> ZipSource:
    """Open the pictures of a zip archive, sorted by their path in it.

    Raises:
        ImageError: it is truncated, encrypted, packed by an unknown method, has an entry that points
            outside, or holds no pictures.
    """
    entries = []
    for info in listing(path):
        name = entry_name(path, info.filename)
        if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16):
            continue
        entries.append(
            ZipEntry(
                name, info.header_offset, info.compress_type, info.compress_size, info.file_size, info.CRC
            )
        )
    chosen = pictures_in(path, entries)
    unknown = next((entry for entry in chosen if entry.method not in _METHODS), None)
    if unknown is not None:
        raise ImageError(
            f"{path}: {unknown.name} is packed by method {unknown.method}; repack with 'deflate' or 'store'."
        )
    return ZipSource(path, chosen)


def listing(path: Path) -> list[zipfile.ZipInfo]:
    """Return the directory of a zip archive.

    Raises:
        ImageError: it is broken, or encrypted.
    """
    with (
        opening(path, "zip archive", zipfile.BadZipFile, NotImplementedError),
        zipfile.ZipFile(path) as archive,
    ):
        infos = archive.infolist()
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise ImageError(
            f"{path} is encrypted; Whorl asks for no passwords. Unpack it and repack it without one."
        )
    return infos


def data_offset(file: IO[bytes], header: int) -> int:
    """Return where an entry's data begins, from its local header at offset `header`.

    Raises:
        ImageError: there is no such header.
    """
    file.seek(header)
    local = file.read(_LOCAL_HEADER)
    if len(local) < _LOCAL_HEADER or not local.startswith(b"PK\x03\x04"):
        raise ImageError("its place in the archive is damaged")
    # The two variable fields may differ from the directory's copy, so only these lengths count.
    name_size, extra_size = (int.from_bytes(local[at : at + 2], "little") for at in (26, 28))
    return header + _LOCAL_HEADER + name_size + extra_size


def _unpacked(entry: ZipEntry, packed: bytes) -> bytes:
    try:
        # One byte more than declared is enough to catch a lie, however much there is.
        if entry.method == zipfile.ZIP_DEFLATED:
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, entry.size + 1)
        elif entry.method == zipfile.ZIP_BZIP2:
            data = bz2.BZ2Decompressor().decompress(packed, entry.size + 1)
        else:
            data = packed
    except (zlib.error, OSError) as error:
        raise ImageError(f"its entry in the archive is damaged ({error})") from error
    if len(data) != entry.size or zlib.crc32(data) != entry.crc:
        raise ImageError("its entry in the archive is damaged: size or checksum is not the declared one")
    return data
