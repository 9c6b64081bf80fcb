"""Names of methods that stand on a manifold: "manifold:rgb", "raw:freq", "random:6:mlp"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from whorl.encoders.contract import Layer
from whorl.encoders.pixels import LAYER as PIXELS
from whorl.encoders.spectrum import LAYER as SPECTRUM
from whorl.errors import ScoreError

Kind = Literal["nearest", "random", "raw"]

KINDS: dict[str, Kind] = {"manifold": "nearest", "random": "random", "raw": "raw"}
"""What a name begins with, and which real picture is subtracted: the nearest, a random one, none."""

_SPACES: dict[str, Layer] = {"rgb": PIXELS, "freq": SPECTRUM}
CLASSIFIER_NAMES = ("linear", "mlp", "resnet")
"""Classifiers that such a name can choose."""


@dataclass(frozen=True)
class ManifoldName:
    """What such a name says.

    Attributes:
        kind: which real picture is subtracted.
        layer: of the manifold; "pixels" for rgb, "spectrum" for freq.
        classifier: "linear", "mlp" or "resnet"; None for the one that goes with the space.

    >>> print(ManifoldName("nearest", "spectrum"), ManifoldName("raw", 6, "mlp"))
    manifold:freq raw:6:mlp
    """

    kind: Kind
    layer: Layer
    classifier: str | None = None

    def __str__(self) -> str:
        prefix = next(prefix for prefix, kind in KINDS.items() if kind == self.kind)
        spaces = {layer: space for space, layer in _SPACES.items()}
        parts = [prefix, spaces.get(self.layer, str(self.layer)), self.classifier]
        return ":".join(part for part in parts if part)


def is_manifold_name(name: str) -> bool:
    """Return whether a name is meant as one of these.

    >>> is_manifold_name("manifold:rgb"), is_manifold_name("wang:folder"), is_manifold_name("raw")
    (True, False, True)
    """
    return name.partition(":")[0] in KINDS


def manifold_name(name: str) -> ManifoldName:
    """Read such a name.

    Raises:
        ScoreError: it is none.

    >>> manifold_name("random:freq"), manifold_name("manifold:6:linear").layer
    (ManifoldName(kind='random', layer='spectrum', classifier=None), 6)
    """
    prefix, *rest = name.split(":")
    classifier = rest.pop() if len(rest) > 1 and rest[-1] in CLASSIFIER_NAMES else None
    space = ":".join(rest)
    if prefix not in KINDS or not space:
        raise ScoreError(
            f"{name!r} names no method on a manifold; it is written manifold:SPACE, raw:SPACE or random:SPACE, "
            f"where SPACE is rgb, freq or a layer; :{', :'.join(CLASSIFIER_NAMES)} behind it choose a classifier."
        )
    return ManifoldName(KINDS[prefix], _SPACES.get(space, _layer(space)), classifier)


def _layer(text: str) -> Layer:
    try:
        return int(text)
    except ValueError:
        return text
