"""`whorl reference sensitivity`: which layers of a Reference to trust for what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options

if TYPE_CHECKING:
    from whorl.alterations import Alteration
    from whorl.embeddings import EncodeOptions
    from whorl.memorization import Reference
    from whorl.sensitivity import SensitivityProfile


@takes_encode_options()
def sensitivity(
    folder: Annotated[Path, typer.Argument(help="A Reference's folder.")],
    test: Annotated[
        str | None,
        typer.Option(
            "--test", help="P as it was given when the Reference was built: measure anew, and keep it."
        ),
    ] = None,
    pictures: Annotated[
        int | None,
        typer.Option(min=10, help="With --test: how many held-out pictures to alter.", show_default="100"),
    ] = None,
    segmenter: Annotated[
        Path | None,
        typer.Option(
            "--segmenter", help="With --test: swap backgrounds too; a folder of whorl lab train-segmenter."
        ),
    ] = None,
    landscapes: Annotated[
        str | None,
        typer.Option(
            "--landscapes", help="With --segmenter: photographs, for a second swap beside the noise."
        ),
    ] = None,
    landscape_classes: Annotated[
        str | None,
        typer.Option(
            "--landscape-classes",
            help="With --landscapes: labels of the photographs to use, with commas.",
            show_default="all",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes which pictures, and how they are altered.")] = 0,
    encoder: shared.ReferenceEncoder = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for sensitivity.json, .svg and .png.")
    ] = None,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
) -> None:
    """Show how each layer responds to altered pictures, and which to trust; with --test measure it first.

    No score changes, nor the Reference's digest: an audit with --layers auto can be run at once.
    """
    if test is None and pictures is not None:
        raise typer.BadParameter(
            "--pictures says how many to measure on: give --test, the held-out pictures, too"
        )
    if (test is None and segmenter is not None) or (segmenter is None and landscapes is not None):
        raise typer.BadParameter("--segmenter needs --test, and --landscapes needs --segmenter")
    if landscapes is None and landscape_classes is not None:
        raise typer.BadParameter("--landscape-classes needs --landscapes")
    from whorl.files import check_output
    from whorl.memorization import Reference
    from whorl.report.sensitivity_folder import (
        holds_sensitivity,
        sensitivity_document,
        write_sensitivity,
    )
    from whorl.sensitivity import DEFAULT_PICTURES

    if output is not None:
        shared.refuse_inside(output, test)
        check_output(output, overwrite=overwrite, ours=holds_sensitivity)
    held = Reference.load(folder)
    if test is not None:
        swaps = _swaps(segmenter, landscapes, landscape_classes)
        profile = _measure(
            held, folder, test, pictures or DEFAULT_PICTURES, seed, encoder, device, swaps, run
        )
    else:
        profile = _known(held, folder)
    if output is not None:
        write_sensitivity(output, profile, overwrite=overwrite)
    if as_json:
        typer.echo(json.dumps(sensitivity_document(profile), indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    from whorl.report.sensitivity_table import SensitivityTable

    Console().print(SensitivityTable(profile))
    if output is not None:
        typer.echo(f"Figure: {output / 'sensitivity.svg'}")


def _known(held: Reference, folder: Path) -> SensitivityProfile:
    from whorl.errors import ScoreError

    if held.sensitivity is None:
        raise ScoreError(
            f"{folder} has no sensitivity profile. Measure one on its held-out pictures: --test P, as they were "
            "given when it was built."
        )
    return held.sensitivity


def _swaps(segmenter: Path | None, landscapes: str | None, landscape_classes: str | None) -> list[Alteration]:
    if segmenter is None:
        return []
    from whorl.alterations import BackgroundSwap, open_landscapes
    from whorl.lab.segmenter import load_segmenter

    finds = load_segmenter(segmenter)
    classes = shared.names(landscape_classes) if landscape_classes is not None else None
    photographs = [] if landscapes is None else [open_landscapes(landscapes, classes=classes)]
    return [BackgroundSwap(finds), *(BackgroundSwap(finds, each) for each in photographs)]


def _measure(
    held: Reference,
    folder: Path,
    test: str,
    pictures: int,
    seed: int,
    encoder: str | None,
    device: str,
    swaps: list[Alteration],
    run: EncodeOptions,
) -> SensitivityProfile:
    from whorl.alterations import ALTERATIONS
    from whorl.errors import ScoreError
    from whorl.memorization.held_out import held_out_pictures
    from whorl.memorization.reference_folder import write_profile
    from whorl.sensitivity import measure

    if held.sensitivity is not None and set(held.sensitivity.layers) > set(held.layers):
        raise ScoreError(
            f"{folder} was built with --layers auto: its profile covers layers that it has no numbers of, and is "
            "kept. Leave --test out to see it."
        )
    model = held.load_encoder(encoder, device=device)
    drawn = held_out_pictures(held.test, test, pictures=pictures, seed=seed)
    alterations = [*ALTERATIONS, *swaps]
    profile = measure(drawn, model, pictures=pictures, seed=seed, alterations=alterations, **run)
    write_profile(folder, profile)
    return profile
