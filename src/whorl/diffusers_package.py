"""diffusers, where it is installed."""

from __future__ import annotations

from typing import Any

from whorl.errors import WhorlError


def diffusers() -> Any:
    """Import diffusers and return it.

    Raises:
        WhorlError: it is not installed.
    """
    try:
        import diffusers as package
    except ImportError as error:
        raise WhorlError(
            f"diffusion models need diffusers, which cannot be imported ({error}): pip install 'whorl[lab]'"
        ) from error
    return package
