"""What an encoder's layers know of classes that it was not trained on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import EncodeOptions, embed
from whorl.encoders import bundled, load_encoder
from whorl.encoders.checkpoint import locate
from whorl.encoders.contract import Encoder, Layer
from whorl.encoders.quiet import quiet
from whorl.errors import EncoderError, ImageError
from whorl.images import limit, open_images
from whorl.images.contract import ImageSource
from whorl.images.labels import labels_of
from whorl.lab.training.knn import knn_accuracy


@dataclass(frozen=True)
class LayerAccuracies:
    """Cosine k-NN accuracy of each layer's embeddings; higher is better, chance is one in the classes.

    Attributes:
        encoder: its name.
        accuracy: {layer: share of test pictures whose class most of their neighbours have}.
        n_train: pictures that voted.
        n_test: pictures voted on.
        k: votes for each.
    """

    encoder: str
    accuracy: Mapping[Layer, float]
    n_train: int
    n_test: int
    k: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "schema": "whorl-knn/1",
            "encoder": self.encoder,
            "accuracy": {str(layer): value for layer, value in self.accuracy.items()},
            "n_train": self.n_train,
            "n_test": self.n_test,
            "k": self.k,
        }


def knn_by_layer(
    train: Any,
    test: Any,
    encoder: str | Path | Encoder,
    *,
    k: int = 10,
    limit_train: int | None = None,
    limit_test: int | None = None,
    seed: int = 0,
    **options: Unpack[EncodeOptions],
) -> LayerAccuracies:
    """Let the k nearest labelled training pictures vote on each test picture's class, layer by layer.

    Args:
        train: labelled pictures, anything `whorl.open_images` takes.
        test: labelled pictures of the same classes.
        encoder: anything `whorl.load_encoder` takes.
        k: votes for each test picture.
        limit_train: use at most so many, drawn at random.
        limit_test: use at most so many, drawn at random.
        seed: fixes what is drawn.
        **options: see `EncodeOptions`; pictures cannot be skipped.

    Raises:
        ImageError: no labels, or a picture that cannot be read.
        EncoderError: the encoder cannot be loaded, or fails.
        ScoreError: fewer than k training pictures.

    >>> line = np.eye(8, dtype=np.uint8)
    >>> pictures = [(line[::step] * (200 + i), step) for step in (1, -1) for i in range(3)]
    >>> knn_by_layer(pictures, pictures, "pixels:8", k=1, cache=None).accuracy
    {'pixels': 1.0}
    """
    if options.get("on_error", "fail") != "fail":
        raise ImageError("each picture's label needs its picture: on_error must be 'fail'.")
    chosen = load_encoder(encoder)
    voters, asked = (
        source if count is None else limit(source, count, seed=seed)
        for source, count in ((open_images(train), limit_train), (open_images(test), limit_test))
    )
    labels = [_numbers(source, _classes(voters, asked)) for source in (voters, asked)]
    embedded = [embed(source, chosen, label=source.name, **options) for source in (voters, asked)]
    accuracy = {
        layer: knn_accuracy(embedded[1].layer(layer), labels[1], embedded[0].layer(layer), labels[0], k=k)
        for layer in chosen.layers
    }
    return LayerAccuracies(chosen.name, accuracy, len(voters), len(asked), k)


def untrained(name_or_folder: str | Path, *, seed: int = 0, device: str = "auto") -> Encoder:
    """Return an encoder with random weights in place of its own: what training added to.

    Args:
        name_or_folder: "whorl-vit-32", an encoder's folder, or a hub name.
        seed: fixes the weights.
        device: see `whorl.load_encoder`.

    Raises:
        EncoderError: there is no such encoder.
    """
    import torch
    import transformers

    from whorl.encoders import TransformersEncoder

    family = str(name_or_folder).partition(":")[0]
    if family in ("pixels", "spectrum"):
        raise EncoderError(f"{family} has no weights, so there is nothing to make random; leave it out.")
    source = bundled.FOLDER if name_or_folder == bundled.NAME else locate(name_or_folder)
    with tempfile.TemporaryDirectory(prefix="whorl-") as place, torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        config = transformers.AutoConfig.from_pretrained(str(source), local_files_only=True)
        transformers.AutoModel.from_config(config).save_pretrained(place)
        shutil.copy(source / "preprocessor_config.json", place)
        name = f"{Path(name_or_folder).name}, random weights"
        return TransformersEncoder(place, known_as=name, device=device)


def _classes(*sources: ImageSource) -> dict[object, int]:
    found = {label for source in sources for label in labels_of(source)}
    return {label: number for number, label in enumerate(sorted(found, key=str))}


def _numbers(source: ImageSource, classes: Mapping[object, int]) -> NDArray[np.int64]:
    return np.array([classes[label] for label in labels_of(source)], dtype=np.int64)
