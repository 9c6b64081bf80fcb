"""What it takes to compare within groups and across them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from whorl.errors import WhorlError


def check_groups(groups: Sequence[str]) -> None:
    """Refuse names among which nothing can be compared.

    Raises:
        WhorlError: there is one group, or none has two members.
    """
    counts = Counter(groups)
    if len(counts) < 2 or max(counts.values()) < 2:
        held = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items())) or "none"
        raise WhorlError(
            "curves of one architecture are compared with those of others: that takes two architectures, one of "
            f"them with two sets; found {held}."
        )
