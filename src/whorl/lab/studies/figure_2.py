"""Figure 2: pictures by BigGAN-deep, seen by ViTs of several sizes."""

from __future__ import annotations

from whorl.lab.studies.depth import check_rising, rising_curves
from whorl.lab.studies.study import Study

FIGURE_2 = Study(
    "figure-2",
    "C_T with depth, pictures by BigGAN-deep",
    "Does C_T rise from shallow to deep layers of a ViT with a GAN's pictures too?",
    lambda material: check_rising(material, "biggan-deep"),
    lambda study, material: rising_curves(study, material, "biggan-deep", "figure-2"),
)
