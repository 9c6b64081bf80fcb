"""Results kept as JSON by the digest of all that decides them: a run that was stopped goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from whorl.errors import StorageError
from whorl.files import digest_json, write_json

T = TypeVar("T")


@dataclass(frozen=True)
class Kept(Generic[T]):
    """Results in a folder.

    Attributes:
        folder: where; None keeps nothing.
        to_json: from a result to a mapping of JSON values.
        from_json: back again; what it raises of ValueError, KeyError, TypeError or AttributeError means damage.
        instead: what a user can do where the folder cannot be used.

    >>> Kept(None, dict, dict, "").get_or_find({"seed": 0}, lambda: {"found": 1})
    {'found': 1}
    """

    folder: Path | None
    to_json: Callable[[T], Mapping[str, Any]]
    from_json: Callable[[Mapping[str, Any]], T]
    instead: str

    def get_or_find(self, decided_by: Mapping[str, Any], find: Callable[[], T]) -> T:
        """Return a kept result, or find and keep it.

        Args:
            decided_by: JSON values; equal ones have equal results.
            find: called where nothing is kept, or what is kept is damaged.

        Raises:
            StorageError: the folder cannot be used.
        """
        if self.folder is None:
            return find()
        digest = digest_json(dict(decided_by))
        path = self.folder / digest[:2] / f"{digest}.json"
        kept = self._read(path)
        if kept is not None:
            return kept
        found = find()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"answers cannot be kept in {self.folder}: {error.strerror or error}. {self.instead}"
            ) from error
        body = dict(self.to_json(found))
        write_json(path, {"digest": digest_json(body), **body})
        return found

    def _read(self, path: Path) -> T | None:
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
            digest = body.pop("digest")
            return self.from_json(body) if digest_json(body) == digest else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"could not read {path}: {error.strerror or error}.") from error
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
