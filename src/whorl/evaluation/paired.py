"""What artifacts on a manifold add: paired differences against both ablations and the earlier methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from whorl.attribution.manifold_names import is_manifold_name, manifold_name
from whorl.evaluation.outcomes import Outcome
from whorl.evaluation.rates import Key, difference_of
from whorl.evaluation.results import Difference


def with_ablations(names: Sequence[str]) -> tuple[str, ...]:
    """Return method names with raw: and random: behind each manifold:, in the same space by the same classifier.

    >>> with_ablations(("durall", "manifold:rgb:linear", "raw:rgb:linear"))
    ('durall', 'manifold:rgb:linear', 'raw:rgb:linear', 'random:rgb:linear')
    """
    found: list[str] = []
    for name in names:
        found.append(name)
        if _stands_on_nearness(name):
            found += [name.replace("manifold:", f"{kind}:", 1) for kind in ("raw", "random")]
    return tuple(dict.fromkeys(found))


def paired_differences(
    held: Mapping[Key, Sequence[Outcome]], attributing: Sequence[str], *, seed: int
) -> tuple[Difference, ...]:
    """Return by how much each method manifold:X is better than others, on the same queries, single pictures too.

    Others are its own ablations, raw:X and random:X, and every method that stands on no manifold.

    Args:
        held: outcomes by task, method and size.
        attributing: names of methods that name single pictures.
        seed: fixes the resamplings.
    """
    found = []
    for (task, method, size), mine in held.items():
        if method not in attributing or not _stands_on_nearness(method):
            continue
        own = [method.replace("manifold:", f"{kind}:", 1) for kind in ("raw", "random")]
        others = [each for each in attributing if each in own or not is_manifold_name(each)]
        found += [
            difference_of(mine, held[task, other, size], seed=seed)
            for other in others
            if (task, other, size) in held
        ]
    return tuple(found)


def _stands_on_nearness(name: str) -> bool:
    return is_manifold_name(name) and manifold_name(name).kind == "nearest"
