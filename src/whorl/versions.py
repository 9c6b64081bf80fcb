"""The versions that a result was made with."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

_LIBRARIES = ("whorl", "torch", "transformers", "numpy", "scikit-learn", "scipy", "pillow")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that can move a number."""
    return {"python": platform.python_version(), **versions_of(_LIBRARIES)}


def versions_of(names: Iterable[str]) -> dict[str, str]:
    """Return the versions of some distributions.

    >>> versions_of(["no-such-package"])
    {'no-such-package': 'not installed'}
    """
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
