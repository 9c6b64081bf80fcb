"""Whether a database is a registry, and of which version."""

from __future__ import annotations

from sqlalchemy import Connection, insert, inspect, select

from whorl.errors import StorageError
from whorl.registry.place import Place
from whorl.registry.tables import METADATA, SCHEMA, VERSION


def is_registry(connection: Connection, place: Place) -> bool:
    """Return True for a registry, False for an empty database, which may become one.

    Raises:
        StorageError: another program's file, a newer Whorl's registry, or one that lacks tables.
    """
    tables = set(inspect(connection).get_table_names())
    if SCHEMA.name not in tables:
        if place.file is not None and tables:
            raise StorageError(
                f"{place.shown} is an SQLite file of another program (it has tables such as {min(tables)!a}); "
                "nothing was changed. Choose another file."
            )
        return False
    missing = sorted({table.name for table in METADATA.sorted_tables} - tables)
    versions = list(connection.execute(select(SCHEMA.c.version, SCHEMA.c.made_by)))
    if missing or len(versions) != 1:
        lacks = ", ".join(missing) or f"one row in {SCHEMA.name}"
        raise StorageError(
            f"the registry {place.shown} is damaged: it lacks {lacks}. Restore it from a copy."
        )
    version, made_by = versions[0]
    if version != VERSION:
        raise StorageError(
            f"the registry {place.shown} has tables of version {version} (made by Whorl {made_by}), and this "
            f"Whorl knows version {VERSION}; nothing was changed. Update Whorl."
        )
    return True


def make_registry(connection: Connection) -> None:
    """Make the tables and record their version."""
    import whorl

    METADATA.create_all(connection, checkfirst=False)
    connection.execute(insert(SCHEMA).values(version=VERSION, made_by=whorl.__version__))
