"""Which design choices left a trace: clusters of artifacts held against a table of choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.evidence.holm import holm
from whorl.memorization.workers import one_thread
from whorl.structure.agreement import agreement
from whorl.structure.dealings import Dealings, dealings
from whorl.structure.design_choices import DesignChoices
from whorl.structure.pooled import Pooled, pooled
from whorl.structure.traces import ChoiceTrace, ChoiceTraces

DEALINGS = 9_999
"""Random dealings where there are more different ones than that; with the truth 10,000."""
_TIE = 1e-9


def choice_traces(
    sets: Mapping[str, NDArray[np.floating]],
    choices: DesignChoices,
    *,
    components: int | None = None,
    whiten: bool = False,
    starts: int = 10,
    most_dealings: int = DEALINGS,
    seed: int = 0,
) -> ChoiceTraces:
    """Find clusters of artifacts, and how well they agree with each design choice.

    For a choice with K different values: k-means with k = K on the artifacts of all models, NMI and AMI of
    clusters and values over pictures. What these are worth is told by dealing the values to the *models* anew:
    pictures of one model are alike whatever the choice, so dealing them to pictures would call every choice a
    trace.

    Args:
        sets: for each of M models its artifacts (N_i, D), of one space. Several runs of one architecture are one
            model: concatenate them, or the null takes them for independent.
        choices: the table; rows of other models are not looked at.
        components: seek clusters in so many principal components of all artifacts pooled; None in all D.
        whiten: bring components to variance 1 first.
        starts: of k-means; the best is kept.
        most_dealings: random dealings where there are more different ones.
        seed: fixes pictures, starts and random dealings.

    Raises:
        ScoreError: a model the table does not know, a choice in which these models agree, too few pictures for
            the clusters, shapes that do not fit, NaN.

    Source: arXiv 2402.10401 (k-means, NMI); equal numbers of pictures, AMI and the null are ours.

    >>> rng = np.random.default_rng(0)
    >>> places = {"a": 0, "b": 0, "c": 0, "d": 9, "e": 9, "f": 9, "g": 9}
    >>> made = {name: rng.normal(place, 1, (30, 2)) for name, place in places.items()}
    >>> table = DesignChoices({name: {"loss": "l1" if place else "l2"} for name, place in places.items()})
    >>> found = choice_traces(made, table).of("loss")
    >>> found.nmi > 0.9, round(found.p, 4), found.p == found.least_p
    (True, 0.0286, True)
    """
    for name, value, least in (
        ("starts", starts, 1),
        ("most_dealings", most_dealings, 99),
        ("seed", seed, 0),
    ):
        if value < least:
            raise ScoreError(f"{name} must be at least {least}; got {value}.")
    table = choices.among(sorted(sets))
    held = pooled(sets, seed=seed).reduced(components, whiten=whiten)
    clustered: dict[int, NDArray[np.int64]] = {}
    found = []
    for choice in table.names:
        codes = table.codes(choice)
        k = int(codes.max()) + 1
        if k not in clustered:
            clustered[k] = _counts(held, k, starts, seed)
        dealt = dealings(codes, most=most_dealings, seed=seed)
        found.append(_trace(table, choice, clustered[k], dealt))
    adjusted = holm(np.array([trace.p for trace in found]))
    traces = tuple(replace(trace, adjusted=float(p)) for trace, p in zip(found, adjusted, strict=True))
    return ChoiceTraces(
        traces=traces,
        models=held.labels,
        pictures=held.pictures,
        d=held.values.shape[1],
        explained=held.explained,
        whitened=whiten,
        starts=starts,
        seed=seed,
    )


def _counts(held: Pooled, k: int, starts: int, seed: int) -> NDArray[np.int64]:
    """Return how many pictures of each model lie in each of k clusters: int64 (M, k)."""
    from sklearn.cluster import KMeans

    if len(np.unique(held.values, axis=0)) < k:
        raise ScoreError(f"{k} clusters need at least {k} different artifacts; give more pictures.")
    state = int(np.random.SeedSequence((seed, 2, k)).generate_state(1)[0])
    with one_thread():
        clusters = KMeans(k, n_init=starts, random_state=state).fit_predict(held.values)
    counts = np.zeros((len(held.labels), k), dtype=np.int64)
    np.add.at(counts, (held.owners, clusters), 1)
    return counts


def _trace(table: DesignChoices, choice: str, counts: NDArray[np.int64], dealt: Dealings) -> ChoiceTrace:
    """Return what was found of one choice by itself; `adjusted` is still `p`."""
    found = agreement(counts, dealt.codes)
    p = float(np.mean(found.nmi >= found.nmi[0] - _TIE))
    return ChoiceTrace(
        choice=choice,
        values=tuple(dict.fromkeys(table.of(choice, table.models))),
        models=tuple(int(count) for count in np.bincount(table.codes(choice))),
        nmi=float(found.nmi[0]),
        ami=float(found.ami[0]),
        null_nmi=float(found.nmi.mean()),
        null_nmi_high=float(np.quantile(found.nmi, 0.95)),
        null_ami=float(found.ami.mean()),
        null_ami_high=float(np.quantile(found.ami, 0.95)),
        p=p,
        adjusted=p,
        least_p=dealt.least_p,
        dealings=len(dealt.codes),
        every=dealt.every,
        alike=table.alike(choice),
    )
