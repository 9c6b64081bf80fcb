"""Measuring how far each layer moves when pictures are altered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from whorl.alterations import ALTERATIONS, Alteration, AlteredImages
from whorl.embeddings import Embeddings, EncodeOptions, embed
from whorl.encoders import load_encoder
from whorl.encoders.contract import Encoder, Layer
from whorl.errors import ScoreError, WhorlError
from whorl.files import digest_strings
from whorl.images import Concatenation, ImageSource, Selection, open_images
from whorl.neighbors import nearest
from whorl.sensitivity.choice import best_pair, contrasts, rise_interval
from whorl.sensitivity.profile import MeasuredAlteration, SensitivityProfile
from whorl.sensitivity.resampling import RESAMPLES, Distances, resampled

DEFAULT_PICTURES = 100
LEAST_PICTURES = 10
LABEL = "altered"
"""What the progress calls these pictures."""


def measure(
    source: Any,
    encoder: str | Path | Encoder,
    *,
    pictures: int = DEFAULT_PICTURES,
    seed: int = 0,
    alterations: Sequence[Alteration] = ALTERATIONS,
    **options: Unpack[EncodeOptions],
) -> SensitivityProfile:
    """Alter some pictures in every way and grade, and measure how far each layer moves.

    The response of a layer: median over the pictures of ||f(altered x) - f(x)||, over the median of
    ||f(x) - f(y)|| between two different ones; exact, in float64.

    Args:
        source: pictures the encoder sees as it would any others, anything `whorl.open_images` takes; best held-out
            ones (P).
        encoder: anything `whorl.load_encoder` takes.
        pictures: how many are drawn, at most; the same ones whatever their order, copies of one another once.
        seed: fixes which are drawn, how they are altered, and the resamples.
        alterations: at least one of each level, all with equally many strengths.
        **options: see `whorl.embeddings.EncodeOptions`. With ``on_error="skip"`` there are as many pictures fewer
            as cannot be read.

    Raises:
        ScoreError: fewer than 10 different pictures, or all layers are the same for all of them.
        WhorlError: alterations that do not fit together.
        ImageError, EncoderError, StorageError: as `whorl.embed`.

    >>> import numpy as np
    >>> pictures = np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3), dtype=np.uint8)
    >>> profile = measure(pictures, "pixels:16", cache=None)
    >>> profile.response.shape
    (1, 4, 3)
    >>> bool(profile.response[0, 0, 0] < profile.response[0, 0, 2])
    True
    """
    _check_alterations(alterations)
    opened, model = open_images(source), load_encoder(encoder)
    both = originals_and_altered(opened, pictures=pictures, seed=seed, alterations=alterations)
    embedded = embed(both, model, label=LABEL, **options)
    rows = _complete_rows(embedded, len(alterations) * len(alterations[0].strengths))
    _check_count(rows.shape[1], opened.name)
    return _profile(embedded, rows, alterations, seed, model.digest)


def draw(source: ImageSource, pictures: int, *, seed: int) -> ImageSource:
    """Return so many pictures, at most; which ones hangs on what they are, not on where they stand.

    They keep the source's order. Of pictures stored alike one is taken.

    Raises:
        WhorlError: fewer than one.
    """
    if pictures < 1:
        raise WhorlError(f"pictures must be at least 1; got {pictures}.")
    by_digest: dict[str, int] = {}
    for index in range(len(source)):
        by_digest.setdefault(source.digest_of(index), index)
    ranked = sorted(by_digest, key=lambda digest: digest_strings([str(seed), digest]))
    return Selection(source, sorted(by_digest[digest] for digest in ranked[:pictures]))


def encodings(pictures: int, alterations: Sequence[Alteration] = ALTERATIONS) -> int:
    """Return how many pictures are encoded to measure so many.

    >>> encodings(100)
    1300
    """
    return pictures * (1 + sum(len(alteration.strengths) for alteration in alterations))


def _check_alterations(alterations: Sequence[Alteration]) -> None:
    levels = {alteration.level for alteration in alterations}
    if levels != {"low", "high"} or len({len(alteration.strengths) for alteration in alterations}) != 1:
        raise WhorlError("give alterations of both levels, low and high, all with equally many strengths.")


def _check_count(count: int, name: str) -> None:
    if count < LEAST_PICTURES:
        raise ScoreError(
            f"{name}: {count} different pictures are too few to measure how layers respond to alterations; at "
            f"least {LEAST_PICTURES} are needed."
        )


def originals_and_altered(
    source: ImageSource, *, pictures: int, seed: int, alterations: Sequence[Alteration] = ALTERATIONS
) -> ImageSource:
    """Return what `measure` encodes: the pictures drawn, then each alteration and strength of all of them.

    Raises:
        ScoreError: fewer than 10 different pictures.
    """
    drawn = draw(source, pictures, seed=seed)
    _check_count(len(drawn), source.name)
    parts, labels = [drawn], ["original"]
    for alteration in alterations:
        for strength in alteration.strengths:
            parts.append(AlteredImages(drawn, alteration, strength, seed=seed))
            labels.append(f"{alteration.name} {strength:g}")
    return Concatenation(f"{drawn.name}, altered", parts, labels)


def _complete_rows(embedded: Embeddings, altered: int) -> NDArray[np.int64]:
    """Return the rows of the pictures that could be read, int64 (1 + altered, n), the originals first."""
    # A picture that cannot be read is missing from every part alike, for they read it from the same source.
    if len(embedded) % (1 + altered):
        raise ScoreError(f"{embedded.source}: some pictures could be read at one time and not at another.")
    return np.arange(len(embedded)).reshape(1 + altered, -1)


def _profile(
    embedded: Embeddings, rows: NDArray[np.int64], alterations: Sequence[Alteration], seed: int, encoder: str
) -> SensitivityProfile:
    grades = (len(alterations), len(alterations[0].strengths))
    draws = _draws(rows.shape[1], seed)
    kept: list[Layer] = []
    left_out: list[Layer] = []
    responses, by_draw, recognised = [], [], []
    for layer in embedded.layers:
        values = embedded.layer(layer)[rows].astype(np.float64)
        distances = _distances(values, grades)
        if not np.median(distances.between) > 0:
            left_out.append(layer)
            continue
        kept.append(layer)
        responses.append(distances.response())
        by_draw.append(resampled(distances, draws))
        recognised.append(_recognised(values).reshape(grades))
    if not kept:
        raise ScoreError(
            f"{embedded.source}: every layer of this encoder gives most of these pictures one and the same "
            "embedding, so there is nothing to compare with."
        )
    levels = tuple(alteration.level for alteration in alterations)
    of_draws = np.stack(by_draw, axis=1)
    low, high = np.quantile(of_draws, (0.025, 0.975), axis=0)
    response, of_draw = np.stack(responses), contrasts(of_draws, levels)
    pairs = [pair for values in of_draw if (pair := best_pair(values))]
    return SensitivityProfile(
        layers=tuple(kept),
        alterations=tuple(MeasuredAlteration.of(alteration) for alteration in alterations),
        response=response,
        low=low,
        high=high,
        recognised=np.stack(recognised),
        low_wins=np.bincount([pair.low for pair in pairs], minlength=len(kept)),
        high_wins=np.bincount([pair.high for pair in pairs], minlength=len(kept)),
        resamples=len(draws),
        n_pictures=rows.shape[1],
        seed=seed,
        encoder=encoder,
        left_out=tuple(left_out),
        rise=rise_interval(contrasts(response, levels), of_draw),
    )


def _draws(n: int, seed: int) -> NDArray[np.int64]:
    """Return pictures drawn with repetition, int64 (B, n)."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_RESAMPLING,)))
    return rng.integers(0, n, (RESAMPLES, n))


_RESAMPLING = 1


def _distances(values: NDArray[np.float64], grades: tuple[int, int]) -> Distances:
    from scipy.spatial.distance import pdist

    moved = np.linalg.norm(values[1:] - values[0], axis=-1)
    return Distances(moved.reshape(*grades, -1), pdist(values[0]))


def _recognised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    own = np.arange(values.shape[1])
    return np.array([(nearest(altered, values[0]).index == own).mean() for altered in values[1:]])
