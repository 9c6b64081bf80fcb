"""What a classifier's weights are worth on pictures it was not trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whorl.lab.training.augment import plain
from whorl.lab.training.encoder_models import last_embedding
from whorl.lab.training.knn import knn_accuracy
from whorl.lab.training.pictures import LabelledPictures

if TYPE_CHECKING:
    import torch

_BATCH = 128


@dataclass(frozen=True)
class Judge:
    """The pictures that an encoder is judged on, never trained on.

    Attributes:
        held_out: of the training's own classes: their share named right is `top1`.
        knn_train: whose nearest embeddings vote.
        knn_test: whose class is voted on; may be `held_out`.
    """

    held_out: LabelledPictures
    knn_train: LabelledPictures
    knn_test: LabelledPictures


@dataclass(frozen=True)
class Marks:
    """What a judge found.

    Attributes:
        top1: share of held-out pictures whose class the head names.
        knn: cosine 10-NN accuracy of the last layer's embeddings.
    """

    top1: float
    knn: float


@dataclass(frozen=True)
class _Outputs:
    classes: NDArray[np.int64]
    embeddings: NDArray[np.float32]


def judge(
    model: torch.nn.Module, weights: Mapping[str, torch.Tensor], by: Judge, device: torch.device
) -> Marks:
    """Return the marks of a model with these weights in place of its own."""
    model.eval()
    held_out = _run(model, weights, by.held_out.pixels, device)
    tested = held_out if by.knn_test is by.held_out else _run(model, weights, by.knn_test.pixels, device)
    voters = _run(model, weights, by.knn_train.pixels, device)
    return Marks(
        top1=float((held_out.classes == by.held_out.labels).mean()),
        knn=knn_accuracy(
            tested.embeddings,
            by.knn_test.labels,
            voters.embeddings,
            by.knn_train.labels,
            k=min(10, len(by.knn_train)),
        ),
    )


def _run(
    model: torch.nn.Module,
    weights: Mapping[str, torch.Tensor],
    pixels: NDArray[np.uint8],
    device: torch.device,
) -> _Outputs:
    import torch

    classes, embeddings = [], []
    with torch.no_grad():
        for start in range(0, len(pixels), _BATCH):
            inputs = plain(pixels[start : start + _BATCH]).to(device)
            logits, embedding = last_embedding(model, weights, inputs)
            classes.append(logits.argmax(1).cpu().numpy())
            embeddings.append(embedding.cpu().numpy())
    return _Outputs(np.concatenate(classes), np.concatenate(embeddings))
