"""C_T-layer curves of sets, with what other pictures by the same models would have given."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.progress import progress_for
from whorl.encoders.contract import Layer
from whorl.evaluation.prepared import PreparedSet
from whorl.fingerprints.measure import SetMeasurements
from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import By, CurveLine
from whorl.lab.studies.seen import Seen
from whorl.lab.studies.trends import Numbers

_TAIL = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class SetCurve:
    """C_T at each layer of one set on one Reference.

    Attributes:
        architecture, run: whose pictures.
        layers: of the encoder, from shallow to deep.
        values: float64 (L,), NaN where no cell counts.
        drawn: float64 (B, L), the same of pictures drawn anew from the set, B times.
    """

    architecture: str
    run: str
    layers: tuple[Layer, ...]
    values: Numbers
    drawn: Numbers

    @property
    def name(self) -> str:
        """Architecture and run."""
        return f"{self.architecture}/{self.run}"

    def line(self, name: str = "", *, by: By = "ours") -> CurveLine:
        """Return it to be drawn, with 95 % intervals where pictures were drawn anew."""
        low, high = ((), ())
        if len(self.drawn):
            low, high = (tuple(bound.tolist()) for bound in np.quantile(self.drawn, _TAIL, axis=0))
        return CurveLine(name or self.name, tuple(self.values.tolist()), low, high, by)


def set_curves(
    material: Material,
    seen: Seen,
    prepared: Sequence[PreparedSet],
    *,
    pictures: int | None = None,
    resamples: int | None = None,
) -> tuple[SetCurve, ...]:
    """Return the curve of each set.

    Args:
        material: knows seed, resamples and progress.
        seen: the Reference.
        prepared: sets measured on it.
        pictures: the first so many of each set are scored, for C_T hangs on their number; None as many as the
            smallest set has.
        resamples: how often pictures are drawn anew; None as the size says.
    """
    count = material.inputs.size.resamples if resamples is None else resamples
    scored = min(map(len, prepared)) if pictures is None else pictures
    shown = progress_for(material.inputs.progress)
    shown.begin(f"curves on {seen.name}", len(prepared), 0, unit="sets")
    found = []
    try:
        for held in prepared:
            place, rows = held.place, np.arange(scored)
            drawn = redrawn(scored, count, seed=material.inputs.seed, whose=place.name)
            found.append(curve_of(held.measurements, place.architecture, place.run, rows=rows, drawn=drawn))
            shown.advance(1)
    finally:
        shown.end()
    return tuple(found)


def redrawn(pictures: int, resamples: int, *, seed: int, whose: str) -> NDArray[np.int64]:
    """Return rows of pictures drawn anew, int64 (resamples, pictures).

    The same name gives the same rows, so that one set on two encoders, or one set altered in two ways, is compared
    picture by picture; other names give others.
    """
    rng = np.random.default_rng([seed, zlib.crc32(whose.encode()), pictures])
    return rng.integers(0, pictures, (resamples, pictures))


def curve_of(
    measurements: SetMeasurements,
    architecture: str,
    run: str,
    *,
    rows: NDArray[np.int64],
    drawn: NDArray[np.int64],
) -> SetCurve:
    """Return the curve of some pictures of a measured set, and of each redrawing of them."""
    values = np.empty((len(drawn), len(measurements.layers)))
    for i, some in enumerate(drawn):
        values[i] = _c_t(measurements, rows[some])
    return SetCurve(architecture, run, measurements.layers, _c_t(measurements, rows), values)


def mean_values(curves: Sequence[SetCurve]) -> Numbers:
    """Return the mean curve, (L,); NaN where one of them has no number."""
    return np.asarray(np.mean([curve.values for curve in curves], axis=0))


def mean_drawn(curves: Sequence[SetCurve]) -> Numbers:
    """Return the mean curve of each redrawing, (B, L)."""
    return np.asarray(np.mean([curve.drawn for curve in curves], axis=0))


def mean_line(name: str, curves: Sequence[SetCurve], *, by: By = "ours") -> CurveLine:
    """Return the mean curve, to be drawn."""
    return CurveLine(name, tuple(mean_values(curves).tolist()), by=by)


def _c_t(measurements: SetMeasurements, rows: NDArray[np.integer]) -> Numbers:
    return measurements.fingerprint(rows, parts=("c_t",)).parts["c_t"]
