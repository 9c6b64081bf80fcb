"""`whorl manifold build`: real pictures in the eyes of one encoder."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options

if TYPE_CHECKING:
    from whorl.embeddings import EncodeOptions


@takes_encode_options()
def build(
    real: Annotated[
        str,
        typer.Argument(help="X_R, real pictures: folder, zip, tar, npz, npy, Parquet, list, pattern."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write the manifold to.")],
    encoder: Annotated[
        str,
        typer.Option(
            "--encoder",
            help="The space: pixels:32 is RGB, spectrum:32 is FREQ, both of pictures of that size alone; or a hub "
            "name, local folder or plugin.",
        ),
    ] = "pixels:32",
    layers: Annotated[
        str | None,
        typer.Option(
            "--layers", help="all; 4 = the last four; 1,6,-1 = exactly these. Each is a space of its own."
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=2, help="Take at most so many real pictures, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes what --limit draws.")] = 0,
    no_ids: Annotated[
        bool,
        typer.Option(
            "--no-ids",
            help="Keep no names and places of pictures. A manifold of pixels still holds the pictures.",
        ),
    ] = False,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    dry_run: shared.DryRun = False,
    as_json: shared.Json = False,
) -> None:
    """Encode real pictures once; generated ones are projected onto the nearest of them afterwards.

    whorl manifold build cifar/train --encoder spectrum:32 -o MANIFOLD
    """
    from whorl.cli.summary_table import print_summary
    from whorl.encoders import load_encoder
    from whorl.files import check_output
    from whorl.images import open_images
    from whorl.manifold import Manifold
    from whorl.manifold.folder import MANIFOLDS

    selection = shared.parse_layers(layers)
    if not dry_run:
        shared.refuse_inside(output, real)
        check_output(output, overwrite=overwrite, ours=MANIFOLDS.holds)
    started = time.perf_counter()
    source = open_images(real)
    model = load_encoder(encoder, layers=selection, device=device)
    if dry_run:
        from whorl.cli.estimates import print_estimates
        from whorl.embeddings import estimate
        from whorl.images import limit as draw

        used = source if limit is None else draw(source, limit, seed=seed)
        print_estimates({"real": estimate(used, model, **run)}, as_json)
        return
    manifold = Manifold.fit(source, encoder=model, seed=seed, limit=limit, keep_ids=not no_ids, **run)
    manifold.save(output, overwrite=overwrite)
    summary = manifold.summary() | {
        "folder": str(output),
        "seconds": round(time.perf_counter() - started, 1),
    }
    if as_json:
        typer.echo(json.dumps(summary, indent=1, ensure_ascii=False))
    else:
        print_summary(summary)
