"""Draw the C_T-layer curves of many sets of generated pictures against one Reference.

    python examples/curves_of_many_sets.py REF [NAME=]SOURCE ... -o FIGURE.svg [--limit N]

A SOURCE is anything `whorl audit` takes; without a NAME it goes by its last folder and file name. Beside
FIGURE.svg the numbers are written as FIGURE.json.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import whorl
from whorl.files import write_json
from whorl.images import limit
from whorl.report import CurveDisplay


def main() -> None:
    """Read the arguments, score every set, draw one figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reference", type=Path)
    parser.add_argument("sources", nargs="+", metavar="[NAME=]SOURCE")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="draw at most so many pictures of each set (seed 0)")
    arguments = parser.parse_args()
    reference = whorl.Reference.load(arguments.reference)
    curves = {}
    for text in arguments.sources:
        name, _, source = text.rpartition("=")
        images = whorl.open_images(source)
        if arguments.limit:
            images = limit(images, arguments.limit, seed=0)
        path = Path(source)
        curves[name or f"{path.parent.name}/{path.stem}"] = reference.curve(images, progress=True)
    CurveDisplay.from_curves(curves).plot().save(arguments.output)
    rows = {name: _row(curve) for name, curve in curves.items()}
    write_json(arguments.output.with_suffix(".json"), {"reference": reference.digest, "sets": rows})


def _row(curve: whorl.Curve) -> dict[str, object]:
    verdict = curve.verdict
    return {
        "n": curve.n_generated,
        "standardised": [round(value, 2) for value in curve.standardised.tolist()],
        "c_t": [round(value, 2) for value in curve.values.tolist()],
        "coverage": [round(value, 3) for value in curve.coverage.tolist()],
        "early": verdict.early.finding,
        "late": verdict.late.finding,
        "whole": verdict.whole.finding,
        "identical": curve.identical,
    }


if __name__ == "__main__":
    main()
