"""`whorl lab sample`: pictures of a trained generator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from whorl.cli import options as shared


def sample(
    folder: Annotated[Path, typer.Argument(help="What `whorl lab train` left.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write, .npz; it must not exist.")],
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many pictures.")] = 500,
    seed: Annotated[
        int, typer.Option(min=0, help="Each picture is a function of the seed and its number.")
    ] = 0,
    start: Annotated[int, typer.Option(min=0, help="The first picture's number.")] = 0,
    checkpoint: Annotated[
        int | None,
        typer.Option(
            min=1, help="Draw with the weights kept after this epoch.", show_default="the last weights"
        ),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            min=1,
            rich_help_panel=shared.RUN,
            help="Pictures per call; changes no picture.",
            show_default="the generator's own",
        ),
    ] = None,
    device: shared.Device = "auto",
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Draw pictures from a trained generator into one .npz file, which every other command opens.

    whorl lab sample ddpm-0 -n 500 --seed 0 -o ddpm-0.npz
    """
    from whorl.lab.generators.load import load_generator
    from whorl.lab.generators.sample import draw_pictures

    drawn = draw_pictures(
        load_generator(folder, checkpoint=checkpoint, device=device),
        output,
        count=count,
        seed=seed,
        start=start,
        batch_size=batch_size,
        progress=not quiet,
    )
    if as_json:
        typer.echo(json.dumps(drawn.to_dict(), indent=1, ensure_ascii=False))
        return
    typer.echo(f"{drawn.output}: {drawn.count:,} pictures by {drawn.architecture}, seed {drawn.seed}")
