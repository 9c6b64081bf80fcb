"""Real pictures among the sets: a class for methods that name single pictures, and nothing to others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.labels import REAL
from whorl.attribution.split import LEAST_PICTURES, judging
from whorl.errors import ScoreError
from whorl.evaluation.methods import EvaluatedMethods
from whorl.evaluation.prepared import PreparedSet
from whorl.evaluation.trials import Rows, Trial
from whorl.images import ImageSource, open_images
from whorl.images.pixels import pixel_digest
from whorl.manifold import Manifold

ASKED = ("new-pictures", "unknown-architecture")
"""Tasks in which half of them are asked; in the others all are known."""


@dataclass(frozen=True, eq=False)
class RealPictures:
    """Real pictures.

    Attributes:
        images: N of them.
        keys: uint8 (N, 16), digests of their pixels.
    """

    images: ImageSource
    keys: NDArray[np.uint8]

    @property
    def name(self) -> str:
        """What they are called among the sets."""
        return REAL

    def known(self, trial: Trial, seed: int) -> Rows:
        """Return the rows that are known in a trial."""
        return np.flatnonzero(~self._asked(trial, seed))

    def asked(self, trial: Trial, seed: int) -> Rows:
        """Return the rows that are asked for in a trial; none where all are known."""
        return np.flatnonzero(self._asked(trial, seed))

    def warnings(self, manifolds: Sequence[Manifold], sets: Sequence[PreparedSet]) -> Iterator[str]:
        """Yield what makes 'real' easier than it is: pictures that a manifold or a set holds too."""
        own = {key.tobytes() for key in self.keys}
        places = [(f"the manifold {held.source}", held.keys) for held in manifolds]
        places += [(each.name, each.keys) for each in sets]
        for name, keys in places:
            both = len(own & {row.tobytes() for row in keys})
            if both:
                yield (
                    f"{both:,} of the real pictures (--real) are in {name} too: give others. On the manifold "
                    "they are projected onto another picture than themselves."
                )

    def _asked(self, trial: Trial, seed: int) -> NDArray[np.bool_]:
        if trial.task not in ASKED:
            return np.zeros(len(self.keys), bool)
        return judging(self.keys, len(self.keys) // 2, np.random.default_rng([seed, trial.split]))


def real_pictures(source: str | Path | ImageSource, methods: EvaluatedMethods) -> RealPictures:
    """Open real pictures.

    Raises:
        ImageError: there are none, or one cannot be read.
        ScoreError: too few, or no method that knows what to do with them.
    """
    if not methods.attributing:
        raise ScoreError(
            "real pictures are a class for methods that name single pictures, such as durall or manifold:rgb; "
            "none of these is tried. Leave out --real, or add one with --methods."
        )
    images = open_images(source) if isinstance(source, str | Path) else source
    if len(images) < 2 * LEAST_PICTURES:
        raise ScoreError(
            f"{images.name} has {len(images)} pictures; 'real' needs {2 * LEAST_PICTURES}, or more."
        )
    digests = (bytes.fromhex(pixel_digest(images[index]))[:16] for index in range(len(images)))
    return RealPictures(images, np.array([np.frombuffer(each, np.uint8) for each in digests]))
