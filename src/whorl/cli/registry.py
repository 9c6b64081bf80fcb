"""`whorl registry`: the models that are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared

if TYPE_CHECKING:
    from whorl.registry import RegisteredModel

app = typer.Typer(
    help="Known models and their fingerprints: look at them, share them, remove them.", no_args_is_help=True
)

_PUBLISHED = "published"

Name = Annotated[str, typer.Argument(help="The model's name.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Let the new entries take the place of what is known otherwise.")
]


@app.command("list")
def list_models(registry: shared.RegistryPlace = None, as_json: shared.Json = False) -> None:
    """List all models, and the References they were measured on."""
    from whorl.registry import Registry

    with Registry(registry) as held:
        models = held.models()
    if as_json:
        _print_json({"registry": held.place, "models": [model.to_dict() for model in models]})
    elif models:
        _print_models(models)
    else:
        typer.echo(
            f"No models in {held.place}. Add the published ones with 'whorl registry import {_PUBLISHED}'."
        )


@app.command()
def show(name: Name, registry: shared.RegistryPlace = None, as_json: shared.Json = False) -> None:
    """Show all that is known of one model, its numbers included; each fingerprint is verified by its digest."""
    from whorl.registry import Registry

    with Registry(registry) as held:
        model, fingerprints = held.get(name), held.fingerprints(name)
    if as_json:
        known = {reference: fingerprint.to_dict() for reference, fingerprint in fingerprints.items()}
        _print_json(model.to_dict() | {"fingerprints": known})
        return
    from rich.console import Console

    from whorl.cli.model_tables import model_tables

    console = Console()
    for part in model_tables(model, fingerprints):
        console.print(part)


@app.command()
def remove(
    name: Name,
    registry: shared.RegistryPlace = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: shared.Json = False,
) -> None:
    """Remove a model and all its fingerprints. What is removed is gone: export it first to keep it."""
    from whorl.registry import Registry
    from whorl.report.text import plain

    with Registry(registry) as held:
        model = held.get(name)
        count = _count(len(model.measurements), "fingerprint")
        question = f"Remove {plain(model.name)} ({plain(model.architecture)}, {count}) from {held.place}?"
        if not yes and not typer.confirm(question, err=True):
            typer.echo("Nothing removed.", err=as_json)
            return
        removed = held.remove(model.name)
    if as_json:
        _print_json({"registry": held.place, "removed": removed.to_dict()})
    else:
        typer.echo(f"{plain(removed.name)} removed")


@app.command()
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write: JSON lines.")],
    names: Annotated[
        list[str] | None, typer.Argument(help="Which models.", show_default="all", metavar="[NAME]...")
    ] = None,
    registry: shared.RegistryPlace = None,
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
) -> None:
    """Write models to a file that any registry can import, one line per model and Reference."""
    from whorl.registry import Registry

    with Registry(registry) as held:
        count = held.export(output, names or None, overwrite=overwrite)
    if as_json:
        _print_json({"registry": held.place, "file": str(output), "fingerprints": count})
    else:
        typer.echo(f"{_count(count, 'fingerprint')} written to {output}")


@app.command("import")
def import_file(
    file: Annotated[
        str,
        typer.Argument(
            help=f"A file that 'whorl registry export' wrote, or '{_PUBLISHED}': the 18 curves published with "
            "arXiv 2407.21159."
        ),
    ],
    registry: shared.RegistryPlace = None,
    replace: Replace = False,
    as_json: shared.Json = False,
) -> None:
    """Take in all models of a file, or none: every line is checked first. Doing it twice changes nothing."""
    from whorl.registry import PUBLISHED, Registry

    with Registry(registry) as held:
        merged = held.import_file(PUBLISHED if file == _PUBLISHED else file, replace=replace)
    if as_json:
        _print_json({"registry": held.place, **merged.to_dict()})
    else:
        counts = ", ".join(f"{count:,} {what}" for what, count in merged.to_dict().items())
        typer.echo(f"{held.place}: {counts}")


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, indent=1))


def _print_models(models: tuple[RegisteredModel, ...]) -> None:
    from rich.console import Console

    from whorl.cli.model_tables import list_table

    Console().print(list_table(models))
    fingerprints = sum(len(model.measurements) for model in models)
    references = len({reference for model in models for reference in model.references})
    told = (
        _count(len(models), "model"),
        _count(fingerprints, "fingerprint"),
        _count(references, "Reference"),
    )
    typer.echo(", ".join(told))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
