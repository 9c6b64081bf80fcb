"""Opening T and P."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whorl.errors import ScoreError
from whorl.images import ImageSource, open_images
from whorl.images import limit as draw
from whorl.images import split as take_out


@dataclass(frozen=True)
class TrainAndTest:
    """T and P, opened.

    Attributes:
        train: T.
        test: P.
        train_place, test_place: where to find their pictures again: the path, where one was given.
        notes: what their choice does to the scores.
    """

    train: ImageSource
    test: ImageSource
    train_place: str
    test_place: str
    notes: tuple[str, ...] = ()


def open_train_and_test(
    train: Any, test: Any, *, split: float | None, limit: int | None, seed: int
) -> TrainAndTest:
    """Open both, or take P out of T; then draw at most `limit` pictures of each.

    What was opened so before may be given as `train`, with all else None, and is returned as it is.

    Raises:
        ScoreError: neither or both of `test` and `split` are given, or a limit below 1.
    """
    if isinstance(train, TrainAndTest) and test is None and split is None and limit is None:
        return train
    if (test is None) == (split is None):
        raise ScoreError(
            "say where the held-out pictures come from: either test (--test), pictures the model was not "
            "trained on, or split (--split 0.2), a share of T taken out before fitting; not both."
        )
    if split is None:
        both = TrainAndTest(open_images(train), open_images(test), _place(train), _place(test))
    else:
        parts = take_out(open_images(train), split, seed=seed)
        both = TrainAndTest(parts.rest, parts.held_out, _place(train), _place(train))
    if limit is None:
        return both
    if limit < 1:
        raise ScoreError(f"limit must be at least 1; got {limit}.")
    return _limited(both, limit, seed)


def _limited(both: TrainAndTest, limit: int, seed: int) -> TrainAndTest:
    notes: tuple[str, ...] = ()
    if len(both.train) > limit:
        notes = (
            f"only {limit:,} of {len(both.train):,} training pictures are used: copies of the others cannot be "
            "seen, and the evidence of copying shrinks with the share (half of T, half of the signal).",
        )
    train, test = (draw(side, limit, seed=seed) for side in (both.train, both.test))
    return TrainAndTest(train, test, both.train_place, both.test_place, notes)


def _place(given: Any) -> str:
    if isinstance(given, str | Path):
        return str(Path(given).expanduser().absolute())  # found again from another folder
    return str(getattr(given, "name", ""))
