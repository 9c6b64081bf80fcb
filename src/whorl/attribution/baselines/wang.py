"""A picture classifier that has seen blur and JPEG: Wang et al."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.baselines.augmentation import BlurAndJpeg
from whorl.attribution.baselines.wang_network import network_of, new_network, on_pixels, settings_of
from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.training import Schedule, network_logits, train_until_worse
from whorl.embeddings.progress import Progress
from whorl.encoders.checkpoint import check_files, digest_weights
from whorl.encoders.device import choose_device
from whorl.errors import ScoreError
from whorl.fingerprints.trained.random_state import seeded

if TYPE_CHECKING:
    import torch

RESNET_50 = "microsoft/resnet-50"
"""The pretrained weights of `Wang` where no others are given; of the same network as the paper's."""

_AUGMENTATION = BlurAndJpeg()
_FALL = 5
_SCHEDULE = Schedule(epochs=100, patience=3 * _FALL, batch_size=64)
_LEAST_SIDE = 8


@dataclass(frozen=True, eq=False)
class FittedWang:
    """A ResNet that has learned; larger pictures are judged by their middle.

    Attributes:
        network: from pixels 0 .. 255 to logits, in eval mode.
        settings: how the network is made again.
        shape: of the pictures, (3, H, W).
        crop: largest side that the network sees.
        classes: K.
        epoch: the one whose weights were kept.
    """

    network: torch.nn.Module
    settings: Mapping[str, Any]
    shape: tuple[int, ...]
    crop: int
    classes: int
    epoch: int
    kind: str = "wang"

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """See `FittedClassifier`."""
        return network_logits(self.network, _middle(values.reshape(len(values), *self.shape), self.crop))

    def state(self) -> tuple[Mapping[str, Any], Mapping[str, NDArray[Any]]]:
        """See `FittedClassifier`."""
        settings = dict(self.settings) | {"shape": list(self.shape), "crop": self.crop}
        arrays = {
            name: tensor.detach().cpu().numpy()
            for name, tensor in self.network.get_submodule("module").state_dict().items()
        }
        return settings | {"classes": self.classes, "epoch": self.epoch}, arrays

    @classmethod
    def restore(cls, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FittedWang:
        """Return what `state` described, on the CPU."""
        import torch

        classes = settings["classes"]
        with seeded(0, choose_device("cpu")):  # random weights that are overwritten at once
            network = network_of(settings, classes)
        network.module.load_state_dict(
            {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
        )
        made = {name: settings[name] for name in ("config", "mean", "std", "rescale")}
        shape = tuple(settings["shape"])
        return cls(on_pixels(network).eval(), made, shape, settings["crop"], classes, settings["epoch"])


@dataclass(frozen=True)
class Wang:
    """A ResNet-50, pretrained on ImageNet, trained whole on pixels with blur and JPEG; see `Classifier`.

    Source: arXiv 1912.11035 and the code released with it: Adam at 1e-4, batches of 64, each picture blurred and
    compressed with probability 1/2 each, flipped with 1/2, never resized, cropped to 224 x 224 where it is larger.
    The rate falls to a tenth after five epochs without gain, and training stops at the third fall.

    Ours: K classes instead of real and fake; gain is a smaller cross-entropy on the validation pictures (there a
    better accuracy, on pictures that are blurred and compressed too); smaller pictures are taken as they are; and
    the weights, transformers' in place of torchvision's.

    Attributes:
        name: as users type it.
        weights: folder or hub name of a transformers ResNet; None is a ResNet-20 with random weights, which two
            cores can train, and which is not the paper's.
        learning_rate: of Adam at the beginning.
        augmentation: what is done to each picture in each epoch.
        schedule: how long at most.
    """

    name: str = "wang"
    weights: str | None = RESNET_50
    learning_rate: float = 1e-4
    augmentation: BlurAndJpeg = _AUGMENTATION
    schedule: Schedule = _SCHEDULE

    def describe(self) -> Mapping[str, Any]:
        """See `Classifier`.

        Weights in a folder are told apart by their digest, those of a hub name, which need not be here yet, by it.

        Raises:
            EncoderError: there is such a folder, without weights that can be read.
        """
        local = self.weights is not None and Path(self.weights).is_dir()
        digest = digest_weights(check_files(Path(str(self.weights)))) if local else None
        about = {"classifier": self.name, "version": 1, "fall": _FALL, "weights_digest": digest}
        return about | asdict(self)

    def check_weights(self) -> None:
        """Load the pretrained weights once, so that missing ones are told before hours of other work.

        Raises:
            EncoderError: they cannot be had.
        """
        if self.weights is not None:
            with seeded(0, choose_device("cpu")):
                new_network(self.weights, 2)

    def fit(
        self,
        train: Labelled,
        validation: Labelled,
        *,
        classes: int,
        seed: int,
        device: str,
        progress: Progress,
    ) -> FittedWang:
        """See `Classifier`.

        Args:
            train: whole numbers 0 .. 255, (N, 3, H, W).
            validation: the same of other pictures.
            classes: K.
            seed: fixes the last layer (all weights from scratch), the order, and with picture and epoch what is
                done to it.
            device: auto, cpu, mps, cuda or cuda:N.
            progress: told about epochs.

        Raises:
            ScoreError: features that are no pixels, pictures smaller than 8 x 8, or training diverged.
            EncoderError: the pretrained weights cannot be had.
        """
        pictures = _pictures(train.values)
        crop = self.augmentation.crop
        judges = Labelled(_middle(validation.values, crop), validation.classes)
        place = choose_device(device)

        def view(rows: NDArray[np.int64], epoch: int) -> NDArray[np.float32]:
            each = [
                self.augmentation.apply(pictures[row], np.random.default_rng([seed, epoch, int(row)]))
                for row in rows
            ]
            return np.ascontiguousarray(np.stack(each).transpose(0, 3, 1, 2), dtype=np.float32)

        with seeded(seed, place):
            made = new_network(self.weights, classes)
            network = on_pixels(made).to(place)
            optimiser, after_epoch = _optimiser(network, self.learning_rate)
            epoch = train_until_worse(
                network, optimiser, train, judges, self.schedule, seed=seed, progress=progress,
                after_epoch=after_epoch, view=view,
            )  # fmt: skip
        settings = settings_of(made, self.weights)
        return FittedWang(network.cpu(), settings, train.values.shape[1:], crop, classes, epoch)


WANG_SMALL = Wang(name="wang-small", weights=None, learning_rate=1e-3)
"""A ResNet-20 from scratch with the same augmentation; at 1e-4, a rate for fine-tuning, it would hardly learn."""


def _optimiser(network: torch.nn.Module, rate: float) -> tuple[torch.optim.Optimizer, Any]:
    import torch

    adam = torch.optim.Adam(network.parameters(), lr=rate)
    # torch counts epochs beyond its patience, we count epochs without gain: the fifth brings the fall.
    fall = torch.optim.lr_scheduler.ReduceLROnPlateau(adam, factor=0.1, patience=_FALL - 1, threshold=0.0)
    return adam, fall.step


def _pictures(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return uint8 (N, H, W, 3)."""
    form = values.ndim == 4 and values.shape[1] == 3
    if not form or min(values.shape[2:]) < _LEAST_SIDE:
        raise ScoreError(
            f"this classifier learns from pixels (3, H, W), at least {_LEAST_SIDE} x {_LEAST_SIDE}; got features "
            f"of shape {values.shape[1:]}."
        )
    pictures = values.astype(np.uint8)
    if not (pictures == values).all():
        raise ScoreError(
            "this classifier blurs and compresses pixels itself: it needs whole numbers from 0 to 255. Give the "
            "features named 'pixels'."
        )
    return np.ascontiguousarray(pictures.transpose(0, 2, 3, 1))


def _middle(values: NDArray[np.float32], crop: int) -> NDArray[np.float32]:
    top, left = (max(0, side - crop) // 2 for side in values.shape[2:])
    return np.ascontiguousarray(values[:, :, top : top + crop, left : left + crop])
