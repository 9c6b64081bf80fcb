"""Any transformers vision model as an encoder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.encoders.batches import check_batch, check_finite
from whorl.encoders.checkpoint import check_files, digest_weights, locate, relevant_config
from whorl.encoders.compiling import compiled, explain, of_any_size
from whorl.encoders.device import check_dtype, choose_device, choose_dtype
from whorl.encoders.layers import LayerSelection, select_layers
from whorl.encoders.pooling import check_layout, choose_pooling, find_prefix, pool
from whorl.encoders.precision import arithmetic, channels_last, input_dtype, placed
from whorl.encoders.processor_config import choose_preprocessing
from whorl.encoders.vision_model import first_lines, load_vision_model
from whorl.errors import EncoderError
from whorl.files import digest_json

if TYPE_CHECKING:
    import torch

    from whorl.encoders.contract import Layer
    from whorl.encoders.preprocessing import Preprocessing
    from whorl.images.contract import Picture

FORMAT = 1
"""Raised whenever the same settings would give other embeddings than before: it is part of every digest."""


class TransformersEncoder:
    """The hidden states of a transformers vision model, pooled, in one forward pass.

    Layer l is `hidden_states[l]`: 0 the embedding output, l >= 1 the output of block l (ViT, DeiT, DINO,
    DINOv2, CLIP) or of stage l (Swin, ResNet, ConvNeXt), before any final LayerNorm. Made by `load_encoder`.

    Args:
        name_or_folder: a hub name, or a folder with config.json, model.safetensors and
            preprocessor_config.json.
        layers: see `whorl.encoders.layers.select_layers`.
        pooling: auto, cls, mean or both.
        device: auto, cpu, mps, cuda or cuda:N.
        dtype: auto, float32, bfloat16 or float16; see `whorl.encoders.device.choose_dtype`.
        preprocessing: auto, paper or a `Preprocessing`.
        compile: whether torch.compile is to make it quicker, which takes a minute first.
        known_as: its name, and what `load_encoder` finds it by, where that is not the folder's place.

    Raises:
        EncoderError: anything that keeps the model from being loaded, or an unknown value.
    """

    def __init__(
        self,
        name_or_folder: str | Path,
        *,
        layers: LayerSelection = None,
        pooling: str = "auto",
        device: str = "auto",
        dtype: str = "auto",
        preprocessing: str | Preprocessing = "auto",
        compile: bool = False,  # noqa: A002 (torch's own word)
        known_as: str | None = None,
    ) -> None:
        self._device = choose_device(device)
        check_dtype(dtype)
        folder = locate(name_or_folder)
        local = Path(name_or_folder).expanduser()
        is_local = local.is_dir()
        self._location = known_as or str(local.absolute() if is_local else name_or_folder)
        files = check_files(folder)
        content = {"config": relevant_config(folder), "weights": digest_weights(files)}
        self._name = known_as or (folder.resolve().name if is_local else str(name_or_folder))
        self._preprocessing = choose_preprocessing(preprocessing, folder)
        model = load_vision_model(folder, name=self._name)
        self._prefix = find_prefix(model)
        self._pooling = choose_pooling(pooling, self._prefix, name=self._name)
        self._dtype = choose_dtype(dtype, self._device, width=_width(model.config))
        self._model: Any = placed(model, self._device, self._dtype)
        self._compiled: Any = None
        self._size = self._preprocessing.output_size or (0, 0)
        self._layers = select_layers(layers, depth=self._probe())
        if compile:
            self._compile()
        self._digest = digest_json({**self._identity(), **content})

    @property
    def name(self) -> str:
        """The hub name, or the folder's name."""
        return self._name

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Indices of hidden states, from shallow to deep."""
        return self._layers

    @property
    def digest(self) -> str:
        """Digest of weights, config, preprocessing, layers, pooling, dtype and attention: 64 hex digits."""
        return self._digest

    @property
    def settings(self) -> Mapping[str, object]:
        """How it encodes, as JSON values; with the device and the libraries, which the digest leaves out."""
        from importlib.metadata import version

        identity = self._identity()
        options = {name: identity[name] for name in ("layers", "pooling", "dtype", "preprocessing")}
        options |= {"compile": True} if self._compiled is not None else {}
        libraries = {package: version(package) for package in ("torch", "transformers", "pillow")}
        return {
            **identity,
            "name": self._name,
            "location": self._location,
            "options": options,
            "device": str(self._device),
            "libraries": libraries,
        }

    @property
    def preprocessing(self) -> Preprocessing:
        """What `preprocess` does, apart from the weights: what a process that prepares pictures needs."""
        return self._preprocessing

    def preprocess(self, image: Picture) -> torch.Tensor:
        """Turn a uint8 (H, W, 3) picture into float32 (3, H', W').

        Raises:
            EncoderError: it is no such picture.
        """
        return self._preprocessing(image)

    def encode(self, batch: torch.Tensor) -> dict[Layer, torch.Tensor]:
        """Encode float32 (B, 3, H', W') in one forward pass: for each layer, float32 (B, D) on the CPU.

        Raises:
            EncoderError: a batch of another shape, or an embedding with NaN or infinity.
        """
        import torch

        check_batch(batch, (3, *self._size), name=self._name)
        with torch.inference_mode():
            hidden = self._forward(batch)
            pooled: dict[Layer, torch.Tensor] = {
                layer: pool(hidden[layer], self._pooling, self._prefix).cpu()[: len(batch)]
                for layer in self._layers
            }
        check_finite(pooled, name=self._name)
        # Cloned outside inference mode: a tensor made inside it may not be changed in place later.
        return {layer: embedding.clone() for layer, embedding in pooled.items()}

    def _forward(self, batch: torch.Tensor) -> tuple[torch.Tensor, ...]:
        inputs = batch.to(device=self._device, dtype=input_dtype(self._dtype))
        model = self._model
        if self._compiled is not None:
            model, inputs = self._compiled, of_any_size(inputs)
        with arithmetic(self._device, self._dtype):
            output = model(pixel_values=inputs, output_hidden_states=True, return_dict=True)
        return tuple(getattr(output, "hidden_states", None) or ())

    def _probe(self) -> int:
        """Encode one black picture, so that what does not fit is told now; return the number of blocks."""
        import torch

        try:
            with torch.inference_mode():
                hidden = self._forward(torch.zeros(1, 3, *self._size))
        except (ValueError, RuntimeError, TypeError) as error:
            height, width = self._size
            raise EncoderError(
                f"{self._name} does not take the {height} x {width} pictures that its preprocessing makes "
                f"({first_lines(error)}); pass a preprocessing that gives the size it was trained on."
            ) from error
        check_layout(hidden, self._prefix, self._model.config, self._size, name=self._name)
        return len(hidden) - 1

    def _compile(self) -> None:
        """Compile now, so that what keeps it from working is told now and the first batch is like the others."""
        import torch

        self._compiled = compiled(self._model)
        try:
            with torch.inference_mode():
                self._forward(torch.zeros(2, 3, *self._size))
        except Exception as error:  # compilers fail in every way there is
            raise explain(error, self._name) from error

    def _identity(self) -> dict[str, Any]:
        config = self._model.config
        # Said only where it is so: what was always done is the rest of the digest.
        ways = {"arithmetic": "autocast"} if str(self._dtype) == "torch.bfloat16" else {}
        ways |= {"memory": "channels_last"} if channels_last(self._model) else {}
        ways |= {"compiled": "inductor"} if self._compiled is not None else {}
        return {
            **ways,
            "format": FORMAT,
            "family": str(config.model_type),
            "class": type(self._model).__name__,
            "layers": list(self._layers),
            "pooling": self._pooling,
            "dtype": str(self._dtype).removeprefix("torch."),
            "attention": str(getattr(config, "_attn_implementation", None)),
            "preprocessing": self._preprocessing.to_dict(),
        }


def _width(config: Any) -> int:
    """Return the width of all hidden states, 0 where they come in stages of several."""
    return 0 if hasattr(config, "depths") else int(getattr(config, "hidden_size", 0))
