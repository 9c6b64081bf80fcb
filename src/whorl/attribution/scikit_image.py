"""scikit-image, where it is installed."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from whorl.errors import WhorlError


def restoration() -> Any:
    """Import scikit-image's denoisers and return their module.

    Raises:
        WhorlError: scikit-image, or PyWavelets that it needs for wavelets, is not installed.
    """
    try:
        import pywt  # noqa: F401 - scikit-image would complain only when it denoises
        from skimage import restoration as package
    except ImportError as error:
        raise WhorlError(
            "noise residuals need scikit-image and PyWavelets, which cannot be imported "
            f"({error}): pip install 'whorl[attribution]'"
        ) from error
    return package


def versions() -> dict[str, str]:
    """Return the installed versions of what `restoration` computes with.

    Raises:
        WhorlError: one of them is not installed.
    """
    restoration()
    return {name: version(name) for name in ("scikit-image", "PyWavelets")}
