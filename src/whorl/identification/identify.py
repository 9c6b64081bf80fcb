"""Which known model made these pictures?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.fingerprints import Fingerprint
from whorl.fingerprints.contract import FingerprintMethod
from whorl.fingerprints.measure import SetMeasurements
from whorl.fingerprints.methods import best_method, method_named
from whorl.identification.identification import Identification, Match
from whorl.identification.known import KnownModel
from whorl.identification.rejection import FALSE_ACCEPT_RATE, OpenSet
from whorl.memorization.curve import Curve
from whorl.memorization.measured_set import MeasuredSet

RESAMPLINGS = 200
"""How often pictures are drawn anew for `Match.probability`."""

_FEW = 50


def identify(
    pictures: Fingerprint | SetMeasurements | MeasuredSet | Curve,
    known: Sequence[KnownModel],
    *,
    method: str | FingerprintMethod | None = None,
    false_accept_rate: float = FALSE_ACCEPT_RATE,
    seed: int = 0,
) -> Identification:
    """Rank known models by how near pictures are to them, and say whether the nearest is near enough.

    Args:
        pictures: measured on a Reference; of a fingerprint alone there are no probabilities.
        known: models measured on the same Reference.
        method: how to compare; None for the best that the fingerprints allow.
        false_accept_rate: the share of unknown architectures that may be taken for a known one.
        seed: fixes the resamplings.

    Raises:
        ScoreError: no known model, another Reference, too few pictures, or a method without numbers.
    """
    if not 0 < false_accept_rate < 1:
        raise ScoreError(f"false_accept_rate must lie between 0 and 1; got {false_accept_rate}.")
    if not known:
        raise ScoreError("no model is known on this Reference; register some first.")
    measured = None if isinstance(pictures, Fingerprint) else _measurements(pictures)
    query = pictures if isinstance(pictures, Fingerprint) else None
    if query is None:
        assert measured is not None  # noqa: S101 - one or the other
        query = measured.fingerprint()
    fingerprints = [model.fingerprint for model in known]
    chosen = _chosen(method, [query, *fingerprints])
    distances = chosen.distances(query, fingerprints)
    order = np.argsort(distances, kind="stable")
    drawn = measured is not None and not chosen.one_size  # repeated pictures would change such numbers
    shares = _shares(measured, fingerprints, chosen, seed) if measured is not None and drawn else None
    open_set = OpenSet(known, chosen, false_accept_rate=false_accept_rate)
    return Identification(
        matches=tuple(
            _match(known[i], float(distances[i]), float(shares[i]) if shares is not None else None)
            for i in order
        ),
        method=chosen.name,
        rejection=open_set.judge(
            float(distances[order[0]]), known[order[0]].architecture, n_pictures=query.n_pictures
        ),
        reference=query.reference,
        n_pictures=query.n_pictures,
        source=measured.pictures.source if measured is not None else "",
        warnings=tuple(_warnings(query, known, chosen, measured)),
        fingerprint=query,
        known=tuple(known[i] for i in order),
    )


def _measurements(pictures: SetMeasurements | MeasuredSet | Curve) -> SetMeasurements:
    return pictures if isinstance(pictures, SetMeasurements) else SetMeasurements(pictures)


def _chosen(method: str | FingerprintMethod | None, fingerprints: Sequence[Fingerprint]) -> FingerprintMethod:
    if method is None:
        return best_method(fingerprints)
    chosen = method_named(method) if isinstance(method, str) else method
    unfit = sum(not chosen.fits(each) for each in fingerprints)
    if unfit:
        raise ScoreError(
            f"{unfit} of {len(fingerprints)} fingerprints have no numbers for the method {chosen.name}, which "
            f"reads {', '.join(chosen.parts)}. Measure more pictures, or leave the method to Whorl."
        )
    return chosen


def _match(model: KnownModel, distance: float, probability: float | None) -> Match:
    return Match(
        model.name, model.architecture, model.dataset, distance, probability, model.fingerprint.n_pictures
    )


def _shares(
    measured: SetMeasurements, known: Sequence[Fingerprint], method: FingerprintMethod, seed: int
) -> NDArray[np.float64]:
    """Return how often each known model is the nearest when the pictures are drawn anew, with repetition."""
    rng = np.random.default_rng(seed)
    wins = np.zeros(len(known))
    for _ in range(RESAMPLINGS):
        rows = rng.integers(0, len(measured), len(measured))
        wins[method.distances(measured.fingerprint(rows, parts=method.parts), known).argmin()] += 1
    return wins / RESAMPLINGS


def _warnings(
    query: Fingerprint,
    known: Sequence[KnownModel],
    method: FingerprintMethod,
    measured: SetMeasurements | None,
) -> list[str]:
    notes = list(measured.pictures.warnings) if measured is not None else []
    if query.n_pictures < _FEW:
        notes.append(f"{query.n_pictures} pictures are few: the order may be chance. Give 100 or more.")
    counts = [model.fingerprint.n_pictures for model in known]
    if method.one_size and max(*counts, query.n_pictures) > 1.2 * min(*counts, query.n_pictures):
        notes.append(
            f"What {method.name} compares depends on the number of pictures: sets of "
            f"{min(*counts, query.n_pictures):,} and of {max(*counts, query.n_pictures):,} differ, whoever made "
            "them, and 'none of these' is not calibrated for that. Measure sets of one size."
        )
    return notes
