"""What someone can do who has the basis, or has it not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whorl.latent.basis import CODINGS, LatentBasis
from whorl.latent.deciding.decision import decide
from whorl.latent.keys.key_book import KeyBook
from whorl.latent.mark import drawn, mark
from whorl.latent.studies.study import Bench, LatentStudy, Point
from whorl.latent.studies.summary import share_of

_SEEN = 60
_AWAY = (0.05, 0.1, 0.2, 0.5, 1.0)


def readings(bench: Bench) -> int:
    """Return how many pictures are read."""
    return len(CODINGS) * (_SEEN + 4 * bench.pictures + 2 * len(_AWAY) * min(bench.pictures, _SEEN))


def forging(bench: Bench) -> LatentStudy:
    """Return how often a forged picture is taken for a victim's, and a marked one for nobody's, by what one has.

    The attacker always has the generator. The victim is one user, whose marked pictures the attacker may have
    seen.
    """
    series: dict[str, tuple[Point, ...]] = {}
    for coding in CODINGS:
        basis = bench.by_design(bench.bits, coding)
        book = bench.book(bench.bits)
        victim = book.users[0]
        seen = mark(bench.generator, basis, book.key(victim), _SEEN, seed=bench.seed + 20).pictures
        series[coding] = (
            _forged(
                bench,
                basis,
                book,
                victim,
                "basis and the victim's key",
                _with_key(bench, basis, book, victim),
            ),
            _forged(
                bench,
                basis,
                book,
                victim,
                "basis and one of the victim's pictures",
                _with_one(bench, basis, seen),
            ),
            _forged(bench, basis, book, victim, f"{_SEEN} pictures, no basis", _averaged(bench, seen)),
            _forged(bench, basis, book, victim, "nothing but the generator", _plain(bench)),
            *(_washed(bench, basis, book, victim, seen, away) for away in _AWAY),
        )
    return LatentStudy(
        name="forging",
        title="Forging and washing",
        asks="Who can make a picture carry another's key, and who can take a key out?",
        axis="",
        series=series,
        notes=(
            "Whoever has the basis can read a key out of one picture and put it into others: the basis is the "
            "secret.",
            "Without it, the attacker finds the latents of the pictures seen, in a basis of their own, and adds "
            "their mean's distance from the mean of all latents to latents of their own; washing adds random "
            "steps to latents found, in units of the latents' own deviations.",
        ),
        measured=bench.describe() | {"pictures_seen": _SEEN},
    )


def _with_key(bench: Bench, basis: LatentBasis, book: KeyBook, victim: str) -> NDArray[np.uint8]:
    return mark(bench.generator, basis, book.key(victim), bench.pictures, seed=bench.seed + 21).pictures


def _with_one(bench: Bench, basis: LatentBasis, seen: NDArray[np.uint8]) -> NDArray[np.uint8]:
    key = bench.reader.read(bench.generator, basis, seen[0]).bits
    return mark(bench.generator, basis, key, bench.pictures, seed=bench.seed + 21).pictures


def _plain(bench: Bench) -> NDArray[np.uint8]:
    return drawn(bench.generator, bench.generator.sample_latents(bench.pictures, seed=bench.seed + 21))


def _found(bench: Bench, pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return latents found without the basis: by reading in one of the attacker's own."""
    own = bench.by_position(1, bench.strength, 0, "lattice")
    readings = []
    for picture in pictures:
        readings.append(bench.reader.read(bench.generator, own, picture).coordinates)
        bench.progress.advance(1)
    return own.latents(np.array(readings)).astype(np.float64)


def _averaged(bench: Bench, seen: NDArray[np.uint8]) -> NDArray[np.uint8]:
    usual = bench.generator.sample_latents(4_000, seed=bench.seed + 22).mean(axis=0)
    offset = _found(bench, seen).mean(axis=0) - usual
    own = bench.generator.sample_latents(bench.pictures, seed=bench.seed + 21)
    return drawn(bench.generator, (own + offset).astype(np.float32))


def _forged(
    bench: Bench, basis: LatentBasis, book: KeyBook, victim: str, name: str, pictures: NDArray[np.uint8]
) -> Point:
    taken = _named(bench, basis, book, pictures)
    share = share_of([each == victim for each in taken])
    anybody = share_of([each is not None for each in taken])
    return Point(
        f"forged with {name}",
        None,
        None,
        None,
        {
            "taken_for_the_victim": share.value,
            "low": share.low,
            "high": share.high,
            "taken_for_anybody": anybody.value,
        },
    )


def _washed(
    bench: Bench, basis: LatentBasis, book: KeyBook, victim: str, seen: NDArray[np.uint8], away: float
) -> Point:
    some = seen[: bench.pictures]
    latents = _found(bench, some)
    deviations = bench.generator.sample_latents(4_000, seed=bench.seed + 22).std(axis=0)
    rng = np.random.default_rng(bench.seed + 23)
    step = away * deviations * rng.normal(size=latents.shape)
    washed = drawn(bench.generator, (latents + step).astype(np.float32))
    taken = _named(bench, basis, book, washed)
    share = share_of([each == victim for each in taken])
    change = float(np.sqrt(((washed.astype(float) - some) ** 2).mean()))
    return Point(
        f"washed by {away:g} deviations",
        None,
        None,
        None,
        {"taken_for_the_victim": share.value, "low": share.low, "high": share.high, "change": change},
    )


def _named(bench: Bench, basis: LatentBasis, book: KeyBook, pictures: NDArray[np.uint8]) -> list[str | None]:
    found = []
    for picture in pictures:
        found.append(decide(bench.reader.read(bench.generator, basis, picture), book).user)
        bench.progress.advance(1)
    return found
