"""Mean radial power spectra of artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.spectrum import log_power, radii, ring_means
from whorl.errors import ScoreError

SCHEMA = "whorl-artifact-spectra/1"
_TWO_SIDED = 1.959964


@dataclass(frozen=True, eq=False)
class Spectra:
    """How much power artifacts have at each distance from frequency zero.

    Attributes:
        labels: M models.
        frequency: float64 (R,), cycles over the shorter side, 0 to its half (Nyquist).
        mean: float64 (M, R), natural log of power, the mean over ring, channels and pictures.
        half_width: float64 (M, R), 1.96 standard errors of that mean over pictures.
        real: float64 (R,), the same mean of real pictures; None where there are none.
        real_half_width: float64 (R,) likewise.
        pictures: of each model.
        real_pictures: how many real ones; 0 without.
    """

    labels: tuple[str, ...]
    frequency: NDArray[np.float64]
    mean: NDArray[np.float64]
    half_width: NDArray[np.float64]
    real: NDArray[np.float64] | None
    real_half_width: NDArray[np.float64] | None
    pictures: tuple[int, ...]
    real_pictures: int

    @property
    def excess(self) -> NDArray[np.float64]:
        """Float64 (M, R): by how much each model's log power is above that of real pictures.

        Raises:
            ScoreError: there are no real pictures.
        """
        if self.real is None:
            raise ScoreError("an excess takes real pictures to compare with; give real=.")
        return self.mean - self.real

    @property
    def excess_half_width(self) -> NDArray[np.float64]:
        """Float64 (M, R): 1.96 standard errors of `excess`, real pictures' included.

        Raises:
            ScoreError: there are no real pictures.
        """
        if self.real_half_width is None:
            raise ScoreError("an excess takes real pictures to compare with; give real=.")
        return np.asarray(np.hypot(self.half_width, self.real_half_width))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {"schema": SCHEMA} | {name: _listed(value) for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Spectra:
        """Return what `to_dict` wrote.

        Raises:
            ScoreError: another schema, or names that do not fit.
        """
        names = {entry.name for entry in fields(cls)}
        if values.get("schema") != SCHEMA or set(values) != names | {"schema"}:
            raise ScoreError(f"expected {SCHEMA} with {', '.join(sorted(names))}; got {sorted(values)}.")
        plain = {name: values[name] for name in names}
        plain |= {name: tuple(values[name]) for name in ("labels", "pictures")}
        for name in ("frequency", "mean", "half_width", "real", "real_half_width"):
            plain[name] = None if values[name] is None else np.asarray(values[name], dtype=np.float64)
        return cls(**plain)


def artifact_spectra(
    sets: Mapping[str, NDArray[np.floating]], *, real: NDArray[np.floating] | None = None
) -> Spectra:
    """Measure the mean radial log power spectrum of each model's artifacts.

    Rings are one cycle wide, up to Nyquist; power is |F|^2 / (H W) + 1e-10.

    Args:
        sets: for each model artifacts in the form of pictures, finite floats (N_i, C, H, W), in the space
            `pixels:S`: `manifold.artifacts(...).values.reshape(-1, 3, S, S)`.
        real: artifacts of real pictures that are *not* in the manifold, likewise. A difference of two pictures has
            about twice the power of one at high frequencies, so real pictures themselves would be no comparison.

    Raises:
        ScoreError: no model, a model with fewer than two pictures, shapes that do not fit, NaN.

    >>> rng = np.random.default_rng(0)
    >>> noise = {"a": rng.normal(size=(10, 3, 8, 8)), "b": 10 * rng.normal(size=(10, 3, 8, 8))}
    >>> found = artifact_spectra(noise, real=rng.normal(size=(10, 3, 8, 8)))
    >>> found.frequency.tolist(), (found.excess.mean(axis=1) / np.log(10)).round().tolist()
    ([0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 2.0])
    """
    if not sets:
        raise ScoreError("spectra take artifacts of at least one model.")
    every = dict(sets) | ({} if real is None else {"": real})
    forms = {np.shape(each)[1:] for each in every.values()}
    if len(forms) > 1 or len(next(iter(forms))) != 3:
        raise ScoreError(
            f"expected artifacts (N, C, H, W) of one form; got (N, ...) with {sorted(forms)}. "
            "Spectra are of the space pixels:S."
        )
    measured = {
        label: _of_pictures(np.asarray(each), label or "the real pictures") for label, each in every.items()
    }
    means = {label: rows.mean(axis=0) for label, rows in measured.items()}
    widths = {
        label: _TWO_SIDED * rows.std(axis=0, ddof=1) / np.sqrt(len(rows)) for label, rows in measured.items()
    }
    labels = tuple(map(str, sets))
    return Spectra(
        labels,
        np.arange(len(next(iter(means.values()))), dtype=np.float64),
        np.stack([means[label] for label in sets]),
        np.stack([widths[label] for label in sets]),
        means.get("") if real is not None else None,
        widths.get("") if real is not None else None,
        tuple(len(measured[label]) for label in sets),
        0 if real is None else len(measured[""]),
    )


def _of_pictures(pictures: NDArray[np.floating], label: str) -> NDArray[np.float64]:
    """Return each picture's spectrum, the mean over channels: float64 (N, R)."""
    if len(pictures) < 2:
        raise ScoreError(f"{label} has {len(pictures)} pictures; a mean with an interval takes at least 2.")
    if not np.isfinite(pictures).all():
        raise ScoreError(f"the artifacts of {label} hold NaN or infinity.")
    height, width = pictures.shape[2:]
    away = np.rint(radii(height, width)).astype(np.int64)
    rings = np.where(away <= min(height, width) // 2, away, -1)
    return np.array(
        [np.mean([ring_means(log_power(plane), rings) for plane in picture], axis=0) for picture in pictures]
    )


def _listed(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value
