"""Parts of a structure, kept so that a run that was stopped goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from whorl.errors import ScoreError
from whorl.kept import Kept

_VERSION = 1


class Part(Protocol):
    """A result that JSON can hold."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        ...

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote."""
        ...


P = TypeVar("P", bound=Part)


def kept_part(folder: Path | None, kind: type[P], decided_by: Mapping[str, Any], find: Callable[[], P]) -> P:
    """Return a kept part, or find and keep it; see `whorl.kept.Kept`.

    Args:
        folder: where; None keeps nothing.
        kind: class of the part.
        decided_by: JSON values; equal ones have equal results.
        find: called where nothing is kept, or what is kept is damaged.

    Raises:
        StorageError: the folder cannot be used.
    """

    def read(values: Mapping[str, Any]) -> P:
        try:
            return kind.from_dict(values)
        except ScoreError as error:
            raise ValueError(str(error)) from error

    store = Kept(folder, lambda part: part.to_dict(), read, "Name another folder.")
    return store.get_or_find({"part": kind.__name__, "version": _VERSION, **decided_by}, find)
