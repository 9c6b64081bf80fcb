"""Some pictures read, digested and turned into an encoder's inputs: the work of a decoding process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from whorl.embeddings.embeddings import KEY_BYTES
from whorl.errors import ImageError
from whorl.images import pixel_digest
from whorl.images.contract import ImageSource, Picture
from whorl.images.quiet import quiet_pillow

if TYPE_CHECKING:
    import torch

Preprocess: TypeAlias = Callable[[Picture], "torch.Tensor"]
"""From a picture to an encoder's input."""


@dataclass(frozen=True)
class Inputs:
    """Pictures whose inputs have one shape, stacked.

    Attributes:
        rows: n positions within the run of pictures they belong to.
        batch: (n, ...), what the encoder takes.
    """

    rows: tuple[int, ...]
    batch: torch.Tensor

    def moved(self, by: int) -> Inputs:
        """Return the same inputs at positions `by` further on."""
        return Inputs(tuple(row + by for row in self.rows), self.batch)


@dataclass(frozen=True)
class Prepared:
    """A few consecutive pictures, ready for the encoder, or the reasons why not.

    Attributes:
        inputs: the readable ones, by shape; `rows` count from 0 within these pictures.
        keys: one digest of pixels for each, empty where the picture cannot be read.
        digests: one digest for each of what it is stored as, taken after it was read.
        errors: why the others cannot be read, by position.
        raised: anything else that went wrong, and ends the run.
    """

    inputs: tuple[Inputs, ...] = ()
    keys: tuple[bytes, ...] = ()
    digests: tuple[str, ...] = ()
    errors: Mapping[int, ImageError] = field(default_factory=dict)
    raised: Exception | None = None


def prepare(
    source: ImageSource,
    preprocess: Preprocess,
    indices: Sequence[int],
    *,
    before_each: Callable[[], None] = lambda: None,
) -> Prepared:
    """Read, digest and preprocess the pictures at `indices`; what is raised is carried in the result.

    Args:
        source: the pictures.
        preprocess: the encoder's.
        indices: which.
        before_each: called before each picture; may take its time.

    >>> import numpy as np
    >>> from whorl import load_encoder, open_images
    >>> black = open_images(np.zeros((5, 8, 8), np.uint8))
    >>> prepared = prepare(black, load_encoder("pixels:4").preprocess, range(1, 4))
    >>> [(inputs.rows, tuple(inputs.batch.shape)) for inputs in prepared.inputs]
    [((0, 1, 2), (3, 3, 4, 4))]
    """
    try:
        with quiet_pillow():  # once, for entering it for each picture alone takes longer
            return _prepare(source, preprocess, indices, before_each)
    except Exception as error:  # the run's own process raises it, in the order of the pictures
        return Prepared(raised=error)


def _prepare(
    source: ImageSource, preprocess: Preprocess, indices: Sequence[int], before_each: Callable[[], None]
) -> Prepared:
    tensors: list[torch.Tensor | None] = []
    keys, digests, errors = [], [], {}
    for position, index in enumerate(indices):
        before_each()
        try:
            picture = source[index]
        except ImageError as error:
            errors[position] = error
            keys.append(b"")
            tensors.append(None)
        else:
            keys.append(bytes.fromhex(pixel_digest(picture))[:KEY_BYTES])
            tensors.append(preprocess(picture))
        # After reading: were the picture replaced since the run began, the digest says so.
        digests.append(source.digest_of(index))
    return Prepared(_stacked(tensors), tuple(keys), tuple(digests), errors)


def _stacked(tensors: Sequence[torch.Tensor | None]) -> tuple[Inputs, ...]:
    import torch

    groups: dict[tuple[torch.Size, torch.dtype], list[int]] = {}
    for position, tensor in enumerate(tensors):
        if tensor is not None:
            groups.setdefault((tensor.shape, tensor.dtype), []).append(position)
    stacks = []
    for rows in groups.values():
        chosen = [tensor for tensor in (tensors[row] for row in rows) if tensor is not None]
        stacks.append(Inputs(tuple(rows), torch.stack(chosen)))
    return tuple(stacks)
