"""A Parquet file in the Hugging Face image schema, or with a plain binary column."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whorl.errors import ImageError
from whorl.images.archive import opening
from whorl.images.labels import Label, as_labels
from whorl.images.lazy import Lazy
from whorl.images.names import numbered_ids, safe_name
from whorl.images.reading import check_size
from whorl.images.row_groups import RowGroups
from whorl.images.source import EncodedSource

_USUAL = ("image", "img")
_LABELS = ("label", "labels", "fine_label", "class", "target")


class ParquetSource(EncodedSource):
    """The encoded pictures in one column of a Parquet file, read a window of rows at a time."""

    def __init__(self, name: str, path: Path, leaf: str, ids: tuple[str, ...]) -> None:
        super().__init__(name, ids)
        self._path = path
        self._rows = Lazy(functools.partial(RowGroups, path, leaf))

    def labels(self) -> Sequence[Label] | None:
        """Return the column `label` (or `labels`, `fine_label`, `class`, `target`), or None."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        with opening(self._path, "Parquet file", pa.ArrowException), pq.ParquetFile(self._path) as file:
            named = next((name for name in _LABELS if name in file.schema_arrow.names), None)
            if named is None:
                return None
            return as_labels(file.read(columns=[named], use_threads=False).column(0).to_pylist())

    def _stored(self, index: int) -> bytes:
        value = self._rows.get().row(index)
        data = value.get("bytes") if isinstance(value, dict) else value
        if data is None:
            raise ImageError(
                "its row holds no bytes; write the file with the pictures embedded, not as paths"
            )
        check_size(len(data))
        return bytes(data)


def open_parquet(path: Path, column: str | None = None) -> ParquetSource:
    """Open the pictures in one column: `column`, else `image`, else `img`, else the only one that can be.

    A picture's id is its row's path where those are unique and relative, else its row number.

    Raises:
        ImageError: it is broken, empty, or its column of pictures is not clear.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with opening(path, "Parquet file", pa.ArrowException), pq.ParquetFile(path) as file:
        schema, count = file.schema_arrow, file.metadata.num_rows
        chosen = _choose(path, schema, column)
        kind = schema.field(chosen).type
        leaf = f"{chosen}.bytes" if pa.types.is_struct(kind) else chosen
        ids = numbered_ids("row", count)
        if pa.types.is_struct(kind) and kind.get_field_index("path") >= 0:
            paths = file.read(columns=[f"{chosen}.path"], use_threads=False).column(0).to_pylist()
            ids = _ids_of([value and value["path"] for value in paths]) or ids
    name = str(path) if column is None else f"{path}::{column}"
    return ParquetSource(name, path, leaf, ids)


def _choose(path: Path, schema: Any, column: str | None) -> str:
    able: list[str] = [field.name for field in schema if _holds_pictures(field.type)]
    listed = ", ".join(f"{field.name}: {field.type}" for field in schema) or "no columns"
    if column is not None:
        if column in able:
            return column
        raise ImageError(f"{path} has no column of pictures named {column!r}; it has {listed}.")
    for usual in _USUAL:
        if usual in able:
            return usual
    if len(able) == 1:
        return able[0]
    if able:
        raise ImageError(
            f"{path} has several binary columns; choose one, such as '{path}::{able[0]}'; it has {listed}."
        )
    raise ImageError(
        f"{path} has no column of pictures: expected struct<bytes: binary, path: string> or binary, as "
        f"`image`, `img` or the only one; it has {listed}."
    )


def _holds_pictures(kind: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        at = kind.get_field_index("bytes")
        return (
            at >= 0 and _holds_pictures(kind.field(at).type) and not pa.types.is_struct(kind.field(at).type)
        )
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _ids_of(paths: list[Any]) -> tuple[str, ...]:
    """Return the paths as ids, or nothing where they are missing, repeated, absolute or climbing."""
    ids = [safe_name(path) if isinstance(path, str) else None for path in paths]
    if all(ids) and len(set(ids)) == len(ids):
        return tuple(str(identifier) for identifier in ids)
    return ()
