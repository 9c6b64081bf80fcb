"""`whorl lab zoo`: several runs of every architecture, and pictures of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared
from whorl.cli.lab_train import Size

if TYPE_CHECKING:
    from whorl.lab.zoo.judge import ZooJudgement
    from whorl.lab.zoo.zoo import Zoo

_JUDGE, _PACK = "Judging", "Packing"


def zoo(
    data: Annotated[
        str, typer.Argument(help="Labelled pictures that all models learn from: folder, npz, Parquet ...")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of models, pictures, zoo.json and a figure.")
    ],
    size: Annotated[
        Size,
        typer.Option(help="Of every model. tiny: seconds; small: minutes on two cores; paper: accelerator."),
    ] = Size.small,
    runs: Annotated[int, typer.Option(min=1, help="Models of each architecture.")] = 3,
    pictures: Annotated[
        int, typer.Option("--pictures", "-n", min=1, help="Pictures drawn from each model.")
    ] = 500,
    architectures: Annotated[
        str | None,
        typer.Option(
            help="Some of sngan, contragan, ddpm, biggan-deep, ddim, pndm, joined by commas.",
            show_default="all",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the whole; every model gets one of its own.")] = 0,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Training steps of each.", show_default="the size's own")
    ] = None,
    judge_encoder: Annotated[
        str | None,
        typer.Option(
            "--judge-encoder",
            rich_help_panel=_JUDGE,
            help="Measure Frechet distances in this encoder's last layer; needs --test.",
        ),
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(
            "--test", rich_help_panel=_JUDGE, help="Held-out pictures, as many as are drawn from a model."
        ),
    ] = None,
    pack: Annotated[
        Path | None,
        typer.Option(
            "--pack", rich_help_panel=_PACK, help="Write the pictures here too, one file per architecture."
        ),
    ] = None,
    packed: Annotated[
        list[Path] | None,
        typer.Option(
            "--packed",
            rich_help_panel=_PACK,
            help="A pack of this zoo so far, or of a part of it: what it has is not trained again. May be given "
            "several times, and be --pack too, with --overwrite.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", rich_help_panel=_PACK, help="Replace another pack at --pack.")
    ] = False,
    checkpoint_minutes: Annotated[
        float, typer.Option(min=0.01, rich_help_panel=shared.RUN, help="Minutes between checkpoints.")
    ] = 5.0,
    device: shared.Device = "auto",
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Train every architecture several times and draw from each model; stopped, it goes on when run again.

    whorl lab zoo cifar/train.parquet -o zoo --judge-encoder whorl-vit-32 --test cifar/test.parquet
    """
    if (judge_encoder is None) != (test is None):
        raise typer.BadParameter(
            "--judge-encoder and --test are given together: held-out pictures are the floor"
        )
    for place in filter(None, (output, pack)):
        shared.refuse_inside(place, data, test)
    from whorl.embeddings.progress import progress_for
    from whorl.encoders import load_encoder
    from whorl.lab.generators.pictures import read_pictures
    from whorl.lab.zoo.build import IMAGE_SIZE, build_zoo
    from whorl.lab.zoo.folder import write_zoo
    from whorl.lab.zoo.judge import judge_zoo, open_held_out
    from whorl.lab.zoo.order import ZOO_ORDER
    from whorl.lab.zoo.pack import check_pack_place, pack_zoo

    if pack is not None:
        if pack.resolve().is_relative_to(output.resolve()):
            raise typer.BadParameter(f"--pack {pack} lies inside the zoo {output}; write somewhere else")
        check_pack_place(pack, overwrite=overwrite)
    # What would fail after hours of training is opened before them.
    encoder = None if judge_encoder is None else load_encoder(judge_encoder, device=device)
    if test is not None:
        open_held_out(test, pictures)
    learned = read_pictures(data, IMAGE_SIZE, progress_for(not quiet))
    built = build_zoo(
        learned,
        output,
        size=size.value,
        architectures=ZOO_ORDER if architectures is None else shared.names(architectures),
        runs=runs,
        pictures=pictures,
        seed=seed,
        steps=steps,
        device=device,
        checkpoint_minutes=checkpoint_minutes,
        packed=packed or (),
        progress=not quiet,
    )
    judged = None if encoder is None else judge_zoo(built, learned, test, encoder=encoder, progress=not quiet)
    write_zoo(built, learned, judged)
    if pack is not None:
        pack_zoo(built, pack, judgement=judged, overwrite=overwrite)
    _print(built, judged, pack, as_json=as_json)


def _print(built: Zoo, judged: ZooJudgement | None, pack: Path | None, *, as_json: bool) -> None:
    from whorl.lab.zoo.folder import zoo_document

    if as_json:
        told: dict[str, Any] = {"folder": str(built.folder), **zoo_document(built, judged)}
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    from whorl.lab.zoo.table import zoo_table

    Console().print(zoo_table(built, judged))
    typer.echo(f"Figure: {built.folder / 'zoo.png'}\nSets: whorl evaluate REF {built.sets}")
    if pack is not None:
        typer.echo(f"Pack: {pack}")
