"""`whorl compare`: which of several sets of generated pictures lie nearer to training than others?"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared
from whorl.cli.after_scoring import print_layers_to_trust, run_details, training_pictures
from whorl.cli.encoding import takes_encode_options
from whorl.cli.set_names import set_names
from whorl.cli.some_pictures import open_some

if TYPE_CHECKING:
    from whorl.embeddings import EncodeOptions
    from whorl.encoders import Encoder
    from whorl.images import ImageSource
    from whorl.memorization import Comparison, Curve, Reference
    from whorl.memorization.chosen_layers import LayerWish
    from whorl.sensitivity import SensitivityProfile


@takes_encode_options()
def compare(
    reference: Annotated[Path, typer.Argument(help="A Reference's folder (see 'whorl reference build').")],
    samples: Annotated[
        list[str],
        typer.Argument(
            help="Two or more sets of generated pictures: folder, zip, tar, npz, npy, Parquet, list, pattern."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for comparison.json, the figures and report.html."),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            help="What to call a set; once per set, in their order.",
            show_default="the end of its path",
        ),
    ] = None,
    train: shared.TrainPictures = None,
    encoder: shared.ReferenceEncoder = None,
    layers: shared.ScoredLayers = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Take at most so many pictures of each set, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes what --limit draws, and the random divisions.")] = 0,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    dry_run: shared.DryRun = False,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Compare sets of generated pictures on one Reference: their curves, and which differences are significant.

    Each pair of sets is tested at every layer for a difference in how near to training its pictures lie. The
    chance that any two sets of one distribution are said to differ is at most 5 %.
    """
    names = set_names(samples, name or [])
    from whorl.files import check_output
    from whorl.images import open_images
    from whorl.memorization import Reference
    from whorl.memorization import compare as test_pairs
    from whorl.memorization.chosen_layers import AUTO, chosen_layers
    from whorl.report.comparison_folder import holds_comparison, write_comparison

    if output is not None and not dry_run:
        shared.refuse_inside(output, *samples, train)
        check_output(output, overwrite=overwrite, ours=holds_comparison)
    started = time.perf_counter()
    sources = {called: open_some(place, limit, seed) for called, place in zip(names, samples, strict=True)}
    training = open_images(train) if train is not None else None
    held = Reference.load(reference)
    for called, source in sources.items():
        held.check_count(len(source), called)
    scored = shared.parse_scored_layers(layers, held.layers)
    chosen_layers(held.layers, scored, held.sensitivity)
    model = held.load_encoder(encoder, device=device)
    if dry_run:
        from whorl.cli.estimates import print_estimates
        from whorl.embeddings import estimate

        print_estimates(
            {called: estimate(source, model, **run) for called, source in sources.items()}, as_json
        )
        return
    comparison = test_pairs(_curves(held, model, sources, scored, run, quiet=quiet), seed=seed)
    details = run_details(held, reference, model, time.perf_counter() - started)
    if output is not None:
        write_comparison(
            output,
            comparison,
            generated=sources,
            train=training_pictures(held, list(comparison.curves.values()), training),
            details=details,
            digests=held.train.digests(),
            sensitivity=held.sensitivity if scored == AUTO else None,
            overwrite=overwrite,
        )
    _print(comparison, details, output, as_json, held.sensitivity if scored == AUTO else None)


def _curves(
    held: Reference,
    model: Encoder,
    sources: dict[str, ImageSource],
    scored: LayerWish,
    run: EncodeOptions,
    *,
    quiet: bool,
) -> dict[str, Curve]:
    from whorl.embeddings import embed

    if not quiet:
        from whorl.embeddings.outlook import Outlook
        from whorl.embeddings.progress import progress_for

        counts = {name: len(source) for name, source in sources.items()}
        run["progress"] = Outlook(progress_for(True), counts)
    return {
        name: held.curve_from_embeddings(embed(source, model, label=name, **run), layers=scored)
        for name, source in sources.items()
    }


def _print(
    comparison: Comparison,
    details: dict[str, Any],
    output: Path | None,
    as_json: bool,
    chosen_by: SensitivityProfile | None,
) -> None:
    if as_json:
        from whorl.report.comparison_folder import comparison_document

        typer.echo(json.dumps(comparison_document(comparison, details), indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    from whorl.report import comparison_table, differences_table

    console = Console()
    console.print(comparison_table(comparison.curves))
    console.print()
    console.print(differences_table(comparison))
    if chosen_by is not None:
        print_layers_to_trust(chosen_by)
    if output is not None:
        typer.echo(f"Report: {output / 'report.html'}")
