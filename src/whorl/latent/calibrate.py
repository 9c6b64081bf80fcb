"""What readings look like with a key and without, measured on a generator's own pictures and on foreign ones."""

from __future__ import annotations

import numpy as np

from whorl.embeddings.progress import Progress, progress_for
from whorl.errors import ScoreError
from whorl.images import open_images
from whorl.images.contract import ImageSource
from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.deciding.calibration import LEAST, Calibration
from whorl.latent.mark import drawn, mark
from whorl.latent.reading.contract import Reader
from whorl.latent.reading.newton import NewtonReader
from whorl.latent.reading.reading import Reading
from whorl.latent.reading.seen import check_sizes
from whorl.latent.stages import stage_seed


def calibrate(
    generator: LatentGenerator,
    basis: LatentBasis,
    count: int,
    *,
    foreign: ImageSource | None = None,
    reader: Reader | None = None,
    seed: int = 0,
    progress: bool | Progress = False,
) -> Calibration:
    """Draw pictures with random keys and without one, read them and foreign ones, and learn from what is read.

    Thresholds, and how often each bit is 1 where there is no key (see `Calibration` and `MatchingRule`). Pictures
    whose key is misread are left out: a search that went astray does not say what a key looks like.

    Args:
        generator: that the basis was made for.
        basis: whose keys.
        count: so many pictures with a key, each with another, and so many without.
        foreign: real pictures and those of other generators, of the generator's size.
        reader: None for the default one.
        seed: fixes latents and keys. With the basis' own seed too, they are others than those that its directions
            and the reader's first guess were learned from (`stage_seed`).
        progress: True shows it on stderr.

    Raises:
        ScoreError: too few pictures; a foreign one of another size.
        StorageError: another generator than the basis was made for.
    """
    basis.expect(generator)
    reader = reader or NewtonReader()
    if foreign is not None:
        check_sizes(generator, foreign)
    keyed = stage_seed(seed, "calibration: pictures with a key")
    plain = stage_seed(seed, "calibration: pictures without a key")
    rng = np.random.default_rng(stage_seed(seed, "calibration: keys"))
    keys = rng.integers(0, 2, (count, basis.bits), dtype=np.uint8)
    sets = {
        "own": open_images(mark(generator, basis, keys, count, seed=keyed).pictures),
        "plain": open_images(drawn(generator, generator.sample_latents(count, seed=plain))),
    }
    if foreign is not None:
        sets["foreign"] = foreign
    shown = progress_for(progress)
    shown.begin("calibrate", sum(map(len, sets.values())), 0)
    readings: dict[str, list[Reading]] = {}
    try:
        for name, pictures in sets.items():
            readings[name] = []
            for place in range(len(pictures)):
                readings[name].append(reader.read(generator, basis, pictures[place]))
                shown.advance(1)
    finally:
        shown.end()
    right = [each for each, key in zip(readings["own"], keys, strict=True) if np.array_equal(each.bits, key)]
    if len(right) < LEAST:
        raise ScoreError(
            f"of {count} pictures with a key {len(right)} were read without a wrong bit, and a calibration takes "
            f"{LEAST} of these. Draw more, or take a larger strength."
        )
    return Calibration.fit(right, plain=readings["plain"], foreign=readings.get("foreign", ()))
