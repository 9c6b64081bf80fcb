"""How figures and tables name the kinds of features: artifacts, and both ablations."""

from __future__ import annotations

from collections.abc import Mapping

from whorl.attribution.manifold_names import Kind

KINDS: Mapping[Kind, str] = {
    "nearest": "artifacts (minus nearest real)",
    "raw": "picture itself (raw)",
    "random": "minus a random real",
}
SHORT_KINDS: Mapping[Kind, str] = {"nearest": "artifacts", "raw": "raw", "random": "random"}
"""Where a terminal is too narrow for the others."""
