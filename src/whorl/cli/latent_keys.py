"""`whorl latent keys`: who has which key."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared
from whorl.cli.latent_told import say_secret

if TYPE_CHECKING:
    from whorl.latent.keys.key_book import KeyBook

app = typer.Typer(help="Key books: make one, add users, export the keys.", no_args_is_help=True)

_KEYS = "whoever has it can forge keys."
Keys = Annotated[Path, typer.Argument(help="The key book, a file; a secret.")]


@app.command()
def create(
    keys: Annotated[Path, typer.Argument(help="The key book, a file to write; a secret.")],
    users: Annotated[
        str | None,
        typer.Option(
            help="A file with a name on each line, or how many (user-1, user-2, ...).",
            show_default="none yet",
        ),
    ] = None,
    bits: Annotated[int, typer.Option(min=4, help="Length of the keys; the basis has as many.")] = 32,
    room: Annotated[
        int,
        typer.Option(
            min=1, help="For how many users there has to be a key, now or later; fewer differ in more bits."
        ),
    ] = 1000,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Replace the key book there is; pictures marked with it name nobody then."
        ),
    ] = False,
    as_json: shared.Json = False,
) -> None:
    """Make a key book: keys are drawn at random from the words of an error-correcting code.

    whorl latent keys create KEYS --users names.txt
    """
    from whorl.latent.keys.key_book import KeyBook

    book = KeyBook.create(bits, users=_names(users), room=room)
    book.save(keys, overwrite=overwrite)
    say_secret(f"{keys}: {_KEYS}")
    _tell(book, keys, as_json)


@app.command()
def add(
    keys: Keys,
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Of the new users.")],
    as_json: shared.Json = False,
) -> None:
    """Add users; those there are keep their keys.

    whorl latent keys add KEYS alice bob
    """
    from whorl.latent.keys.key_book import KeyBook

    book = KeyBook.load(keys).with_users(names)
    book.save(keys, overwrite=True)
    _tell(book, keys, as_json)


@app.command()
def export(
    keys: Keys,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write, .csv: user, key.")],
    overwrite: shared.Overwrite = False,
) -> None:
    """Write all keys as 0s and 1s to a file that its owner alone may read.

    whorl latent keys export KEYS -o keys.csv
    """
    from whorl.errors import StorageError
    from whorl.files import write_bytes
    from whorl.latent.keys.key_book import KeyBook

    if output.suffix.lower() != ".csv":
        raise typer.BadParameter(f"keys are exported as .csv; got {output}")
    if output.exists() and not overwrite:
        raise StorageError(f"{output} exists already; choose another -o, or replace it with --overwrite.")
    if output.exists() and not output.read_bytes().startswith(b"user,key"):
        raise StorageError(f"{output} is no table of keys, and is not overwritten; choose another -o.")
    text = io.StringIO()
    writer = csv.DictWriter(text, ("user", "key"), lineterminator="\n")
    writer.writeheader()
    writer.writerows(KeyBook.load(keys).rows())
    write_bytes(output, text.getvalue().encode(), private=True)
    say_secret(f"{output}: {_KEYS}")


@app.command()
def show(keys: Keys, as_json: shared.Json = False) -> None:
    """Say how many users a key book has and how long their keys are; never a key.

    whorl latent keys show KEYS
    """
    from whorl.latent.keys.key_book import KeyBook

    _tell(KeyBook.load(keys), keys, as_json)


def _names(users: str | None) -> list[str]:
    """Read --users: nothing, a number, or a file of names."""
    if users is None:
        return []
    if users.isdecimal():
        return [f"user-{number}" for number in range(1, int(users) + 1)]
    try:
        lines = Path(users).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"--users takes a number or a file of names; {users!r}: {error}") from error
    return [line.strip() for line in lines if line.strip()]


def _tell(book: KeyBook, keys: Path, as_json: bool) -> None:
    told: dict[str, Any] = {
        "file": str(keys),
        "users": len(book),
        "room": book.code.capacity,
        "bits": book.bits,
        "keys_differ_in": book.code.distance,
    }
    if as_json:
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    from whorl.cli.summary_table import print_summary

    print_summary(told)
