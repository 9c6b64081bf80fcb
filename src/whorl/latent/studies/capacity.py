"""How many bits a picture carries."""

from __future__ import annotations

from whorl.latent.deciding.threshold import chance
from whorl.latent.studies.study import Bench, LatentStudy, Point

BITS = (8, 16, 32, 64, 128)


def readings(bench: Bench) -> int:
    """Return how many pictures are read."""
    return 2 * len(_room(bench)) * bench.pictures


def capacity(bench: Bench) -> LatentStudy:
    """Return accuracy and Frechet distance for 8 to 128 bits, as far as the latent has room, for two codings."""
    series = {}
    for coding in ("lattice", "centred"):
        points = []
        for bits in _room(bench):
            basis = bench.by_design(bits, coding)
            users = len(bench.book(bits))
            points.append(
                Point(
                    f"{bits} bits, {users:,} users",
                    float(bits),
                    bench.read(basis),
                    bench.quality(basis),
                    {
                        "users": float(users),
                        "chance_exact": 2.0**-bits,
                        "chance_of_any_user": chance(bits, users, bits),
                    },
                )
            )
        series[f"by design, {coding}"] = tuple(points)
    return LatentStudy(
        name="capacity",
        title="How many bits a picture carries",
        asks="How long can keys be, and what do longer ones cost?",
        axis="bits",
        series=series,
        notes=(
            "Keys of n bits serve as many users as an extended BCH code has words: 8 bits 16, 16 bits 2,048.",
            "All bits right by chance: 2 to the power of -n, and that times the users for some user's key.",
        ),
        measured=bench.describe(),
        logarithmic=True,
    )


def _room(bench: Bench) -> list[int]:
    return [bits for bits in BITS if bits < bench.generator.latent_dim]
