"""`whorl evaluate`: how well do methods name the models that made sets of pictures?"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options

if TYPE_CHECKING:
    from whorl.embeddings import EncodeOptions
    from whorl.evaluation import Evaluation, Task


@takes_encode_options()
def evaluate(
    reference: Annotated[Path, typer.Argument(help="A Reference's folder (see 'whorl reference build').")],
    folder: Annotated[
        Path,
        typer.Argument(
            help="Sets of pictures: FOLDER/architecture/run or FOLDER/data set/architecture/run, each run a "
            "folder of pictures or an archive; or FOLDER/architecture.npz with arrays run-1, run-2 ..."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Folder for evaluation.json, every answer, figures and report.html."
        ),
    ] = None,
    methods: Annotated[
        str | None,
        typer.Option(
            "--methods",
            "--method",
            help="Names joined by commas; see docs/identification.md and docs/attribution.md. cnn, resnet-small, "
            "resnet-50, vit-tiny, vit-tiny-low-rate and vit-base are trained; marra, durall, dzanic, mccloskey, "
            "nataraj, wang, manifold:rgb and their like name single pictures.",
            show_default="all that are not trained",
        ),
    ] = None,
    weights: Annotated[
        list[str] | None,
        typer.Option(
            "--weights", help="Pretrained weights of a trained method: NAME=FOLDER.", show_default="none"
        ),
    ] = None,
    manifold: Annotated[
        list[Path] | None,
        typer.Option(
            "--manifold", help="Folder of a manifold, for methods such as manifold:rgb.", show_default="none"
        ),
    ] = None,
    ablations: Annotated[
        bool,
        typer.Option(
            "--ablations/--no-ablations",
            help="With each manifold:SPACE try raw:SPACE and random:SPACE too: what nearness is worth.",
        ),
    ] = True,
    real: Annotated[
        str | None,
        typer.Option(
            "--real",
            help="Real pictures: a class 'real' for methods that name single pictures. Not those of a manifold.",
            show_default="no such class",
        ),
    ] = None,
    tasks: Annotated[
        str | None,
        typer.Option(
            "--tasks",
            help="Of new-pictures, new-run, other-data-set, unknown-architecture, joined by commas.",
            show_default="all",
        ),
    ] = None,
    sizes: Annotated[
        str, typer.Option("--sizes", help="Pictures per query, joined by commas; 1 for single pictures.")
    ] = "25,50,100,200,500",
    splits: Annotated[
        int, typer.Option("--splits", min=1, help="How often sets are halved into known and asked.")
    ] = 3,
    draws: Annotated[int, typer.Option("--draws", min=1, help="Queries per set, split and size.")] = 20,
    same: Annotated[
        list[str] | None,
        typer.Option(
            "--same",
            help="ARCHITECTURE=NAME: where the data set differs, count this architecture as that one.",
            show_default="none",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes halves, draws and training.")] = 0,
    encoder: shared.ReferenceEncoder = None,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
) -> None:
    """Try every method on the same queries: new pictures, a new run, another data set, an unknown architecture.

    Answers are kept in the cache as they are found: run the same command again after a stop, and it goes on.
    """
    chosen_sizes = _numbers(sizes)
    from whorl.cli.after_scoring import run_details
    from whorl.evaluation.evaluate import evaluate as try_methods
    from whorl.evaluation.outcomes import as_table
    from whorl.evaluation.results import TASKS
    from whorl.files import check_output
    from whorl.manifold import Manifold
    from whorl.memorization import Reference
    from whorl.report.evaluation import holds_evaluation, write_evaluation

    if output is not None:
        shared.refuse_inside(output, str(folder), real)
        check_output(output, overwrite=overwrite, ours=holds_evaluation)
    started = time.perf_counter()
    held = Reference.load(reference)
    model = held.load_encoder(encoder, device=device)
    found = try_methods(
        held,
        folder,
        methods=shared.names(methods) if methods is not None else None,
        weights=shared.pairs("--weights", weights),
        sizes=chosen_sizes,
        tasks=cast("tuple[Task, ...]", shared.names(tasks)) if tasks is not None else tuple(TASKS),
        splits=splits,
        draws=draws,
        seed=seed,
        same=shared.pairs("--same", same),
        manifolds=[Manifold.load(place) for place in manifold or ()],
        ablations=ablations,
        real=real,
        encoder=model,
        device=device,
        **run,
    )
    details = run_details(held, reference, model, time.perf_counter() - started)
    if output is not None:
        write_evaluation(
            output,
            found.evaluation,
            outcomes=as_table(found.outcomes),
            details=details,
            overwrite=overwrite,
        )
    _print(found.evaluation, details, output, as_json)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in shared.names(text))
    except ValueError:
        raise typer.BadParameter(f"--sizes takes whole numbers joined by commas; got {text!r}") from None


def _print(found: Evaluation, details: dict[str, Any], output: Path | None, as_json: bool) -> None:
    if as_json:
        from whorl.report.evaluation.folder import evaluation_document

        typer.echo(json.dumps(evaluation_document(found, details), indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    from whorl.report.evaluation import evaluation_tables

    Console().print(evaluation_tables(found))
    if output is not None:
        typer.echo(f"Report: {output / 'report.html'}")
