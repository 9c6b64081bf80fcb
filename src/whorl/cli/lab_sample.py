"""`whorl lab sample`: pictures of a trained generator."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Annotated

import typer

from whorl.cli import options as shared
from whorl.errors import WhorlWarning


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
    from whorl.lab.generators.reached import reached
    from whorl.lab.generators.sample import draw_pictures

    generator = load_generator(folder, checkpoint=checkpoint, device=device)
    stood = reached(folder, checkpoint=checkpoint)
    if stood.finished is False:
        warnings.warn(
            f"the training in {folder} has not ended; these weights are of {stood.text}. Give its `whorl lab "
            "train` command again to end it.",
            WhorlWarning,
            stacklevel=1,
        )
    drawn = draw_pictures(
        generator,
        output,
        count=count,
        seed=seed,
        start=start,
        batch_size=batch_size,
        progress=not quiet,
    )
    if as_json:
        told = {**drawn.to_dict(), "training": stood.to_dict()}
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    typer.echo(
        f"{drawn.output}: {drawn.count:,} pictures by {drawn.architecture}, seed {drawn.seed}, weights of "
        f"{stood.text}"
    )
