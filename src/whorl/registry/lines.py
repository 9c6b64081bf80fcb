"""Entries as JSON lines: one file that any registry can import, checked line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from whorl.errors import StorageError
from whorl.files import write_bytes
from whorl.registry.entry import Entry
from whorl.registry.trouble import first_few


def write_entries(path: Path, entries: Iterable[Entry]) -> None:
    """Write one line of ASCII JSON per entry, in one step: the whole file appears, or nothing."""
    lines = [json.dumps(entry.to_dict(), allow_nan=False) + "\n" for entry in entries]
    write_bytes(path, "".join(lines).encode())


def read_entries(path: Path) -> tuple[Entry, ...]:
    """Read and check all lines; each is verified by the digest of its fingerprint, empty ones are passed over.

    Raises:
        StorageError: it cannot be read, a line is damaged or foreign, two lines contradict each other, or
            there is none. All damaged lines are counted, the first few named.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise StorageError(f"could not read {path}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise StorageError(
            f"{path} is no text in UTF-8; expected JSON lines, as 'whorl registry export' writes them."
        ) from error
    entries, wrong = {}, []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            if line.strip():
                entries[number] = Entry.from_dict(_parsed(line))
        except StorageError as error:
            wrong.append(f"line {number}: {error}")
    wrong = wrong or _contradictions(entries)
    if wrong:
        raise StorageError(f"{path} is not imported, nothing was changed:\n{first_few(wrong)}")
    if not entries:
        raise StorageError(f"{path} holds no entry; expected one line of JSON per model and Reference.")
    return tuple(entries.values())


def _parsed(line: str) -> Any:
    try:
        return json.loads(line, parse_constant=_no_number, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise StorageError(
            f"no JSON: {error}. A file that was cut off or edited? Export it again."
        ) from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON value")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a field stands twice in one object")
    return dict(pairs)


def _contradictions(entries: dict[int, Entry]) -> list[str]:
    """Find lines of one name that describe two models, or give one two fingerprints on one Reference."""
    described: dict[str, int] = {}
    measured: dict[tuple[str, str], int] = {}
    wrong = []
    for number, entry in entries.items():
        first = described.setdefault(entry.name, number)
        one = entries[first]
        if entry.differs_from(one):
            wrong.append(
                f"lines {first} and {number} describe two models of one name, {entry.name!r}; rename one of them."
            )
        first = measured.setdefault((entry.name, entry.reference), number)
        if entries[first].fingerprint.digest != entry.fingerprint.digest:
            wrong.append(
                f"lines {first} and {number} give {entry.name!r} two fingerprints on the Reference "
                f"{entry.reference[:24]}; keep one of them."
            )
    return wrong
