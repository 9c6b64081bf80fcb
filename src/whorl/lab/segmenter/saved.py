"""A segmenter as files, and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.checkpoint import CONFIG, WEIGHTS, digest_weights
from whorl.encoders.device import choose_device
from whorl.errors import EncoderError, StorageError, WhorlError
from whorl.files import digest_json, write_bytes, write_json
from whorl.images.contract import Picture
from whorl.lab.segmenter.cut_out import THRESHOLD, ClassMap, class_map, cut_out, foreground
from whorl.lab.segmenter.recipe import SegmenterRecipe

if TYPE_CHECKING:
    from whorl.lab.segmenter.model import ClassMaps

FORMAT = "whorl-segmenter/1"


class Segmenter:
    """Tells a picture's subject from its background; a weak one, taught by class labels alone.

    Args:
        model: the network; it is put into eval mode.
        recipe: how it was made.
        classes: what its maps are of.
        weights: digest of its weights.
        threshold: see `whorl.lab.segmenter.cut_out.foreground`.

    Attributes:
        classes: what its maps are of.
        digest: covers weights, shape and threshold: 64 hex digits. Equal digests give equal masks on one machine.
        threshold: where the foreground begins.
    """

    def __init__(
        self,
        model: ClassMaps,
        recipe: SegmenterRecipe,
        classes: tuple[str, ...],
        *,
        weights: str,
        threshold: float = THRESHOLD,
    ) -> None:
        if not 0 < threshold < 1:
            raise WhorlError(f"threshold must lie between 0 and 1; got {threshold!r}.")
        self._model, self._recipe = model.eval(), recipe
        self.classes, self.threshold = classes, threshold
        self.digest = digest_json(
            {
                "format": FORMAT,
                "weights": weights,
                "scale": recipe.scale,
                "size": recipe.size,
                "sharpness": recipe.sharpness,
                "threshold": threshold,
            }
        )

    def class_map(self, picture: Picture) -> ClassMap:
        """Return the map of the class that a picture uint8 (H, W, 3) most likely shows."""
        return class_map(self._model, picture, size=self._recipe.size, sharpness=self._recipe.sharpness)

    def mask(self, picture: Picture) -> NDArray[np.bool_]:
        """Return where the subject of a picture uint8 (H, W, 3) is, bool (H, W), of any size."""
        return foreground(self.class_map(picture), self.threshold)

    def cut_out(self, picture: Picture, *, fill: int = 255) -> Picture:
        """Return the subject of a picture uint8 (H, W, 3) on one grey level."""
        return cut_out(picture, self.mask(picture), fill=fill)


def save_segmenter(
    folder: Path, model: ClassMaps, recipe: SegmenterRecipe, classes: tuple[str, ...], *, pictures: str
) -> None:
    """Write model.safetensors, then config.json with its digest.

    Args:
        folder: where.
        model: the network.
        recipe: how it was made.
        classes: what its maps are of.
        pictures: digest of what it was trained on.

    Raises:
        StorageError: the disk is full or read-only.
    """
    from safetensors.torch import save

    tensors = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    write_bytes(folder / WEIGHTS, save(tensors, metadata={"format": FORMAT}))
    config = {
        "format": FORMAT,
        "recipe": recipe.to_dict(),
        "classes": list(classes),
        "weights": digest_weights([folder / WEIGHTS]),
        "pictures": pictures,
    }
    write_json(folder / CONFIG, config)


def load_segmenter(folder: str | Path, *, device: str = "cpu", threshold: float = THRESHOLD) -> Segmenter:
    """Load what `whorl lab train-segmenter` wrote.

    Args:
        folder: with config.json and model.safetensors.
        device: auto, cpu, mps, cuda or cuda:N. A GPU rounds otherwise, so a pixel at a mask's edge can differ.
        threshold: see `whorl.lab.segmenter.cut_out.foreground`.

    Raises:
        StorageError: there is no segmenter, or its files are damaged or not of one another.
        EncoderError: there is no such device.
        WhorlError: the threshold is out of range.
    """
    place, where = Path(folder).expanduser(), choose_device(device)
    config = _config(place)
    try:
        recipe = SegmenterRecipe(**config["recipe"])
        classes, weights = tuple(str(name) for name in config["classes"]), str(config["weights"])
    except (KeyError, TypeError, WhorlError) as error:
        raise StorageError(f"{place / CONFIG} is damaged ({error}); copy the folder anew.") from error
    model = _model(place, recipe, classes, weights).to(where)
    return Segmenter(model, recipe, classes, weights=weights, threshold=threshold)


def _config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    if not path.is_file() and (folder / WEIGHTS).is_file():
        raise StorageError(
            f"{folder} has {WEIGHTS} and no {CONFIG}. If its training was stopped, give the same `whorl lab "
            "train-segmenter` command again, which goes on; else copy the folder anew."
        )
    if not path.is_file():
        raise StorageError(
            f"{folder} holds no segmenter; give a folder that `whorl lab train-segmenter` wrote."
        )
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StorageError(f"{path} is no JSON ({error}); copy the folder anew.") from error
    found = config.get("format") if isinstance(config, dict) else None
    if found != FORMAT:
        raise StorageError(
            f"{path} is no segmenter's: its format is {found!r}, expected {FORMAT!r}. Give a folder that "
            "`whorl lab train-segmenter` wrote."
        )
    assert isinstance(config, dict)  # noqa: S101
    return config


def _model(folder: Path, recipe: SegmenterRecipe, classes: tuple[str, ...], weights: str) -> ClassMaps:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from whorl.lab.segmenter.model import make_class_maps

    path = folder / WEIGHTS
    if not path.is_file():
        raise StorageError(f"{folder} has no {WEIGHTS}; copy the folder anew.")
    try:
        found = digest_weights([path])
        if found != weights:
            raise StorageError(
                f"{path} has other weights than {CONFIG} names ({found[:12]}, expected {weights[:12]}). If its "
                "training was stopped, give the same `whorl lab train-segmenter` command again, which goes on; "
                "else copy the folder anew."
            )
        model = make_class_maps(recipe, len(classes))
        model.load_state_dict(load_file(path))
    except (SafetensorError, EncoderError, RuntimeError, OSError) as error:
        raise StorageError(f"{path} cannot be read ({error}); copy the folder anew.") from error
    return model
