"""Settings and versions as tables: nested mappings flattened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class DetailGroup:
    """Rows under one title; the title is empty for values that stand alone."""

    title: str
    rows: tuple[tuple[str, str], ...]


def detail_groups(details: Mapping[str, object]) -> tuple[DetailGroup, ...]:
    """Flatten details: single values first, then one group per nested mapping.

    >>> [(group.title, group.rows) for group in detail_groups({"seed": 0, "encoder": {"size": {"w": 224}}})]
    [('', (('seed', '0'),)), ('encoder', (('size › w', '224'),))]
    """
    alone = tuple(
        (str(key), _shown(value)) for key, value in details.items() if not isinstance(value, Mapping)
    )
    groups = [DetailGroup("", alone)] if alone else []
    for key, value in details.items():
        if isinstance(value, Mapping) and value:
            groups.append(DetailGroup(str(key), tuple(_flat(value, ""))))
    return tuple(groups)


def _flat(values: Mapping[object, object], path: str) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name = f"{path} › {key}" if path else str(key)
        if isinstance(value, Mapping) and value:
            yield from _flat(value, name)
        else:
            yield name, _shown(value)


def _shown(value: object) -> str:
    if value is None or value == {}:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return ", ".join(map(_shown, value)) or "none"
    return str(value)
