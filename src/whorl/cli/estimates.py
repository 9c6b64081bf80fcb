"""What --dry-run prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

import typer

from whorl.embeddings import Estimate, duration


def print_estimates(estimates: Mapping[str, Estimate], as_json: bool) -> None:
    """Print counts, pace, time and disk space, per set and in all."""
    if as_json:
        typer.echo(json.dumps({name: asdict(estimate) for name, estimate in estimates.items()}, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("set", title="Dry run: nothing was written", title_justify="left")
    for heading in ("pictures", "encoded already", "to encode", "pictures/s", "time", "disk"):
        table.add_column(heading, justify="right")
    for name, item in estimates.items():
        table.add_row(name, *_cells(item))
    Console().print(table)
    typer.echo(f"Encoding will take about {duration(sum(item.seconds for item in estimates.values()))}.")


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
