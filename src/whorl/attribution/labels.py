"""What the label of a class says: an architecture, a run of one, or real pictures."""

from __future__ import annotations

UNKNOWN = "unknown"
"""What a picture by no known class is answered with, in tables and files; no class is called so."""

REAL = "real"
"""The class of real pictures."""


def architecture_of(label: str) -> str:
    """Return the architecture of a class: the label itself, or of architecture/run the part before the run.

    Labels of runs are names of sets, "architecture/run" or "data set/architecture/run"; see
    `whorl.evaluation.sets.SetPlace`.

    >>> [architecture_of(label) for label in ("ddpm", "ddpm/run-1", "cifar10/ddpm/run-1", REAL)]
    ['ddpm', 'ddpm', 'ddpm', 'real']
    """
    parts = label.split("/")
    return parts[-2] if len(parts) > 1 else label
