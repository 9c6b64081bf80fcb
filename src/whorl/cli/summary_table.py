"""A summary as lines of a name and what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def print_summary(summary: Mapping[str, Any]) -> None:
    """Print a summary to stdout; names of strangers are no markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from whorl.report.text import plain

    table = Table(box=None, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in summary.items():
        table.add_row(name.replace("_", " "), Text(plain(_words(value))))
    Console().print(table)


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(_words, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}"
    return "none" if value is None else str(value)
