"""A small convolutional network for co-occurrence matrices, trained from scratch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.cooccurrence_network import WIDTHS
from whorl.attribution.classifiers.networks import FittedNetwork, train_network
from whorl.attribution.classifiers.scaling import Scaling
from whorl.attribution.classifiers.training import Schedule
from whorl.embeddings.progress import Progress
from whorl.errors import ScoreError

if TYPE_CHECKING:
    import torch

_SCHEDULE = Schedule(epochs=60, patience=10, batch_size=32)


@dataclass(frozen=True)
class CoOccurrenceCNN:
    """Convolutions as in arXiv 1903.06836, half as wide, with Adam; see `Classifier`.

    Why not the ResNet that is here already: which cell is filled matters, not only which pattern is there. The
    dense layer at the end sees places, where a ResNet averages over them.
    """

    name: str = "cooccurrence-cnn"
    schedule: Schedule = _SCHEDULE
    learning_rate: float = 1e-3

    def describe(self) -> Mapping[str, Any]:
        """See `Classifier`."""
        return {"classifier": self.name, "version": 1, "widths": list(WIDTHS), **asdict(self)}

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
            ScoreError: features that have not the form of square matrices, sides a multiple of 8.
        """
        shape = train.values.shape[1:]
        if len(shape) != 3 or shape[1] != shape[2] or shape[1] % 8 or not shape[1]:
            raise ScoreError(
                f"{self.name} needs square matrices per channel, sides a multiple of 8; got features of shape "
                f"{shape}. Choose linear, mlp or resnet."
            )

        def optimiser(network: torch.nn.Module) -> tuple[torch.optim.Optimizer, Callable[[float], None]]:
            import torch

            return torch.optim.Adam(network.parameters(), lr=self.learning_rate), lambda _: None

        scaling = Scaling.by_channel(train.values)
        return train_network(
            self.name, train, validation, scaling, classes, self.schedule, optimiser, seed, device, progress
        )
