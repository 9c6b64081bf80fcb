"""Are C_T-layer curves of one architecture alike across training sets, each measured on its own Reference?

    python benchmarks/identification/across_references.py REF=FOLDER REF=FOLDER [--same ARCHITECTURE=NAME ...]

Each FOLDER holds sets of pictures as architecture/run, each REF is a Reference of the same encoder on what these
models were trained on. C_T is the one fingerprint here that has no unit of its Reference, so curves of two can be
laid side by side; Whorl's registry never does. Every set of one FOLDER whose architecture the other knows is asked
for among the other's sets, by the paper's three rules.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

import whorl
from whorl.evaluation.draws import queries
from whorl.evaluation.prepared import PreparedSet, prepare
from whorl.evaluation.sets import find_sets
from whorl.fingerprints import Fingerprint
from whorl.fingerprints.ct_curve import CTCurve
from whorl.fingerprints.similarity import RULES

SIZES, DRAWS = (50, 100, 200, 500), 20


def main() -> None:
    """Read the arguments, measure all sets, print how often the architecture is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sides", nargs=2, metavar="REF=FOLDER")
    parser.add_argument("--same", nargs="*", default=[], metavar="ARCHITECTURE=NAME")
    parser.add_argument("--encoder", help="where the References' encoder lies now")
    arguments = parser.parse_args()
    same = dict(pair.split("=", 1) for pair in arguments.same)
    sides = [_measured(*side.split("=", 1), arguments.encoder) for side in arguments.sides]
    for asked, known in (sides, sides[::-1]):
        report(asked, known, same)


def _measured(reference: str, folder: str, encoder: str | None) -> tuple[PreparedSet, ...]:
    held = whorl.Reference.load(Path(reference))
    return prepare(find_sets(folder), held, encoder, progress=True)


def report(asked: Sequence[PreparedSet], known: Sequence[PreparedSet], same: dict[str, str]) -> None:
    """Print for each size and rule how often the architecture is named, and what guessing gives."""

    def family(each: PreparedSet) -> str:
        return same.get(each.place.architecture, each.place.architecture)

    families = [family(each) for each in known]
    chosen = [each for each in asked if family(each) in families]
    sys.stdout.write(f"asked: {', '.join(each.name for each in chosen)}; known: {len(known)} sets\n")
    for size in SIZES:
        right: dict[str, list[float]] = {rule: [] for rule in RULES}
        guess: list[float] = []
        curves = [_curve(each, _some(each, size)) for each in known]
        for each in chosen:
            for _, rows in queries(np.arange(len(each)), size, draws=DRAWS, seed=0, name=each.name):
                query = _curve(each, rows)
                for rule in RULES:
                    nearest = int(CTCurve(rule).distances(query, curves).argmin())
                    right[rule].append(families[nearest] == family(each))
                guess.append(families.count(family(each)) / len(families))
        if guess:
            shares = ", ".join(f"{rule} {np.mean(found):.2f}" for rule, found in right.items())
            chance = f"a guess {np.mean(guess):.2f} ({len(guess)} queries)"
            sys.stdout.write(f"  {size} pictures: {shares}; {chance}\n")


def _some(each: PreparedSet, size: int) -> np.ndarray:
    """Return as many rows as a query has, where there are so many: C_T depends on how many."""
    rows = np.arange(len(each))
    return next(queries(rows, size, draws=1, seed=1, name=each.name), (0, rows))[1]


def _curve(each: PreparedSet, rows: np.ndarray) -> Fingerprint:
    found = each.measurements.fingerprint(rows, parts=("c_t",))
    return replace(found, reference="each its own")


if __name__ == "__main__":
    main()
