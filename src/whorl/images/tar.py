"""A tar archive of pictures (a WebDataset shard), plain or gzipped."""

from __future__ import annotations

import functools
import gzip
import mmap
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from whorl.errors import ImageError
from whorl.images.archive import Span, entry_name, opening, pictures_in, wanted
from whorl.images.lazy import Lazy
from whorl.images.names import unique_ids
from whorl.images.reading import MAX_ENTRY_BYTES, check_size, read_span
from whorl.images.source import EncodedSource
from whorl.images.spool import check_unpacked, copy_exactly, temporary

_MAX_NAME_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"


class _Header(tarfile.TarInfo):
    """A header read strictly: `tarfile` takes a damaged one, or none, for the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"no end mark, but {error}") from error
        # Long names and such are read into memory whole.
        if not (header.isreg() or header.isdir()) and header.size > _MAX_NAME_BYTES:
            raise tarfile.ReadError(f"a {header.size:,} byte header")
        return header


class TarSource(EncodedSource):
    """The pictures of an uncompressed tar archive, read where they lie."""

    def __init__(self, path: Path, spans: Sequence[Span]) -> None:
        super().__init__(str(path), unique_ids(span.name for span in spans))
        self._path = path
        self._spans = tuple(spans)

    def _stored(self, index: int) -> bytes:
        return read_span(self._path, self._spans[index].offset, self._spans[index].size)


@dataclass(frozen=True)
class _Unpacked:
    spans: tuple[Span, ...]
    data: mmap.mmap


class GzippedTarSource(TarSource):
    """The pictures of a gzipped tar archive, which has no random access: unpacked to a nameless file."""

    def __init__(self, path: Path) -> None:
        self._unpacked = Lazy(functools.partial(_unpack, path), keep_after_fork=True)
        super().__init__(path, pictures_in(path, self._unpacked.get().spans))

    def _stored(self, index: int) -> bytes:
        span = self._spans[index]
        check_size(span.size)
        return self._unpacked.get().data[span.offset : span.offset + span.size]


def open_tar(path: Path) -> TarSource:
    """Open the pictures of a tar archive, sorted by their path in it; links and devices are ignored.

    Raises:
        ImageError: it is truncated, has an entry that points outside, or holds no pictures.
    """
    with opening(path, "tar archive"), path.open("rb") as file:
        zipped = file.read(len(_GZIP)) == _GZIP
    if zipped:
        return GzippedTarSource(path)
    with opening(path, "tar archive", tarfile.TarError), tarfile.open(path, "r:", tarinfo=_Header) as tar:
        spans = [Span(name, info.offset_data, info.size) for name, info in _files(path, tar)]
    return TarSource(path, pictures_in(path, spans))


def _files(path: Path, tar: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    while (info := tar.next()) is not None:
        # The TarFile would remember every header, about a kilobyte each.
        tar.members.clear()  # type: ignore[attr-defined]
        name = entry_name(path, info.name)
        if info.issparse():
            raise ImageError(f"{path}: {name} is stored sparse; repack without --sparse.")
        if info.isreg():
            yield name, info


def _unpack(path: Path) -> _Unpacked:
    spans = []
    with opening(path, "gzipped tar archive", tarfile.TarError), temporary() as file:
        with gzip.open(path) as stream:
            with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header) as tar:
                for name, info in _files(path, tar):
                    check_unpacked(tar.offset)
                    spans.append(Span(name, file.tell(), info.size))
                    if wanted(name) and info.size <= MAX_ENTRY_BYTES:
                        copy_exactly(_content(tar, info), file, info.size)
            # Only the end of a gzip stream holds the checksum of the whole.
            stream.read(1 << 20)
        # An empty file cannot be mapped.
        file.write(b"\0")
        file.flush()
        return _Unpacked(tuple(spans), mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _content(tar: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(info)
    if content is None:
        raise tarfile.ReadError(f"no content for {info.name}")
    return content
