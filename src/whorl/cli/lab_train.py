"""`whorl lab train`: a generator from pictures."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from whorl.cli import options as shared


class Architecture(StrEnum):
    """Kind of generator."""

    ddpm = "ddpm"
    ddim = "ddim"
    pndm = "pndm"
    sngan = "sngan"
    biggan_deep = "biggan-deep"
    contragan = "contragan"
    stylegan2 = "stylegan2"
    latent_ddim = "latent-ddim"


class Size(StrEnum):
    """How large the generator is."""

    tiny = "tiny"
    small = "small"
    paper = "paper"


_RECIPE, _KEPT = "Recipe", "Kept on the way"
_SIZES_OWN = "the size's own"


def train(
    architecture: Annotated[
        Architecture,
        typer.Argument(
            metavar="ARCH", help="ddpm, ddim, pndm, sngan, biggan-deep, contragan, stylegan2 or latent-ddim."
        ),
    ],
    data: Annotated[str, typer.Argument(help="Pictures to learn from: folder, zip, tar, npz, Parquet ...")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the generator.")],
    size: Annotated[
        Size,
        typer.Option(
            help="tiny: seconds, for tests; small: minutes on two cores; paper: for an accelerator."
        ),
    ] = Size.small,
    seed: Annotated[int, typer.Option(min=0, help="Fixes weights, order, flips and noise.")] = 0,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1, rich_help_panel=_RECIPE, help="Passes over the pictures.", show_default=_SIZES_OWN
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, rich_help_panel=_RECIPE, help="Training steps.", show_default=_SIZES_OWN),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(min=0.01, rich_help_panel=_RECIPE, help="Train so long; not repeatable exactly."),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(min=1, rich_help_panel=_RECIPE, help="Pictures per step.", show_default=_SIZES_OWN),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            callback=shared.above_zero,
            rich_help_panel=_RECIPE,
            help="Learning rate, above 0.",
            show_default=_SIZES_OWN,
        ),
    ] = None,
    average: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            rich_help_panel=_RECIPE,
            help="Share of the averaged weights kept per step.",
            show_default=_SIZES_OWN,
        ),
    ] = None,
    flips: Annotated[
        bool,
        typer.Option("--flips", rich_help_panel=_RECIPE, help="Mirror pictures left to right at random."),
    ] = False,
    keep_epochs: Annotated[
        str | None,
        typer.Option(
            "--keep-epochs",
            rich_help_panel=_KEPT,
            help="Keep the weights of these epochs: 120,150,...",
            show_default="none",
        ),
    ] = None,
    grids: Annotated[
        int, typer.Option(min=0, rich_help_panel=_KEPT, help="Sample grids drawn on the way.")
    ] = 8,
    checkpoint_minutes: Annotated[
        float, typer.Option(min=0.01, rich_help_panel=shared.RUN, help="Minutes between checkpoints.")
    ] = 5.0,
    device: shared.Device = "auto",
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Train a generator; killed, it goes on when the command is given again.

    whorl lab train ddpm cifar/train.parquet --size small --seed 0 -o ddpm-0
    """
    if sum(length is not None for length in (epochs, steps, minutes)) > 1:
        raise typer.BadParameter("give at most one of --epochs, --steps and --minutes")
    kept = parse_epochs(keep_epochs)
    shared.refuse_inside(output, data)
    from whorl.lab.generators.recipe import recipe_for
    from whorl.lab.generators.train import train_generator

    recipe = recipe_for(
        architecture.value,
        size.value,
        seed=seed,
        epochs=epochs,
        steps=steps,
        minutes=minutes,
        batch_size=batch_size,
        learning_rate=learning_rate,
        average=average,
        flips=flips,
    )
    trained = train_generator(
        data,
        output,
        recipe=recipe,
        keep_epochs=kept,
        grids=grids,
        device=device,
        checkpoint_minutes=checkpoint_minutes,
        progress=not quiet,
    )
    if as_json:
        typer.echo(json.dumps(trained.to_dict(), indent=1, ensure_ascii=False))
        return
    losses = ", ".join(f"{name} {value:.4f}" for name, value in trained.losses.items())
    typer.echo(
        f"{trained.folder}: {recipe.title}, {sum(trained.parameters.values()):,} parameters, "
        f"{trained.steps:,} steps on {trained.data['count']:,} pictures; loss {losses}"
    )


def parse_epochs(text: str | None) -> tuple[int, ...]:
    """Read --keep-epochs: numbers with commas.

    >>> parse_epochs("120,150"), parse_epochs(None)
    ((120, 150), ())
    """
    parts = [part.strip() for part in (text or "").split(",") if part.strip()]
    if any(not part.isdecimal() for part in parts) or (text is not None and not parts):
        raise typer.BadParameter(f"--keep-epochs takes numbers with commas, such as 120,150; got {text!r}")
    return tuple(sorted({int(part) for part in parts}))
