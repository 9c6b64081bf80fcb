"""How large a study is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from whorl.errors import WhorlError


@dataclass(frozen=True, kw_only=True)
class StudySize:
    """What a size stands for.

    Attributes:
        name: tiny, small or paper; also the size of the generators that are trained.
        runs: models per architecture.
        pictures: of each set.
        cells, min_generated, components: of the References that are fitted.
        resamples: of pictures, for intervals.
        checkpoint_epochs: after which Figure 6 keeps the weights; its training ends with the last.
        checkpoint_steps: the same in steps, of which the nearest epochs are taken; one of the two is given.
        segmenter: how the segmenter is trained, where none is given: width, scale, epochs.
    """

    name: str
    runs: int
    pictures: int
    cells: int
    min_generated: int
    components: int
    resamples: int
    segmenter: Mapping[str, Any]
    checkpoint_epochs: tuple[int, ...] = ()
    checkpoint_steps: tuple[int, ...] = ()


SIZES: Mapping[str, StudySize] = MappingProxyType(
    {
        "tiny": StudySize(
            name="tiny",
            runs=2,
            pictures=40,
            cells=2,
            min_generated=5,
            components=16,
            resamples=20,
            checkpoint_steps=(15, 30, 45),
            segmenter={"width": 4, "scale": 0.5, "epochs": 1, "batch_size": 32},
        ),
        "small": StudySize(
            name="small",
            runs=3,
            pictures=500,
            cells=10,
            min_generated=20,
            components=64,
            resamples=300,
            checkpoint_steps=(2500, 3000, 3500, 4000, 4500),
            segmenter={"width": 32, "scale": 1.0, "epochs": 12, "batch_size": 64},
        ),
        # Epochs as in Appendix B and Figure 6, the rest as in section 5.2 and the authors' code.
        "paper": StudySize(
            name="paper",
            runs=3,
            pictures=500,
            cells=10,
            min_generated=20,
            components=64,
            resamples=1000,
            checkpoint_epochs=(120, 150, 180, 210, 240, 270),
            segmenter={"width": 64, "scale": 2.0, "epochs": 30, "batch_size": 128},
        ),
    }
)
"""By name."""


def study_size(name: str) -> StudySize:
    """Return a size.

    Raises:
        WhorlError: there is none of that name.
    """
    if name not in SIZES:
        raise WhorlError(f"size must be one of {', '.join(SIZES)}; got {name!r}.")
    return SIZES[name]
