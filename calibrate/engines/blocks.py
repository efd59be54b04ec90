"""The rows of a text table, some thousands at a time: those that reading it whole would give."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import numpy as np

from calibrate.engines.delimited import arrow_options, empty_rows
from calibrate.engines.rows import Rows
from calibrate.engines.streams import TextFile
from calibrate.engines.threads import ahead
from calibrate.engines.whole_rows import (
    MOST_RAGGED,
    Ints,
    RowNotes,
    check_rows,
    refuse_ragged,
    unsplit,
)
from calibrate.errors import NoRowsError

BLOCK = 1024 * 1024
"""Bytes that are split at a time: their texts stay in the cache."""
LARGEST_BLOCK = 64 * BLOCK
"""For a file with a row longer than that: any row fits that a file may have."""
_GATHERED = 128
"""So many blocks are given together."""


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
        self._read_so_far = 0
        self._runs: list[range | Ints] = []

    def __iter__(self) -> Iterator[Any]:
        """Give Arrow tables: every column as one dictionary of texts, empty cells null.

        Raises
        ------
        LeadsError
            When the file has no rows, or a row has too few or too many cells.
        RowsTooLongError
        """
        file = self._file
        held: list[tuple[Any, Ints]] = []
        for table in self._in_order() if file.has_quotes else self._side_by_side():
            held.append(self._below_header(table))
            if len(held) == _GATHERED:
                yield from self._together(held)
                held = []
        refuse_ragged(self._notes.ragged, file.lines, file.separator, file.where)
        if held:
            yield from self._together(held)
        if not self.count:
            raise NoRowsError(f"{file.where} has a header but no rows. Export the leads again.")

    @property
    def rows(self) -> Rows:
        """Where the rows given stand in their file."""
        first, last = int(self._runs[0][0]), int(self._runs[-1][-1])
        if last - first + 1 == self.count:
            return Rows(first=first)
        return Rows.at(np.concatenate([np.asarray(one) for one in self._runs]))

    def _in_order(self) -> Iterator[Any]:
        """Let Arrow split the file, which alone knows whether a line ends within quotes."""
        import pyarrow as pa
        from pyarrow import csv as pacsv

        file = self._file
        options = self._options(self._notes, self._block)
        try:
            with file.opened() as text, pacsv.open_csv(text, **options) as reader:
                for batch in reader:
                    yield pa.Table.from_batches([batch])
        except pa.ArrowInvalid as fault:
            refuse_ragged(self._notes.ragged, file.lines, file.separator, file.where)
            if "straddling" in str(fault) and self._block < LARGEST_BLOCK:
                raise RowsTooLongError from None
            raise unsplit(fault, file.where) from None

    def _side_by_side(self) -> Iterator[Any]:
        """Split the file at line ends, and let Arrow split several of the pieces at a time."""
        import pyarrow as pa

        with (
            self._file.opened() as text,
            closing(ahead(self._read, _pieces(text, self._block))) as tables,
        ):
            try:
                for table, notes in tables:
                    yield self._noted(table, notes)
            except pa.ArrowInvalid as fault:
                raise unsplit(fault, self._file.where) from None

    def _read(self, piece: bytes) -> tuple[Any, RowNotes]:
        from pyarrow import csv as pacsv

        notes = RowNotes(header_row=0, most=len(piece))
        options = self._options(notes, len(piece) + 1)
        return pacsv.read_csv(io.BytesIO(piece), **options), notes

    def _options(self, notes: RowNotes, block: int) -> dict[str, Any]:
        file = self._file
        return arrow_options(
            file.separator, file.header.width, notes, block=block, has_quotes=file.has_quotes
        )

    def _noted(self, table: Any, notes: RowNotes) -> Any:
        """Give the rows that a piece's reader noted their numbers in the file."""
        before = self._read_so_far
        self._read_so_far += table.num_rows + len(notes.blank) + len(notes.ragged)
        self._notes.blank += [before + one for one in notes.blank]
        for row in notes.ragged:
            if self._notes(row._replace(number=before + row.number)) == "error":
                file = self._file
                refuse_ragged(self._notes.ragged[:MOST_RAGGED], None, file.separator, file.where)
        return table

    def _below_header(self, table: Any) -> tuple[Any, Ints]:
        """Keep the rows below the header, with the number of each."""
        numbers = self._numbers(table.num_rows)
        start = int(np.searchsorted(numbers, self._file.header.row, side="right"))
        if start:
            table, numbers = _forgotten(table.slice(start)), numbers[start:]
        return table, numbers

    def _numbers(self, rows: int) -> Ints:
        """Give the numbers of the next rows, past those that were noted and left out."""
        gone = sorted([*self._notes.blank, *(row.number for row in self._notes.ragged)])
        passed = bisect_right(gone, self._next - 1)
        ends, skipped = self._next + rows, 0
        while (found := bisect_right(gone, ends - 1) - passed) > skipped:
            ends, skipped = self._next + rows + found, found
        numbers = np.arange(self._next, ends)
        self._next = ends
        if not skipped:
            return numbers
        return np.delete(numbers, np.array(gone[passed : passed + skipped]) - numbers[0])

    def _together(self, held: list[tuple[Any, Ints]]) -> Iterator[Any]:
        """Give the rows of some blocks that hold any value, once they are looked at."""
        import pyarrow as pa

        table = pa.concat_tables([one for one, _ in held]).unify_dictionaries().combine_chunks()
        numbers = np.concatenate([one for _, one in held])
        empty = empty_rows(table)
        if len(empty):
            kept = np.ones(len(numbers), dtype=np.bool_)
            kept[empty] = False
            table, numbers = table.filter(kept).combine_chunks(), numbers[kept]
        if not len(numbers):
            return
        file, names = self._file, self._file.header.names
        check_rows(
            table, numbers, names, lines=file.lines, separator=file.separator, where=file.where
        )
        self.count += len(numbers)
        whole = int(numbers[-1]) - int(numbers[0]) + 1 == len(numbers)
        self._runs.append(range(int(numbers[0]), int(numbers[-1]) + 1) if whole else numbers)
        yield table


def _pieces(text: Any, size: int) -> Iterable[bytes]:
    """Cut a text without quotes where lines end."""
    left = b""
    while block := text.read(size):
        left += block
        # A `\\r` at the very end may be half of a line end.
        ends = left.rfind(b"\n") + 1 or left.rfind(b"\r", 0, len(left) - 1) + 1
        if ends or len(left) > LARGEST_BLOCK:
            yield left[: ends or None]
            left = left[ends:] if ends else b""
    if left:
        yield left


def _forgotten(table: Any) -> Any:
    """Make the dictionaries anew: the header is not among the texts of the rows below it."""
    import pyarrow as pa

    columns = [column.cast(column.type.value_type).dictionary_encode() for column in table.columns]
    return pa.table(columns, names=table.column_names)
