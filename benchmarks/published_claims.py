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
from whorl.lab.studies.trends import distance, last_step, peak, rise, steps


def rows() -> Iterator[tuple[str, str, bool]]:
    """Yield each claim, its number, and whether the number bears it out."""
    for figure, whose in (("figure-1", "DDPM"), ("figure-2", "BigGAN-deep")):
        held = {name: np.array(curve) for name, curve in sorted(published_curves(figure).items())}
        for claim, number in (
            ("C_T lies higher at late layers, {} (last third less first third)", rise),
            ("C_T increases consistently, {} (the smaller of two steps from third to third)", _least_step),
        ):
            found = {name: float(number(curve)) for name, curve in held.items()}
            told = ", ".join(f"{value:+.2f} ({name})" for name, value in found.items())
            yield claim.format(whose), told, min(found.values()) > 0
    beside = np.array(published_curves("figure-2")["vit-base"])
    altered = {name: np.array(curve) for name, curve in published_curves("figure-5").items()}
    for name in ("rotation", "resolution"):
        curve, depth = altered[name], float(peak(altered[name]))
        inner = int(np.argmax(curve[:-1]))
        told = (
            f"{depth:.2f} ({curve.max():.1f}); of all but the last layer, {(inner + 1) / len(curve):.2f} "
            f"({curve[inner]:.1f})"
        )
        claim = f"{name}: the curve peaks early (depth of the highest C_T; at most 0.5 is our reading)"
        yield claim, told, depth <= 0.5
    for name in ("rotation", "resolution"):
        shift = altered[name] - beside
        front, back = _thirds(shift)
        layers = ", ".join(f"{each:+.1f}" for each in shift[:4])
        claim = f"{name}: early layers shift (distance from BigGAN-deep, first third)"
        yield claim, f"{front:.1f}; layers 1 to 4 by {layers}", front > 0
        told = f"{front - back:+.1f} ({front:.1f} against {back:.1f})"
        yield f"{name}: early layers shift more than late ones (our reading)", told, front > back
    for name in ("background-noise", "background-landscape"):
        step = float(last_step(altered[name] - beside))
        yield f"{name}: the relative C_T drops at the last layer", f"{step:+.1f}", step < 0
    front, back = _thirds(altered["patch-shuffle"] - beside)
    told = f"{front - back:+.1f} ({front:.1f} against {back:.1f})"
    yield (
        "patch-shuffle: early layers shift less than late ones (our reading of 'stability')",
        told,
        front < back,
    )
    models = published_models()
    curves = [
        SetCurve(name, str(place), tuple(range(1, len(c_t) + 1)), np.array(c_t), np.empty((0, len(c_t))))
        for place, (name, c_t) in enumerate(models)
    ]
    found = closeness(similarities(curves, "both"), [name for name, _ in models])
    told = f"{found.difference:+.3f}, p = {found.p_value:.4f}; nearest is of its own for {found.nearest:.0%}"
    yield "curves of one architecture are more alike (within less across)", told, found.p_value <= 0.05


def _least_step(curve: np.ndarray) -> np.ndarray:
    return steps(curve).min()


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
