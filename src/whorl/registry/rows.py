"""From rows of the tables to models and entries."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from whorl.errors import StorageError
from whorl.fingerprints import Fingerprint
from whorl.registry.entry import Entry, verified
from whorl.registry.model import Measurement, RegisteredModel
from whorl.registry.provenance import Provenance
from whorl.registry.tables import FINGERPRINTS, MODELS, REFERENCES

_DESCRIPTION = (MODELS.c.name, MODELS.c.architecture, MODELS.c.dataset, MODELS.c.note)
_MEASUREMENT = (
    REFERENCES.c.reference,
    REFERENCES.c.note.label("reference_note"),
    FINGERPRINTS.c.digest,
    FINGERPRINTS.c.n_pictures,
    FINGERPRINTS.c.measured_by,
    FINGERPRINTS.c.measured_at,
    FINGERPRINTS.c.versions,
)


def read_models(connection: Connection, name: str | None = None) -> tuple[RegisteredModel, ...]:
    """Return all models, or those of a name, by name; their fingerprints stay where they are."""
    wanted = _joined(*_DESCRIPTION, *_MEASUREMENT)
    if name is not None:
        wanted = wanted.where(MODELS.c.name == name)
    rows: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(wanted):
        rows.setdefault(row.name, []).append(row)
    return tuple(_model(rows[name]) for name in sorted(rows))


def read_entries(connection: Connection, names: Collection[str] | None = None) -> tuple[Entry, ...]:
    """Return all entries, or those of some models, by name and Reference; each digest is verified.

    Raises:
        StorageError: a stored fingerprint is not the one that was added.
    """
    wanted = _joined(*_DESCRIPTION, *_MEASUREMENT, FINGERPRINTS.c.fingerprint)
    if names is not None:
        wanted = wanted.where(MODELS.c.name.in_(names))
    # Sorted here: databases have orders of their own.
    rows = sorted(connection.execute(wanted), key=lambda row: (row.name, row.reference))
    return tuple(_entry(row) for row in rows)


def read_on_reference(connection: Connection, reference: str) -> dict[str, Fingerprint]:
    """Return the fingerprints on one Reference by their models' names, in order; each digest is verified.

    Raises:
        StorageError: a stored fingerprint is not the one that was added.
    """
    wanted = _joined(MODELS.c.name, REFERENCES.c.reference, FINGERPRINTS.c.digest, FINGERPRINTS.c.fingerprint)
    rows = connection.execute(wanted.where(REFERENCES.c.reference == reference))
    return {row.name: _fingerprint(row) for row in sorted(rows, key=lambda row: str(row.name))}


def _joined(*columns: Any) -> Select[Any]:
    models = FINGERPRINTS.join(MODELS, FINGERPRINTS.c.model_id == MODELS.c.id)
    return select(*columns).select_from(
        models.join(REFERENCES, FINGERPRINTS.c.reference_id == REFERENCES.c.id)
    )


def _model(rows: list[Row[Any]]) -> RegisteredModel:
    first = rows[0]
    measured = sorted((_measurement(row) for row in rows), key=lambda measurement: measurement.reference)
    return RegisteredModel(first.name, first.architecture, first.dataset, first.note, tuple(measured))


def _measurement(row: Row[Any]) -> Measurement:
    return Measurement(row.reference, row.digest, row.n_pictures, _provenance(row), row.reference_note)


def _provenance(row: Row[Any]) -> Provenance:
    return Provenance(row.measured_by, row.measured_at, _json(row, row.versions))


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        name=row.name,
        architecture=row.architecture,
        fingerprint=_fingerprint(row),
        dataset=row.dataset,
        note=row.note,
        reference_note=row.reference_note,
        provenance=_provenance(row),
    )


def _fingerprint(row: Row[Any]) -> Fingerprint:
    try:
        fingerprint = verified(_json(row, row.fingerprint), row.digest)
    except StorageError as error:
        raise StorageError(f"{_where(row)}: {error}") from error
    if fingerprint.reference != row.reference:
        raise StorageError(
            f"{_where(row)} is stored under another Reference than its own. Remove it, add it again."
        )
    return fingerprint


def _json(row: Row[Any], text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StorageError(f"{_where(row)} is damaged: {error}. Restore the registry from a copy.") from error


def _where(row: Row[Any]) -> str:
    return f"the registry's fingerprint of {row.name!r} on the Reference {row.reference[:24]}"
