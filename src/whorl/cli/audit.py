"""`whorl audit`: does the model that made these pictures copy its training data?"""

from __future__ import annotations

import json
import math
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared
from whorl.cli.after_scoring import print_layers_to_trust, run_details, training_pictures
from whorl.cli.encoding import takes_encode_options
from whorl.cli.some_pictures import open_some

if TYPE_CHECKING:
    from whorl.embeddings import EncodeOptions
    from whorl.memorization import Curve
    from whorl.sensitivity import SensitivityProfile


class TableFormat(StrEnum):
    """File type of the table per picture."""

    csv = "csv"
    parquet = "parquet"


@takes_encode_options()
def audit(
    reference: Annotated[Path, typer.Argument(help="A Reference's folder (see 'whorl reference build').")],
    samples: Annotated[
        str,
        typer.Argument(help="Q, the generated pictures: folder, zip, tar, npz, npy, Parquet, list, pattern."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Folder for result.json, the table per picture, the curve and report.html."
        ),
    ] = None,
    train: shared.TrainPictures = None,
    encoder: shared.ReferenceEncoder = None,
    fail_below: Annotated[
        float | None,
        typer.Option("--fail-below", help="Exit with 1 when the smallest standardised C_T is below this."),
    ] = None,
    layers: shared.ScoredLayers = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Audit at most so many pictures, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes what --limit draws.")] = 0,
    table: Annotated[TableFormat, typer.Option(help="File type of the table per picture.")] = TableFormat.csv,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    dry_run: shared.DryRun = False,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Score generated pictures against a Reference: the C_T curve, its meaning, and the closest pairs.

    Negative: the pictures lie closer to training than fresh real ones do (copies). Positive: further away.
    """
    if fail_below is not None and not math.isfinite(fail_below):
        raise typer.BadParameter(f"--fail-below takes a finite number; got {fail_below}")
    from whorl.files import check_output
    from whorl.images import open_images
    from whorl.memorization import Reference
    from whorl.memorization.chosen_layers import chosen_layers
    from whorl.report.audit_folder import holds_audit

    if output is not None and not dry_run:
        shared.refuse_inside(output, samples, train)
        check_output(output, overwrite=overwrite, ours=holds_audit)
    started = time.perf_counter()
    source = open_some(samples, limit, seed)
    training = open_images(train) if train is not None else None
    held = Reference.load(reference)
    held.check_count(len(source), source.name)
    scored = shared.parse_scored_layers(layers, held.layers)
    chosen_layers(held.layers, scored, held.sensitivity)
    model = held.load_encoder(encoder, device=device)
    if dry_run:
        from whorl.cli.estimates import print_estimates
        from whorl.embeddings import estimate

        print_estimates({"generated": estimate(source, model, **run)}, as_json)
        return
    if not quiet:
        from whorl.embeddings.outlook import Outlook
        from whorl.embeddings.progress import progress_for

        run["progress"] = Outlook(progress_for(True))
    curve = held.curve(source, encoder=model, layers=scored, **run)
    details = run_details(held, reference, model, time.perf_counter() - started)
    if output is not None:
        from whorl.report.audit_folder import write_audit

        training = training_pictures(held, [curve], training)
        write_audit(
            output,
            curve,
            generated=source,
            train=training,
            details=details,
            digests=held.train.digests(),
            sensitivity=held.sensitivity,
            table_format=table.value,
            overwrite=overwrite,
        )
    _print(curve, details, output, as_json, held.sensitivity)
    if fail_below is not None and curve.standardised.min() < fail_below:
        layer = curve.layers[int(curve.standardised.argmin())]
        sys.stderr.write(
            f"standardised C_T is {curve.standardised.min():.2f} at layer {layer}, below {fail_below:g}\n"
        )
        raise typer.Exit(1)


def _print(
    curve: Curve,
    details: dict[str, Any],
    output: Path | None,
    as_json: bool,
    sensitivity: SensitivityProfile | None,
) -> None:
    if as_json:
        from whorl.report.audit_folder import result_document

        typer.echo(json.dumps(result_document(curve, details), indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    from whorl.report import curve_table

    Console().print(curve_table(curve))
    if sensitivity is not None:
        print_layers_to_trust(sensitivity)
    if output is not None:
        typer.echo(f"Report: {output / 'report.html'}")
