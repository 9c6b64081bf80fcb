"""Draw the C_T-layer curves of many sets of generated pictures against one Reference.

    python examples/curves_of_many_sets.py REF SETS -o FIGURE.svg

SETS is a folder with one file or folder of pictures per set, possibly nested (architecture/run.npz).
Beside FIGURE.svg the numbers are written as FIGURE.json.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import whorl
from whorl.files import write_json
from whorl.report import CurveDisplay


def main() -> None:
    """Read the arguments, score every set, draw one figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reference", type=Path)
    parser.add_argument("sets", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    reference = whorl.Reference.load(arguments.reference)
    curves = {}
    for path in sorted(arguments.sets.rglob("*.npz")):
        name = path.relative_to(arguments.sets).with_suffix("").as_posix()
        curves[name] = reference.curve(path, progress=True)
    CurveDisplay.from_curves(curves).plot().save(arguments.output)
    rows = {name: _row(curve) for name, curve in curves.items()}
    write_json(arguments.output.with_suffix(".json"), {"reference": reference.digest, "sets": rows})


def _row(curve: whorl.Curve) -> dict[str, object]:
    verdict = curve.verdict
    return {
        "n": curve.n_generated,
        "standardised": [round(value, 3) for value in curve.standardised.tolist()],
        "coverage": [round(value, 3) for value in curve.coverage.tolist()],
        "early": verdict.early.finding,
        "late": verdict.late.finding,
        "whole": verdict.whole.finding,
        "identical": curve.identical,
    }


if __name__ == "__main__":
    main()
