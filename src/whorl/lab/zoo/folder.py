"""What stands beside a zoo's models and pictures: zoo.json and a figure."""

from __future__ import annotations

from typing import Any

from whorl.embeddings import Progress
from whorl.files import write_json
from whorl.lab.zoo.display import ZooDisplay
from whorl.lab.zoo.judge import ZooJudgement
from whorl.lab.zoo.zoo import RESULT, Zoo

SCHEMA = "whorl-zoo-folder/1"


def zoo_document(zoo: Zoo, judgement: ZooJudgement | None = None) -> dict[str, Any]:
    """Return what zoo.json holds."""
    return {
        "schema": SCHEMA,
        "zoo": zoo.to_dict(),
        "judgement": None if judgement is None else judgement.to_dict(),
    }


def write_zoo(
    zoo: Zoo, data: Any, judgement: ZooJudgement | None = None, *, progress: bool | Progress = False
) -> None:
    """Write zoo.json, zoo.png and zoo.svg into the zoo's folder, in place of earlier ones.

    Args:
        zoo: built.
        data: what it learned from, for the figure.
        judgement: of this zoo; None leaves the distances out.
        progress: True shows how far the reading is.

    Raises:
        ImageError, StorageError: see their messages.
    """
    display = ZooDisplay.from_zoo(zoo, data, judgement, progress=progress)
    write_json(zoo.folder / RESULT, zoo_document(zoo, judgement))
    for suffix in (".png", ".svg"):
        display.save(zoo.folder / f"zoo{suffix}")
