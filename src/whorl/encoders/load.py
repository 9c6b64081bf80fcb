"""The one door to every encoder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from whorl.encoders.bundled import NAME
from whorl.encoders.contract import Encoder
from whorl.errors import EncoderError

if TYPE_CHECKING:
    from whorl.encoders.layers import LayerSelection
    from whorl.encoders.preprocessing import Preprocessing

GROUP = "whorl.encoders"
"""The entry-point group in which a plugin names its factory."""

_BUILT_IN = {
    "pixels": "whorl.encoders.pixels:PixelEncoder",
    "spectrum": "whorl.encoders.spectrum:SpectrumEncoder",
    NAME: "whorl.encoders.bundled:bundled_encoder",
}
_SIZED = ("pixels", "spectrum")
_DEFAULTS: dict[str, Any] = {
    "layers": None,
    "pooling": "auto",
    "device": "auto",
    "dtype": "auto",
    "preprocessing": "auto",
}


def load_encoder(
    name_or_folder: str | Path | Encoder,
    *,
    layers: LayerSelection = None,
    pooling: str = "auto",
    device: str = "auto",
    dtype: str = "auto",
    preprocessing: str | Preprocessing = "auto",
    compile: bool = False,  # noqa: A002 (torch's own word)
) -> Encoder:
    """Load an encoder: a built-in, a plugin, a local folder, or a transformers vision model by its hub name.

    Args:
        name_or_folder: "pixels" or "pixels:64", "spectrum" or "spectrum:64"; "whorl-vit-32", which comes with
            Whorl; a plugin's name; a folder that save_pretrained wrote; a hub name; looked up in this order. Or
            an encoder, which is given back as it is.
        layers: None for all blocks, n > 0 for the last n, a list for exactly these, negatives from the end.
        pooling: "cls", "mean" (over patches), "both" (concatenated), or "auto": cls where there is a class
            token, else mean.
        device: "cpu", "mps", "cuda", "cuda:N", or "auto": the GPU where there is one.
        dtype: "float32", "bfloat16", "float16", or "auto": bfloat16 for wide encoders on devices made for it
            (GPUs, CPUs with AMX), else float32.
        preprocessing: "auto", what the encoder's own folder says; "paper", shorter side to 256, centre crop
            224; or a `whorl.encoders.Preprocessing`.
        compile: whether torch.compile is to make it quicker; takes a compiler, and a minute first. A compiled
            encoder counts as another one, for its embeddings differ in the last digits.

    Returns:
        An object that keeps to `whorl.encoders.Encoder`.

    Raises:
        EncoderError: there is no such encoder, it cannot be loaded, or a value is unknown.

    >>> load_encoder("pixels").layers
    ('pixels',)
    """
    options = {
        "layers": layers,
        "pooling": pooling,
        "device": device,
        "dtype": dtype,
        "preprocessing": preprocessing,
    }
    if compile:  # plugins are not asked to know it
        options["compile"] = True
    if isinstance(name_or_folder, str | Path):
        return _factory(name_or_folder)(**options)
    if isinstance(name_or_folder, type) or not isinstance(name_or_folder, Encoder):
        found = repr(name_or_folder) if isinstance(name_or_folder, type) else type(name_or_folder).__name__
        raise EncoderError(f"expected an encoder's name, a folder or an Encoder, found {found}.")
    changed = [key for key, value in options.items() if value != _DEFAULTS.get(key)]
    if changed:
        raise EncoderError(
            f"{name_or_folder.name} is loaded already, so {', '.join(changed)} cannot be changed; "
            "give its name or folder instead."
        )
    return name_or_folder


def available_encoders() -> tuple[str, ...]:
    """Return the names of built-in encoders and installed plugins, sorted; none of them is imported.

    >>> {"pixels", "spectrum", "whorl-vit-32"} <= set(available_encoders())
    True
    """
    return tuple(sorted({*_BUILT_IN, *(point.name for point in entry_points(group=GROUP))}))


def _factory(name_or_folder: str | Path) -> Callable[..., Encoder]:
    if isinstance(name_or_folder, str):
        name, _, argument = name_or_folder.partition(":")
        if name in _BUILT_IN:
            _refuse_clash(name)
            return _built_in(name, argument)
        plugins = [point for point in entry_points(group=GROUP) if point.name == name_or_folder]
        if plugins:
            return _plugin(plugins)
    from whorl.encoders.transformers_encoder import TransformersEncoder

    return partial(TransformersEncoder, name_or_folder)


def _built_in(name: str, argument: str) -> Callable[..., Encoder]:
    module, _, attribute = _BUILT_IN[name].partition(":")
    factory = cast("Callable[..., Encoder]", getattr(import_module(module), attribute))
    if not argument:
        return factory
    if name not in _SIZED:
        raise EncoderError(f"{name}:{argument} is no encoder: {name} has one size; write {name}.")
    if not argument.isdecimal():
        raise EncoderError(f"{name}:{argument} is no size; write {name} or, for another size, {name}:64.")
    return partial(factory, int(argument))


def _refuse_clash(name: str) -> None:
    for point in entry_points(group=GROUP):
        if point.name == name and point.value != _BUILT_IN[name]:
            raise EncoderError(
                f"the plugin {_describe(point)} takes the built-in name {name!r}; rename or uninstall it."
            )


def _plugin(points: list[EntryPoint]) -> Callable[..., Encoder]:
    if len({point.value for point in points}) > 1:
        both = " and ".join(_describe(point) for point in points)
        raise EncoderError(f"two plugins offer the encoder {points[0].name!r}: {both}; uninstall one.")
    point = points[0]

    def make(**options: Any) -> Encoder:
        try:
            encoder = point.load()(**options)
        except EncoderError:
            raise
        except Exception as error:  # a plugin may fail in any way, and its user needs to know which one did
            reason = f"{type(error).__name__}: {error}"
            raise EncoderError(f"the plugin {_describe(point)} failed: {reason}") from error
        if not isinstance(encoder, Encoder):
            found = type(encoder).__name__
            raise EncoderError(f"the plugin {_describe(point)} gave a {found}, which is no Encoder.")
        return encoder

    return make


def _describe(point: EntryPoint) -> str:
    package = f" of {point.dist.name}" if point.dist is not None else ""
    return f"{point.name} = {point.value}{package}"
