"""The demo from beginning to end, by the same functions that anyone would call."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from whorl.demo import digits as real
from whorl.demo.folder import PICTURES, REFERENCE, holds_demo, write_demo
from whorl.demo.generators import Generators, train_generators
from whorl.demo.words import HELD_OUT
from whorl.embeddings import Progress
from whorl.embeddings.progress import progress_for
from whorl.encoders import load_encoder
from whorl.encoders.bundled import NAME
from whorl.files import check_output
from whorl.images.array import ArraySource
from whorl.memorization import Curve, Reference
from whorl.memorization.provenance import versions
from whorl.report import ReportEntry
from whorl.report.pair_pictures import decisive_pairs, open_pairs

DRAWN = 500
CELLS = 5
_SAMPLES = 16


@dataclass(frozen=True, eq=False)
class Demo:
    """What a demo found.

    Attributes:
        folder: report.html, result.json, the figures, the pictures and the Reference.
        curves: of the copier, the good and the coarse generator, and of held-out real digits.
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
        seed: fixes which digits are held out, the trainings, and what is drawn.
        progress: True shows it on stderr.

    Raises:
        StorageError: the folder holds something else, or cannot be written.
        EncoderError: the bundled encoder is damaged.
    """
    folder, started = Path(folder), time.perf_counter()
    check_output(folder, overwrite=True, ours=holds_demo)
    encoder, shown = load_encoder(NAME), progress_for(progress)
    digits = real.load(seed)
    generators = train_generators(digits, seed=seed, progress=shown)
    drawn = {generator.name: generator.pictures(DRAWN, seed=seed + 1) for generator in generators}
    pictures = {"train": digits.train, "test": digits.test, **drawn, "held-out": digits.fresh}
    # Named after the file they will lie in, so that a later audit finds them for its closest pairs.
    place = folder.absolute() / PICTURES
    sources = {name: ArraySource(array, name=f"{place}::{name}") for name, array in pictures.items()}
    reference = Reference.fit(
        sources["train"], sources["test"], encoder=encoder, cells=CELLS, seed=seed, cache=None, progress=shown
    )
    told = {generator.name: generator.about for generator in generators} | {"held-out": HELD_OUT}
    entries = [_entry(name, about, sources, reference, shown) for name, about in told.items()]
    details = {
        "command": f"whorl demo --seed {seed}",
        "seconds": round(time.perf_counter() - started, 1),
        "reference": reference.summary() | {"folder": str(folder / REFERENCE)},
        "encoder": dict(encoder.settings),
        "versions": versions(),
    }
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


def _entry(
    name: str, about: str, sources: Mapping[str, ArraySource], reference: Reference, progress: Progress
) -> ReportEntry:
    source = sources[name]
    curve = reference.curve(source, cache=None, progress=progress)
    pairs = open_pairs(
        decisive_pairs(curve), generated=source, train=sources["train"], digests=reference.train.digests()
    )
    samples = tuple(source[index] for index in range(_SAMPLES))
    return ReportEntry(name=name, curve=curve, pair_pictures=pairs, about=about, samples=samples)
