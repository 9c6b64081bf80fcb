"""Known models as tables for the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from whorl.report.text import plain, shorten

if TYPE_CHECKING:
    from whorl.fingerprints import Fingerprint
    from whorl.registry import Measurement, RegisteredModel

_LONGEST_NAME = 40
_LONGEST_REFERENCE = 24
_NOT_BY_LAYER = {"copying", "whitened_means", "pixels", "chance"}


def list_table(models: tuple[RegisteredModel, ...]) -> Table:
    """Return one row per model and Reference."""
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    for column in ("model", "architecture", "data set"):
        table.add_column(column, overflow="fold")
    table.add_column("Reference", no_wrap=True)
    table.add_column("pictures", justify="right")
    table.add_column("measured", no_wrap=True)
    for model in models:
        known = [shorten(text, _LONGEST_NAME) for text in (model.name, model.architecture, model.dataset)]
        for measured in model.measurements:
            date = plain(measured.provenance.measured_at[:10])
            row = (*known, short_reference(measured.reference), f"{measured.n_pictures:,}", date)
            table.add_row(*map(Text, row))  # names are no markup
            known = ["", "", ""]
    return table


def short_reference(reference: str) -> str:
    """Return the beginning of a digest as other tables show it; a name stays whole, where it is short.

    >>> short_reference("0123456789abcdef" * 4), short_reference("published:2407.21159")
    ('0123456789ab', 'published:2407.21159')
    """
    is_digest = len(reference) == 64 and set(reference) <= set("0123456789abcdef")
    return reference[:12] if is_digest else shorten(reference, _LONGEST_REFERENCE)


def model_tables(model: RegisteredModel, fingerprints: Mapping[str, Fingerprint]) -> Iterator[Table | Text]:
    """Yield what is known of a model, and then each measurement with its numbers by layer."""
    described = {"name": model.name, "architecture": model.architecture}
    yield _facts(described | {"data set": model.dataset, "note": model.note})
    for measured in model.measurements:
        yield Text("")
        fingerprint = fingerprints[measured.reference]
        yield _facts(
            _measured(measured)
            | {"settings": _in_words(fingerprint.settings), "other numbers": _other_parts(fingerprint)}
        )
        yield Text("")
        yield _numbers(fingerprint)


def _measured(measured: Measurement) -> dict[str, str]:
    by = measured.provenance
    return {
        "Reference": measured.reference,
        "what it is": measured.reference_note,
        "pictures": f"{measured.n_pictures:,}",
        "measured by": by.measured_by,
        "measured at": by.measured_at,
        "versions": _in_words(by.versions),
        "digest": measured.digest,
    }


def _facts(facts: Mapping[str, str]) -> Table:
    table = Table(box=None, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in facts.items():
        if text:
            table.add_row(name, Text(plain(text)))
    return table


def _numbers(fingerprint: Fingerprint) -> Table:
    """Return one row per layer with the parts that have one number or one row for each, C_T first."""
    count = len(fingerprint.layers)
    parts = {
        name: part
        for name, part in sorted(fingerprint.parts.items(), key=lambda each: each[0] != "c_t")
        if part.shape[:1] == (count,) and name not in _NOT_BY_LAYER
    }
    table = Table(box=None)
    table.add_column("layer", justify="right")
    for name in parts:
        table.add_column(Text(plain(name)), justify="right")
    for row, layer in enumerate(fingerprint.layers):
        cells = (_cell(part[row]) for part in parts.values())
        table.add_row(Text(plain(str(layer))), *cells)
    return table


def _other_parts(fingerprint: Fingerprint) -> str:
    """Return the parts that are not told layer by layer, and how many numbers each has."""
    count = len(fingerprint.layers)
    return ", ".join(
        f"{name} ({part.size:,} numbers)"
        for name, part in sorted(fingerprint.parts.items())
        if part.shape[:1] != (count,) or name in _NOT_BY_LAYER
    )


def _cell(number: Any) -> str:
    return f"{float(number):.4g}" if number.ndim == 0 else f"{number.size:,} numbers"


def _in_words(values: Mapping[str, Any]) -> str:
    shown = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in sorted(values.items())
    }
    return ", ".join(f"{name} {value}" for name, value in shown.items())
