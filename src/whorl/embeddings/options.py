"""How pictures are run through an encoder; none of it changes a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict

from whorl.embeddings.progress import Progress
from whorl.embeddings.store import default_cache
from whorl.errors import WhorlError

_USUAL_PIXELS = 224 * 224

OnError: TypeAlias = Literal["fail", "skip"]


class EncodeOptions(TypedDict, total=False):
    """Keyword arguments of every function that encodes pictures.

    batch_size: pictures in one forward pass; None chooses by the encoder's input: on a CPU 8 pictures of 224 x 224
        up to 64 of 32 x 32, on an accelerator eight times as many.
    shard_size: pictures in one file of the cache, and so what is lost when a run is killed.
    workers: processes that read, decode and resize; 0 for none. None chooses: the encoder's own thread reads where
        it is on the CPU, until as many processes as cores (8 at most) prove to be worth their while; beside an
        accelerator all cores but one read (16 at most), for few pictures in threads. Elsewhere than on Linux None
        means threads, and a script that asks for processes must run under `if __name__ == "__main__":`, for each
        of them imports it anew.
    cache: folder for the shards; "auto" is WHORL_CACHE or the user's cache folder, None keeps nothing.
    on_error: "fail" stops at a picture that cannot be read, "skip" leaves it out and lists it.
    progress: True shows a bar (lines where stderr is no terminal), or an object of your own.
    """

    batch_size: int | None
    shard_size: int
    workers: int | None
    cache: str | Path | None
    on_error: OnError
    progress: bool | Progress


@dataclass(frozen=True)
class ResolvedOptions:
    """`EncodeOptions` with every default filled in."""

    batch_size: int | None = None
    shard_size: int = 1024
    workers: int | None = None
    cache: str | Path | None = "auto"
    on_error: OnError = "fail"
    progress: bool | Progress = False

    def __post_init__(self) -> None:
        for name, least in (("batch_size", 1), ("shard_size", 1), ("workers", 0)):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
                raise WhorlError(f"{name} must be a whole number of at least {least}; got {value!r}.")
        if self.cache is not None and not isinstance(self.cache, str | Path):
            raise WhorlError(f"cache must be a folder, 'auto' or None; got {self.cache!r}.")
        if self.on_error not in ("fail", "skip"):
            raise WhorlError(f"on_error must be 'fail' or 'skip'; got {self.on_error!r}.")

    def batch_for(self, settings: Mapping[str, object]) -> int:
        """Return the batch size for an encoder with these settings."""
        return self.batch_size or default_batch(settings)

    @property
    def cache_folder(self) -> Path | None:
        """Where shards are kept, or None."""
        if self.cache == "auto":
            return default_cache()
        return None if self.cache is None else Path(self.cache)


def default_batch(settings: Mapping[str, object]) -> int:
    """Return a batch size for an encoder with these settings, by the size of its input where they tell it.

    On a CPU a batch should fit the processor's cache, and small pictures should come in batches large enough that
    the operations outweigh their calling: 8 pictures of 224 x 224 or more, 64 of 79 x 79 or less. Accelerators
    take eight times as many.

    >>> default_batch({"preprocessing": {"resize": 256, "crop": [224, 224]}, "device": "cpu"})
    8
    """
    preprocessing = settings.get("preprocessing")
    size: object = None
    if isinstance(preprocessing, Mapping):
        size = preprocessing.get("crop") or preprocessing.get("resize")
    pixels = size[0] * size[1] if isinstance(size, list | tuple) and len(size) == 2 else _USUAL_PIXELS
    batch = min(64, max(8, 8 * _USUAL_PIXELS // pixels))
    return batch if settings.get("device", "cpu") == "cpu" else 8 * batch


def resolve(options: Mapping[str, Any]) -> ResolvedOptions:
    """Fill in the defaults and reject what is unknown.

    Raises:
        WhorlError: an unknown option, or a value out of range.

    >>> resolve({"batch_size": 4}).shard_size
    1024
    """
    known = {field.name for field in fields(ResolvedOptions)}
    unknown = set(options) - known
    if unknown:
        raise WhorlError(
            f"unknown option {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}."
        )
    return ResolvedOptions(**options)
