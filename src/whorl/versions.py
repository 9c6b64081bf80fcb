"""The versions that a result was made with."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

_LIBRARIES = ("whorl", "torch", "transformers", "numpy", "scikit-learn", "scipy", "pillow")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that can move a number."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
