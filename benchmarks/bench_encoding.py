"""Encoding from files against bare forward passes of the same model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from material import Sizes
from race import Race, seconds
from whorl import Reference, load_encoder, open_images
from whorl.embeddings import embed, estimate
from whorl.embeddings.ahead import preprocess_of
from whorl.embeddings.options import resolve
from whorl.embeddings.prepared import prepare
from whorl.encoders.contract import Encoder
from whorl.images.contract import ImageSource
from whorl.report.audit_folder import write_audit


def bench_encoding(
    race: Race, kind: str, encoder: Encoder, bare_model: Any, stored: Path, fresh: Callable[[], Path]
) -> None:
    """From a Parquet file to shards on disk; the ceiling has its tensors ready and keeps nothing."""
    source, batch = open_images(stored), _batch_size(encoder)
    ratio = race.run(
        lambda: embed(source, encoder, cache=fresh()),
        _bare_forward(source, encoder, bare_model),
        what=f"Encoding {len(source):,} pictures, {kind}, float32, batch {batch}",
        against="bare forward pass, tensors ready",
        wanted=0.9,
    )
    best = race.benchmark.extra_info["seconds"]
    race.note(figures={"pictures/s": round(len(source) / best, 1), "ratio": round(ratio, 3)})


def bench_whole(
    race: Race, kind: str, encoder: Encoder, bare_model: Any, stored: Path, fresh: Callable[[], Path]
) -> None:
    """From files of pictures to a saved Reference and an audit's folder: how much is the encoder's?"""
    if kind != "bundled":
        pytest.skip("an audit needs more pictures than a ViT-B is given here")
    pictures = open_images(stored)
    n = len(pictures) // 4
    train, test, generated = (
        open_images(f"{stored}[{a}:{b}]") for a, b in ((0, 2 * n), (2 * n, 3 * n), (3 * n, 4 * n))
    )

    def whole() -> None:
        cache = fresh()
        fitted = Reference.fit(
            train, test, encoder=encoder, cells=min(10, n // 30), cache=cache, sensitivity=0
        )
        built = fitted.save(fresh())
        curve = Reference.load(built).curve(generated, encoder=encoder, cache=cache)
        write_audit(fresh(), curve, generated=generated, train=train, details={"seconds": 0.0})

    race.run(
        whole,
        _bare_forward(pictures, encoder, bare_model),
        what=f"All of it: T = {2 * n:,}, P = {n:,} to a Reference, {n:,} pictures to an audit's folder, {kind}",
        against="bare forward passes of all pictures",
        rounds=3,
    )


def bench_reading(race: Race, kind: str, encoder: Encoder, stored: Path) -> None:
    """Reading, decoding, digesting and preprocessing alone, in one thread."""
    source, batch = open_images(stored), _batch_size(encoder)
    runs = [range(start, min(start + batch, len(source))) for start in range(0, len(source), batch)]
    seconds_taken = race.alone(
        lambda: [prepare(source, preprocess_of(encoder), run) for run in runs],
        what=f"Reading and preprocessing {len(source):,} pictures, {kind}, one thread",
    )
    race.note(figures={"ms a picture": round(1e3 * seconds_taken / len(source), 3)})


def bench_loop(
    race: Race, kind: str, encoder: Encoder, bare_model: Any, stored: Path, fresh: Callable[[], Path]
) -> None:
    """Against the usual loop: transformers' image processor and one picture at a time, in float32."""
    from transformers import AutoImageProcessor

    from whorl.encoders.bundled import FOLDER

    folder = FOLDER if kind == "bundled" else encoder.settings["location"]
    # In the dtype that is chosen here for whoever does not choose: bfloat16 where there is AMX.
    ours = load_encoder(str(encoder.settings["location"]), device="cpu")
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    source = open_images(stored)

    def loop() -> None:
        with torch.no_grad():
            for i in range(len(source)):
                prepared = processor(images=Image.fromarray(source[i]), return_tensors="pt")
                hidden = bare_model(**prepared, output_hidden_states=True).hidden_states
                [state[:, 0].numpy() for state in hidden]

    race.run(
        lambda: embed(source, ours, cache=fresh()),
        loop,
        what=f"Encoding {len(source):,} pictures, {kind}, {ours.settings['dtype']}",
        against="loop over single pictures, transformers, float32",
        wanted=3.0 if kind == "ViT-B" and torch.cpu._is_amx_tile_supported() else None,
        rounds=2,
    )


def bench_estimate(
    race: Race, kind: str, encoder: Encoder, stored: Path, sizes: Sizes, fresh: Callable[[], Path]
) -> None:
    """The time foretold before a run, against the time it took."""
    source = open_images(stored)
    foretold: list[float] = []

    def run() -> None:
        foretold.append(estimate(source, encoder, cache=fresh()).seconds)

    taken = min(seconds(lambda: embed(source, encoder, cache=fresh())) for _ in range(min(3, sizes.rounds)))
    race.alone(run, what=f"Estimating {len(source):,} pictures, {kind}", rounds=3)
    race.note(within=[round(value / taken, 3) for value in foretold[1:]])


def _bare_forward(source: ImageSource, encoder: Encoder, bare_model: Any) -> Callable[[], None]:
    inputs = torch.stack([encoder.preprocess(source[i]) for i in range(len(source))])

    def bare() -> None:
        with torch.inference_mode():
            for part in inputs.split(_batch_size(encoder)):
                bare_model(pixel_values=part, output_hidden_states=True)

    return bare


def _batch_size(encoder: Encoder) -> int:
    return resolve({}).batch_for(encoder.settings)
