"""The rows of a text table, some thousands at a time: those that reading it whole would give."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

import numpy as np

from calibrate.engines.delimited import arrow_options, empty_rows
from calibrate.engines.rows import Rows
from calibrate.engines.streams import TextFile
from calibrate.engines.whole_rows import (
    Ints,
    RowNotes,
    check_extra,
    check_lengths,
    check_quotes,
    holds_rows,
    refuse_ragged,
    unsplit,
)
from calibrate.errors import NoRowsError

BLOCK = 1024 * 1024
"""Bytes that are split at a time: their texts stay in the cache."""
LARGEST_BLOCK = 64 * BLOCK
"""For a file with a row longer than that: any row fits that a file may have."""


class RowsTooLongError(Exception):
    """A row is longer than a block."""


class Blocks:
    """The rows of one file, in blocks.

    Parameters
    ----------
    file : TextFile
    block : int
        Bytes at a time.

    Attributes
    ----------
    count : int
        Rows given so far.
    """

    def __init__(self, file: TextFile, *, block: int = BLOCK) -> None:
        self.count = 0
        self._file = file
        self._block = block
        self._notes = RowNotes(file.header.row)
        self._next = 1
        self._runs: list[range | Ints] = []
        self._first = 0
        self._last = 0

    def __iter__(self) -> Iterator[Any]:
        """Give Arrow tables: every column as a dictionary of texts, empty cells null.

        Raises
        ------
        LeadsError
            When the file has no rows, or a row has too few or too many cells.
        RowsTooLongError
        """
        file, names = self._file, self._file.header.names
        for table in self._split():
            kept, numbers = self._below_header(table)
            if not len(numbers):
                continue
            check_extra(kept, numbers, names, file.where)
            check_lengths(kept, numbers, names, file.where)
            if file.lines and any(holds_rows(column, file.separator) for column in kept.columns):
                check_quotes(file.lines, file.separator, file.where)
            self._keep(numbers)
            yield kept
        refuse_ragged(self._notes.ragged, file.lines, file.separator, file.where)
        if not self.count:
            raise NoRowsError(f"{file.where} has a header but no rows. Export the leads again.")

    @property
    def rows(self) -> Rows:
        """Where the rows given stand in their file."""
        if self._last - self._first + 1 == self.count:
            return Rows(first=self._first)
        return Rows.at(np.concatenate([np.asarray(one) for one in self._runs]))

    def _split(self) -> Iterator[Any]:
        """Let Arrow split the file, as it stands."""
        import pyarrow as pa
        from pyarrow import csv as pacsv

        file = self._file
        options = arrow_options(
            file.separator,
            file.header.width,
            self._notes,
            block=self._block,
            has_quotes=file.has_quotes,
        )
        try:
            with file.opened() as text, pacsv.open_csv(text, **options) as reader:
                for batch in reader:
                    yield pa.Table.from_batches([batch])
        except pa.ArrowInvalid as fault:
            refuse_ragged(self._notes.ragged, file.lines, file.separator, file.where)
            if "straddling" in str(fault) and self._block < LARGEST_BLOCK:
                raise RowsTooLongError from None
            raise unsplit(fault, file.where) from None

    def _below_header(self, table: Any) -> tuple[Any, Ints]:
        """Keep the rows below the header that hold any value, with the number of each."""
        numbers = self._numbers(table.num_rows)
        start = int(np.searchsorted(numbers, self._file.header.row, side="right"))
        table, numbers = table.slice(start), numbers[start:]
        if start:
            table = _forgotten(table)
        empty = empty_rows(table)
        if len(empty):
            kept = np.ones(len(numbers), dtype=np.bool_)
            kept[empty] = False
            table, numbers = table.filter(kept), numbers[kept]
        return table, numbers

    def _numbers(self, rows: int) -> Ints:
        """Give the numbers of the next rows, past those that were noted as blank."""
        blank = self._notes.blank
        passed = bisect_right(blank, self._next - 1)
        ends = self._next + rows
        skipped = 0
        while (found := bisect_right(blank, ends - 1) - passed) > skipped:
            ends, skipped = self._next + rows + found, found
        numbers = np.arange(self._next, ends)
        self._next = ends
        gone = np.array(blank[passed : passed + skipped], dtype=np.int64)
        return np.delete(numbers, gone - numbers[0]) if skipped else numbers

    def _keep(self, numbers: Ints) -> None:
        if not self.count:
            self._first = int(numbers[0])
        self._last = int(numbers[-1])
        self.count += len(numbers)
        whole = int(numbers[-1]) - int(numbers[0]) + 1 == len(numbers)
        self._runs.append(range(int(numbers[0]), int(numbers[-1]) + 1) if whole else numbers)


def _forgotten(table: Any) -> Any:
    """Make the dictionaries anew: the header is not among the texts of the rows below it."""
    import pyarrow as pa

    columns = [column.cast(column.type.value_type).dictionary_encode() for column in table.columns]
    return pa.table(columns, names=table.column_names)
