"""Photographs that serve as backgrounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whorl.errors import ImageError
from whorl.images import ImageSource, Selection, labels_of, open_images

_NAMED = 12


def open_landscapes(source: Any, *, classes: Sequence[object] | None = None) -> ImageSource:
    """Open photographs, all of them or those of some classes.

    Args:
        source: anything `whorl.open_images` takes.
        classes: labels as the source names them, numbers or words; None takes every picture, labelled or not.

    Raises:
        ImageError: the source cannot be read, has no labels where classes are asked for, or lacks one of them.

    >>> import numpy as np
    >>> source = [(np.zeros((4, 4, 3), np.uint8), label) for label in (7, 8, 7)]
    >>> len(open_landscapes(source, classes=["7"]))
    2
    """
    opened = open_images(source)
    if classes is None:
        return opened
    labels = [str(label) for label in labels_of(opened)]
    wanted = {str(name) for name in classes}
    missing = sorted(wanted - set(labels))
    if missing or not wanted:
        known = sorted(set(labels))
        more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
        raise ImageError(
            f"{opened.name} has no pictures of the classes {', '.join(missing) or '(none named)'}; it has "
            f"{', '.join(known[:_NAMED])}{more}."
        )
    return Selection(opened, [index for index, label in enumerate(labels) if label in wanted])
