"""Is every row of a text table whole? What is refused where one is not, and on which row."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from calibrate.errors import LeadsError

LONGEST_TEXT = 1_000_000
"""Characters of one value: beyond it, a quote was opened and never closed."""

MOST_RAGGED = 1000
_SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_UNCLOSED = (
    "The usual cause is a double quote that is opened and never closed: close it, take it out, or "
    'write a quote inside a value twice ("").'
)

Ints = npt.NDArray[np.int64]
Lines = Callable[[], Iterable[str]] | None
"""Gives a file's lines from its first on; None where no quote stands in it."""


class RowNotes:
    """What is noted of rows that do not have the cells that they should.

    Attributes
    ----------
    ragged : list
        Rows with too few cells or too many.
    blank : list of int
        The numbers of rows that are nothing, and of the header where it is no row like the others.
    """

    def __init__(self, header_row: int, *, most: int = MOST_RAGGED) -> None:
        self._most = most
        self.ragged: list[Any] = []
        self.blank: list[int] = []
        self._header_row = header_row

    def __call__(self, row: Any) -> str:
        """Take note of a row, and go on until there are too many."""
        if row.number == self._header_row or not row.text.strip():
            self.blank.append(row.number)
        else:
            self.ragged.append(row)
        return "skip" if len(self.ragged) < self._most else "error"


def unsplit(fault: Exception, where: str) -> LeadsError:
    """Say that a text is no rows."""
    return LeadsError(
        f"{where} cannot be split into rows ({str(fault).splitlines()[0][:120]}). {_UNCLOSED}"
    )


def refuse_ragged(ragged: list[Any], lines: Lines, separator: str, where: str) -> None:
    """Refuse a file in which rows have too few cells or too many; the first is named."""
    if not ragged:
        return
    first = ragged[0]
    begins = first.text.strip().splitlines()[0][:60]
    cells = "one cell" if first.actual_columns == 1 else f"{first.actual_columns} cells"
    others = ""
    if len(ragged) > 1:
        count = f"{len(ragged)}" if len(ragged) < MOST_RAGGED else f"{MOST_RAGGED} and more"
        others = f" In all {count} rows do not fit."
    raise LeadsError(
        f"{where}, row {first.number}{_line(lines, separator, first.number)}: {cells} where the "
        f"header has {first.expected_columns}; it begins `{begins}`.{others} "
        f"{_remedy(first, separator)}"
    )


def _remedy(row: Any, separator: str) -> str:
    if len(row.text.strip().splitlines()) > 1:
        return _UNCLOSED
    if row.actual_columns > row.expected_columns:
        return (
            f"A value that contains a {_SPOKEN.get(separator, 'separator')} must stand between "
            f"double quotes."
        )
    return (
        "Complete the row or delete it; if a line break inside a value has split it, put that "
        "value between double quotes."
    )


def _line(lines: Lines, separator: str, row: int) -> str:
    """Say on which line a row begins, where line breaks inside values have moved it down."""
    if lines is None:
        return ""
    reader = csv.reader(lines(), delimiter=separator)
    try:
        for _ in islice(reader, row - 1):
            pass
    except csv.Error:
        return ""
    return f" (line {reader.line_num + 1})" if reader.line_num + 1 > row else ""


def check_rows(
    table: Any, numbers: Ints, names: Sequence[str], *, lines: Lines, separator: str, where: str
) -> None:
    """Refuse rows of the right width that are not what somebody wrote as one row.

    Parameters
    ----------
    table : pyarrow.Table
        Every column as a dictionary of texts.
    numbers : ndarray of int, shape (n,)
        Of each row in the file.
    names : sequence of str
        The header.
    lines : callable or None
    separator, where : str

    Raises
    ------
    LeadsError
    """
    _check_extra(table, numbers, names, where)
    _check_lengths(table, numbers, names, where)
    if lines and any(_holds_rows(column, separator) for column in table.columns):
        _check_quotes(lines, separator, where)


def _check_extra(table: Any, numbers: Ints, names: Sequence[str], where: str) -> None:
    """Refuse values right of the last column that the header knows of."""
    for place in range(len(names), table.num_columns):
        filled = np.flatnonzero(table.column(place).is_valid().to_numpy())
        if len(filled):
            value = table.column(place)[int(filled[0])].as_py()
            raise LeadsError(
                f"{where}, row {numbers[filled[0]]}: the value `{value[:60]}` stands right of the "
                f"last column. Name its column in the header, or put a value that contains the "
                f"separator between double quotes."
            )


def _check_quotes(lines: Callable[[], Iterable[str]], separator: str, where: str) -> None:
    """Refuse a table in which an open quote swallowed rows: their leads would be lost unseen."""
    row = _open_quote(lines(), separator)
    if row:
        raise LeadsError(
            f"{where}, row {row}{_line(lines, separator, row)}: a double quote opens a value that "
            f"runs on over the rows below. {_UNCLOSED}"
        )


def _holds_rows(column: Any, separator: str) -> bool:
    """Whether a value has a line break and a separator in it, as swallowed rows have."""
    import pyarrow.compute as pc

    return any(
        pc.any(
            pc.and_(
                pc.match_substring_regex(chunk.dictionary, r"[\r\n]"),
                pc.match_substring(chunk.dictionary, separator),
            )
        ).as_py()
        for chunk in column.chunks
    )


def _open_quote(lines: Iterable[str], separator: str) -> int | None:
    """Give the first row with a quote that does not close where a value ends, if there is one."""
    limit = csv.field_size_limit(LONGEST_TEXT)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    row = 0
    try:
        for _ in reader:
            row += 1
    except csv.Error:
        return row + 1
    finally:
        csv.field_size_limit(limit)
    return None


def _check_lengths(table: Any, numbers: Ints, names: Sequence[str], where: str) -> None:
    """Refuse values that nobody writes: a quote was opened and never closed."""
    import pyarrow.compute as pc

    for place, column in enumerate(table.columns):
        longest = max(
            pc.max(pc.utf8_length(chunk.dictionary)).as_py() or 0 for chunk in column.chunks
        )
        if longest > LONGEST_TEXT:
            lengths = pc.utf8_length(column.cast(column.type.value_type))
            row = numbers[pc.index(lengths, longest).as_py()]
            raise LeadsError(
                f"{where}, row {row}, column `{names[place]}`: a value of {longest:,} "
                f"characters. Nothing known about a lead is that long. {_UNCLOSED}"
            )
