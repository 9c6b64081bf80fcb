"""Preparing pictures ahead of the encoder in processes of their own: torch's DataLoader, made to our measure.

Threads share the interpreter with the encoder, which hands the processor hundreds of small operations per batch
and would wait for its turn before each.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from whorl.embeddings.prepared import Prepared, Preprocess, prepare
from whorl.embeddings.turns import Turns
from whorl.encoders.preprocessing import Preprocessing
from whorl.errors import ImageError, WhorlError
from whorl.images.contract import ImageSource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch.utils.data import DataLoader

StartMethod: TypeAlias = Literal["fork", "spawn"]

_AHEAD = 2
_NICENESS = 10
_SPAWN_BYTES = 64 << 20
_PLAIN_VALUES = (str, bytes, int, float, type(None))
_LINUX = sys.platform == "linux"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (its free space is read, nothing is written by that name)


def start_method(source: ImageSource, preprocess: Preprocess, *, device: str) -> StartMethod | None:
    """Return how processes that read `source` can be started, None where they cannot safely be.

    Forking costs next to nothing and takes any object along; elsewhere than on Linux it is not to be trusted. A
    spawned process imports torch anew and gets its own copy of source and preprocessing, if they can be pickled.

    Args:
        source: the pictures. One that does not promise `survives_fork` is left to this process.
        preprocess: the encoder's. A plugin's own is called in a forked process only, and not beside an
            accelerator: a fork must not touch the device, and nobody knows whether it would.
        device: where the encoder computes.
    """
    if not getattr(source, "survives_fork", False):
        return None
    ours = isinstance(preprocess, Preprocessing)
    if _LINUX:
        return "fork" if ours or device == "cpu" else None
    if not ours:
        return None
    try:
        return "spawn" if len(ForkingPickler.dumps((source, preprocess))) <= _SPAWN_BYTES else None
    except Exception:  # whatever a stranger's object raises when it is pickled
        return None


def in_processes(
    source: ImageSource,
    preprocess: Preprocess,
    runs: Sequence[Sequence[int]],
    *,
    workers: int,
    method: StartMethod,
    in_turns: bool = False,
) -> Generator[Prepared, None, None]:
    """Yield each run of pictures prepared, in order, at most two per process waiting.

    Args:
        source: the pictures.
        preprocess: the encoder's.
        runs: indices, a batch of them each.
        workers: how many processes; they end with the generator.
        method: see `start_method`.
        in_turns: whether they pause while the caller is busy with what was yielded.

    Raises:
        WhorlError: a process was killed.
    """
    import torch
    from torch.utils.data import DataLoader

    context = multiprocessing.get_context(method)
    turns = Turns(context, apart=in_turns)
    with warnings.catch_warnings():
        # More processes than cores are no fault where somebody asked for them.
        warnings.filterwarnings("ignore", message="This DataLoader will create")
        loader: DataLoader[Any] = DataLoader(
            _Runs(source, preprocess, runs, workers, turns),  # type: ignore[arg-type]
            batch_size=None,
            collate_fn=_as_it_is,  # type: ignore[arg-type]
            num_workers=workers,
            prefetch_factor=_AHEAD,
            worker_init_fn=_begin_in_turns if in_turns else _begin_beside,
            multiprocessing_context=context,
            # Of its own, for else it would draw from the caller's random numbers.
            generator=torch.Generator(),
        )
        iterator = iter(loader)
    try:
        for received in _received(iterator):
            turns.to_encoder()
            yield _unpacked(received)
            turns.to_readers()
    finally:
        turns.to_readers()
        # An exception's traceback may keep the iterator, and with it the processes, alive for long.
        getattr(iterator, "_shutdown_workers", lambda: None)()


def _received(iterator: Iterator[Any]) -> Iterator[Any]:
    """Yield what the processes send.

    Raises:
        WhorlError: one was killed while it handed something over, which torch does not look for.
    """
    while True:
        try:
            received = next(iterator)
        except StopIteration:
            return
        except (ConnectionError, EOFError) as error:
            raise _ended_unexpectedly(error) from error
        yield received


def _ended_unexpectedly(error: Exception) -> WhorlError:
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return WhorlError(
        f"a process that reads pictures ended unexpectedly ({first}): is memory short? What is finished stays: "
        "run the same command again, with fewer of them or none (--workers 0)."
    )


@contextlib.contextmanager
def killed_processes_told() -> Generator[None, None, None]:
    """Turn what torch raises when a process dies, at whatever line of ours that happens, into words.

    Raises:
        WhorlError: a process died within the block.
    """
    try:
        yield
    except RuntimeError as error:
        if "DataLoader worker" not in str(error):
            raise
        raise _ended_unexpectedly(error) from error


class _Runs:
    """The runs as torch calls a data set; lives in the processes."""

    def __init__(
        self,
        source: ImageSource,
        preprocess: Preprocess,
        runs: Sequence[Sequence[int]],
        workers: int,
        turns: Turns,
    ) -> None:
        self._source, self._preprocess, self._runs = source, preprocess, runs
        self._workers, self._turns = workers, turns

    def __len__(self) -> int:
        return len(self._runs)

    def __getitem__(self, number: int) -> Prepared | _Packed:
        run = self._runs[number]
        prepared = prepare(self._source, self._preprocess, run, before_each=self._turns.wait)
        if prepared.errors:
            errors = {position: _plain(error) for position, error in prepared.errors.items()}
            prepared = replace(prepared, errors=errors)
        if prepared.raised is not None:
            prepared = replace(prepared, raised=_portable(prepared.raised))
        size = sum(inputs.batch.nbytes for inputs in prepared.inputs)
        return prepared if _fits_shared_memory(2 * (self._workers + 1) * size) else _packed(prepared)


@dataclass(frozen=True)
class _Packed:
    """What is prepared, its tensors as arrays: those travel through a pipe, tensors through shared memory."""

    prepared: Prepared
    arrays: tuple[NDArray[np.generic], ...]


def _packed(prepared: Prepared) -> _Packed:
    arrays = tuple(inputs.batch.numpy() for inputs in prepared.inputs)
    # Without elements, a tensor takes no shared memory along.
    bare = tuple(replace(inputs, batch=inputs.batch.new_empty(0)) for inputs in prepared.inputs)
    return _Packed(replace(prepared, inputs=bare), arrays)


def _unpacked(received: Prepared | _Packed) -> Prepared:
    if isinstance(received, Prepared):
        return received
    import torch

    pairs = zip(received.prepared.inputs, received.arrays, strict=True)
    inputs = tuple(replace(bare, batch=torch.from_numpy(array)) for bare, array in pairs)
    return replace(received.prepared, inputs=inputs)


def _fits_shared_memory(size: int) -> bool:
    """Tell whether tensors can travel by shared memory; who writes more than a container has there is killed."""
    if not _LINUX:
        return True
    try:
        return shutil.disk_usage(_SHARED_MEMORY).free > size
    except OSError:
        return False


def _plain(error: ImageError) -> ImageError:
    """Return the error as one of ours: a subclass may not survive pickling, and the run would wait forever."""
    name, reason = getattr(error, "id", None), getattr(error, "reason", None)
    return ImageError(
        str(error), id=None if name is None else str(name), reason=None if reason is None else str(reason)
    )


def _portable(error: Exception) -> Exception:
    """Return the error, or one with the same words where it might not survive the way between processes."""
    ours = type(error).__module__ in ("builtins", WhorlError.__module__)
    plain = all(isinstance(value, _PLAIN_VALUES) for value in (*error.args, *vars(error).values()))
    portable = error if ours and plain else RuntimeError(f"{type(error).__name__}: {error}")
    # A traceback does not travel between processes; as a note it is there for whoever needs it.
    portable.add_note("".join(traceback.format_tb(error.__traceback__)))
    return portable


def _begin_beside(number: int) -> None:
    # Behind the process that feeds the encoder.
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    _begin_in_turns(number)


def _begin_in_turns(number: int) -> None:  # noqa: ARG001 (torch passes it)
    # Ctrl-C is for the run's own process, which ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A progress bar puts its own in their place, with a lock that a fork may have found taken.
    sys.stdout, sys.stderr = sys.__stdout__ or sys.stdout, sys.__stderr__ or sys.stderr
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process soon after its parent was killed; torch's own watch may wait for a queue first."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _as_it_is(prepared: Prepared | _Packed) -> Prepared | _Packed:
    return prepared
