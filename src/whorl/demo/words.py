"""What the demo's report says about itself."""

from __future__ import annotations

TITLE = "A copier, a good model, a coarse one, and real digits"

REAL = (
    "Real digits that neither the generators nor the Reference have seen, put in the place of generated ones: one "
    "draw of what a model would give that draws perfectly and copies nothing."
)

CAPTION = (
    "How well the models take noise away from the digits that they learn from, and from digits that they do "
    "not. While both losses fall, a model learns what digits look like; where the loss on unseen digits rises "
    "again, it learns its own by heart. The dashed lines are the moments at which the generators were kept."
)


def lead(n_train: int, n_test: int) -> str:
    """Return the report's first paragraph."""
    return (
        "One run of “whorl demo” made all that this page shows. One small diffusion model, trained twice on scans "
        "of handwritten digits, gave three generators, which drew digits of their own. Whorl asks of each, at the "
        "layers of the encoder that comes with it, whether its digits lie nearer to the "
        f"{n_train:,} training digits than {n_test:,} real ones do that were held out."
    )
