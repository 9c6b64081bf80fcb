"""Decoding and resizing ahead of the encoder, in threads, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.embeddings import KEY_BYTES
from whorl.embeddings.store import Shard
from whorl.encoders.contract import Encoder, Layer
from whorl.errors import EncoderError, ImageError
from whorl.images import pixel_digest
from whorl.images.contract import ImageSource

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Prepared:
    """One picture, ready for the encoder, or the reason why not.

    Attributes:
        position: its position in the run.
        tensor: the encoder's input, None where the picture cannot be read.
        key: digest of its pixels.
        error: why it cannot be read.
    """

    position: int
    tensor: torch.Tensor | None
    key: bytes = b""
    error: ImageError | None = None


class Pipeline:
    """Runs pictures of one source through one encoder.

    Args:
        source: the pictures.
        encoder: what encodes them.
        batch_size: pictures per forward pass.
        pool: the threads that decode.
    """

    def __init__(
        self, source: ImageSource, encoder: Encoder, batch_size: int, pool: ThreadPoolExecutor
    ) -> None:
        self.source, self.encoder, self.batch_size, self._pool = source, encoder, batch_size, pool

    def batches(self, indices: Iterable[int]) -> Generator[list[Prepared], None, None]:
        """Yield the pictures in order, `batch_size` readable or broken ones at a time."""
        batch: list[Prepared] = []
        for prepared in self._ahead(indices):
            batch.append(prepared)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch:
            yield batch

    def encode(self, batch: Sequence[Prepared]) -> dict[Layer, NDArray[np.float32]]:
        """Encode the readable pictures of a batch: for each layer float32 (n, D).

        Raises:
            EncoderError: the pictures do not fit one batch, or memory is short.
        """
        import torch

        inputs = [prepared.tensor for prepared in batch if prepared.tensor is not None]
        if len({tensor.shape for tensor in inputs}) > 1:
            raise EncoderError(
                f"{self.encoder.name} gives inputs of different shapes ({inputs[0].shape}, ...): its "
                "preprocessing must end in one size."
            )
        try:
            outputs = self.encoder.encode(torch.stack(inputs))
        except torch.OutOfMemoryError as error:
            raise EncoderError(
                f"{len(inputs)} pictures at a time do not fit the device's memory; use a smaller batch size."
            ) from error
        return {layer: output.numpy() for layer, output in outputs.items()}

    def _ahead(self, indices: Iterable[int]) -> Generator[Prepared, None, None]:
        waiting: deque[Future[Prepared]] = deque()
        positions = enumerate(indices)
        try:
            for position, index in positions:
                waiting.append(self._pool.submit(self._prepare, position, index))
                if len(waiting) > 4 * self.batch_size:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def _prepare(self, position: int, index: int) -> Prepared:
        try:
            picture = self.source[index]
        except ImageError as error:
            return Prepared(position, None, error=error)
        key = bytes.fromhex(pixel_digest(picture))[:KEY_BYTES]
        return Prepared(position, self.encoder.preprocess(picture), key)


@contextmanager
def pipeline(source: ImageSource, encoder: Encoder, *, batch_size: int, threads: int) -> Iterator[Pipeline]:
    """Open a pipeline; its threads end with the block."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="whorl-decode")
    try:
        yield Pipeline(source, encoder, batch_size, pool)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class ShardBuilder:
    """Collects batches into one shard."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = layers
        self._rows: list[int] = []
        self._keys: list[bytes] = []
        self._parts: dict[Layer, list[NDArray[np.float32]]] = {layer: [] for layer in layers}
        self._failures: list[tuple[int, str]] = []

    def add(self, batch: Sequence[Prepared], outputs: dict[Layer, NDArray[np.float32]]) -> None:
        """Add a batch and its embeddings; empty `outputs` where no picture of it could be read."""
        for prepared in batch:
            if prepared.error is not None:
                self._failures.append((prepared.position, prepared.error.reason))
            else:
                self._rows.append(prepared.position)
                self._keys.append(prepared.key)
        for layer, output in outputs.items():
            self._parts[layer].append(output)

    def finish(self) -> Shard:
        """Return the shard."""
        keys = np.frombuffer(b"".join(self._keys), dtype=np.uint8).reshape(-1, KEY_BYTES)
        arrays = {
            layer: np.concatenate(parts) if parts else np.empty((0, 0), dtype=np.float32)
            for layer, parts in self._parts.items()
        }
        rows = np.array(self._rows, dtype=np.int64)
        return Shard(rows=rows, keys=keys, arrays=arrays, failures=tuple(self._failures))
