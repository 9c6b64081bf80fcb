"""How each layer responds to known alterations of pictures, and which layers to trust for which level."""

from whorl.sensitivity.choice import LayerChoice, choose, contrasts
from whorl.sensitivity.measure import (
    DEFAULT_PICTURES,
    LABEL,
    LEAST_PICTURES,
    draw,
    encodings,
    measure,
    originals_and_altered,
)
from whorl.sensitivity.profile import MeasuredAlteration, SensitivityProfile

__all__ = [
    "DEFAULT_PICTURES",
    "LABEL",
    "LEAST_PICTURES",
    "LayerChoice",
    "MeasuredAlteration",
    "SensitivityProfile",
    "choose",
    "contrasts",
    "draw",
    "encodings",
    "measure",
    "originals_and_altered",
]
