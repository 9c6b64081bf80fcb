"""The templates' surroundings: everything is escaped, and nothing invisible reaches a page."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from whorl.report.text import plain


def page_environment() -> Environment:
    """Return where templates are found, and how what they show is escaped."""
    return Environment(
        loader=PackageLoader("whorl.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )


def _finalize(value: Any) -> Any:
    # Every string that reaches the page passes here: what is invisible or no text is written out.
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value
