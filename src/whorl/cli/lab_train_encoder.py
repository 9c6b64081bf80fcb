"""`whorl lab train-encoder`: a small encoder from pictures."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from whorl.cli import options as shared


class Family(StrEnum):
    """Kind of encoder."""

    vit = "vit"
    resnet = "resnet"


class Objective(StrEnum):
    """What an encoder is trained for."""

    classes = "classes"
    barlow_twins = "barlow-twins"


_RECIPE, _JUDGE = "Recipe", "Judging"


def train_encoder(
    data: Annotated[
        str,
        typer.Argument(
            help="Pictures, for classes labelled: Parquet with `label`, a folder per class, npz with labels."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the encoder, and of a checkpoint.")
    ],
    objective: Annotated[
        Objective,
        typer.Option(
            rich_help_panel=_RECIPE, help="Tell classes apart, or, without labels, agree on two views."
        ),
    ] = Objective.classes,
    family: Annotated[Family, typer.Option(rich_help_panel=_RECIPE, help="vit or resnet.")] = Family.vit,
    epochs: Annotated[
        int | None, typer.Option(min=1, rich_help_panel=_RECIPE, help="Passes over the pictures.")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0.01, rich_help_panel=_RECIPE, help="Train so long; the pace decides how many passes that is."
        ),
    ] = None,
    width: Annotated[
        int, typer.Option(min=4, rich_help_panel=_RECIPE, help="Width of the hidden states.")
    ] = 128,
    depth: Annotated[int, typer.Option(min=1, rich_help_panel=_RECIPE, help="Blocks.")] = 12,
    patch: Annotated[int, typer.Option(min=1, rich_help_panel=_RECIPE, help="Side of a ViT's patches.")] = 4,
    size: Annotated[int, typer.Option(min=8, rich_help_panel=_RECIPE, help="Side of the pictures.")] = 32,
    batch_size: Annotated[int, typer.Option(min=1, rich_help_panel=_RECIPE, help="Pictures per step.")] = 128,
    learning_rate: Annotated[
        float,
        typer.Option(
            callback=shared.above_zero,
            rich_help_panel=_RECIPE,
            help="Highest learning rate (AdamW), above 0.",
        ),
    ] = 1e-3,
    mix: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            rich_help_panel=_RECIPE,
            help="Share of pictures under mixup or CutMix (classes); few for few epochs.",
        ),
    ] = 0.5,
    projector: Annotated[
        int, typer.Option(min=1, rich_help_panel=_RECIPE, help="Width of barlow-twins' projector.")
    ] = 512,
    redundancy: Annotated[
        float,
        typer.Option(
            min=0,
            rich_help_panel=_RECIPE,
            help="lambda of barlow-twins, the weight of correlations off the diagonal.",
        ),
    ] = 5e-3,
    tokens: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            rich_help_panel=_RECIPE,
            help="Share of a ViT's patches seen per step, for speed; all in the last fifth.",
        ),
    ] = 1.0,
    average: Annotated[
        float,
        typer.Option(
            min=0, max=1, rich_help_panel=_RECIPE, help="Share of the averaged weights kept per step."
        ),
    ] = 0.998,
    seed: Annotated[
        int, typer.Option(min=0, rich_help_panel=_RECIPE, help="Fixes weights, order, augmentation.")
    ] = 0,
    test: Annotated[
        str | None,
        typer.Option(
            "--test",
            rich_help_panel=_JUDGE,
            help="Held-out pictures of the same classes.",
            show_default="5 % of DATA",
        ),
    ] = None,
    knn_train: Annotated[
        str | None,
        typer.Option(
            "--knn-train", rich_help_panel=_JUDGE, help="Voters of the 10-NN curve.", show_default="of DATA"
        ),
    ] = None,
    knn_test: Annotated[
        str | None,
        typer.Option(
            "--knn-test",
            rich_help_panel=_JUDGE,
            help="Pictures voted on.",
            show_default="the held-out ones",
        ),
    ] = None,
    compiled: Annotated[
        bool,
        typer.Option(
            "--compile", rich_help_panel=shared.RUN, help="Use torch.compile (needs a C++ compiler)."
        ),
    ] = False,
    checkpoint_minutes: Annotated[
        float, typer.Option(min=0.01, rich_help_panel=shared.RUN, help="Minutes between checkpoints.")
    ] = 5.0,
    device: shared.Device = "auto",
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Train a small encoder; killed, it goes on when the command is given again.

    whorl lab train-encoder train.parquet --test val.parquet --epochs 30 -o my-encoder
    whorl lab train-encoder photos/ --objective barlow-twins --minutes 45 -o my-encoder
    """
    if (epochs is None) == (minutes is None):
        raise typer.BadParameter("give --epochs or --minutes, and not both")
    from whorl.lab.train_encoder import train_encoder as train
    from whorl.lab.training.recipe import Recipe

    recipe = Recipe(
        family=family.value,
        width=width,
        depth=depth,
        patch=patch,
        size=size,
        epochs=epochs,
        minutes=minutes,
        batch_size=batch_size,
        learning_rate=learning_rate,
        mix=mix,
        tokens=tokens,
        average=average,
        seed=seed,
        objective=objective.value,
        projector=projector,
        redundancy=redundancy,
    )
    trained = train(
        data,
        output,
        recipe=recipe,
        test=test,
        knn_train=knn_train,
        knn_test=knn_test,
        device=device,
        compiled=compiled,
        checkpoint_minutes=checkpoint_minutes,
        progress=not quiet,
    )
    if as_json:
        typer.echo(json.dumps(trained.to_dict(), indent=1, ensure_ascii=False))
        return
    last = trained.last
    kinds = f" of {trained.classes} classes" if objective is Objective.classes else ""
    typer.echo(
        f"{trained.folder}: {trained.parameters:,} parameters, {last.step:,} steps on {trained.pictures:,} "
        f"pictures{kinds}; {last.marks}"
    )
