"""Reading and writing transactions, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from whorl.errors import StorageError
from whorl.registry.engine import WRITES, engine_for
from whorl.registry.place import Place
from whorl.registry.schema import is_registry, make_registry
from whorl.registry.trouble import told

_LOCK = 0x77686F726C  # "whorl": PostgreSQL's name for the lock that writers take


class Database:
    """The database of one registry.

    Writers take turns: on SQLite a writing transaction is immediate, on PostgreSQL it takes an advisory lock
    first. So what a transaction has read still holds when it writes.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._is_sound = False

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """Yield a connection that sees one state of the registry; None where there is none yet."""
        if self.place.file is not None and not self._holds_something():
            yield None
            return
        with told(self.place), self._engine.connect() as connection:
            if self.place.url is not None:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection if is_registry(connection, self.place) else None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection that alone may write; all is kept at the end, or nothing after an error."""
        if self.place.file is not None:
            self._make_room(self.place.file)
        with told(self.place), self._engine.connect() as connection:
            connection.execution_options(**{WRITES: True})
            with connection.begin():
                if self.place.url is not None:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": _LOCK})
                if not is_registry(connection, self.place):
                    make_registry(connection)
                self._check(connection)
                yield connection

    @cached_property
    def _engine(self) -> Engine:
        return engine_for(self.place)

    def _holds_something(self) -> bool:
        assert self.place.file is not None  # noqa: S101
        try:
            return self.place.file.stat().st_size > 0
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StorageError(f"could not read {self.place.shown}: {error.strerror or error}.") from error

    @staticmethod
    def _make_room(file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                file.touch()
        except OSError as error:
            raise StorageError(
                f"no registry can be made at {file}: {error.strerror or error}. Name another place with "
                "--registry (or WHORL_REGISTRY)."
            ) from error

    def _check(self, connection: Connection) -> None:
        """Look over an SQLite file once before the first write: nothing is added to a damaged one."""
        if self.place.file is None or self._is_sound:
            return
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if found != "ok":
            raise StorageError(
                f"the registry {self.place.shown} is damaged ({found}); nothing was written. Restore it from "
                "a copy; 'whorl registry export' may still save what can be read."
            )
        self._is_sound = True
