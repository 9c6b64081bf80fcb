"""What keys do to the pictures: Frechet distances of the same seeds, plain, emptied and with keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Unpack

from whorl.embeddings import EncodeOptions, embed
from whorl.encoders.contract import Encoder
from whorl.fingerprints.frechet import Gaussian, frechet_distance
from whorl.images.array import ArraySource
from whorl.kept import Kept
from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.mark import drawn

ROUNDS = 4
"""How many sets of other seeds the pictures are held against."""


@dataclass(frozen=True)
class Quality:
    """Frechet distances at an encoder's last layer, n pictures against n plain ones of other seeds.

    Attributes:
        encoder, layer, n, seed: what they were measured with; distances of another n or encoder are no match.
        plain: of plain pictures: what chance alone gives.
        emptied: of the same seeds, without the variation that a key replaces.
        keyed: with keys drawn at random.
        ratio, low, high: keyed over plain, the mean over rounds of other seeds, and the smallest and largest.
        change: root mean square difference of keyed and plain pictures of one seed, in grey levels.
    """

    encoder: str
    layer: str
    n: int
    seed: int
    plain: float
    emptied: float
    keyed: float
    ratio: float
    low: float
    high: float
    change: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def quality(
    generator: LatentGenerator,
    basis: LatentBasis,
    encoder: Encoder,
    *,
    n: int = 1_000,
    seed: int = 0,
    **options: Unpack[EncodeOptions],
) -> Quality:
    """Measure what keys do to pictures.

    Args:
        generator: draws.
        basis: where the keys go.
        encoder: sees the pictures.
        n: pictures in each set.
        seed: fixes latents and keys.
        **options: see `whorl.embeddings.EncodeOptions`.
    """
    latents = generator.sample_latents(n, seed=seed)
    keys = np.random.default_rng((seed, 11)).integers(0, 2, (n, basis.bits))
    sets = {
        "plain": drawn(generator, latents),
        "emptied": drawn(generator, basis.emptied(latents)),
        "keyed": drawn(generator, basis.marked(latents, keys)),
    }
    seen = {name: _gaussian(pictures, encoder, options) for name, pictures in sets.items()}
    found: dict[str, list[float]] = {name: [] for name in sets}
    for other in range(1, ROUNDS + 1):
        plain = drawn(generator, generator.sample_latents(n, seed=seed, start=other * n))
        against = _gaussian(plain, encoder, options)
        for name, gaussian in seen.items():
            found[name].append(frechet_distance(gaussian, against))
    ratios = np.array(found["keyed"]) / np.array(found["plain"])
    apart = sets["keyed"].astype(np.float64) - sets["plain"]
    return Quality(
        encoder.name,
        str(encoder.layers[-1]),
        n,
        seed,
        float(np.mean(found["plain"])),
        float(np.mean(found["emptied"])),
        float(np.mean(found["keyed"])),
        float(ratios.mean()),
        float(ratios.min()),
        float(ratios.max()),
        float(np.sqrt((apart**2).mean())),
    )


def kept_quality(
    generator: LatentGenerator,
    basis: LatentBasis,
    encoder: Encoder,
    *,
    n: int,
    seed: int,
    kept: Path | None,
    **options: Unpack[EncodeOptions],
) -> Quality:
    """Return what `quality` measures, or measured before with equal settings.

    Args:
        generator: see `quality`.
        basis: likewise.
        encoder: likewise.
        n: likewise.
        seed: likewise.
        kept: folder of answers; None keeps none.
        **options: how pictures are encoded; they change no number.
    """
    decided = {
        "what": "quality",
        "basis": basis.digest,
        "encoder": encoder.digest,
        "layer": str(encoder.layers[-1]),
        "n": n,
        "rounds": ROUNDS,
        "seed": seed,
    }
    found: Kept[Quality] = Kept(kept, asdict, _from_json, "Leave the folder out to keep none.")
    return found.get_or_find(decided, lambda: quality(generator, basis, encoder, n=n, seed=seed, **options))


def _from_json(values: Mapping[str, Any]) -> Quality:
    return Quality(**values)


def _gaussian(pictures: NDArray[np.uint8], encoder: Encoder, options: EncodeOptions) -> Gaussian:
    held = embed(ArraySource(pictures), encoder, **options)
    return Gaussian.of(held.layer(encoder.layers[-1]))
