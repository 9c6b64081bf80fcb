"""A zoo in the terminal, one row a model."""

from __future__ import annotations

from rich.table import Table

from whorl.lab.zoo.judge import ZooJudgement, distance_text
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
        table.add_row("held-out pictures", "", "", distance_text(judgement.held_out))
        table.add_row("pixel-wise Gaussian", "", "", distance_text(judgement.pixel_gaussian))
        table.caption = (
            f"To {judgement.n_train:,} training pictures, layer {judgement.layer}, n = {judgement.n:,} in "
            "every row, which makes all of them too large."
        )
        table.caption_justify = "left"
    return table
