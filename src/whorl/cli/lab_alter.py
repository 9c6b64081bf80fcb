"""`whorl lab alter`: altered copies of a set of pictures."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whorl.cli import options as shared

if TYPE_CHECKING:
    from whorl.lab.segmenter import Segmenter


class AlterationName(StrEnum):
    """What is done to the pictures."""

    rotation = "rotation"
    rotation_fixed = "rotation-fixed"
    resolution = "resolution"
    patch_shuffle = "patch-shuffle"
    noise = "noise"
    jpeg = "jpeg"
    background_noise = "background-noise"
    background_landscape = "background-landscape"


_BACKGROUND = "Backgrounds"


def alter(
    source: Annotated[str, typer.Argument(help="Pictures: anything Whorl opens.")],
    alteration: Annotated[
        AlterationName,
        typer.Option(
            "--alteration",
            help="rotation draws an angle up to the strength, rotation-fixed turns by it, either way.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A name ending in .npz, or a folder of PNG.")
    ],
    strength: Annotated[
        float | None,
        typer.Option(
            help="How much: degrees, times smaller, patches a side, grey levels, share of the new background.",
            show_default="as published",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes what is drawn, picture by picture.")] = 0,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Alter at most so many, drawn at random.")
    ] = None,
    segmenter: Annotated[
        Path | None,
        typer.Option("--segmenter", rich_help_panel=_BACKGROUND, help="Folder of a trained segmenter."),
    ] = None,
    landscapes: Annotated[
        str | None,
        typer.Option(
            "--landscapes", rich_help_panel=_BACKGROUND, help="Photographs for background-landscape."
        ),
    ] = None,
    landscape_classes: Annotated[
        str | None,
        typer.Option(
            "--landscape-classes",
            rich_help_panel=_BACKGROUND,
            help="Labels of the photographs to use, with commas: 194,195.",
            show_default="all",
        ),
    ] = None,
    sets: Annotated[
        bool,
        typer.Option(
            "--sets",
            help="The pictures are a folder of sets by architecture and run: alter each, under its own name.",
        ),
    ] = False,
    device: shared.Device = "cpu",
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Write altered copies of pictures, with the published strength unless told otherwise, and the recipe.

    whorl lab alter cifar/test.parquet --alteration rotation -o rotated.npz
    """
    from whorl.lab.alter import alter as write
    from whorl.lab.alter import alter_sets, alteration_named

    shared.refuse_inside(output, source, landscapes)
    chosen = alteration_named(
        alteration.value,
        segmenter=_segmenter(segmenter, device),
        landscapes=landscapes,
        landscape_classes=None if landscape_classes is None else list(shared.names(landscape_classes)),
    )
    if sets:
        if limit is not None:
            raise typer.BadParameter("--sets alters whole sets; leave out --limit")
        found = alter_sets(
            source, output, chosen, strength=strength, seed=seed, overwrite=overwrite, progress=not quiet
        )
        if as_json:
            typer.echo(json.dumps([each.to_dict() for each in found], indent=1, ensure_ascii=False))
            return
        pictures = sum(each.count for each in found)
        typer.echo(
            f"{output}: {pictures:,} pictures in {len(found)} sets, {alteration.value} {found[0].strength:g}"
        )
        return
    written = write(
        source,
        output,
        chosen,
        strength=strength,
        seed=seed,
        limit_to=limit,
        overwrite=overwrite,
        progress=not quiet,
    )
    if as_json:
        typer.echo(json.dumps(written.to_dict(), indent=1, ensure_ascii=False))
        return
    published = "" if written.published is None else f" (published: {written.published:g})"
    typer.echo(
        f"{written.path}: {written.count:,} pictures of {written.source}, {alteration.value} "
        f"{written.strength:g} {written.unit}{published}, seed {written.seed}"
    )


def _segmenter(folder: Path | None, device: str) -> Segmenter | None:
    if folder is None:
        return None
    from whorl.lab.segmenter import load_segmenter

    return load_segmenter(folder, device=device)
