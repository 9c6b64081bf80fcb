"""`whorl lab export`: a trained generator as others read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from whorl.cli import options as shared


def export(
    folder: Annotated[Path, typer.Argument(help="What `whorl lab train latent-ddim` left.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the pipeline.")],
    checkpoint: Annotated[
        int | None,
        typer.Option(min=1, help="Take the weights kept after this epoch.", show_default="the last weights"),
    ] = None,
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
) -> None:
    """Write a trained latent diffusion model as a pipeline of diffusers, which draws the same pictures.

    whorl lab export ldm-0 -o ldm-0-pipeline
    """
    from whorl.lab.generators.latent_pipeline import export_pipeline

    written = export_pipeline(folder, output, checkpoint=checkpoint, overwrite=overwrite)
    if as_json:
        typer.echo(json.dumps({"schema": "whorl-pipeline/1", "output": str(written)}, indent=1))
        return
    typer.echo(f"{written}: a pipeline of diffusers")
