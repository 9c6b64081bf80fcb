"""Who measured a fingerprint, when, and with which versions."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Provenance:
    """Where a fingerprint comes from; what is not known is empty.

    Attributes:
        measured_by: a person, a team, a paper.
        measured_at: date or time, ISO 8601; Whorl writes UTC to the second.
        versions: of Python and the libraries that can move a number.
    """

    measured_by: str = ""
    measured_at: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def now(cls, measured_by: str | None = None) -> Provenance:
        """Return the provenance of what was measured here and now; None takes the user's login name."""
        from whorl.versions import versions

        who = _login_name() if measured_by is None else measured_by
        return cls(who, datetime.now(UTC).isoformat(timespec="seconds"), versions())


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a process in a container may belong to nobody with a name
        return ""
