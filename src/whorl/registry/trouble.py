"""What a database complains of, in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from whorl.errors import StorageError
from whorl.registry.place import Place

_REMEDIES = {
    "SQLITE_NOTADB": "is no registry: not an SQLite file, or its beginning is damaged. It was left as it is; "
    "choose another file, or restore it from a copy.",
    "SQLITE_CORRUPT": "is damaged. Nothing was written; restore it from a copy.",
    "SQLITE_READONLY": "may only be read: the file or its folder is write-protected. Nothing was changed; change "
    "its permissions, or copy it and name the copy with --registry (or WHORL_REGISTRY).",
    "SQLITE_CANTOPEN": "cannot be opened, or its folder cannot be written to. Nothing was changed; check both "
    "permissions, or name another place with --registry (or WHORL_REGISTRY).",
    "SQLITE_BUSY": "has been kept locked by another process for a minute. Nothing was changed; try again later.",
    "SQLITE_FULL": "could not be written: the disk is full. Nothing was changed; free some space and try again.",
    "SQLITE_IOERR": "could not be read or written: the disk or the network folder it lies on fails. Try again; "
    "then restore it from a copy.",
}


@contextmanager
def told(place: Place) -> Iterator[None]:
    """Turn what SQLAlchemy and the driver raise into one `StorageError` without a secret of the place's URL."""
    try:
        yield
    except UnicodeDecodeError as error:  # sqlite3 lets it out where it meets it in a damaged file
        raise StorageError(f"{place.shown} {_REMEDIES['SQLITE_CORRUPT']}") from error
    except SQLAlchemyError as error:
        message = _message(place, error)
        # The chain of a traceback would show what the driver said of the URL.
        raise StorageError(message) from (None if place.url is not None else error)


def _message(place: Place, error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    name = str(getattr(cause, "sqlite_errorname", ""))
    if place.file is not None and "decode to UTF-8" in str(cause):  # the driver's words, without a name
        name = "SQLITE_CORRUPT"
    for beginning, remedy in _REMEDIES.items():
        if name.startswith(beginning):
            return f"{place.shown} {remedy}"
    said = place.without_secrets(" ".join(str(cause).split()))
    remedy = " Check the address, the permissions and that the server runs." if place.url is not None else ""
    return f"the registry {place.shown} could not be used: {said}. Nothing was changed.{remedy}"


def first_few(complaints: list[str], limit: int = 8) -> str:
    """Return complaints, one a line; of many the first few, and how many more there are.

    >>> print(first_few(["a", "b", "c"], limit=2))
    a
    b
    ... and 1 more
    """
    more = [f"... and {len(complaints) - limit:,} more"] if len(complaints) > limit else []
    return "\n".join(complaints[:limit] + more)
