"""Addresses of databases: understood, and never shown with their secrets."""

import logging
import traceback

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from whorl.errors import StorageError
from whorl.registry import Registry
from whorl.registry.place import Place
from whorl.registry.tables import METADATA

SECRET = "hunter2"


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://me:{SECRET}@localhost:1/db",
        f"postgres://me:{SECRET}@localhost:1/db?application_name={SECRET}",
        f"postgresql+psycopg://me:{SECRET}@localhost:1/db?password={SECRET}",
        f"postgresql+none://me:{SECRET}@localhost/db",
        f"postgresql://me:{SECRET}@x@localhost/db",
        f"postgresql://me:x@{SECRET}:y@localhost/db",
        f"postgresql://me:@{SECRET}/x@localhost/db",
        f"postgresql://me:x@localhost:{SECRET}/db",
        f"postgresql:/me:{SECRET}@localhost/db",
        f"postgresql:///db?nonsense={SECRET}&host=localhost&port=1",
        f"mysql://me:{SECRET}@localhost/db",
        f"://me:{SECRET}@localhost/db",
        f"host=localhost password={SECRET}",
        f"sqlite://me:{SECRET}@/:memory:",
    ],
)
def test_no_secret_reaches_an_error_or_a_log(address, caplog, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StorageError) as told:
        shown_by(Registry(address)).models()
    trace = "".join(traceback.format_exception(told.value))
    assert SECRET not in trace
    assert SECRET not in caplog.text


def shown_by(registry):
    assert SECRET not in repr(registry) + registry.place + repr(registry._database.place)
    return registry


def test_a_drivers_words_lose_the_secrets_in_them():
    place = Place.of("postgresql://me:p%40ss@localhost/db?sslkey=k%C3%A9y")
    assert place.without_secrets("p@ss p%40ss k\u00e9y me") == "*** *** *** me"


def test_what_an_address_is_taken_for():
    assert Place.of("postgres://h/db").url.drivername == "postgresql+psycopg"
    assert Place.of("postgresql+psycopg2://h/db").url.drivername == "postgresql+psycopg2"
    assert Place.of("postgresql://me:x@h:5433/db").shown == "postgresql://h:5433/db"
    assert Place.of("C:/known.db").file.name == "known.db"


@pytest.mark.parametrize(
    "address", ["mysql://h/db", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro"]
)
def test_what_no_registry_lives_in(address):
    with pytest.raises(StorageError, match="SQLite"):
        Place.of(address)


@pytest.mark.parametrize("dialect", [postgresql.dialect(), sqlite.dialect()])
def test_the_tables_are_made_of_types_that_both_databases_know(dialect):
    statements = " ".join(
        str(CreateTable(table).compile(dialect=dialect)) for table in METADATA.sorted_tables
    )
    words = set(statements.replace(",", " ").replace("(", " ").split())
    assert words & {"INTEGER", "TEXT", "SERIAL"} >= {"INTEGER", "TEXT"}
    assert not words & {"BLOB", "JSON", "JSONB", "DATETIME", "REAL", "BOOLEAN", "VARCHAR"}
