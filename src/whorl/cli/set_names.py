"""Short names for several sets of pictures, made from their paths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import typer

_STEP = re.compile(r"::|/+")


def set_names(sources: Sequence[str], given: Sequence[str]) -> list[str]:
    """Return one name per set: those given, else as much of each path's end as tells it from the others.

    Raises:
        typer.BadParameter: fewer than two sets, a set given twice, or names that are too few, too many, empty or
            alike.

    >>> set_names(["digits.npz::good", "digits.npz::copier"], [])
    ['good', 'copier']
    >>> set_names(["epoch-10/samples", "epoch-20/samples/", "real.npy"], [])
    ['epoch-10/samples', 'epoch-20/samples', 'real.npy']
    >>> set_names(["a.npy", "b.npy"], ["mine", "theirs"])
    ['mine', 'theirs']
    """
    if len(sources) < 2:
        raise typer.BadParameter(
            f"got one set of pictures, {sources[0]}; a comparison takes at least two (one alone: whorl audit)"
        )
    places = [str(Path(source).expanduser().resolve()) for source in sources]
    for number, place in enumerate(places):
        if place in places[:number]:
            raise typer.BadParameter(f"the set {sources[number]} is given twice; give each set once")
    if not given:
        return [_shortest(place, places) for place in places]
    if len(given) != len(sources):
        raise typer.BadParameter(f"{len(sources)} sets, but {len(given)} --name; give one per set, in order")
    for number, name in enumerate(given):
        if not name.strip():
            raise typer.BadParameter("a --name is empty; give each set a name")
        if name in given[:number]:
            raise typer.BadParameter(f"two sets are called {name!r}; give each its own --name")
    return list(given)


def _shortest(place: str, places: Sequence[str]) -> str:
    others = {tail for other in places if other != place for tail in _tails(other)}
    return next((tail for tail in _tails(place) if tail not in others), place)


def _tails(place: str) -> list[str]:
    return [place[step.end() :] for step in reversed(list(_STEP.finditer(place)))]
