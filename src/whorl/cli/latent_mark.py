"""`whorl latent mark`: pictures that carry a user's key."""

from __future__ import annotations

import json
import secrets
import shlex
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from whorl.cli import options as shared


def mark(
    basis: Annotated[Path, typer.Argument(help="A basis' folder (see 'whorl latent basis').")],
    keys: Annotated[Path, typer.Option("--keys", help="The key book (see 'whorl latent keys').")],
    user: Annotated[str, typer.Option("--user", help="Whose key.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="Folder for pictures, result.json and report.html; or .npz for pictures alone.",
        ),
    ],
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many pictures.")] = 16,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Fixes the pictures but for the key. Pictures of one seed for two users tell in which bits their "
            "keys differ.",
            show_default="drawn at random",
        ),
    ] = None,
    generator: Annotated[
        str | None,
        typer.Option("--generator", help="Where the basis' generator lies now.", show_default="where it was"),
    ] = None,
    device: shared.Device = "auto",
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
) -> None:
    """Draw pictures that carry a user's key, and show what the key changes.

    whorl latent mark BASIS --keys KEYS --user alice -n 16 -o OUT
    """
    from whorl.latent.basis import LatentBasis
    from whorl.latent.deciding.decision import check_book
    from whorl.latent.keys.key_book import KeyBook
    from whorl.latent.mark import mark as draw
    from whorl.latent.marking import Marking
    from whorl.latent.open import generator_of
    from whorl.report.latent import check_marking_output, marking_document, write_marking
    from whorl.versions import versions

    check_marking_output(output, overwrite=overwrite)
    began = time.perf_counter()
    held, book = LatentBasis.load(basis), KeyBook.load(keys)
    check_book(book, held.bits)
    key = book.key(user)
    opened = generator_of(held, generator, device)
    chosen = secrets.randbelow(2**31) if seed is None else seed
    drawn = draw(opened, held, key, count, seed=chosen)
    marking = Marking.of(drawn, held, user=user, seed=chosen)
    details = {
        "command": shlex.join(["whorl", *sys.argv[1:]]),
        "versions": versions(),
        "seconds": round(time.perf_counter() - began, 1),
    }
    write_marking(output, marking, details=details, overwrite=overwrite)
    if as_json:
        typer.echo(
            json.dumps(marking_document(marking, details), indent=1, ensure_ascii=False, allow_nan=False)
        )
        return
    from rich.console import Console

    from whorl.report.latent import marking_table

    Console().print(marking_table(marking))
    typer.echo(f"Pictures: {output}" if output.suffix == ".npz" else f"Report: {output / 'report.html'}")
