"""`whorl identify`: which known model made these pictures?"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options
from whorl.cli.some_pictures import open_some

if TYPE_CHECKING:
    from whorl.attribution.several import LoadedAttributor
    from whorl.embeddings import EncodeOptions
    from whorl.encoders import Encoder
    from whorl.identification import Identification, JoinedAnswer


@takes_encode_options()
def identify(
    reference: Annotated[Path, typer.Argument(help="A Reference's folder (see 'whorl reference build').")],
    samples: Annotated[
        str,
        typer.Argument(
            help="Pictures by one unknown model: folder, zip, tar, npz, npy, Parquet, list, pattern."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for identification.json, the figures and report.html."),
    ] = None,
    registry: shared.RegistryPlace = None,
    method: Annotated[
        str | None,
        typer.Option("--method", help="How to compare; see docs/identification.md.", show_default="the best"),
    ] = None,
    false_accept_rate: Annotated[
        float,
        typer.Option(
            "--false-accept-rate",
            help="Share of unknown architectures that may be taken for a known one.",
        ),
    ] = 0.05,
    attributor: Annotated[
        list[Path] | None,
        typer.Option(
            "--attributor",
            help="An attributor's folder (see 'whorl manifold train'), to ask about each picture too; any "
            "number.",
            show_default="none",
        ),
    ] = None,
    manifold: Annotated[
        list[Path] | None,
        typer.Option(
            "--manifold",
            help="Where the manifold of an attributor lies now; any number.",
            show_default="where they were",
        ),
    ] = None,
    encoder: shared.ReferenceEncoder = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Take at most so many pictures, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes what --limit draws, and the resamplings.")] = 0,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    dry_run: shared.DryRun = False,
    as_json: shared.Json = False,
) -> None:
    """Rank the known models by how near these pictures are to theirs, and say whether any of them made them.

    Compared are the models registered on this Reference. 'None of these' is learnt from the registry: each known
    architecture is left out in turn, to see how near an unknown one comes.

    With --attributor each picture is looked at too, and it is said which evidence names whom, and whether that
    agrees.
    """
    from whorl.cli.after_scoring import run_details
    from whorl.files import check_output
    from whorl.fingerprints.methods import method_named
    from whorl.fingerprints.of_pictures import measure_pictures
    from whorl.identification import joined
    from whorl.memorization import Reference
    from whorl.registry import Registry
    from whorl.report.identification import holds_identification, write_identification
    from whorl.report.samples import spread_samples

    if method is not None:
        method_named(method)
    if manifold and not attributor:
        raise typer.BadParameter(
            "--manifold is for an attributor; give one with --attributor, or leave it out"
        )
    if not 0 < false_accept_rate < 1:
        raise typer.BadParameter(f"--false-accept-rate lies between 0 and 1; got {false_accept_rate:g}")
    if output is not None and not dry_run:
        shared.refuse_inside(output, samples)
        check_output(output, overwrite=overwrite, ours=holds_identification)
    started = time.perf_counter()
    source = open_some(samples, limit, seed)
    held = Reference.load(reference)
    model = held.load_encoder(encoder, device=device)
    asked = _attributors(attributor, manifold, model, device) if attributor else ()
    if dry_run:
        from whorl.cli.estimates import print_estimates
        from whorl.embeddings import estimate

        estimates = {"pictures": estimate(source, model, **run)}
        more = {f"pictures, for {each.folder}": each.estimate(source, after=model, **run) for each in asked}
        print_estimates(estimates | {name: each for name, each in more.items() if each}, as_json)
        return
    with Registry(registry) as known:
        known.check_known(held.digest)
        answers = [each.answers_for(source, **run) for each in asked]
        measured = measure_pictures(source, held, encoder=model, **run)
        found = known.identify(measured, method=method, false_accept_rate=false_accept_rate, seed=seed)
        place = known.place
    both = joined(found, *answers) if answers else None
    details = {"registry": place, **run_details(held, reference, model, time.perf_counter() - started)}
    if both is not None:
        named = zip(both.pieces[1:], asked, strict=True)
        details["attributors"] = {piece.name: each.describe() for piece, each in named}
    if output is not None:
        write_identification(
            output,
            found,
            joined=both,
            samples=spread_samples(source, range(len(source))),
            details=details,
            overwrite=overwrite,
        )
    _print(found, both, details, output, as_json)


def _attributors(
    folders: Sequence[Path], manifolds: Sequence[Path] | None, model: Encoder, device: str
) -> tuple[LoadedAttributor, ...]:
    """Load what is to be asked about single pictures; the Reference's encoder serves their manifolds too."""
    from whorl.attribution.several import load_attributors

    loaded = load_attributors(folders, manifolds=manifolds or ())
    return tuple(each.with_encoder(model, device=device) for each in loaded)


def _print(
    found: Identification,
    both: JoinedAnswer | None,
    details: dict[str, Any],
    output: Path | None,
    as_json: bool,
) -> None:
    if as_json:
        from whorl.report.identification.folder import identification_document

        document = identification_document(found, details, both)
        typer.echo(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))
        return
    from rich.console import Console

    from whorl.report.identification import identification_table

    Console().print(identification_table(found, both))
    if output is not None:
        typer.echo(f"Report: {output / 'report.html'}")
