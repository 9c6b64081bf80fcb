"""Pictures and features of known origin, for the tests of attribution."""

import numpy as np
from scipy.ndimage import gaussian_filter

from whorl.attribution.features import FeatureTable
from whorl.images.array import ArraySource

SIDE = 16
KINDS = ("columns", "checks", "stripes")


def pictures(kind, count, seed=0, side=SIDE):
    """Smooth colours with a pattern, a noise level and an exposure of their own: uint8 (count, side, side, 3)."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    smooth = gaussian_filter(rng.normal(0, 1, (count, side, side, 3)), (0, 3, 3, 0), mode="wrap")
    smooth = 128 + 35 * smooth / smooth.std()
    y, x = np.mgrid[:side, :side]
    pattern, noise, shift = {
        "columns": ((-1.0) ** x, 8, -80),
        "checks": ((-1.0) ** (x // 2 + y // 2), 3, 0),
        "stripes": (np.sin(2 * np.pi * y / 8), 0, 80),
    }[kind]
    found = smooth + 12 * pattern[..., None] + shift + rng.normal(0, 1, smooth.shape) * noise
    return found.round().clip(0, 255).astype(np.uint8)


def sources(count, seed=0, side=SIDE):
    return {kind: ArraySource(pictures(kind, count, seed, side), name=kind) for kind in KINDS}


def shuffled(tables, seed=0):
    """The same pictures dealt to the same labels at random."""
    values = np.concatenate([table.values for table in tables.values()])
    parts = np.array_split(np.random.default_rng(seed).permutation(len(values)), len(tables))
    return {label: table_of(values[part]) for label, part in zip(tables, parts, strict=True)}


def table_of(values):
    count = len(values)
    keys = np.arange(count, dtype=np.int64).view(np.uint8).reshape(count, 8).repeat(2, axis=1)
    return FeatureTable(np.asarray(values, np.float32), tuple(map(str, range(count))), keys)


def gaussians(centres, count, seed=0, spread=1.0):
    """One table per centre, label "0", "1", ..."""
    rng = np.random.default_rng(seed)
    centres = np.asarray(centres, float)
    return {
        str(place): table_of(rng.normal(centre, spread, (count, len(centre))))
        for place, centre in enumerate(centres)
    }


def accuracy(attributor, tables):
    """Mean over classes of the share that is named rightly."""
    return np.mean(
        [np.mean([best == label for best in attributor.attribute(t).best]) for label, t in tables.items()]
    )
