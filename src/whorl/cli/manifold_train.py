"""`whorl manifold train`: learn known models by their pictures."""

from __future__ import annotations

import json
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options
from whorl.cli.manifold_method import method_on_manifold, method_without_manifold, places_of

if TYPE_CHECKING:
    from whorl.attribution.attributor import Attributor
    from whorl.attribution.methods import AttributionMethod
    from whorl.embeddings import EncodeOptions


class LabelChoice(StrEnum):
    """What a class is."""

    architecture = "architecture"
    run = "run"


class KindChoice(StrEnum):
    """What is looked at."""

    nearest = "nearest"
    random = "random"
    raw = "raw"


_METHOD = "Method"


@takes_encode_options()
def train(
    places: Annotated[
        list[Path],
        typer.Argument(
            metavar="[MANIFOLD] KNOWN",
            help="A manifold's folder (see 'whorl manifold build'; none for --method marra and its like), and a "
            "folder with the known models' pictures, KNOWN/architecture/run.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write the attributor to.")],
    label: Annotated[
        LabelChoice,
        typer.Option("--label", help="What a class is: an architecture, or each model by itself."),
    ] = LabelChoice.architecture,
    real: Annotated[
        str | None,
        typer.Option(
            "--real",
            help="Real pictures, to be known as a class 'real'. Best others than the manifold's; its own are "
            "projected onto another picture than themselves.",
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            rich_help_panel=_METHOD,
            help="Another method, without a manifold: marra, durall, dzanic, mccloskey, nataraj, wang, "
            "wang-small, pixels-linear; or one on the manifold by its whole name, such as manifold:freq:linear.",
            show_default="artifacts on the manifold",
        ),
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            "--layer", rich_help_panel=_METHOD, help="Which of the manifold's layers.", show_default="the one"
        ),
    ] = None,
    classifier: Annotated[
        str | None,
        typer.Option(
            "--classifier",
            rich_help_panel=_METHOD,
            help="linear, mlp or resnet.",
            show_default="resnet for RGB and FREQ, else linear",
        ),
    ] = None,
    kind: Annotated[
        KindChoice | None,
        typer.Option(
            "--kind",
            rich_help_panel=_METHOD,
            help="Subtract the nearest real picture, a random one, or none (raw): what nearness is worth.",
            show_default="nearest",
        ),
    ] = None,
    stranger_rate: Annotated[
        float,
        typer.Option(
            "--stranger-rate",
            help="Share of unknown models that may be taken for known; with A architectures at least 2 / (A + 1).",
        ),
    ] = 0.1,
    unknown: Annotated[
        bool,
        typer.Option(
            "--unknown/--no-unknown",
            help="Learn when to answer 'unknown', from architectures left out in turn; takes no training.",
        ),
    ] = True,
    encoder: Annotated[
        str | None,
        typer.Option("--encoder", help="Where the manifold's encoder lies now.", show_default="where it was"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Take at most so many pictures of a class, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes --limit, the split, order and weights.")] = 0,
    device: shared.Device = "auto",
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Learn to tell known models apart by single pictures, and when to answer 'unknown'.

    whorl manifold train MANIFOLD KNOWN -o ATTRIBUTOR

    whorl manifold train --method durall KNOWN -o ATTRIBUTOR
    """
    from whorl.attribution.attributor import Attributor
    from whorl.attribution.folder import ATTRIBUTORS
    from whorl.attribution.method_record import record_of
    from whorl.cli.known_sets import known_sets
    from whorl.files import check_output

    folder, known = places_of(places, method)
    if not 0 < stranger_rate < 1:
        raise typer.BadParameter(f"--stranger-rate lies between 0 and 1; got {stranger_rate:g}")
    shared.refuse_inside(output, str(known), real)
    if folder is not None and output.resolve().is_relative_to(folder.resolve()):
        raise typer.BadParameter(f"-o {output} lies inside the manifold {folder}; write somewhere else")
    check_output(output, overwrite=overwrite, ours=ATTRIBUTORS.holds)
    started = time.perf_counter()
    sets = known_sets(known, label=label.value, real=real, limit=limit, seed=seed)
    if folder is None:
        chosen = method_without_manifold(method, layer, classifier, kind, encoder)
    else:
        from whorl.manifold import Manifold

        held = Manifold.load(folder).with_encoder(encoder, device=device)
        chosen = method_on_manifold(held, method, layer, classifier, None if kind is None else kind.value)
    record_of(chosen, output)  # what could not be written is told before the work
    attributor = Attributor.fit(
        chosen.tables(sets, **run),
        chosen.classifier,
        rate=stranger_rate,
        unknown=unknown,
        seed=seed,
        device=device,
        progress=not quiet,
    )
    attributor.save(output, chosen, overwrite=overwrite)
    _print(attributor, chosen, output, time.perf_counter() - started, as_json=as_json)


def _print(
    attributor: Attributor,
    method: AttributionMethod,
    output: Path,
    seconds: float,
    *,
    as_json: bool,
) -> None:
    from whorl.cli.summary_table import print_summary

    summary: dict[str, Any] = {
        "folder": str(output),
        "method": method.name,
        "classifier": method.classifier.name,
        **attributor.describe(),
        "seconds": round(seconds, 1),
    }
    if as_json:
        typer.echo(json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False))
        return
    print_summary(summary)
    for line in _unknown_words(attributor):
        typer.echo(f" {line}")


def _unknown_words(attributor: Attributor) -> list[str]:
    """Say what 'unknown' will be worth."""
    from whorl.report.attribution.words import FEW_KNOWN
    from whorl.report.text import percent

    met = attributor.rejection
    if met is None:
        return ["It never answers 'unknown'."]
    told = []
    if met.rate is None:
        told.append(
            "With fewer than three architectures it answers 'unknown' only to what is unlike anything learned."
        )
    elif met.rate > met.asked:
        told.append(
            f"Strangers accepted: {percent(met.asked)} was asked for; with {met.architectures} architectures no "
            f"less than 2 / {met.architectures + 1} = {percent(met.rate)} can be promised."
        )
    few = [size for size, share in attributor.known_accepted.items() if share < FEW_KNOWN]
    if few:
        sizes = ", ".join(map(str, few))
        told.append(
            f"Warning: of held-out sets by known models with {sizes} picture(s), fewer than {percent(FEW_KNOWN)} "
            "are taken for known: there 'unknown' says little. Give more pictures, or another method."
        )
    return told
