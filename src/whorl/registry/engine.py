"""How to connect: to an SQLite file, or to PostgreSQL. No connection outlives the call it was made for."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from whorl.errors import StorageError
from whorl.registry.place import Place

PATIENCE = 60
"""Seconds that a writer of an SQLite file waits for the others."""

WRITES = "whorl_writes"
"""The execution option of a connection that is to write."""

_SECONDS_TO_CONNECT = 15


def engine_for(place: Place) -> Engine:
    """Return how to connect to a place; nothing is opened yet.

    Raises:
        StorageError: the driver is not installed.
    """
    if place.file is not None:
        return _sqlite(place.file)
    assert place.url is not None  # noqa: S101 - a place is one or the other
    return _postgresql(place.url, place.shown)


def _sqlite(file: Path) -> Engine:
    # "rw" makes no file, and falls back to reading where writing is not allowed.
    address = f"file:{quote(str(file.absolute()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        # Transactions begin where we say so, and not where the driver thinks that they should.
        connection = sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL, shown: str) -> Engine:
    takes_timeout = url.drivername.startswith("postgresql+psycopg")
    patience = {"connect_timeout": _SECONDS_TO_CONNECT} if takes_timeout else {}
    try:
        return create_engine(url, connect_args=patience, poolclass=NullPool)
    except (ImportError, SQLAlchemyError):
        raise StorageError(
            f"{shown} needs a driver that is not installed or not known ({url.drivername}). "
            "Run: pip install 'psycopg[binary]'"
        ) from None
