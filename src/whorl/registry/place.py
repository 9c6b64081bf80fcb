"""Where a registry lies: a file, or a database behind a URL whose secrets are never shown."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from whorl.errors import StorageError

VARIABLE = "WHORL_REGISTRY"

_LIKE_A_URL = re.compile(r".*://|[A-Za-z][\w+.-]+:/|.*password=", re.DOTALL)
_EXPECTED = "expected a path, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"


@dataclass(frozen=True)
class Place:
    """A file or a database.

    Attributes:
        shown: how to name it in messages: without user, password and options.
        file: the SQLite file, or None.
        url: the database, or None.
    """

    shown: str
    file: Path | None = None
    url: URL | None = field(default=None, repr=False)

    @classmethod
    def of(cls, path_or_url: str | os.PathLike[str] | None) -> Place:
        """Understand what the user gave; None is WHORL_REGISTRY, or else the user's data folder.

        >>> Place.of("postgresql://me:secret@db.example.org/whorl?sslmode=require").shown
        'postgresql://db.example.org/whorl'

        Raises:
            StorageError: a folder, or no URL that is understood.
        """
        given = path_or_url if path_or_url is not None else (os.environ.get(VARIABLE) or _default())
        text = os.fspath(given)
        if not isinstance(text, str) or not text.strip() or "\0" in text:
            raise StorageError(f"{text!r} is no place for a registry; {_EXPECTED}.")
        if _LIKE_A_URL.match(text):
            return _at_url(text)
        return _in_file(Path(text))

    def without_secrets(self, text: str) -> str:
        """Return the text with the URL's password and the values of its options blotted out."""
        if self.url is None:
            return text
        options = self.url.query.values()
        flat = [value for each in options for value in ([each] if isinstance(each, str) else each)]
        for secret in (self.url.password, *flat):
            for form in {secret, quote(secret or "", safe=""), quote_plus(secret or "")} - {None, ""}:
                text = text.replace(str(form), "***")
        return text


def _default() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("whorl", appauthor=False)) / "registry.db"


def _in_file(path: Path) -> Place:
    try:
        path = path.expanduser()
        folder, other = path.is_dir(), path.exists() and not path.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise StorageError(f"{path} cannot be looked at: {error}. Choose another file.") from error
    if folder:
        raise StorageError(
            f"{path} is a folder, and a registry is one file; name one in it, such as {path / 'registry.db'}."
        )
    if other:
        raise StorageError(f"{path} is a device or a pipe, and a registry is a file; choose another place.")
    return Place(str(path), file=path)


def _at_url(text: str) -> Place:
    # Nothing of the text is shown, and no error below is passed on: any part of it may be a password.
    if "://" not in text:
        raise StorageError(
            f"this looks like the address of a database, but is none that can be read; {_EXPECTED}."
        )
    try:
        url = make_url(text)
        if "@" in (url.host or "") + (url.database or ""):
            raise ValueError
    except (ArgumentError, ValueError):
        raise StorageError(
            f"the address of the database cannot be read; {_EXPECTED}. Write @ : / ? # % within a user or a "
            "password as %40 %3A %2F %3F %23 %25."
        ) from None
    kind = url.drivername.split("+")[0]
    if kind == "sqlite":
        if url.query or not url.database or url.database == ":memory:":
            raise StorageError("a registry in SQLite is a file: give its path alone.")
        return _in_file(Path(url.database))
    if kind not in ("postgresql", "postgres"):
        raise StorageError(f"registries live in SQLite files and PostgreSQL; found {kind}://. {_EXPECTED}.")
    if kind == "postgres" or url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    port = f":{url.port}" if url.port else ""
    return Place(f"postgresql://{url.host or 'localhost'}{port}/{url.database or ''}", url=url)
