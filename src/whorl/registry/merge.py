"""Putting entries into the tables: nothing known is overwritten unless asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select, update

from whorl.errors import StorageError
from whorl.registry.entry import DESCRIPTION, Entry, as_json_text
from whorl.registry.tables import FINGERPRINTS, MODELS, REFERENCES
from whorl.registry.trouble import first_few


@dataclass(frozen=True)
class Merged:
    """What became of entries.

    Attributes:
        added: fingerprints that are new.
        replaced: fingerprints that took another one's place.
        present: fingerprints that were there already, number for number.
    """

    added: int = 0
    replaced: int = 0
    present: int = 0

    def to_dict(self) -> dict[str, int]:
        """Return the counts as JSON values."""
        return asdict(self)


def merge(connection: Connection, entries: Iterable[Entry], *, replace: bool, where: str) -> Merged:
    """Put entries into the tables, all of them.

    What an entry leaves empty is taken as not said; what the registry has empty is filled in. Equal entries change
    nothing, so the same file may be imported twice.

    Raises:
        StorageError: `replace` is False, and a model of that name has another architecture, data set or note, or
            another fingerprint on that Reference. All conflicts are counted, the first few named.
    """
    counts = dict.fromkeys(("added", "replaced", "present"), 0)
    conflicts: list[str] = []
    for entry in entries:
        model, clashes = _model(connection, entry, replace=replace)
        outcome, clash = _fingerprint(
            connection, entry, model, _reference(connection, entry), replace=replace
        )
        conflicts += clashes + ([clash] if clash else [])
        counts[outcome] += 1
    if conflicts:
        raise StorageError(
            f"{where} knows otherwise, and nothing was changed:\n{first_few(conflicts)}\n"
            "Choose another name, or replace what is known with --replace (replace=True)."
        )
    return Merged(**counts)


def _model(connection: Connection, entry: Entry, *, replace: bool) -> tuple[int, list[str]]:
    """Return the model's id, made where it is new, and what is known otherwise of it."""
    known = _row(connection, MODELS, "name", entry.name)
    if known is None:
        described = {what: getattr(entry, what) for what in DESCRIPTION}
        return _insert(connection, MODELS, {"name": entry.name} | described), []
    said = {what: getattr(entry, what) for what in DESCRIPTION if getattr(entry, what)}
    new = {what: text for what, text in said.items() if text != getattr(known, what)}
    clashes = [what for what in new if getattr(known, what)] if not replace else []
    if new and not clashes:
        connection.execute(update(MODELS).where(MODELS.c.id == known.id).values(**new))
    told = [
        f"{entry.name!r}: its {what} is {_short(getattr(known, what))}, not {_short(new[what])}"
        for what in clashes
    ]
    return known.id, told


def _reference(connection: Connection, entry: Entry) -> int:
    known = _row(connection, REFERENCES, "reference", entry.reference)
    if known is None:
        return _insert(connection, REFERENCES, {"reference": entry.reference, "note": entry.reference_note})
    if entry.reference_note and not known.note:
        chosen = update(REFERENCES).where(REFERENCES.c.id == known.id)
        connection.execute(chosen.values(note=entry.reference_note))
    return int(known.id)


def _fingerprint(
    connection: Connection, entry: Entry, model: int, reference: int, *, replace: bool
) -> tuple[str, str | None]:
    """Return what becomes of the fingerprint, and what stands against it."""
    of_model = FINGERPRINTS.c.model_id == model, FINGERPRINTS.c.reference_id == reference
    known = connection.execute(
        select(FINGERPRINTS.c.id, FINGERPRINTS.c.digest, FINGERPRINTS.c.measured_at).where(*of_model)
    ).one_or_none()
    if known is None:
        _insert(connection, FINGERPRINTS, {"model_id": model, "reference_id": reference} | _values(entry))
        return "added", None
    if known.digest == entry.fingerprint.digest and not replace:
        return "present", None
    if replace:
        connection.execute(update(FINGERPRINTS).where(FINGERPRINTS.c.id == known.id).values(**_values(entry)))
        return ("present" if known.digest == entry.fingerprint.digest else "replaced"), None
    return "present", (
        f"{entry.name!r}: on the Reference {_short(entry.reference)} it has the fingerprint "
        f"{known.digest[:12]} ({known.measured_at or 'no date'}), not {entry.fingerprint.digest[:12]}"
    )


def _values(entry: Entry) -> dict[str, Any]:
    return {
        "digest": entry.fingerprint.digest,
        "n_pictures": entry.fingerprint.n_pictures,
        "fingerprint": as_json_text(entry.fingerprint),
        "measured_by": entry.provenance.measured_by,
        "measured_at": entry.provenance.measured_at,
        "versions": json.dumps(dict(entry.provenance.versions)),
    }


def _row(connection: Connection, table: Table, column: str, value: str) -> Row[Any] | None:
    return connection.execute(select(table).where(table.c[column] == value)).one_or_none()


def _insert(connection: Connection, table: Table, values: dict[str, Any]) -> int:
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None  # noqa: S101 - of one row there is always one
    return int(key[0])


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")
