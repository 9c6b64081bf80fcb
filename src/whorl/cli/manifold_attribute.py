"""`whorl manifold attribute`: which known model made each of these pictures?"""

from __future__ import annotations

import json
import re
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options
from whorl.cli.some_pictures import open_some

if TYPE_CHECKING:
    from whorl.attribution.answers import Answers
    from whorl.attribution.attributor import Attributor
    from whorl.attribution.examples import Example
    from whorl.attribution.methods import AttributionMethod
    from whorl.embeddings import EncodeOptions
    from whorl.images import ImageSource
    from whorl.manifold import Manifold


@takes_encode_options()
def attribute(
    attributor: Annotated[Path, typer.Argument(help="An attributor's folder (see 'whorl manifold train').")],
    pictures: Annotated[
        str, typer.Argument(help="Pictures: folder, zip, tar, npz, npy, Parquet, list, pattern, one picture.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for result.json, pictures.csv, figures and report.html."),
    ] = None,
    together: Annotated[
        bool,
        typer.Option(
            "--together/--each",
            help="Answer once for all pictures too, as by one model; or only for each by itself.",
        ),
    ] = True,
    manifold: Annotated[
        Path | None,
        typer.Option(
            "--manifold", help="Where the attributor's manifold lies now.", show_default="where it was"
        ),
    ] = None,
    real: Annotated[
        str | None,
        typer.Option(
            "--real",
            help="The manifold's pictures, to show the nearest ones.",
            show_default="where they were when it was built",
        ),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option("--encoder", help="Where the manifold's encoder lies now.", show_default="where it was"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Take at most so many pictures, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes what --limit draws.")] = 0,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
) -> None:
    """Name the known model that made each picture, or answer 'unknown'; and once for all of them.

    whorl manifold attribute ATTRIBUTOR pictures -o ANSWER
    """
    from whorl.attribution.answers import answers_for
    from whorl.attribution.folder import load_attributor
    from whorl.files import check_output
    from whorl.report.attribution import holds_attribution, write_attribution

    if output is not None:
        shared.refuse_inside(output, pictures, real)
        check_output(output, overwrite=overwrite, ours=holds_attribution)
    started = time.perf_counter()
    source = open_some(pictures, limit, seed)
    known, method = load_attributor(attributor, manifold=manifold)
    method = _with_encoder(method, encoder, device)
    answers = answers_for(known, method, source, together=together, **run)
    details = _details(known, method, attributor, time.perf_counter() - started)
    if output is not None:
        examples = _examples(answers, method, source, real)
        write_attribution(output, answers, examples=examples, details=details, overwrite=overwrite)
    _print(answers, details, output, as_json)


def _with_encoder(method: AttributionMethod, encoder: str | None, device: str) -> AttributionMethod:
    """Return the method with the manifold's encoder at hand."""
    from dataclasses import replace

    from whorl.attribution.artifact_features import ArtifactFeatures

    features = method.features
    if isinstance(features, ArtifactFeatures):
        held = features.manifold.with_encoder(encoder, device=device)
        return replace(method, features=replace(features, manifold=held))
    if encoder is not None:
        raise typer.BadParameter(f"{method.name} has no encoder; leave out --encoder")
    return method


def _examples(
    answers: Answers, method: AttributionMethod, source: ImageSource, real: str | None
) -> tuple[Example, ...]:
    from whorl.attribution.artifact_features import ArtifactFeatures
    from whorl.attribution.examples import examples_of
    from whorl.images import open_images

    if not isinstance(method.features, ArtifactFeatures):
        return examples_of(answers, source)
    manifold = method.features.manifold
    shown = _recorded(manifold, answers) if real is None else open_images(real)
    return examples_of(answers, source, manifold, real=shown)


def _recorded(manifold: Manifold, answers: Answers) -> ImageSource | None:
    """Open the manifold's pictures where they were, if they are still there."""
    from whorl.report.pair_pictures import recorded_pictures

    place = re.sub(r" \(\d+ of \d+\)$", "", manifold.source) if manifold.drawn else manifold.source
    return recorded_pictures(place, answers.nearest_ids or ()) if place else None


def _details(known: Attributor, method: AttributionMethod, folder: Path, seconds: float) -> dict[str, Any]:
    from whorl.attribution.artifact_features import ArtifactFeatures
    from whorl.versions import versions

    features = method.features
    on = features.manifold.summary() if isinstance(features, ArtifactFeatures) else None
    return {
        "command": shlex.join(["whorl", *sys.argv[1:]]),
        "attributor": {"folder": str(folder), "method": method.name, **known.describe()},
        **({} if on is None else {"manifold": on}),
        "versions": versions(),
        "seconds": round(seconds, 1),
    }


def _print(answers: Answers, details: dict[str, Any], output: Path | None, as_json: bool) -> None:
    if as_json:
        from whorl.report.attribution import answers_document

        document = answers_document(answers, details)
        typer.echo(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))
        return
    from rich.console import Console

    from whorl.report.attribution import answers_table

    Console().print(answers_table(answers))
    if output is not None:
        typer.echo(f"Report: {output / 'report.html'}")
