"""What reading costs, in passes of the generator."""

from __future__ import annotations

from whorl.latent.reading.newton import NewtonReader
from whorl.latent.reading.published import PublishedReader
from whorl.latent.studies.study import Bench, LatentStudy, Point

_STEPS = (2, 4, 8, 15, 30)
PUBLISHED_PICTURES = 10
"""How many the published reader is given: each takes up to 40,000 passes."""
_BUDGETS = ((4, 100), (20, 200), (20, 2_000))


def readings(bench: Bench) -> int:
    """Return how many pictures are read."""
    return (len(_STEPS) + 1) * bench.pictures + len(_BUDGETS) * min(bench.pictures, PUBLISHED_PICTURES)


def cost(bench: Bench, published_pictures: int = PUBLISHED_PICTURES) -> LatentStudy:
    """Return accuracy against passes, for the fast reader and the published one, on one basis.

    Args:
        bench: see `Bench`.
        published_pictures: how many pictures the published reader is given.
    """
    basis = bench.by_design(bench.bits, "published")
    few = min(bench.pictures, published_pictures)
    fast, slow = [], []
    for starts, steps in (*((1, each) for each in _STEPS), (3, _STEPS[-1])):
        read = bench.read(basis, reader=NewtonReader(starts=starts, steps=steps))
        fast.append(Point(f"{starts} starts, {steps} steps", read.passes, read))
    for starts, steps in _BUDGETS:
        reader = PublishedReader(features=bench.features, starts=starts, steps=steps)
        read = bench.read(basis, reader=reader, pictures=few)
        slow.append(Point(f"{starts} starts, {steps:,} steps", read.passes, read))
    return LatentStudy(
        name="cost",
        title="What reading costs",
        asks="How many passes of the generator does a key take?",
        axis="passes of the generator",
        series={"Levenberg-Marquardt": tuple(fast), "as published": tuple(slow)},
        notes=(
            "A run of the generator for one picture is a pass, and so is each directional derivative. The way "
            "back through the generator, which the published reader takes once for each run, is not counted.",
            f"The published reader was given {few} pictures.",
        ),
        measured=bench.describe(),
        logarithmic=True,
    )
