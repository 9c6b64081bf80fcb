"""What the paper's sentences come to on the curves that its authors published: the table of docs/reproduction.md.

    python benchmarks/published_claims.py

Seconds; nothing is trained or embedded. The same functions test our own curves in `whorl lab study`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whorl.lab.studies.closeness import closeness, similarities
from whorl.lab.studies.published import published_curves, published_models
from whorl.lab.studies.set_curves import SetCurve
from whorl.lab.studies.trends import distance, last_step, peak, rise


def rows() -> Iterator[tuple[str, str, bool]]:
    """Yield each claim, its number, and whether the number bears it out."""
    for figure, whose in (("figure-1", "DDPM"), ("figure-2", "BigGAN-deep")):
        rises = {
            name: float(rise(np.array(curve))) for name, curve in sorted(published_curves(figure).items())
        }
        told = ", ".join(f"{value:+.2f} ({name})" for name, value in rises.items())
        yield f"C_T rises with depth, {whose} (last third less first third)", told, min(rises.values()) > 0
    beside = np.array(published_curves("figure-2")["vit-base"])
    altered = {name: np.array(curve) for name, curve in published_curves("figure-5").items()}
    for name in ("rotation", "resolution"):
        depth = float(peak(altered[name]))
        yield f"{name}: the curve peaks early (depth of the highest C_T)", f"{depth:.2f}", depth <= 0.5
    for name in ("rotation", "resolution"):
        front, back = _thirds(altered[name] - beside)
        told = f"{front - back:+.1f} ({front:.1f} against {back:.1f})"
        claim = f"{name}: early layers shift most (distance from BigGAN-deep, first third less last)"
        yield claim, told, front > back
    for name in ("background-noise", "background-landscape"):
        step = float(last_step(altered[name] - beside))
        yield f"{name}: the relative C_T drops at the last layer", f"{step:+.1f}", step < 0
    front, back = _thirds(altered["patch-shuffle"] - beside)
    told = f"{front - back:+.1f} ({front:.1f} against {back:.1f})"
    yield "patch-shuffle: early layers move less (first third less last)", told, front < back
    models = published_models()
    curves = [
        SetCurve(name, str(place), tuple(range(1, len(c_t) + 1)), np.array(c_t), np.empty((0, len(c_t))))
        for place, (name, c_t) in enumerate(models)
    ]
    found = closeness(similarities(curves, "both"), [name for name, _ in models])
    told = f"{found.difference:+.3f}, p = {found.p_value:.4f}; nearest is of its own for {found.nearest:.0%}"
    yield "curves of one architecture are more alike (within less across)", told, found.p_value <= 0.05


def _thirds(shift: np.ndarray) -> tuple[float, float]:
    front, back = distance(shift, np.zeros_like(shift))
    return float(front), float(back)


def main() -> None:
    """Print the table."""
    print("| claim | its number on the published curves | so? |\n|---|---|---|")
    for claim, number, holds in rows():
        print(f"| {claim} | {number} | {'yes' if holds else 'no'} |")


if __name__ == "__main__":
    main()
