"""What the demo's report says about itself."""

from __future__ import annotations

TITLE = "A copier, a good model, a coarse one, and real digits"

HELD_OUT = (
    "Real digits that neither the generators nor the Reference have seen: what a model would score that draws "
    "perfectly and copies nothing."
)

CAPTION = (
    "How well the models take noise away from the digits that they learn from, and from digits that they do "
    "not. While both losses fall, a model learns what digits look like. Where they part, it begins to learn its "
    "own digits by heart. The dashed lines are the moments at which the generators were kept."
)


def lead(n_train: int, n_test: int) -> str:
    """Return the report's first paragraph."""
    return (
        "Everything on this page was made on this machine just now: three generators were trained on scans of "
        "handwritten digits, and drew digits of their own. Whorl asks of each, at the layers of the encoder "
        f"that comes with it, whether its pictures lie nearer to the {n_train:,} training digits than {n_test:,} "
        "real digits do that were held out."
    )
