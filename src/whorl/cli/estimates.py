"""What --dry-run prints, and what a run says at its start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

import typer

from whorl.embeddings import Estimate, duration
from whorl.encoders import Encoder


def print_estimates(
    estimates: Mapping[str, Estimate], as_json: bool, *, fit_seconds: float | None = None
) -> None:
    """Print counts, pace, time and disk space, per set and in all, and what comes after encoding."""
    if as_json:
        document: dict[str, object] = {name: asdict(estimate) for name, estimate in estimates.items()}
        document |= {} if fit_seconds is None else {"fit": {"seconds": fit_seconds}}
        typer.echo(json.dumps(document, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("set", title="Dry run: nothing was written", title_justify="left")
    for heading in ("pictures", "encoded already", "to encode", "pictures/s", "time", "disk"):
        table.add_column(heading, justify="right")
    for name, item in estimates.items():
        table.add_row(name, *_cells(item))
    Console().print(table)
    encoding = sum(item.seconds for item in estimates.values())
    fitting = "" if fit_seconds is None else f", fitting about {duration(fit_seconds)}"
    typer.echo(f"Encoding will take about {duration(encoding)}{fitting}.")


def widths_of(encoder: Encoder) -> list[int]:
    """Return the width of each layer, found by encoding one black picture."""
    import numpy as np

    batch = encoder.preprocess(np.zeros((64, 64, 3), np.uint8))[None]
    return [output.shape[1] for output in encoder.encode(batch).values()]


def _cells(item: Estimate) -> tuple[str, ...]:
    pace = "" if item.pictures_per_second is None else f"{item.pictures_per_second:.0f}"
    left = item.total - item.stored
    return (
        f"{item.total:,}",
        f"{item.stored:,}",
        f"{left:,}",
        pace,
        duration(item.seconds),
        f"{item.bytes / 1e6:,.0f} MB",
    )
