"""One column of a Parquet file, row by row, without ever holding more than a few windows of it."""

from __future__ import annotations

import bisect
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whorl.errors import ImageError
from whorl.images.archive import opening

_WINDOW_BYTES = 64 << 20
_WINDOWS = 4
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class _Window:
    """Rows `start` and on of the whole file, as an Arrow array."""

    start: int
    rows: Any


class RowGroups:
    """Rows of one leaf column of a Parquet file; safe from several threads, not across a fork.

    A row group can hold all pictures of a file, so it is not read whole but in windows of about 64 MiB. The
    last four windows are kept. Reading forward goes on where it stopped; reading back before them begins
    its row group anew.

    Args:
        path: the file.
        leaf: the column's path in the schema, such as `image.bytes`.
    """

    def __init__(self, path: Path, leaf: str) -> None:
        import pyarrow.parquet

        self._path = path
        self._leaf = leaf
        # Without the small buffer Arrow reads a whole column chunk at once.
        with opening(path, "Parquet file", pyarrow.ArrowException):
            self._file = pyarrow.parquet.ParquetFile(
                path, pre_buffer=False, buffer_size=_BUFFER, page_checksum_verification=True
            )
        metadata = self._file.metadata
        self._groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
        self._starts = [0]
        for group in self._groups:
            self._starts.append(self._starts[-1] + group.num_rows)
        self._windows: deque[_Window] = deque(maxlen=_WINDOWS)
        self._batches: Iterator[_Window] = iter(())
        self._next_row = -1
        self._lock = threading.Lock()

    def row(self, index: int) -> Any:
        """Return row `index` of the file as a Python value.

        Raises:
            ImageError: the file is damaged there.
        """
        import pyarrow

        with self._lock:
            try:
                window = self._window(index)
            except (pyarrow.ArrowException, OSError, ValueError) as error:
                self._next_row = -1
                raise ImageError(f"its part of the Parquet file is damaged ({error})") from error
        return window.rows[index - window.start].as_py()

    def _window(self, index: int) -> _Window:
        for window in self._windows:
            if window.start <= index < window.start + len(window.rows):
                return window
        group = bisect.bisect_right(self._starts, index) - 1
        if not self._starts[group] <= self._next_row <= index:
            self._batches = self._read(group)
        for window in self._batches:
            self._windows.append(window)
            self._next_row = window.start + len(window.rows)
            if index < self._next_row:
                return window
        raise ImageError(f"row group {group} ends before row {index}")

    def _read(self, group: int) -> Iterator[_Window]:
        """Yield windows from the first row of `group` to the end of the file, none across two groups."""
        for number in range(group, len(self._groups)):
            start = self._starts[number]
            for batch in self._file.iter_batches(
                self._rows_per_window(number), row_groups=[number], columns=[self._leaf], use_threads=False
            ):
                yield _Window(start, batch.column(0))
                start += batch.num_rows

    def _rows_per_window(self, group: int) -> int:
        metadata = self._groups[group]
        columns = (metadata.column(number) for number in range(metadata.num_columns))
        size = sum(each.total_uncompressed_size for each in columns if each.path_in_schema == self._leaf)
        rows = int(metadata.num_rows)
        return max(1, min(rows, _WINDOW_BYTES * rows // max(1, int(size))))
