"""Keeping transformers' load report and progress bars off the terminal."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silence transformers below errors within the block, and put its verbosity back after.

    What its load report says is checked by us, and refused where it matters.
    """
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    hub_bars = not are_progress_bars_disabled()
    logging.set_verbosity_error()
    # transformers switches the hub's bars together with its own, and the hub warns wherever its
    # environment variable says otherwise.
    with warnings.catch_warnings(action="ignore"):
        logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        with warnings.catch_warnings(action="ignore"):
            if bars:
                logging.enable_progress_bar()
            if not hub_bars:
                disable_progress_bars()
