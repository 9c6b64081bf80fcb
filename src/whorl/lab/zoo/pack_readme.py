"""The text that lies in a packed zoo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whorl.lab.zoo.distances import distance_text
from whorl.lab.zoo.judge import ZooJudgement, yardstick
from whorl.report.text import plain


def pack_readme(recipe: Mapping[str, Any]) -> str:
    """Return README.md of a packed zoo, from its recipe (`whorl.lab.zoo.pack.pack_recipe`)."""
    data, judged = recipe["data"], recipe["judgement"]
    head = "| set | seed | training steps |" + (" Frechet distance |" if judged else "")
    rule = "|---|---|---|" + ("---|" if judged else "")
    rows = [_row(name, values) for name, values in recipe["sets"].items()]
    example = next(iter(recipe["sets"]))
    parts = [
        "# A zoo of generators",
        f"Pictures by {len(rows)} models of size {recipe['size']}, {recipe['pictures']:,} each, 32 x 32, "
        f"made by `whorl lab zoo`. All models learned from the same {data['count']:,} pictures, "
        f"`{plain(data['name'])}`. Runs of an architecture differ in their seed alone. The pictures are the "
        "first ones that each model drew; none was chosen.",
        "\n".join([head, rule, *rows]),
        *([_judged(judged)] if judged else []),
        f'```\nwhorl evaluate REF .\n```\n\n```python\nwhorl.open_images("{example}")\n```',
        "`recipe.json` says how each model was trained and drawn from, and with which versions. A set's "
        "`digest` is `whorl.files.digest_bytes` of its pixels; `files` has `whorl.files.digest_file` of each "
        "file.",
    ]
    return "\n\n".join(parts) + "\n"


def _row(name: str, values: Mapping[str, Any]) -> str:
    distance = values["frechet_distance"]
    told = "" if distance is None else f" {distance_text(distance)} |"
    return f"| `{name}` | {values['seed']} | {values['steps']:,} |{told}"


def _judged(judged: Mapping[str, Any]) -> str:
    told = ZooJudgement.from_dict(judged)
    n, floor, noise = told.n, told.held_out.text, told.pixel_gaussian.text
    return (
        f"Frechet distances to the {judged['n_train']:,} training pictures, in layer {judged['layer']} of "
        f"{plain(judged['encoder'])} ({judged['dimensions']} dimensions), of {n:,} pictures each. Of {n:,} "
        f"held-out real pictures: {floor}. Of {n:,} pictures of the pixel-wise Gaussian of the training "
        f"pictures: {noise}. So few pictures make all of them too large: compare them with each other, and "
        f"with no distance of another number of pictures or of another encoder. {yardstick(told)}"
    )
