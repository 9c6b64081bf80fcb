"""How far a zoo's pictures are from what its models learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self, Unpack

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import EncodeOptions, Progress, embed
from whorl.embeddings.progress import progress_for
from whorl.encoders import load_encoder
from whorl.encoders.contract import Encoder
from whorl.errors import ImageError, WhorlError
from whorl.fingerprints.frechet import Gaussian, frechet_distance
from whorl.images import ImageSource, limit, open_images
from whorl.images.array import ArraySource
from whorl.lab.generators.pictures import read_pictures
from whorl.lab.training.pictures import decoded
from whorl.lab.zoo.build import IMAGE_SIZE
from whorl.lab.zoo.distances import DrawnDistances
from whorl.lab.zoo.picture_set import read_set
from whorl.lab.zoo.pixel_gaussian import pixel_gaussian
from whorl.lab.zoo.zoo import Zoo

SCHEMA = "whorl-zoo-judgement/2"
DRAWS = 5
"""Sets of the pixel-wise Gaussian, and at most so many of held-out pictures, that are measured."""


@dataclass(frozen=True)
class ZooJudgement:
    """Frechet distances to the training pictures, in an encoder's last layer; smaller is nearer.

    The sets, the held-out pictures and those of the Gaussian have the same n, so their distances can be
    compared with each other: a good model is about as near as the held-out pictures, and one that has learned
    anything is nearer than the Gaussian. They cannot be compared with distances of another n, encoder or
    layer: few pictures in many dimensions bias the distance upward, that of the held-out pictures too.

    A model's distance is that of one set, and no interval is given with it: sets drawn anew from its n pictures
    would have fewer different ones, and be biased upward for it. How far chance moves the distance of n pictures
    is seen in the held-out draws, which share none: a difference between two models that is no larger than
    theirs says nothing. It is a yardstick, not an interval of any model.

    Attributes:
        encoder: its name.
        encoder_digest: of its weights and settings.
        layer: its last one.
        dimensions: of the embedding.
        n: pictures in each set, and in each draw of the Gaussian and of held-out pictures.
        n_train: training pictures.
        seed: of the Gaussian's pictures, and of the choice of held-out ones.
        distances: by model, such as {"ddpm/run-1": 1.5}; the square of a length in the embedding.
        pixel_gaussian: of pictures drawn from the pixel-wise Gaussian of the training pictures, `DRAWS` times.
        held_out: of real pictures that no model saw: as many draws as there are pictures for, at most `DRAWS`.
    """

    encoder: str
    encoder_digest: str
    layer: int | str
    dimensions: int
    n: int
    n_train: int
    seed: int
    distances: Mapping[str, float]
    pixel_gaussian: DrawnDistances
    held_out: DrawnDistances

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        drawn = {"pixel_gaussian": self.pixel_gaussian.to_dict(), "held_out": self.held_out.to_dict()}
        return {"schema": SCHEMA, **asdict(self), **drawn}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the judgement that `to_dict` described.

        Raises:
            WhorlError: it is of another schema.
        """
        if values.get("schema") != SCHEMA:
            raise WhorlError(f"expected schema {SCHEMA!r}, found {values.get('schema')!r}.")
        given = {name: value for name, value in values.items() if name != "schema"}
        drawn = {name: DrawnDistances.from_dict(given[name]) for name in ("pixel_gaussian", "held_out")}
        return cls(**(given | drawn))


def judge_zoo(
    zoo: Zoo,
    train: Any,
    test: Any,
    *,
    encoder: str | Path | Encoder,
    seed: int = 0,
    **options: Unpack[EncodeOptions],
) -> ZooJudgement:
    """Measure the Frechet distance of every set of a zoo to the training pictures.

    Args:
        zoo: built.
        train: what it learned from; checked by its digest.
        test: held-out pictures, anything `whorl.open_images` takes: at least as many as a set has, and `DRAWS`
            times as many for as many draws.
        encoder: anything `whorl.load_encoder` takes; its last layer is the measure.
        seed: of the Gaussian's pictures and the choice of held-out ones.
        **options: see `EncodeOptions`; pictures cannot be skipped.

    Raises:
        ImageError: pictures cannot be read, are other than those learned from, or too few are held out.
        EncoderError: the encoder cannot be loaded, or fails.
        StorageError: a set is damaged.
    """
    if options.get("on_error", "fail") != "fail":
        raise ImageError("every picture counts in a zoo's judgement: on_error must be 'fail'.")
    shown, n, model = progress_for(options.get("progress", False)), zoo.pictures, load_encoder(encoder)
    learned = read_pictures(train, IMAGE_SIZE, shown)
    if learned.describe()["digest"] != zoo.data["digest"]:
        raise ImageError(
            f"{learned.name} are not the pictures that this zoo learned from, {zoo.data['name']}; give those."
        )
    real = open_held_out(test, n)
    layer = model.layers[-1]

    def measured(pixels: NDArray[np.uint8], label: str) -> Gaussian:
        source = ArraySource(pixels, name=label)
        return Gaussian.of(embed(source, model, label=label, **options).layer(layer))

    centre = measured(learned.pixels, "training pictures")

    def drawn(pixels: NDArray[np.uint8], label: str) -> DrawnDistances:
        sets = (measured(pixels[first : first + n], label) for first in range(0, len(pixels), n))
        return DrawnDistances(tuple(frechet_distance(each, centre) for each in sets))

    models = {each.name: read_set(zoo.pictures_file(each)).pixels for each in zoo.models}
    return ZooJudgement(
        encoder=model.name,
        encoder_digest=model.digest,
        layer=layer,
        dimensions=len(centre.mean),
        n=n,
        n_train=len(learned),
        seed=seed,
        distances={name: frechet_distance(measured(each, name), centre) for name, each in models.items()},
        pixel_gaussian=drawn(pixel_gaussian(learned.pixels, DRAWS * n, seed=seed), "pixel-wise Gaussian"),
        held_out=drawn(_held_out(real, n, seed, shown), "held-out pictures"),
    )


def _held_out(real: ImageSource, n: int, seed: int, progress: Progress) -> NDArray[np.uint8]:
    """Return the held-out pictures of all draws, in the order in which they are dealt to them."""
    count = n * min(DRAWS, len(real) // n)
    pixels = decoded(limit(real, count, seed=seed), IMAGE_SIZE, progress)
    # In the source's order a draw would be some of its classes.
    return pixels[np.random.default_rng(np.random.SeedSequence(seed)).permutation(count)]


def open_held_out(test: Any, count: int) -> ImageSource:
    """Open held-out pictures for a zoo of so many pictures a model.

    Raises:
        ImageError: there are fewer, or they cannot be opened.
    """
    real = open_images(test)
    if len(real) < count:
        raise ImageError(
            f"{real.name} holds {len(real):,} pictures; a zoo of {count:,} pictures a model needs as many "
            "held out."
        )
    return real


def yardstick(judgement: ZooJudgement) -> str:
    """Return in words what the distances of several draws are, and what they are for."""
    real, plain = len(judgement.held_out.draws), len(judgement.pixel_gaussian.draws)
    if real == 1:
        return (
            f"The Gaussian's is the mean of {plain} draws (least to largest); there were held-out pictures for "
            f"one draw alone, so how far chance moves the distance of {judgement.n:,} real pictures is not known."
        )
    return (
        f"Held-out pictures: the mean of {real} draws, the Gaussian: of {plain} (least to largest). Models have "
        "one set and no interval: the range of the held-out draws is how far chance moves that of "
        f"{judgement.n:,} pictures."
    )
