"""Pictures through an encoder, batch by batch."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.ahead import prepared_ahead
from whorl.embeddings.heap import memory_kept
from whorl.embeddings.options import ResolvedOptions
from whorl.embeddings.prepared import Inputs, Prepared
from whorl.embeddings.processes import killed_processes_told
from whorl.encoders.contract import Encoder, Layer
from whorl.errors import EncoderError
from whorl.images.contract import ImageSource


@dataclass(frozen=True)
class Pipeline:
    """Runs pictures of one source through one encoder.

    Attributes:
        source: the pictures.
        encoder: what encodes them.
        batch_size: pictures per forward pass.
        prepared: the pictures of all stretches, `batch_size` at a time, none from two stretches.
        stops_at_broken: whether a picture that cannot be read ends the run.
    """

    source: ImageSource
    encoder: Encoder
    batch_size: int
    prepared: Iterator[Prepared]
    stops_at_broken: bool

    def next(self) -> Prepared:
        """Return the next pictures.

        Raises:
            ImageError: one cannot be read, and that ends the run.
            Exception: whatever the encoder's preprocessing raised.
        """
        prepared = next(self.prepared)
        if prepared.raised is not None:
            raise prepared.raised
        if prepared.errors and self.stops_at_broken:
            raise prepared.errors[min(prepared.errors)]
        return prepared

    def encode(self, inputs: Inputs) -> dict[Layer, NDArray[np.float32]]:
        """Encode one batch: for each layer float32 (n, D).

        Raises:
            EncoderError: memory is short.
        """
        import torch

        try:
            outputs = self.encoder.encode(inputs.batch)
        except torch.OutOfMemoryError as error:
            raise EncoderError(
                f"{len(inputs.rows)} pictures at a time do not fit the device's memory; use a smaller batch size."
            ) from error
        return {layer: output.numpy() for layer, output in outputs.items()}


@contextmanager
def pipeline(
    source: ImageSource, encoder: Encoder, stretches: Iterable[Sequence[int]], options: ResolvedOptions
) -> Generator[Pipeline, None, None]:
    """Open a pipeline over stretches of pictures; its threads or processes end with the block.

    Raises:
        WhorlError: one of its processes was killed.
    """
    size = options.batch_for(encoder.settings)
    # Across the stretches, so that the encoder does not wait where one ends and the next begins.
    runs = [stretch[start : start + size] for stretch in stretches for start in range(0, len(stretch), size)]
    with (
        memory_kept(),
        killed_processes_told(),
        closing(prepared_ahead(source, encoder, runs, options.workers)) as prepared,
    ):
        yield Pipeline(source, encoder, size, prepared, options.on_error == "fail")
