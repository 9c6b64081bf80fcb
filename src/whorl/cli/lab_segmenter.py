"""`whorl lab train-segmenter`: what tells subjects from backgrounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from whorl.cli import options as shared

_RECIPE = "Recipe"


def train_segmenter(
    data: Annotated[
        str,
        typer.Argument(help="Labelled pictures: Parquet with `label`, a folder per class, npz with labels."),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the segmenter, and of a checkpoint.")
    ],
    epochs: Annotated[
        int, typer.Option(min=1, rich_help_panel=_RECIPE, help="Passes over the pictures.")
    ] = 30,
    batch_size: Annotated[int, typer.Option(min=1, rich_help_panel=_RECIPE, help="Pictures per step.")] = 128,
    learning_rate: Annotated[
        float,
        typer.Option(
            callback=shared.above_zero,
            rich_help_panel=_RECIPE,
            help="At the first step (SGD), above 0; falls to 0.001.",
        ),
    ] = 0.05,
    width: Annotated[
        int,
        typer.Option(min=1, rich_help_panel=_RECIPE, help="Channels of the first stage; 64 in a ResNet-18."),
    ] = 64,
    blocks: Annotated[
        int, typer.Option(min=1, rich_help_panel=_RECIPE, help="Blocks per stage; 2 in a ResNet-18.")
    ] = 2,
    scale: Annotated[
        float,
        typer.Option(
            rich_help_panel=_RECIPE,
            help="2 enlarges before the stages, as published; 1 is four times faster, 0.5 sixteen times, with "
            "coarser maps.",
        ),
    ] = 2.0,
    size: Annotated[int, typer.Option(min=8, rich_help_panel=_RECIPE, help="Side of the pictures.")] = 32,
    seed: Annotated[
        int, typer.Option(min=0, rich_help_panel=_RECIPE, help="Fixes weights, order, augmentation.")
    ] = 0,
    test: Annotated[
        str | None,
        typer.Option("--test", help="Held-out pictures of the same classes.", show_default="5 % of DATA"),
    ] = None,
    checkpoint_minutes: Annotated[
        float, typer.Option(min=0.01, rich_help_panel=shared.RUN, help="Minutes between checkpoints.")
    ] = 5.0,
    device: shared.Device = "auto",
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Train a ResNet-18 to cut subjects out, by class labels alone; killed, it goes on when run again.

    whorl lab train-segmenter cifar/train.parquet --test cifar/test.parquet -o segmenter
    """
    from whorl.lab.segmenter.recipe import SegmenterRecipe
    from whorl.lab.segmenter.train import train_segmenter as train

    recipe = SegmenterRecipe(
        width=width,
        blocks=blocks,
        scale=scale,
        size=size,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        least_learning_rate=min(0.001, learning_rate),
        seed=seed,
    )
    trained = train(
        data,
        output,
        recipe=recipe,
        test=test,
        device=device,
        checkpoint_minutes=checkpoint_minutes,
        progress=not quiet,
    )
    if as_json:
        typer.echo(json.dumps(trained.to_dict(), indent=1, ensure_ascii=False))
        return
    last = trained.last
    typer.echo(
        f"{trained.folder}: {trained.parameters:,} parameters, {last.step:,} steps on {trained.pictures:,} "
        f"pictures of {trained.classes} classes; held out: loss {last.held_out_loss:.3f}, accuracy "
        f"{last.held_out_accuracy:.1%}. Cut-outs: {trained.folder / 'cut-outs.png'}"
    )
