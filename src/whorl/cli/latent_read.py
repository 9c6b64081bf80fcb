"""`whorl latent read`: whose copy of the generator made these pictures?"""

from __future__ import annotations

import json
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whorl.cli import options as shared

if TYPE_CHECKING:
    from whorl.latent.contract import LatentGenerator
    from whorl.latent.reading.contract import Reader

_READER = "Reader"


def read(
    basis: Annotated[Path, typer.Argument(help="A basis' folder (see 'whorl latent basis').")],
    pictures: Annotated[
        str, typer.Argument(help="Pictures: folder, zip, tar, npz, npy, Parquet, list, pattern, one picture.")
    ],
    keys: Annotated[Path, typer.Option("--keys", help="The key book (see 'whorl latent keys').")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for result.json, pictures.csv, figures and report.html."),
    ] = None,
    rate: Annotated[
        float,
        typer.Option(
            help="Wanted share of pictures without a key that are taken for some user's.",
        ),
    ] = 1e-3,
    generator: Annotated[
        str | None,
        typer.Option("--generator", help="Where the basis' generator lies now.", show_default="where it was"),
    ] = None,
    through: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=_READER,
            help="What is known to have been done to the pictures: blur:1.0, so many pixels wide.",
            show_default="nothing",
        ),
    ] = None,
    published: Annotated[
        bool,
        typer.Option(
            "--published",
            rich_help_panel=_READER,
            help="Read as arXiv 2304.09752 does: 40,000 passes a picture.",
        ),
    ] = False,
    starts: Annotated[
        int | None,
        typer.Option(
            min=1, rich_help_panel=_READER, help="Starts of a search.", show_default="3, published 20"
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            min=1, rich_help_panel=_READER, help="Steps of a start.", show_default="30, published 2,000"
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Take at most so many pictures, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes what --limit draws.")] = 0,
    bits: Annotated[
        bool, typer.Option("--bits", help="Write the bits that were read too; of a user's picture, a secret.")
    ] = False,
    device: shared.Device = "auto",
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Name the user whose key each picture carries, or answer 'no match' or 'marked but unknown'.

    whorl latent read BASIS pictures/ --keys KEYS -o ANSWER
    """
    from whorl.cli.some_pictures import open_some
    from whorl.files import check_output
    from whorl.latent.answers import read_pictures
    from whorl.latent.basis import LatentBasis
    from whorl.latent.keys.key_book import KeyBook
    from whorl.latent.open import generator_of
    from whorl.report.latent import holds_reading, reading_document, write_reading
    from whorl.versions import versions

    if output is not None:
        shared.refuse_inside(output, pictures)
        check_output(output, overwrite=overwrite, ours=holds_reading)
    began = time.perf_counter()
    source = open_some(pictures, limit, seed)
    held, book = LatentBasis.load(basis), KeyBook.load(keys)
    opened = generator_of(held, generator, device)
    reader = _reader(opened, through, published, starts, steps)
    answers = read_pictures(source, opened, held, book, rate=rate, reader=reader, progress=not quiet)
    details = {
        "command": shlex.join(["whorl", *sys.argv[1:]]),
        "basis": {
            "folder": str(basis),
            "digest": held.digest,
            "coding": held.coding,
            "strength": held.strength,
        },
        "generator": {"name": opened.name, "digest": opened.digest},
        "reader": {"kind": "published" if published else "Newton", "through": through or "nothing"},
        "versions": versions(),
        "seconds": round(time.perf_counter() - began, 1),
    }
    if output is not None:
        write_reading(output, answers, details=details, bits=bits, overwrite=overwrite)
    if as_json:
        document = reading_document(answers, details, bits=bits)
        typer.echo(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))
        return
    from rich.console import Console

    from whorl.report.latent import reading_table

    Console().print(reading_table(answers))
    if output is not None:
        typer.echo(f"Report: {output / 'report.html'}")


def _reader(
    generator: LatentGenerator,
    through: str | None,
    published: bool,
    starts: int | None,
    steps: int | None,
) -> Reader | None:
    """Return the reader that was asked for; None for the default one, which the calibration holds for."""
    from whorl.latent.perceptual import EncoderFeatures
    from whorl.latent.reading.newton import NewtonReader
    from whorl.latent.reading.published import PublishedReader
    from whorl.latent.reading.through import through_named

    seen = None if through is None else through_named(through)
    wanted = {name: value for name, value in (("starts", starts), ("steps", steps)) if value is not None}
    if published:
        return PublishedReader(features=EncoderFeatures(generator.device), through=seen, **wanted)
    return NewtonReader(through=seen, **wanted) if wanted or seen else None
