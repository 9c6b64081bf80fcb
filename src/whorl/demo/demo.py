"""The demo from beginning to end, by the same functions that anyone would call."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.demo import digits as real
from whorl.demo.folder import PICTURES, REFERENCE, holds_demo, write_demo
from whorl.demo.generators import Generators, train_generators
from whorl.demo.seeds import stream
from whorl.demo.words import REAL
from whorl.embeddings import Progress, embed
from whorl.embeddings.progress import progress_for
from whorl.encoders import Encoder, load_encoder
from whorl.encoders.bundled import NAME
from whorl.files import check_output
from whorl.images.array import ArraySource
from whorl.memorization import Curve, Reference
from whorl.report import ReportEntry
from whorl.report.pair_pictures import decisive_pairs, open_pairs
from whorl.versions import versions

DRAWN = 500
CELLS = 5
_SAMPLES = 16


@dataclass(frozen=True, eq=False)
class Demo:
    """What a demo found.

    Attributes:
        folder: report.html, result.json, the figures, the pictures and the Reference.
        curves: of the copier, the good and the coarse generator, and of real digits.
        generators: which made the first three.
        seconds: what it took.
    """

    folder: Path
    curves: Mapping[str, Curve]
    generators: Generators
    seconds: float


def run_demo(folder: str | Path, *, seed: int = 0, progress: bool | Progress = False) -> Demo:
    """Train three generators of digits, score their pictures with the bundled encoder, and write a report.

    Args:
        folder: made here; an earlier demo there is replaced.
        seed: fixes which digits are held out, the trainings and what is drawn, on one kind of machine.
        progress: True shows it on stderr.

    Returns:
        The curves, the generators, and where everything lies.

    Raises:
        StorageError: the folder holds something else, or cannot be written.
        EncoderError: the bundled encoder is damaged.
        WhorlError: a negative seed.
    """
    folder, started, shown = Path(folder), time.perf_counter(), progress_for(progress)
    check_output(folder, overwrite=True, ours=holds_demo)
    digits, encoder = real.load(seed), load_encoder(NAME)
    generators = train_generators(digits, seed=seed, progress=shown)
    drawn = {generator.name: generator.pictures(DRAWN, seed=seed) for generator in generators}
    pictures = {"train": digits.train, "test": digits.test, **drawn, "real": digits.fresh}
    sources = _sources(pictures, folder)
    reference = Reference.fit(
        sources["train"],
        sources["test"],
        encoder=encoder,
        cells=CELLS,
        seed=stream(seed, "cells"),
        cache=None,
        progress=shown,
        sensitivity=0,
    )
    told = {generator.name: generator.about for generator in generators} | {"real": REAL}
    entries = [_entry(name, about, sources, encoder, reference, shown) for name, about in told.items()]
    details = _details(seed, reference, encoder, time.perf_counter() - started)
    write_demo(
        folder,
        pictures=pictures,
        reference=reference,
        entries=entries,
        generators=generators,
        details=details,
    )
    curves = {entry.name: entry.curve for entry in entries}
    return Demo(folder, curves, generators, time.perf_counter() - started)


def _sources(pictures: Mapping[str, NDArray[np.uint8]], folder: Path) -> dict[str, ArraySource]:
    # Named after the file they will lie in, so that a later audit finds them for its closest pairs.
    place = folder.absolute() / PICTURES
    return {name: ArraySource(array, name=f"{place}::{name}") for name, array in pictures.items()}


def _entry(
    name: str,
    about: str,
    sources: Mapping[str, ArraySource],
    encoder: Encoder,
    reference: Reference,
    progress: Progress,
) -> ReportEntry:
    source = sources[name]
    curve = reference.curve_from_embeddings(embed(source, encoder, label=name, cache=None, progress=progress))
    pairs = open_pairs(
        decisive_pairs(curve), generated=source, train=sources["train"], digests=reference.train.digests()
    )
    samples = tuple(source[index] for index in range(_SAMPLES))
    return ReportEntry(name=name, curve=curve, pair_pictures=pairs, about=about, samples=samples)


def _details(seed: int, reference: Reference, encoder: Encoder, seconds: float) -> dict[str, Any]:
    import torch

    return {
        "made by": "whorl demo",
        "seed": seed,
        "threads": {"trainings": 1, "encoding": torch.get_num_threads()},
        "seconds": round(seconds, 1),
        "reference": {**reference.summary(), "folder": REFERENCE},
        "encoder": dict(encoder.settings),
        "versions": versions(),
    }
