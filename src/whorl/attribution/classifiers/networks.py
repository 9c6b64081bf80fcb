"""A perceptron for vectors, and a small ResNet for features in the form of a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.cooccurrence_network import cooccurrence_network
from whorl.attribution.classifiers.scaling import Scaling
from whorl.attribution.classifiers.training import Schedule, network_logits, train_until_worse
from whorl.embeddings.progress import Progress
from whorl.encoders.device import choose_device
from whorl.errors import ScoreError
from whorl.fingerprints.trained.random_state import seeded

if TYPE_CHECKING:
    import torch


_MLP_SCHEDULE = Schedule(epochs=100, patience=10, batch_size=64)
_RESNET_SCHEDULE = Schedule(epochs=180, patience=30, batch_size=36)


@dataclass(frozen=True, eq=False)
class FittedNetwork:
    """A torch network on scaled features.

    Attributes:
        kind: "mlp", "resnet" or "cooccurrence-cnn".
        network: in eval mode.
        scaling: of the features.
        shape: of one picture's features.
        classes: K.
        epoch: the one whose weights were kept.
    """

    kind: str
    network: torch.nn.Module
    scaling: Scaling
    shape: tuple[int, ...]
    classes: int
    epoch: int

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """See `FittedClassifier`."""
        return network_logits(self.network, self.scaling.apply(values.reshape(len(values), *self.shape)))

    def state(self) -> tuple[Mapping[str, Any], Mapping[str, NDArray[Any]]]:
        """See `FittedClassifier`."""
        arrays = {
            f"network.{name}": tensor.detach().cpu().numpy()
            for name, tensor in self.network.state_dict().items()
        }
        settings = {"shape": list(self.shape), "classes": self.classes, "epoch": self.epoch}
        return settings, arrays | {"mean": self.scaling.mean, "spread": self.scaling.spread}


def restore_network(
    kind: str, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> FittedNetwork:
    """Return what `FittedNetwork.state` described, on the CPU."""
    import torch

    shape, classes = tuple(settings["shape"]), settings["classes"]
    with seeded(0, choose_device("cpu")):  # random weights that are overwritten at once
        network = _BUILD[kind](shape, classes)
    weights = {
        name.removeprefix("network."): torch.from_numpy(np.array(array))
        for name, array in arrays.items()
        if name.startswith("network.")
    }
    network.load_state_dict(weights)
    network.eval()
    return FittedNetwork(
        kind, network, Scaling(arrays["mean"], arrays["spread"]), shape, classes, settings["epoch"]
    )


@dataclass(frozen=True)
class Perceptron:
    """One hidden layer of 512 with ReLU and dropout 0.5, Adam; see `Classifier`.

    How a vector is classified is not told by arXiv 2402.10401: this shape is our choice.
    """

    name: str = "mlp"
    schedule: Schedule = _MLP_SCHEDULE
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4

    def describe(self) -> Mapping[str, Any]:
        """See `Classifier`."""
        return {"classifier": self.name, "version": 1, **asdict(self)}

    def fit(
        self,
        train: Labelled,
        validation: Labelled,
        *,
        classes: int,
        seed: int,
        device: str,
        progress: Progress,
    ) -> FittedNetwork:
        """See `Classifier`."""
        flat, other = (_flat(held) for held in (train, validation))
        scaling = Scaling.by_feature(flat.values)

        def optimiser(network: torch.nn.Module) -> tuple[torch.optim.Optimizer, Callable[[float], None]]:
            import torch

            rate, decay = self.learning_rate, self.weight_decay
            return torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=decay), lambda _: None

        return train_network(
            "mlp", flat, other, scaling, classes, self.schedule, optimiser, seed, device, progress
        )


@dataclass(frozen=True)
class SmallResNet:
    """A ResNet-20 (16, 32, 64 channels, three blocks each) on (C, H, W), from scratch; see `Classifier`.

    As in the code released with arXiv 2402.10401: SGD at 0.1, momentum 0.9, weight decay 1e-4, a tenth of the rate
    after epochs 100 and 150 of 180, batches of 36, the epoch that does best on the validation pictures. With
    `epochs` below 180 the two falls come at the same shares, and training stops after `patience` epochs
    without gain.
    """

    name: str = "resnet"
    schedule: Schedule = _RESNET_SCHEDULE
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 1e-4

    def describe(self) -> Mapping[str, Any]:
        """See `Classifier`."""
        return {"classifier": self.name, "version": 1, **asdict(self)}

    def fit(
        self,
        train: Labelled,
        validation: Labelled,
        *,
        classes: int,
        seed: int,
        device: str,
        progress: Progress,
    ) -> FittedNetwork:
        """See `Classifier`.

        Raises:
            ScoreError: features that have not the form of a picture, at least 8 x 8.
        """
        if train.values.ndim != 4 or min(train.values.shape[2:]) < 8:
            raise ScoreError(
                f"a resnet needs features in the form of a picture, at least 8 x 8; got {train.values.shape[1:]}. "
                "Choose linear or mlp."
            )
        scaling = Scaling.by_channel(train.values)
        epochs = self.schedule.epochs
        falls = [round(epochs * share) for share in (100 / 180, 150 / 180)]

        def optimiser(network: torch.nn.Module) -> tuple[torch.optim.Optimizer, Callable[[float], None]]:
            import torch

            found = torch.optim.SGD(
                network.parameters(),
                lr=self.learning_rate,
                momentum=self.momentum,
                weight_decay=self.weight_decay,
            )
            fall = torch.optim.lr_scheduler.MultiStepLR(found, falls)
            return found, lambda _: fall.step()

        return train_network(
            "resnet", train, validation, scaling, classes, self.schedule, optimiser, seed, device, progress
        )


def train_network(
    kind: str,
    train: Labelled,
    validation: Labelled,
    scaling: Scaling,
    classes: int,
    schedule: Schedule,
    optimiser: Callable[[torch.nn.Module], tuple[torch.optim.Optimizer, Callable[[float], None]]],
    seed: int,
    device: str,
    progress: Progress,
) -> FittedNetwork:
    """Build a network of a kind, and train it on scaled features until it gets worse.

    Args:
        kind: of `_BUILD`.
        train: to learn from.
        validation: to stop by.
        scaling: of both.
        classes: K.
        schedule: how long.
        optimiser: from the network to what moves its weights, and what is called after each epoch.
        seed: fixes weights, order and dropout; torch's own random state is left as it was.
        device: auto, cpu, mps, cuda or cuda:N.
        progress: told about epochs.

    Raises:
        ScoreError: training diverged.
    """
    scaled, other = (Labelled(scaling.apply(held.values), held.classes) for held in (train, validation))
    place, shape = choose_device(device), tuple(train.values.shape[1:])
    with seeded(seed, place):
        network = _BUILD[kind](shape, classes).to(place)
        chosen, after_epoch = optimiser(network)
        epoch = train_until_worse(
            network, chosen, scaled, other, schedule, seed=seed, progress=progress, after_epoch=after_epoch
        )
    return FittedNetwork(kind, network.cpu(), scaling, shape, classes, epoch)


def _flat(held: Labelled) -> Labelled:
    return Labelled(held.values.reshape(len(held), -1), held.classes)


def _perceptron(shape: tuple[int, ...], classes: int) -> torch.nn.Module:
    from torch import nn

    return nn.Sequential(nn.Linear(shape[0], 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, classes))


def _resnet(shape: tuple[int, ...], classes: int) -> torch.nn.Module:
    from torch import nn

    from whorl.fingerprints.trained.from_scratch import small_resnet

    network = small_resnet(channels=shape[0], width=64, depth=3, classes=classes)
    backbone, head = network.get_submodule("resnet"), network.get_submodule("classifier")

    class Logits(nn.Module):
        """The network without the wrapping of its output."""

        def __init__(self) -> None:
            super().__init__()
            self.backbone, self.head = backbone, head

        def forward(self, values: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.head(self.backbone(values).pooler_output)
            return found

    return Logits()


_BUILD: dict[str, Callable[[tuple[int, ...], int], torch.nn.Module]] = {
    "mlp": _perceptron,
    "resnet": _resnet,
    "cooccurrence-cnn": cooccurrence_network,
}
