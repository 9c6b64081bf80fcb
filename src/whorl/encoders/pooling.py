"""From one layer's hidden states to one vector per picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from whorl.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

Pooling: TypeAlias = Literal["cls", "mean", "both"]
POOLINGS = ("auto", "cls", "mean", "both")

# The parameters by which transformers' families prepend tokens to the patches.
_CLASS_TOKENS = ("cls_token", "class_token", "class_embedding")
_OTHER_TOKENS = ("distillation_token", "register_tokens")


@dataclass(frozen=True)
class Prefix:
    """The tokens in front of the patches: how many, and whether the first is a class token."""

    count: int
    has_class: bool


def find_prefix(model: torch.nn.Module) -> Prefix:
    """Count class, distillation and register tokens among a model's parameters."""
    count, has_class = 0, False
    for path, parameter in model.named_parameters():
        name = path.rpartition(".")[2]
        if name in _CLASS_TOKENS:
            count, has_class = count + 1, True
        elif name in _OTHER_TOKENS:
            count += parameter.shape[-2]
    return Prefix(count, has_class)


def choose_pooling(pooling: str, prefix: Prefix, *, name: str) -> Pooling:
    """Return what `pooling` means for an encoder: `auto` is `cls` where there is a class token, else `mean`.

    Raises:
        EncoderError: an unknown word, or `cls` or `both` of an encoder without a class token.

    >>> choose_pooling("auto", Prefix(1, has_class=True), name="a ViT")
    'cls'
    >>> choose_pooling("auto", Prefix(0, has_class=False), name="a ResNet")
    'mean'
    """
    if pooling not in POOLINGS:
        raise EncoderError(f"pooling={pooling!r} is unknown; choose one of {', '.join(POOLINGS)}.")
    if pooling == "auto":
        return "cls" if prefix.has_class else "mean"
    if pooling != "mean" and not prefix.has_class:
        raise EncoderError(
            f"pooling={pooling!r} needs a class token, and {name} has none; use pooling='mean' or 'auto'."
        )
    return pooling  # type: ignore[return-value]


def pool(hidden: torch.Tensor, pooling: Pooling, prefix: Prefix) -> torch.Tensor:
    """Pool hidden states (B, tokens, D) or maps (B, D, H, W) to float32 (B, D), or (B, 2 D) for `both`.

    `mean` is over the patches: class, distillation and register tokens are left out. Sums are in float32.
    The result owns its memory, so that keeping it does not keep the hidden states.

    >>> import torch
    >>> pool(torch.tensor([[[9.0], [1.0], [2.0]]]), "both", Prefix(1, has_class=True))
    tensor([[9.0000, 1.5000]])
    """
    import torch

    if hidden.ndim == 4:
        return hidden.mean(dim=(2, 3), dtype=torch.float32)
    if pooling == "cls":
        return hidden[:, 0].to(torch.float32, copy=True)
    mean = hidden[:, prefix.count :].mean(dim=1, dtype=torch.float32)
    return mean if pooling == "mean" else torch.cat([hidden[:, 0].float(), mean], dim=1)


def check_layout(
    hidden_states: Sequence[torch.Tensor], prefix: Prefix, config: Any, size: tuple[int, int], *, name: str
) -> None:
    """Refuse hidden states whose number, axes or tokens are not what the rest takes them for.

    A wrong guess would still give numbers: registers averaged in, a mean over channels, a stage left out.

    Args:
        hidden_states: what one forward pass gave, the embedding output first.
        prefix: what `find_prefix` found.
        config: the model's configuration.
        size: height and width of the pictures that went in.
        name: the encoder's name, for the message.

    Raises:
        EncoderError: they do not agree with the configuration.
    """
    good = len(hidden_states) - 1 == _depth(config)
    if good and all(hidden.ndim == 3 for hidden in hidden_states):
        good = _are_tokens(hidden_states, prefix, config, size)
    elif good:
        widths = {getattr(config, "embedding_size", None), *(getattr(config, "hidden_sizes", None) or ())}
        good = all(hidden.ndim == 4 and hidden.shape[1] in widths for hidden in hidden_states)
    if not good:
        shapes = ", ".join(str(tuple(hidden.shape[1:])) for hidden in hidden_states) or "none"
        raise EncoderError(
            f"{name} (family {getattr(config, 'model_type', '?')!r}, {prefix.count} class or other extra tokens) "
            f"gives hidden states of a layout that is not known: {shapes}. Choose an encoder of a supported "
            "family: see docs/encoders.md."
        )


def _depth(config: Any) -> int | None:
    """How many blocks there are, or stages where blocks are grouped in stages."""
    depths = getattr(config, "depths", None)
    return getattr(config, "num_hidden_layers", None) if depths is None else len(depths)


def _are_tokens(
    hidden_states: Sequence[torch.Tensor], prefix: Prefix, config: Any, size: tuple[int, int]
) -> bool:
    patch = getattr(config, "patch_size", None)
    if patch is None:
        return False
    height, width = (patch, patch) if isinstance(patch, int) else patch
    expected = prefix.count + (size[0] // height) * (size[1] // width)
    # Only stages (Swin) may have fewer tokens further up, and there no token stands in front.
    counts = [hidden.shape[1] for hidden in hidden_states[: None if prefix.count else 1]]
    return all(count == expected for count in counts)
