"""`whorl manifold structure`: what do artifacts reveal of the models, and of the layers?"""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options
from whorl.cli.manifold_train import LabelChoice

if TYPE_CHECKING:
    from whorl.embeddings import EncodeOptions
    from whorl.images import ImageSource
    from whorl.manifold import Manifold
    from whorl.structure import Structure


@takes_encode_options()
def structure(
    manifold: Annotated[Path, typer.Argument(help="A manifold's folder (see 'whorl manifold build').")],
    known: Annotated[
        Path, typer.Argument(help="A folder with the models' pictures, KNOWN/architecture/run.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for result.json, figures and report.html."),
    ] = None,
    choices: Annotated[
        Path | None,
        typer.Option(
            "--choices",
            help="How the models were made: a CSV with a column 'model' and one per choice. See docs/manifold.md.",
        ),
    ] = None,
    real: Annotated[
        str | None,
        typer.Option(
            "--real",
            help="Held-out real pictures, a class 'real'. Best others than the manifold's; its own are projected "
            "onto another picture than themselves.",
        ),
    ] = None,
    label: Annotated[
        LabelChoice,
        typer.Option("--label", help="What a class is: an architecture, or each model by itself."),
    ] = LabelChoice.architecture,
    layers: Annotated[
        str | None,
        typer.Option(
            "--layers",
            help="Some of the manifold's layers: 4 = the last four; 1,6,-1 = these.",
            show_default="all",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            help="Layer of choices and map.",
            show_default="the one at which artifacts name most pictures",
        ),
    ] = None,
    components: Annotated[
        int | None,
        typer.Option(
            "--components",
            min=1,
            help="Dimensions of ratios and clusters.",
            show_default="32, or as many as pictures allow",
        ),
    ] = None,
    splits: Annotated[
        int, typer.Option("--splits", min=2, help="Parts of the pictures; each judges once.")
    ] = 3,
    dealings: Annotated[
        int,
        typer.Option("--dealings", min=19, help="How often labels are dealt anew for a ratio's p-value."),
    ] = 199,
    classifier: Annotated[
        str, typer.Option("--classifier", help="What names pictures: linear, mlp or resnet.")
    ] = "linear",
    encoder: Annotated[
        str | None,
        typer.Option("--encoder", help="Where the manifold's encoder lies now.", show_default="where it was"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Take at most so many pictures of a class, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes --limit and all that is drawn.")] = 0,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    dry_run: shared.DryRun = False,
    as_json: shared.Json = False,
) -> None:
    """Measure at which layer models stand apart, by how much, and which design choices left a trace.

    What was found is kept in the cache: run the same command again after a stop, and it goes on.

    whorl manifold structure MANIFOLD KNOWN --choices choices.csv --real held-out -o STRUCTURE
    """
    from whorl.attribution.labels import REAL
    from whorl.cli.known_sets import known_sets
    from whorl.embeddings.options import resolve
    from whorl.files import check_output
    from whorl.manifold import Manifold
    from whorl.report.structure import holds_structure, write_structure
    from whorl.structure import DesignChoices, examples_by_class, measure_structure

    if choices is not None and label is LabelChoice.run:
        raise typer.BadParameter(
            "--choices are of architectures: runs of one are no models of their own, and a null that deals values "
            "to them would find a trace of everything. Leave out --label run"
        )
    if output is not None and not dry_run:
        shared.refuse_inside(output, str(known), real)
        _refuse_in_manifold(output, manifold)
        check_output(output, overwrite=overwrite, ours=holds_structure)
    started = time.perf_counter()
    table = None if choices is None else DesignChoices.from_csv(choices)
    held = Manifold.load(manifold)
    chosen = shared.parse_held_layers(layers, held.layers, "manifold")
    place = shared.parse_held_layers(None if at is None else f"{at},", held.layers, "manifold", option="--at")
    if place is not None and len(place) > 1:
        raise typer.BadParameter(f"--at takes one layer; got {at!r}")
    sets = known_sets(known, label=label.value, real=real, limit=limit, seed=seed)
    held = held.with_encoder(encoder, device=device)
    if dry_run:
        _estimate(held, sets, run, as_json)
        return
    folder = resolve(run).cache_folder
    found = measure_structure(
        held,
        {name: each for name, each in sets.items() if name != REAL},
        real=sets.get(REAL),
        choices=table,
        layers=chosen,
        at=None if place is None else place[0],
        components=components,
        splits=splits,
        dealings=dealings,
        seed=seed,
        classifier=classifier,
        answers=None if folder is None else folder / "structure",
        **run,
    )
    details = _details(held, manifold, time.perf_counter() - started)
    if output is not None:
        silently: EncodeOptions = {**run, "progress": False}
        shown = examples_by_class(held, sets, seed=seed, **silently)
        write_structure(output, found, examples=shown, details=details, overwrite=overwrite)
    _print(found, details, output, as_json)


def _refuse_in_manifold(output: Path, manifold: Path) -> None:
    if output.resolve().is_relative_to(manifold.resolve()):
        raise typer.BadParameter(f"-o {output} lies inside the manifold {manifold}; write somewhere else")


def _estimate(held: Manifold, sets: Mapping[str, ImageSource], run: EncodeOptions, as_json: bool) -> None:
    from whorl.cli.estimates import print_estimates
    from whorl.embeddings import estimate

    encoder = held.load_encoder()
    print_estimates({name: estimate(each, encoder, **run) for name, each in sets.items()}, as_json)


def _details(held: Manifold, folder: Path, seconds: float) -> dict[str, Any]:
    from whorl.versions import versions

    return {
        "command": shlex.join(["whorl", *sys.argv[1:]]),
        "manifold": held.summary() | {"folder": str(folder)},
        "versions": versions(),
        "seconds": round(seconds, 1),
    }


def _print(found: Structure, details: dict[str, Any], output: Path | None, as_json: bool) -> None:
    if as_json:
        from whorl.report.structure import structure_document

        document = structure_document(found, details)
        typer.echo(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))
        return
    from rich.console import Console

    from whorl.report.structure import structure_tables

    Console().print(structure_tables(found))
    if output is not None:
        typer.echo(f"Report: {output / 'report.html'}")
