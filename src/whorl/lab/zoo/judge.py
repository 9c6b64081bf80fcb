"""How far a zoo's pictures are from what its models learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self, Unpack

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import EncodeOptions, embed
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
from whorl.lab.zoo.picture_set import read_set
from whorl.lab.zoo.pixel_gaussian import pixel_gaussian
from whorl.lab.zoo.zoo import Zoo

SCHEMA = "whorl-zoo-judgement/1"


@dataclass(frozen=True)
class ZooJudgement:
    """Frechet distances to the training pictures, in an encoder's last layer; smaller is nearer.

    The sets, the held-out pictures and those of the Gaussian have the same n, so their distances can be
    compared with each other: a good model is about as near as the held-out pictures, and one that has learned
    anything is nearer than the Gaussian. They cannot be compared with distances of another n, encoder or
    layer: few pictures in many dimensions bias the distance upward, that of the held-out pictures too.

    Attributes:
        encoder: its name.
        encoder_digest: of its weights and settings.
        layer: its last one.
        dimensions: of the embedding.
        n: pictures in each set, of the Gaussian, and held out.
        n_train: training pictures.
        seed: of the Gaussian's pictures, and of the choice of held-out ones.
        distances: by model, such as {"ddpm/run-1": 1.5}; the square of a length in the embedding.
        pixel_gaussian: of pictures drawn from the pixel-wise Gaussian of the training pictures.
        held_out: of real pictures that no model saw.
    """

    encoder: str
    encoder_digest: str
    layer: int | str
    dimensions: int
    n: int
    n_train: int
    seed: int
    distances: Mapping[str, float]
    pixel_gaussian: float
    held_out: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the judgement that `to_dict` described.

        Raises:
            WhorlError: it is of another schema.
        """
        if values.get("schema") != SCHEMA:
            raise WhorlError(f"expected schema {SCHEMA!r}, found {values.get('schema')!r}.")
        return cls(**{name: value for name, value in values.items() if name != "schema"})


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
        test: at least as many held-out pictures as a set has, anything `whorl.open_images` takes.
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
    drawn = {each.name: read_set(zoo.pictures_file(each)).pixels for each in zoo.models}
    held_out = decoded(limit(real, n, seed=seed), IMAGE_SIZE, shown)
    plain = pixel_gaussian(learned.pixels, n, seed=seed)
    return ZooJudgement(
        encoder=model.name,
        encoder_digest=model.digest,
        layer=layer,
        dimensions=len(centre.mean),
        n=n,
        n_train=len(learned),
        seed=seed,
        distances={name: frechet_distance(measured(each, name), centre) for name, each in drawn.items()},
        pixel_gaussian=frechet_distance(measured(plain, "pixel-wise Gaussian"), centre),
        held_out=frechet_distance(measured(held_out, "held-out pictures"), centre),
    )


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


def distance_text(distance: float) -> str:
    """Return a Frechet distance as it is shown.

    >>> distance_text(31978.25), distance_text(7.0765)
    ('31,978', '7.077')
    """
    return f"{distance:,.0f}" if distance >= 1000 else f"{distance:.4g}"
