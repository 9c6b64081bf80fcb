"""Reading an encoder's own preprocessing from its folder."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from PIL import Image

from whorl.encoders.preprocessing import Preprocessing
from whorl.encoders.quiet import quiet
from whorl.errors import EncoderError

# Image processors whose steps `Preprocessing` repeats exactly: the tests compare each with transformers' own.
PROCESSORS = (
    "BeitImageProcessor", "BitImageProcessor", "BlipImageProcessor", "CLIPImageProcessor",
    "ConvNextImageProcessor", "DeiTImageProcessor", "SiglipImageProcessor", "ViTImageProcessor",
)  # fmt: skip
_FILES = ("preprocessor_config.json", "processor_config.json")
_REMEDY = "add the file that came with the weights, or pass preprocessing=whorl.encoders.Preprocessing(...)"


def choose_preprocessing(preprocessing: str | Preprocessing, folder: Path) -> Preprocessing:
    """Return what `preprocessing` means for the encoder in `folder`.

    Args:
        preprocessing: "auto", what the folder's own files say; "paper", shorter side to 256 (bilinear),
            centre crop 224, the encoder's own mean and std (arXiv 2407.21159); or a `Preprocessing` as it is.
        folder: where `preprocessor_config.json` is.

    Raises:
        EncoderError: an unknown word, no file to read, or one that gives pictures of no fixed size.
    """
    if isinstance(preprocessing, Preprocessing):
        chosen = preprocessing
    elif preprocessing in ("auto", "paper"):
        chosen = read_preprocessing(folder)
        if preprocessing == "paper":
            chosen = dataclasses.replace(chosen, resize=256, resample="bilinear", crop=(224, 224))
    else:
        raise EncoderError(
            f"preprocessing={preprocessing!r} is unknown; choose 'auto', 'paper' or give a "
            "whorl.encoders.Preprocessing."
        )
    if chosen.output_size is None:
        raise EncoderError(
            f"{chosen} gives each picture a size of its own, and an encoder takes batches of one size; "
            "pass preprocessing='paper' or a whorl.encoders.Preprocessing with a crop or an exact size."
        )
    return chosen


def read_preprocessing(folder: Path) -> Preprocessing:
    """Read `preprocessor_config.json`, with the defaults of transformers' image processor of that name.

    Raises:
        EncoderError: the file is missing or damaged, or names a processor that `Preprocessing` cannot repeat.
    """
    if not any((folder / file).is_file() for file in _FILES):
        raise EncoderError(f"{folder} has no {_FILES[0]}, so mean and std are unknown; {_REMEDY}.")
    processor = _load_processor(folder)
    kind = type(processor).__name__.removesuffix("Pil").removesuffix("Fast")
    if kind not in PROCESSORS:
        raise EncoderError(
            f"{folder} names the image processor {kind}, known are {', '.join(PROCESSORS)}; "
            "pass preprocessing=whorl.encoders.Preprocessing(...)."
        )
    return _from_processor(processor, convnext=kind == "ConvNextImageProcessor", folder=folder)


def _load_processor(folder: Path) -> Any:
    from transformers import AutoImageProcessor

    try:
        with quiet():
            # The Pillow backend, also where torchvision is installed: the two resize differently.
            return AutoImageProcessor.from_pretrained(
                str(folder), backend="pil", local_files_only=True, trust_remote_code=False
            )
    except (OSError, ValueError, TypeError, KeyError, ImportError, AttributeError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EncoderError(
            f"the image processor of {folder} cannot be read ({reason}); {_REMEDY}."
        ) from error


def _from_processor(processor: Any, *, convnext: bool, folder: Path) -> Preprocessing:
    resize, crop = _sizes(processor, folder)
    if convnext and processor.do_resize:
        resize, crop = _convnext_sizes(processor, crop, folder)
    mean = _three(processor.image_mean) if processor.do_normalize else (0.0, 0.0, 0.0)
    std = _three(processor.image_std) if processor.do_normalize else (1.0, 1.0, 1.0)
    return Preprocessing(
        resize=resize,
        resample=Image.Resampling(int(processor.resample)).name.lower(),
        crop=crop,
        rescale=float(processor.rescale_factor) if processor.do_rescale else 1.0,
        mean=mean,
        std=std,
    )


def _sizes(processor: Any, folder: Path) -> tuple[int | tuple[int, int] | None, tuple[int, int] | None]:
    if getattr(processor, "do_pad", None):
        raise EncoderError(f"{folder} asks for padding (do_pad), which is not supported; {_REMEDY}.")
    resize = _size(processor.size, folder) if processor.do_resize else None
    crop = _size(processor.crop_size, folder) if getattr(processor, "do_center_crop", None) else None
    if isinstance(crop, int):
        raise EncoderError(f"{folder} has crop_size={crop} without height and width; {_REMEDY}.")
    return resize, crop


def _size(size: Any, folder: Path) -> int | tuple[int, int]:
    given = {key: int(value) for key, value in dict(size).items() if value is not None}
    if given.keys() == {"height", "width"}:
        return given["height"], given["width"]
    if given.keys() == {"shortest_edge"}:
        return given["shortest_edge"]
    raise EncoderError(
        f"{folder} has the size {given}; expected height and width, or shortest_edge; {_REMEDY}."
    )


def _convnext_sizes(
    processor: Any, crop: tuple[int, int] | None, folder: Path
) -> tuple[int | tuple[int, int], tuple[int, int] | None]:
    """ConvNeXt below 384: shorter side to size / crop_pct, then its own centre crop; from 384 on: warped."""
    side = _size(processor.size, folder)
    if isinstance(side, tuple) or crop is not None:
        raise EncoderError(f"{folder} has a ConvNeXt processor with size {side} and crop {crop}; {_REMEDY}.")
    if side >= 384:
        return (side, side), None
    return int(side / processor.crop_pct), (side, side)


def _three(values: Any) -> tuple[float, float, float]:
    red, green, blue = [values] * 3 if isinstance(values, int | float) else values
    return float(red), float(green), float(blue)
