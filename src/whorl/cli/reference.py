"""`whorl reference`: what depends on T and P alone, computed once."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whorl.cli import options as shared
from whorl.cli.encoding import takes_encode_options
from whorl.cli.reference_sensitivity import sensitivity as show_sensitivity

if TYPE_CHECKING:
    from whorl.embeddings import EncodeOptions, Progress
    from whorl.encoders import Encoder
    from whorl.encoders.layers import LayerSelection
    from whorl.memorization.inputs import TrainAndTest
    from whorl.sensitivity import SensitivityProfile

app = typer.Typer(
    help="Build and look at References: T and P in the eyes of one encoder.", no_args_is_help=True
)


app.command("sensitivity")(show_sensitivity)


class MetricChoice(StrEnum):
    """Distance between embeddings."""

    euclidean = "euclidean"
    abs_cosine = "abs-cosine"


class ScopeChoice(StrEnum):
    """Where the nearest training picture is looked for."""

    cell = "cell"
    all = "all"


_FEW_NUMBERS = 2_000_000
_SCORE = "Scoring"
_ENCODER = "Encoder"


@app.command()
@takes_encode_options()
def build(
    train: Annotated[
        str,
        typer.Option(
            "--train", help="T, the training pictures: folder, zip, tar, npz, npy, Parquet, list, pattern."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write the Reference to.")],
    encoder: Annotated[
        str,
        typer.Option(
            "--encoder", rich_help_panel=_ENCODER, help="Hub name, local folder, plugin, or 'pixels'."
        ),
    ],
    test: Annotated[
        str | None, typer.Option("--test", help="P, held-out pictures that the model was not trained on.")
    ] = None,
    split: Annotated[
        float | None, typer.Option("--split", help="No P at hand: take this share of T out as P.")
    ] = None,
    layers: Annotated[
        str | None,
        typer.Option(
            "--layers",
            rich_help_panel=_ENCODER,
            help="all; 4 = the last four; 1,6,-1 = exactly these; auto = the low-level and the "
            "high-level one, by the sensitivity measured on held-out pictures.",
        ),
    ] = None,
    pooling: Annotated[str, typer.Option(rich_help_panel=_ENCODER, help="auto, cls, mean or both.")] = "auto",
    preprocessing: Annotated[
        str, typer.Option(rich_help_panel=_ENCODER, help="auto (the encoder's own) or paper (256, crop 224).")
    ] = "auto",
    dtype: Annotated[
        str, typer.Option(rich_help_panel=_ENCODER, help="auto, float32, bfloat16 or float16.")
    ] = "auto",
    cells: Annotated[int, typer.Option(min=1, rich_help_panel=_SCORE, help="k-means cells per layer.")] = 10,
    partitions: Annotated[
        int,
        typer.Option(
            min=1, rich_help_panel=_SCORE, help="How many times T is divided into cells; C_T is the mean."
        ),
    ] = 5,
    min_generated: Annotated[
        int,
        typer.Option(
            min=1, rich_help_panel=_SCORE, help="A cell counts with more generated pictures than this."
        ),
    ] = 20,
    components: Annotated[
        int, typer.Option(min=1, rich_help_panel=_SCORE, help="Principal components kept, at most.")
    ] = 64,
    metric: Annotated[
        MetricChoice,
        typer.Option(
            rich_help_panel=_SCORE, help="Distance; abs-cosine is what arXiv 2407.21159's code does."
        ),
    ] = MetricChoice.euclidean,
    scope: Annotated[
        ScopeChoice,
        typer.Option(
            rich_help_panel=_SCORE, help="Nearest training picture in the same cell, or in all of T."
        ),
    ] = ScopeChoice.cell,
    seed: Annotated[
        int, typer.Option(min=0, rich_help_panel=_SCORE, help="Fixes cells, --split and --limit.")
    ] = 0,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, help="Use at most so many pictures of T and of P, drawn at random (for a first try)."
        ),
    ] = None,
    sensitivity: Annotated[
        int,
        typer.Option(
            min=0,
            rich_help_panel=_ENCODER,
            help="Alter so many held-out pictures to measure how each layer responds; 0 for none.",
        ),
    ] = 100,
    no_ids: Annotated[
        bool,
        typer.Option(
            "--no-ids", help="Keep no names and no digests of pictures, for a Reference to publish."
        ),
    ] = False,
    memory: Annotated[
        str,
        typer.Option(
            rich_help_panel=shared.RUN,
            help="What one layer of T may take while it is fitted (512MB, 1.5GB, 2GiB). A larger one is streamed, "
            "with mini-batch k-means, and the Reference says so.",
        ),
    ] = "2GB",
    device: shared.Device = "auto",
    compile_it: Annotated[
        bool,
        typer.Option(
            "--compile",
            rich_help_panel=_ENCODER,
            help="Let torch.compile make the encoder quicker; takes a compiler and a minute first.",
        ),
    ] = False,
    *,
    run: EncodeOptions,
    overwrite: shared.Overwrite = False,
    dry_run: shared.DryRun = False,
    as_json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Encode T and P once and fit every layer; each audit after that only encodes its own pictures.

    whorl reference build --train cifar/train --test cifar/test --encoder google/vit-base-patch16-224-in21k -o REF
    """
    from whorl.encoders import load_encoder
    from whorl.files import check_output
    from whorl.memorization.memory import parse_memory
    from whorl.memorization.reference_folder import REFERENCES

    auto = layers is not None and layers.strip() == "auto"
    selection, budget = None if auto else shared.parse_layers(layers), parse_memory(memory)
    if not dry_run:
        shared.refuse_inside(output, train, test)
        check_output(output, overwrite=overwrite, ours=REFERENCES.holds)

    def load(wanted: LayerSelection) -> Encoder:
        return load_encoder(
            encoder,
            layers=wanted,
            pooling=pooling,
            preprocessing=preprocessing,
            dtype=dtype,
            device=device,
            compile=compile_it,
        )

    model = load(selection)
    scoring: dict[str, Any] = {
        "cells": cells,
        "partitions": partitions,
        "components": components,
        "metric": metric.value,
        "scope": scope.value,
    }
    from whorl.memorization.inputs import open_train_and_test

    started = time.perf_counter()
    inputs = open_train_and_test(train, test, split=split, limit=limit, seed=seed)
    if dry_run:
        _estimate(
            inputs,
            model,
            run,
            scoring | {"memory": budget},
            as_json,
            pictures=sensitivity,
            seed=seed,
            auto=auto,
        )
        return
    from whorl.memorization import Reference
    from whorl.memorization.layer_sensitivity import auto_layers

    measured: int | SensitivityProfile = sensitivity
    if auto:
        two = auto_layers(load, inputs.test, pictures=sensitivity, seed=seed, **run)
        model, measured = two.encoder, two.profile
    if not quiet:
        run["progress"] = _outlook(inputs, model, scoring | {"memory": budget}, 0 if auto else sensitivity)
    reference = Reference.fit(
        inputs,
        encoder=model,
        seed=seed,
        min_generated=min_generated,
        **scoring,
        keep_ids=not no_ids,
        memory=budget,
        sensitivity=measured,
        **run,
    )
    reference.save(output, overwrite=overwrite)
    summary = reference.summary() | {
        "folder": str(output),
        "seconds": round(time.perf_counter() - started, 1),
    }
    _print_summary(summary, as_json)


