"""`whorl register`: make a model known by its pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options
from whorl.cli.some_pictures import open_some

if TYPE_CHECKING:
    from whorl.embeddings import EncodeOptions


@takes_encode_options()
def register(
    reference: Annotated[Path, typer.Argument(help="A Reference's folder (see 'whorl reference build').")],
    samples: Annotated[
        str, typer.Argument(help="The model's pictures: folder, zip, tar, npz, npy, Parquet, list, pattern.")
    ],
    name: Annotated[str, typer.Option("--name", help="What to call the model; unique in the registry.")],
    architecture: Annotated[
        str, typer.Option("--architecture", help="What it is an instance of, such as DDPM.")
    ],
    dataset: Annotated[str, typer.Option("--dataset", help="What it was trained on.")] = "",
    note: Annotated[str, typer.Option("--note", help="Anything else.")] = "",
    reference_note: Annotated[
        str, typer.Option("--reference-note", help="What the Reference is, in words.")
    ] = "",
    measured_by: Annotated[
        str | None,
        typer.Option(
            "--measured-by", help="Who measured it; '' says nothing.", show_default="your login name"
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let this take the place of what is known otherwise.")
    ] = False,
    registry: shared.RegistryPlace = None,
    encoder: shared.ReferenceEncoder = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Measure at most so many pictures, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes what --limit draws.")] = 0,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    dry_run: shared.DryRun = False,
    as_json: shared.Json = False,
) -> None:
    """Measure a model's pictures on a Reference and keep their fingerprint in the registry.

    Give 100 pictures or more, 500 for C_T curves as in the paper. Pictures that are to be identified later must be
    measured on the same Reference.
    """
    from whorl.fingerprints.of_pictures import measure_pictures
    from whorl.memorization import Reference
    from whorl.registry import Registry

    source = open_some(samples, limit, seed)
    held = Reference.load(reference)
    model = held.load_encoder(encoder, device=device)
    if dry_run:
        from whorl.cli.estimates import print_estimates
        from whorl.embeddings import estimate

        print_estimates({"pictures": estimate(source, model, **run)}, as_json)
        return
    fingerprint = measure_pictures(source, held, encoder=model, **run).fingerprint()
    with Registry(registry) as known:
        added = known.add(
            name=name,
            architecture=architecture,
            fingerprint=fingerprint,
            dataset=dataset,
            note=note,
            reference_note=reference_note,
            measured_by=measured_by,
            replace=replace,
        )
        count, place = len(known.entries(fingerprint.reference)), known.place
    if as_json:
        typer.echo(json.dumps({"registry": place, "model": added.to_dict()}, indent=1))
    else:
        from whorl.report.text import plain

        models = "1 model" if count == 1 else f"{count:,} models"
        typer.echo(
            f"{plain(added.name)} registered with {fingerprint.n_pictures:,} pictures; {place} knows {models} on "
            "this Reference"
        )
