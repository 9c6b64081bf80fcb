"""`whorl cache`: what earlier runs left on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from whorl.cli import options as shared

app = typer.Typer(help="The embeddings that earlier runs keep on disk.", no_args_is_help=True)


@app.command()
def show(cache: shared.Cache = None, as_json: shared.Json = False) -> None:
    """Say where the cache lies and how large it is."""
    from whorl.embeddings.store import cache_usage

    usage = cache_usage(_folder(cache))
    if as_json:
        typer.echo(json.dumps({"folder": str(usage.folder), "shards": usage.shards, "bytes": usage.bytes}))
    else:
        typer.echo(f"{usage.folder}: {usage.shards:,} shards, {usage.bytes / 1e6:,.0f} MB")


@app.command()
def clear(
    cache: shared.Cache = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove all cached embeddings; they will be computed again when needed."""
    from whorl.embeddings.store import cache_usage, clear_cache

    usage = cache_usage(_folder(cache))
    question = f"Remove {usage.shards:,} shards ({usage.bytes / 1e6:,.0f} MB) in {usage.folder}?"
    if not yes and not typer.confirm(question):
        typer.echo("Nothing removed.")
        return
    typer.echo(f"{clear_cache(usage.folder):,} shards removed")


def _folder(given: Path | None) -> Path:
    from whorl.embeddings import default_cache
    from whorl.errors import StorageError

    folder = given or default_cache()
    if folder is None:
        raise StorageError("the cache is switched off (WHORL_CACHE=off); name a folder with --cache.")
    return folder
