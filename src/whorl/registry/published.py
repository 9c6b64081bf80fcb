"""The curves that were published with arXiv 2407.21159, as a registry to import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from whorl.fingerprints import Fingerprint
from whorl.registry.entry import Entry
from whorl.registry.provenance import Provenance

PUBLISHED = Path(__file__).with_name("published.jsonl")
"""The file to import: 18 curves of Table 1, one line each; made by `examples/published_registry.py`."""

PUBLISHED_REFERENCE = "published:2407.21159"
"""What stands for the authors' Reference, of which only these curves are public: they match one another alone."""

_REFERENCE_NOTE = (
    "He, Zhao, Bai, Hsieh, arXiv 2407.21159: abs-cosine distance, ViT-B, T and P = CIFAR-10 train and test. "
    "The setting of the published curves; no Reference that Whorl fits has these numbers."
)
_SETTINGS = {
    "source": "arXiv 2407.21159, Table 1; code and curves: github.com/JackHe313/LayerChoice",
    "encoder": "google/vit-base-patch16-224-in21k",
    "pooling": "cls",
    "metric": "abs-cosine",
    "components": 64,
    "cells": 10,
    "min_generated": 20,
    "train": "CIFAR-10 train",
    "test": "CIFAR-10 test",
}
_PAPER_SPELLING = {"ddpm": "DDPM", "ddim": "DDIM", "pndm": "PNDM"}
_ROLES = {
    "target": "the test set of 500 pictures, to be identified",
    "known-1": "known, in Datasets_small and Datasets_full",
    "known-2": "known, in Datasets_full alone",
}


def published_entries(full: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """Return one entry per curve of Table 1's full set: six architectures, three sets of 500 pictures of each.

    Args:
        full: in the published order, each with "architecture", "split" ("target" or "known") and "curve", the
            C_T of layers 1 to 12. The first known curve of an architecture is in the small set too.
    """
    known: dict[str, int] = {}
    entries = []
    for row in full:
        architecture = _PAPER_SPELLING.get(row["architecture"], row["architecture"])
        role = "target"
        if row["split"] == "known":
            known[architecture] = known.get(architecture, 0) + 1
            role = f"known-{known[architecture]}"
        entries.append(_entry(architecture, role, row["curve"]))
    return tuple(sorted(entries, key=lambda entry: entry.name))


def _entry(architecture: str, role: str, curve: list[float]) -> Entry:
    layers = tuple(range(1, len(curve) + 1))
    c_t = np.array(curve, dtype=np.float64)
    return Entry(
        name=f"{architecture}/{role}",
        architecture=architecture,
        fingerprint=Fingerprint(PUBLISHED_REFERENCE, layers, 500, {"c_t": c_t}, _SETTINGS),
        dataset="CIFAR-10",
        note=f"arXiv 2407.21159, Table 1: {_ROLES[role]}.",
        reference_note=_REFERENCE_NOTE,
        provenance=Provenance("the authors of arXiv 2407.21159", "2024-07"),
    )
