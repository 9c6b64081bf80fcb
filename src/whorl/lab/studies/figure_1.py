"""Figure 1: pictures by DDPM, seen by ViTs of several sizes."""

from __future__ import annotations

from whorl.lab.studies.depth import check_rising, rising_curves
from whorl.lab.studies.study import Study

FIGURE_1 = Study(
    "figure-1",
    "C_T with depth, pictures by DDPM",
    "Does C_T rise from shallow to deep layers of a ViT?",
    lambda material: check_rising(material, "ddpm"),
    lambda study, material: rising_curves(study, material, "ddpm", "figure-1"),
)
