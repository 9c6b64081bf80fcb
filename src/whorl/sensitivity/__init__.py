"""How each layer responds to known alterations of pictures, and which layers to trust for which level."""

from whorl.sensitivity.choice import LEAST_RISE, LayerChoice, choose, contrasts
from whorl.sensitivity.measure import (
    DEFAULT_PICTURES,
    LABEL,
    LEAST_PICTURES,
    draw,
    encodings,
    measure,
    originals_and_altered,
)
from whorl.sensitivity.profile import Interval, MeasuredAlteration, SensitivityProfile

__all__ = [
    "DEFAULT_PICTURES",
    "LABEL",
    "LEAST_PICTURES",
    "LEAST_RISE",
    "Interval",
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
