"""`whorl demo`: everything at once, without a network."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from whorl.cli import options as shared


def demo(
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Folder of the report; an earlier demo there is replaced."),
    ] = Path("whorl-demo"),
    seed: Annotated[
        int, typer.Option(min=0, help="Fixes the held-out digits, the training, what is drawn.")
    ] = 0,
    show: Annotated[
        bool, typer.Option("--open", help="Open the report in the browser when it is done.")
    ] = False,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Train small models on handwritten digits, one of them until it copies, and see what Whorl says.

    Needs no network and no data. Takes one to two minutes on two cores.
    """
    from whorl.demo.demo import run_demo
    from whorl.demo.folder import PICTURES, REFERENCE, REPORT, RESULT

    done = run_demo(output, seed=seed, progress=not quiet)
    report = output / REPORT
    if as_json:
        typer.echo((output / RESULT).read_text(encoding="utf-8"), nl=False)
    else:
        from rich.console import Console

        from whorl.report import comparison_table

        Console().print(comparison_table(done.curves))
        sample = shlex.quote(f"{output / PICTURES}::copier")
        typer.echo(f"Report: {report} ({done.seconds:.0f} s)")
        typer.echo(f"Next:   whorl audit {shlex.quote(str(output / REFERENCE))} {sample} -o copier-audit")
    if show:
        import webbrowser

        if not webbrowser.open(report.absolute().as_uri()):
            typer.echo(f"No browser could be opened; open {report} in one.", err=True)
