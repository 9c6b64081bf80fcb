"""C_T-layer curves of sets, with what other pictures by the same models would have given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.progress import progress_for
from whorl.encoders.contract import Layer
from whorl.evaluation.prepared import PreparedSet
from whorl.fingerprints.measure import SetMeasurements
from whorl.lab.studies.material import Material, Seen
from whorl.lab.studies.panels import By, CurveLine

_TAIL = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class SetCurve:
    """C_T at each layer of one set on one Reference.

    Attributes:
        architecture, run: whose pictures.
        layers: of the encoder, from shallow to deep.
        values: float64 (L,), NaN where no cell counts.
        drawn: float64 (B, L), the same of pictures drawn anew from the set, B times; draws of sets of one size
            take the same places, so that curves of one set on two encoders are paired.
    """

    architecture: str
    run: str
    layers: tuple[Layer, ...]
    values: NDArray[np.float64]
    drawn: NDArray[np.float64]

    @property
    def name(self) -> str:
        """Architecture and run."""
        return f"{self.architecture}/{self.run}"

    def line(self, name: str = "", *, by: By = "ours") -> CurveLine:
        """Return it to be drawn, with 95 % intervals where pictures were drawn anew."""
        low, high = ((), ())
        if len(self.drawn):
            low, high = (tuple(bound.tolist()) for bound in np.nanquantile(self.drawn, _TAIL, axis=0))
        return CurveLine(name or self.name, tuple(self.values.tolist()), low, high, by)


def set_curves(
    material: Material, seen: Seen, prepared: Sequence[PreparedSet], *, resamples: int | None = None
) -> tuple[SetCurve, ...]:
    """Return the curve of each set.

    Args:
        material: knows seed, resamples and progress.
        seen: the Reference.
        prepared: sets measured on it.
        resamples: how often pictures are drawn anew; None as the size says.
    """
    count = material.inputs.size.resamples if resamples is None else resamples
    shown = progress_for(material.inputs.progress)
    shown.begin(f"curves on {seen.name}", len(prepared), 0, unit="sets")
    found = []
    try:
        for held in prepared:
            place = held.place
            found.append(
                curve_of(
                    held.measurements,
                    place.architecture,
                    place.run,
                    resamples=count,
                    seed=material.inputs.seed,
                )
            )
            shown.advance(1)
    finally:
        shown.end()
    return tuple(found)


def mean_line(name: str, values: Sequence[NDArray[np.float64]], *, by: By = "ours") -> CurveLine:
    """Return the mean of several curves (L,), to be drawn."""
    return CurveLine(name, tuple(np.nanmean(values, axis=0).tolist()), by=by)


def curve_of(
    measurements: SetMeasurements, architecture: str, run: str, *, resamples: int, seed: int
) -> SetCurve:
    """Return the curve of one measured set, and of its pictures drawn anew so many times."""
    rng = np.random.default_rng([seed, len(measurements)])
    rows = rng.integers(0, len(measurements), (resamples, len(measurements)))
    drawn = np.empty((resamples, len(measurements.layers)))
    for i, some in enumerate(rows):
        drawn[i] = _c_t(measurements, some)
    values = _c_t(measurements, np.arange(len(measurements)))
    return SetCurve(architecture, run, measurements.layers, values, drawn)


def _c_t(measurements: SetMeasurements, rows: NDArray[np.integer]) -> NDArray[np.float64]:
    return measurements.fingerprint(rows, parts=("c_t",)).parts["c_t"]
