"""Figure 4: what the five altered data sets look like."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whorl.images.contract import ImageSource, Picture
from whorl.lab.studies.altered_sets import NO_LANDSCAPES, AlteredSource, altered, check_altered
from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import PictureRow, PicturesPanel
from whorl.lab.studies.result import Claim, StudyResult
from whorl.lab.studies.study import Study

_SHOWN = 10


def _run(study: Study, material: Material) -> StudyResult:
    sets = tuple(altered(material, material.train))
    before = sets[0].before
    shown = range(min(_SHOWN, len(before)))
    rows = [_row("as it was", before, shown), *(_row(each.name, each.after, shown) for each in sets)]
    shuffled = next(each for each in sets if each.name == "patch-shuffle")
    return StudyResult(
        study=study.name,
        title=study.title,
        asks=study.asks,
        claims=(_same_pixels(shuffled),),
        panels=(PicturesPanel("some of T, altered", tuple(rows)),),
        notes=(
            "Look whether the swaps keep the subject: the segmenter learned from class labels alone.",
            *(() if material.inputs.landscapes is not None else (NO_LANDSCAPES,)),
        ),
        measured={
            "seed": material.inputs.seed,
            "train": {"pictures": len(material.train), "digest": material.train.digest},
            "sets": {
                each.name: {
                    "pictures": len(each.after),
                    "strength": each.after.strength,
                    "digest": each.after.digest,
                    "mean_change_of_shown": _mean_change(each, shown),
                }
                for each in sets
            },
            "segmenter": material.segmenter.digest,
        },
    )


def _row(name: str, source: ImageSource, shown: Sequence[int]) -> PictureRow:
    return PictureRow(name, tuple(source[i] for i in shown), tuple(source.ids[i] for i in shown))


def _same_pixels(shuffled: AlteredSource) -> Claim:
    pairs = ((shuffled.before[i], shuffled.after[i]) for i in range(len(shuffled.before)))
    share = float(np.mean([_sorted(one).tolist() == _sorted(other).tolist() for one, other in pairs]))
    return Claim(
        says="a shuffled picture has exactly the pixels of its original",
        where="section 4.1",
        about=f"{len(shuffled.before):,} pictures of T",
        measure="share of the pictures of which this is so",
        value=share,
        outcome="agrees" if share == 1 else "disagrees",
    )


def _sorted(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    pixels = picture.reshape(-1, 3)
    return pixels[np.lexsort(pixels.T)]


def _mean_change(each: AlteredSource, shown: Sequence[int]) -> float:
    changes = [np.abs(each.after[i].astype(float) - each.before[i]).mean() for i in shown]
    return float(np.mean(changes))


FIGURE_4 = Study(
    "figure-4",
    "The altered data sets",
    "What do the five alterations keep, and what do they destroy?",
    check_altered,
    _run,
)
