"""What someone can do who has the basis, makes it again, or has it not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from whorl.latent.basis import CODINGS, Coding
from whorl.latent.mark import mark
from whorl.latent.stages import stage_seed
from whorl.latent.studies.attackers import Attacker
from whorl.latent.studies.study import Bench, LatentStudy, Point
from whorl.latent.studies.summary import share_of
from whorl.latent.studies.taken import Forged, Judge, Taken

_SEEN = 60
_AWAY = (0.05, 0.1, 0.2, 0.5, 1.0)
_FORGERIES, _OVERWRITTEN = 8, 2


def readings(bench: Bench) -> int:
    """Return how many pictures are answered; those that an attacker reads are not counted."""
    washed = (_OVERWRITTEN + len(_AWAY)) * min(bench.pictures, _SEEN)
    return len(CODINGS) * (_FORGERIES * bench.pictures + washed)


def forging(bench: Bench) -> LatentStudy:
    """Return how often a forged picture is taken for a victim's, and a washed one still is, by what one has.

    The attacker always has the generator and knows all settings but the seed. The victim is one user, whose marked
    pictures the attacker may have seen.
    """
    return LatentStudy(
        name="forging",
        title="Forging and washing",
        asks="Who can make a picture carry another's key, and who can take a key out?",
        axis="",
        series={coding: _points(bench, coding) for coding in CODINGS},
        notes=(
            "Whoever has the basis can read a key out of one picture and put it into others: the basis is the "
            "secret.",
            "'Made again': by the same command with another seed, which gives nearly the same space of keys, but "
            "other directions in it; with the seed guessed, the same basis. 'Copied': the whole part of one of "
            "the victim's pictures that lies in that space is put into new ones; nothing in it has to be "
            "understood. 'Overwritten': a random key of the basis made again takes the place of the victim's.",
            "Without a basis, the attacker finds the latents of the pictures seen, in one of their own by "
            "position, and adds their mean's distance from the mean of all latents to latents of their own; "
            "washing adds random steps to latents found, in units of the latents' own deviations.",
            "Change: root mean square difference from the picture that was washed, in grey levels.",
        ),
        measured=bench.describe() | {"pictures_seen": _SEEN},
    )


@dataclass(frozen=True)
class _Attack:
    """One row: its name, whose basis decides it, and what is made."""

    name: str
    by: Attacker
    make: Callable[[int], Forged]
    washes: bool = False


def _points(bench: Bench, coding: Coding) -> tuple[Point, ...]:
    basis, book = bench.by_design(bench.bits, coding), bench.book(bench.bits)
    victim = book.users[0]
    seed = stage_seed(bench.seed, "study: seen")
    seen = mark(bench.generator, basis, book.key(victim), _SEEN, seed=seed).pictures
    judge = Judge(bench.generator, basis, book, victim, bench.reader, bench.seed, bench.kept, bench.progress)
    bases = {
        "none": bench.by_position(1, bench.strength, 0, "lattice"),
        "true": basis,
        "again": bench.by_design(bench.bits, coding, seed=stage_seed(bench.seed, "study: made again")),
        "guessed": bench.by_design(bench.bits, coding, seed=bench.seed),
    }
    who = {
        name: Attacker(bench.generator, own, seen, bench.reader, bench.seed) for name, own in bases.items()
    }
    none, true, again, guessed = who.values()
    key = book.key(victim)
    attacks = (
        _Attack("forged with basis and the victim's key", true, partial(true.with_key, key)),
        _Attack("forged with basis and one of the victim's pictures", true, true.with_bits),
        _Attack("forged with basis made again and the victim's key", again, partial(again.with_key, key)),
        _Attack("forged with basis made again and one picture, copied", again, again.transplanted),
        _Attack(
            "forged with basis made again, seed guessed, and the key", guessed, partial(guessed.with_key, key)
        ),
        _Attack("forged with basis made again, seed guessed, and one picture", guessed, guessed.with_bits),
        _Attack(f"forged with {_SEEN} pictures, no basis", none, none.averaged),
        _Attack("forged with nothing but the generator", none, none.plain),
        _Attack("overwritten with basis made again", again, again.overwritten, washes=True),
        _Attack("overwritten with basis made again, seed guessed", guessed, guessed.overwritten, washes=True),
        *(
            _Attack(f"washed by {away:g} deviations", none, partial(none.washed, away), washes=True)
            for away in _AWAY
        ),
    )
    return tuple(_point(bench, judge, attack) for attack in attacks)


def _point(bench: Bench, judge: Judge, attack: _Attack) -> Point:
    count = min(bench.pictures, _SEEN) if attack.washes else bench.pictures
    told = {"own": attack.by.own.digest, "seen": _SEEN}
    return _summed_up(attack.name, judge.answers(attack.name, count, attack.make, told=told))


def _summed_up(name: str, found: list[Taken]) -> Point:
    share = share_of([each.victim for each in found])
    others = {
        "taken_for_the_victim": share.value,
        "low": share.low,
        "high": share.high,
        "taken_for_anybody": share_of([each.anybody for each in found]).value,
    }
    changes = [each.change for each in found if each.change is not None]
    if changes:
        others["change"] = float(np.sqrt(np.mean(np.square(changes))))
    return Point(name, None, None, None, others)
