"""What all sources share: bounds, errors that name the picture, and digests."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Sequence

from whorl.errors import ImageError
from whorl.files import digest_bytes, digest_strings
from whorl.images.contract import Picture
from whorl.images.decode import decode_bytes
from whorl.images.labels import Label, folder_labels


class Source(ABC):
    """A base for sources: an implementation reads picture `index`, 0 <= index < len, and may just fail.

    Whatever `_read` and `_digest_at` raise as ImageError or OSError becomes an error with id and reason.

    Raises:
        ImageError: there is not one picture.
    """

    def __init__(self, name: str, ids: Sequence[str]) -> None:
        if not ids:
            raise ImageError(f"{name} holds no pictures.")
        self._name = name
        self._ids = tuple(ids)
        self._digest: str | None = None

    @abstractmethod
    def _read(self, index: int) -> Picture: ...

    @abstractmethod
    def _digest_at(self, index: int) -> str: ...

    @property
    def name(self) -> str:
        """What the user gave."""
        return self._name

    @property
    def ids(self) -> tuple[str, ...]:
        """One unique name per picture."""
        return self._ids

    @property
    def digest(self) -> str:
        """Digest of all pictures as they are stored, in order; computed once."""
        if self._digest is None:
            self._digest = digest_strings(self.digest_of(index) for index in range(len(self)))
        return self._digest

    def __len__(self) -> int:
        return len(self._ids)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {len(self)} pictures>"

    def __getitem__(self, index: int) -> Picture:
        index = self._within(index)
        try:
            return self._read(index)
        except (ImageError, OSError) as error:
            identifier, reason = self._ids[index], _reason(error)
            raise ImageError(
                f"{self.name}: picture {identifier} cannot be read: {reason}. "
                "Replace or remove it, or skip what is broken (--on-error skip).",
                id=identifier,
                reason=reason,
            ) from error

    def digest_of(self, index: int) -> str:
        """Return the digest of picture `index` as it is stored, or of the reason why it cannot be read."""
        index = self._within(index)
        try:
            return self._digest_at(index)
        except (ImageError, OSError) as error:
            return digest_bytes(b"unreadable", _reason(error).encode())

    @property
    def survives_fork(self) -> bool:
        """Whether processes forked from this one may read pictures, all at the same time."""
        return True

    def labels(self) -> Sequence[Label] | None:
        """Return one label per picture, or None: see `whorl.images.labels_of`."""
        return None

    def _within(self, index: int) -> int:
        index = operator.index(index)
        if not 0 <= index < len(self):
            raise IndexError(f"picture {index} of {self.name}, which holds {len(self)}")
        return index


class EncodedSource(Source):
    """A base for sources whose pictures are stored as encoded bytes (JPEG, PNG, ...)."""

    @abstractmethod
    def _stored(self, index: int) -> bytes: ...

    def labels(self) -> Sequence[Label] | None:
        """Return the folders that the pictures lie in, or None where they lie in one."""
        return folder_labels(self.ids)

    def _read(self, index: int) -> Picture:
        return decode_bytes(self._stored(index))

    def _digest_at(self, index: int) -> str:
        return digest_bytes(self._stored(index))


def _reason(error: ImageError | OSError) -> str:
    if isinstance(error, ImageError):
        return error.reason
    return error.strerror or str(error)
