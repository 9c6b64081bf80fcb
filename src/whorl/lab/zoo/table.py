"""A zoo in the terminal, one row a model."""

from __future__ import annotations

from rich.table import Table

from whorl.lab.zoo.distances import distance_text
from whorl.lab.zoo.judge import ZooJudgement, yardstick
from whorl.lab.zoo.zoo import Zoo


def zoo_table(zoo: Zoo, judgement: ZooJudgement | None = None) -> Table:
    """Return a table of the models, with their Frechet distances where they were judged."""
    title = f"Zoo of size {zoo.size}: {len(zoo.models)} models, {zoo.pictures:,} pictures each"
    table = Table("model", title=title, title_justify="left")
    for name in ("seed", "steps", *(["Frechet distance"] if judgement else [])):
        table.add_column(name, justify="right")
    for model in zoo.models:
        told = [] if judgement is None else [distance_text(judgement.distances[model.name])]
        table.add_row(model.name, str(model.seed), f"{model.steps:,}", *told)
    if judgement is not None:
        table.add_section()
        table.add_row("held-out pictures", "", "", judgement.held_out.text)
        table.add_row("pixel-wise Gaussian", "", "", judgement.pixel_gaussian.text)
        table.caption = (
            f"To {judgement.n_train:,} training pictures, layer {judgement.layer}, n = {judgement.n:,} in "
            f"every row, which makes all of them too large. {yardstick(judgement)}"
        )
        table.caption_justify = "left"
    return table
