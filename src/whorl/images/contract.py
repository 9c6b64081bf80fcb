"""What every source of pictures offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]
"""One decoded picture: uint8 (H, W, 3), RGB."""


@runtime_checkable
class ImageSource(Protocol):
    """A fixed, indexable collection of pictures, decoded one at a time.

    `whorl.checks.check_image_source` holds an implementation to this contract. Reading from several
    threads at once must be safe. A source that has an attribute `survives_fork` and says True there is read by
    forked processes too, all at the same time: it must not share an open file's position, a lock or a connection.
    """

    @property
    def name(self) -> str:
        """What the user gave (a path, or a description of an object), for messages and reports."""
        ...

    @property
    def ids(self) -> Sequence[str]:
        """One name per picture, unique, in the source's own fixed order."""
        ...

    @property
    def digest(self) -> str:
        """Digest of what the pictures are stored as, in order: 64 hex digits, names not included."""
        ...

    def __len__(self) -> int:
        """Return how many pictures there are, broken ones included."""
        ...

    def __getitem__(self, index: int) -> Picture:
        """Decode picture `index`, 0 <= index < len: uint8 (H, W, 3), neither resized nor normalised.

        Raises:
            ImageError: this picture cannot be decoded; `.id` and `.reason` say which and why.
            IndexError: there is no such picture.
        """
        ...

    def digest_of(self, index: int) -> str:
        """Return the digest of what picture `index` is stored as, without decoding where possible."""
        ...
