"""How pictures are run through an encoder; none of it changes a number."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict

from whorl.embeddings.progress import Progress
from whorl.embeddings.store import default_cache
from whorl.errors import WhorlError

OnError: TypeAlias = Literal["fail", "skip"]


class EncodeOptions(TypedDict, total=False):
    """Keyword arguments of every function that encodes pictures.

    batch_size: pictures in one forward pass; None chooses 8 on a CPU and 64 on an accelerator.
    shard_size: pictures in one file of the cache, and so what is lost when a run is killed.
    workers: threads that decode and resize; None means two more than the cores, eight at most.
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
        for name in ("batch_size", "shard_size", "workers"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise WhorlError(f"{name} must be a whole number of at least 1; got {value!r}.")
        if self.cache is not None and not isinstance(self.cache, str | Path):
            raise WhorlError(f"cache must be a folder, 'auto' or None; got {self.cache!r}.")
        if self.on_error not in ("fail", "skip"):
            raise WhorlError(f"on_error must be 'fail' or 'skip'; got {self.on_error!r}.")

    def batch_for(self, settings: Mapping[str, object]) -> int:
        """Return the batch size for an encoder with these settings."""
        # On two cores, batches over 16 pictures outgrow the processor's cache and run slower.
        return self.batch_size or (8 if settings.get("device", "cpu") == "cpu" else 64)

    @property
    def threads(self) -> int:
        """How many threads decode."""
        return self.workers or min(8, (os.cpu_count() or 1) + 2)

    @property
    def cache_folder(self) -> Path | None:
        """Where shards are kept, or None."""
        if self.cache == "auto":
            return default_cache()
        return None if self.cache is None else Path(self.cache)


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
