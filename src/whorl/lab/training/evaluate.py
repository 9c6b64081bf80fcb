"""What a classifier's weights are worth on pictures it was not trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from whorl.lab.training.augment import plain
from whorl.lab.training.encoder_models import last_embedding
from whorl.lab.training.knn import knn_accuracy
from whorl.lab.training.marks import Marks
from whorl.lab.training.pictures import LabelledPictures

if TYPE_CHECKING:
    import torch

_BATCH = 128


@dataclass(frozen=True)
class Judge:
    """The pictures that a classifier is judged on, never trained on.

    Attributes:
        held_out: of the training's own classes: their share named right is `top1`.
        knn_train: whose nearest embeddings vote.
        knn_test: whose class is voted on; may be `held_out`.
    """

    held_out: LabelledPictures
    knn_train: LabelledPictures
    knn_test: LabelledPictures


@dataclass(frozen=True)
class Outputs:
    """What a model gave for N pictures.

    Attributes:
        head: (N, ...), what was read of its output.
        embeddings: float32 (N, D), the last layer's.
    """

    head: NDArray[Any]
    embeddings: NDArray[np.float32]


def judge(
    model: torch.nn.Module, weights: Mapping[str, torch.Tensor], by: Judge, device: torch.device
) -> Marks:
    """Return the marks of a model with these weights in place of its own."""

    def run(pictures: LabelledPictures) -> Outputs:
        return outputs_of(model, weights, pictures.pixels, device, read=_class)

    held_out = run(by.held_out)
    tested = held_out if by.knn_test is by.held_out else run(by.knn_test)
    return Marks(
        top1=float((held_out.head == by.held_out.labels).mean()),
        knn=knn_mark(tested, by.knn_test, run(by.knn_train), by.knn_train),
    )


def knn_mark(
    tested: Outputs, knn_test: LabelledPictures, voters: Outputs, knn_train: LabelledPictures
) -> float:
    """Return the 10-NN accuracy of embeddings, of fewer neighbours where there are fewer voters."""
    return knn_accuracy(
        tested.embeddings,
        knn_test.labels,
        voters.embeddings,
        knn_train.labels,
        k=min(10, len(knn_train)),
    )


def outputs_of(
    model: torch.nn.Module,
    weights: Mapping[str, torch.Tensor],
    pixels: NDArray[np.uint8],
    device: torch.device,
    *,
    read: Callable[[Any], torch.Tensor],
) -> Outputs:
    """Run a model with these weights in place of its own over pictures as they are.

    Args:
        model: of an `Objective`.
        weights: its tensors by name.
        pixels: uint8 (N, S, S, 3).
        device: where the model is.
        read: what to keep of its output.
    """
    import torch

    model.eval()
    head, embeddings = [], []
    with torch.no_grad():
        for start in range(0, len(pixels), _BATCH):
            inputs = plain(pixels[start : start + _BATCH]).to(device)
            output, embedding = last_embedding(model, weights, inputs)
            head.append(read(output).cpu().numpy())
            embeddings.append(embedding.cpu().numpy())
    return Outputs(np.concatenate(head), np.concatenate(embeddings))


def _class(output: Any) -> torch.Tensor:
    classes: torch.Tensor = output.logits.argmax(1)
    return classes
