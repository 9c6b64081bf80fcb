"""The contracts, as functions that any implementation must pass."""

from __future__ import annotations

from whorl.checks.alterations import check_alteration
from whorl.checks.attribution import check_classifier, check_feature_map
from whorl.checks.encoders import check_encoder
from whorl.checks.fingerprints import check_method
from whorl.checks.generator_architectures import check_generator_architecture
from whorl.checks.generators import check_generator
from whorl.checks.images import check_image_source
from whorl.checks.latent_generators import check_latent_generator
from whorl.checks.objectives import check_objective

__all__ = [
    "check_alteration",
    "check_classifier",
    "check_encoder",
    "check_feature_map",
    "check_generator",
    "check_generator_architecture",
    "check_image_source",
    "check_latent_generator",
    "check_method",
    "check_objective",
]