@app.command()
def show(
    folder: Annotated[Path, typer.Argument(help="A Reference's folder.")], as_json: shared.Json = False
) -> None:
    """Check every byte of a Reference and print what it was made from."""
    from whorl.memorization import Reference

    _print_summary(Reference.load(folder).summary() | {"folder": str(folder)}, as_json)


def _estimate(
    inputs: TrainAndTest,
    model: Encoder,
    run: EncodeOptions,
    scoring: dict[str, Any],
    as_json: bool,
    *,
    pictures: int,
    seed: int,
    auto: bool,
) -> None:
    from whorl.cli.estimates import print_estimates, widths_of
    from whorl.cli.fit_time import expected_fit_seconds
    from whorl.embeddings import estimate
    from whorl.errors import ScoreError
    from whorl.sensitivity import LABEL, LEAST_PICTURES, originals_and_altered

    sources = {"train": inputs.train, "test": inputs.test}
    if min(pictures, len(inputs.test)) >= LEAST_PICTURES:
        with contextlib.suppress(ScoreError):  # copies of one another are too few, and nothing is measured
            sources[LABEL] = originals_and_altered(inputs.test, pictures=pictures, seed=seed)
    estimates = {name: estimate(source, model, **run) for name, source in sources.items()}
    sizes = len(inputs.train), len(inputs.test)
    widths = widths_of(model)[: 2 if auto else None]
    fitting = expected_fit_seconds(*sizes, widths, **scoring)
    if auto:
        sys.stderr.write(
            "note: --layers auto keeps two layers; the disk space is what all of them would take\n"
        )
    print_estimates(estimates, as_json, fit_seconds=fitting)


def _outlook(inputs: TrainAndTest, model: Encoder, scoring: dict[str, Any], pictures: int) -> Progress:
    """Return a progress that says at the start how long T, P, altered pictures and the fit will take in all."""
    from whorl.cli.estimates import widths_of
    from whorl.cli.fit_time import expected_fit_seconds
    from whorl.embeddings.outlook import Outlook
    from whorl.embeddings.progress import progress_for
    from whorl.memorization.memory import fits_in_memory
    from whorl.sensitivity import LABEL, LEAST_PICTURES, encodings

    counts = {"train": len(inputs.train), "test": len(inputs.test)}
    altered = min(pictures, counts["test"])
    counts[LABEL] = encodings(altered) if altered >= LEAST_PICTURES else 0

    def fitting() -> float:
        widths = widths_of(model)
        # Too little to take long, and so not worth measuring.
        in_memory = all(fits_in_memory((counts["train"], width), scoring["memory"]) for width in widths)
        if in_memory and counts["train"] * sum(widths) < _FEW_NUMBERS:
            return 0.0
        return expected_fit_seconds(counts["train"], counts["test"], widths, **scoring)

    return Outlook(progress_for(True), counts, afterwards=fitting)


def _print_summary(summary: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(summary, indent=1, ensure_ascii=False))
        return
    from whorl.cli.summary_table import print_summary

    print_summary(summary)
