"""Text tables: which separator, where is the header, and is every row whole?"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from calibrate.engines.encodings import as_utf8
from calibrate.engines.rows import Rows
from calibrate.engines.whole_rows import (
    Lines,
    RowNotes,
    check_rows,
    refuse_ragged,
    unsplit,
)
from calibrate.errors import LeadsError, NoRowsError

SEPARATORS = ",;\t|"
MOST_COLUMNS = 20_000
"""More than anybody has: a table lying on its side, or no table."""
HEAD = 1024 * 1024
_SAMPLE_ROWS = 100
_SEPARATOR_HINT = re.compile(rb'"?sep=([,;\t|])"?(?:\r\n?|\n)', re.IGNORECASE)
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DelimitedText:
    """A text table that was read.

    Attributes
    ----------
    names : tuple of str
        The header, as written; empty for a column that has no name.
    table : pyarrow.Table
        Every column as a dictionary of texts, empty cells null; rows without any value are gone.
    header_row : int
        Where the header stands in the file.
    rows : Rows
        Where its leads stand.
    separator, encoding : str
        What was found.
    """

    names: tuple[str, ...]
    table: Any
    header_row: int
    rows: Rows
    separator: str
    encoding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header, and how many cells the rows below it have."""

    row: int
    names: tuple[str, ...]
    width: int

    @property
    def every_name(self) -> tuple[str, ...]:
        """The name of each cell below it; empty for one that has none."""
        return (*self.names, *[""] * (self.width - len(self.names)))[: self.width]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """How a text table begins.

    Attributes
    ----------
    skipped : int
        Bytes before its first row: Excel's own line ``sep=;``.
    separator : str
    header : Header
    """

    skipped: int
    separator: str
    header: Header


def read_delimited(content: bytes, *, where: str) -> DelimitedText:
    """Read a text table of unknown dialect.

    Parameters
    ----------
    content : bytes
        The whole file.
    where : str
        Its name, for messages.

    Raises
    ------
    LeadsError
        When it is empty, binary, has no rows or no header, or a row has too few or too many cells.
    """
    text, encoding = as_utf8(content, where=where)
    begins = beginning_of(text, where)
    text, separator, header = text[begins.skipped :], begins.separator, begins.header
    lines = partial(io.StringIO, text.decode(), newline="") if b'"' in text else None
    table, numbers = _parse(text, lines, separator, header, where)
    table, numbers = _below_header(table, numbers, header, where)
    check_rows(table, numbers, header.names, lines=lines, separator=separator, where=where)
    return DelimitedText(
        names=header.every_name,
        table=table,
        header_row=header.row,
        rows=Rows.at(numbers),
        separator=separator,
        encoding=encoding,
    )


def check_names(names: Sequence[str], *, where: str) -> None:
    """Refuse names that stand more than once; columns without a name are no matter.

    Parameters
    ----------
    names : sequence of str
        Column names in the table's order.
    where : str
        Table and, for a file, row of the header.
    """
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name.strip(), []).append(place)
    repeated = {name: found for name, found in places.items() if name and len(found) > 1}
    if repeated:
        listed = "; ".join(
            f"`{name[:60]}` in the columns {', '.join(map(str, found[:4]))}"
            for name, found in list(repeated.items())[:4]
        )
        raise LeadsError(
            f"{where}: a column name may stand once, and these stand more often: {listed}. "
            f"Rename the columns or remove the copies."
        )


def _records(text: bytes, separator: str) -> Iterator[list[str]]:
    """Split the beginning into rows with Python's own reader, which knows quotes."""
    head = text[:HEAD].decode("utf-8", errors="ignore")
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    try:
        yield from reader
    except csv.Error:
        return  # a value too long for this reader: the rows before it must do


def beginning_of(text: bytes, where: str) -> Beginning:
    """Find a table's separator and its header.

    Parameters
    ----------
    text : bytes
        In UTF-8; its first megabyte tells.
    where : str
        Its name, for messages.

    Raises
    ------
    LeadsError
        When it is empty, or has no header.
    """
    hint = _SEPARATOR_HINT.match(text)
    # Excel's own first line `sep=;` is no row: Excel does not show it either.
    skipped = hint.end() if hint else 0
    text = text[skipped:]
    if not text.strip():
        raise LeadsError(f"{where} is empty. Export the leads again, with a header row.")
    separator = hint[1].decode("latin-1") if hint else _separator_of(text, where)
    header = _header_of(text, separator, where)
    return Beginning(skipped=skipped, separator=separator, header=header)


def _separator_of(text: bytes, where: str) -> str:
    """Choose the separator under which most of the first rows have the same number of cells."""
    best, found = (0.0, 0), ""
    for separator in SEPARATORS:
        widths = [len(row) for row in islice(_records(text, separator), _SAMPLE_ROWS) if row]
        if not widths or widths[0] < 2:
            continue
        usual, rows = Counter(widths).most_common(1)[0]
        if usual > 1 and (rows / len(widths), usual) > best:
            best, found = (rows / len(widths), usual), separator
    if not found:
        first = text.lstrip().splitlines()[0].decode("utf-8", errors="replace").strip()[:60]
        raise LeadsError(
            f"{where}: only one column is seen; the first row is `{first}`. A table needs cells "
            f"separated by a comma, semicolon, tab or bar, and nothing above its header. Export "
            f"the leads again as CSV."
        )
    return found


def _header_of(text: bytes, separator: str, where: str) -> Header:
    """Find the header, and see whether rows end in a separator more or less than it does."""
    sample = list(islice(_records(text, separator), _SAMPLE_ROWS))
    row = next((place for place, cells in enumerate(sample) if any(map(str.strip, cells))), None)
    if row is None:
        raise LeadsError(f"{where} has no column names. Export the leads again, with a header row.")
    names = sample[row]
    if len(names) > MOST_COLUMNS:
        raise LeadsError(
            f"{where}, row {row + 1}: {len(names):,} columns are more than any leads table has. "
            f"Each lead should be a row, and each thing known about it a column."
        )
    check_names(names, where=f"{where}, row {row + 1}")
    below = [cells for cells in sample[row + 1 :] if any(map(str.strip, cells))]
    return Header(row=row + 1, names=tuple(names), width=_width(names, below))


def _width(names: list[str], below: list[list[str]]) -> int:
    """Give the number of cells of a row: that of the header, but for empty ones at the end."""
    widths = {len(cells) for cells in below}
    if len(widths) != 1:
        return len(names)
    (width,) = widths
    beyond = [*names[width:], *(cell for cells in below for cell in cells[len(names) :])]
    return len(names) if any(map(str.strip, beyond)) else width


def arrow_options(
    separator: str, width: int, notes: RowNotes, *, block: int, has_quotes: bool
) -> dict[str, Any]:
    """Say how Arrow splits a text into cells: all of them as dictionaries of texts.

    Parameters
    ----------
    separator : str
    width : int
        Cells of a row.
    notes : RowNotes
    block : int
        Bytes at a time; a block must hold any one row.
    has_quotes : bool
    """
    import pyarrow as pa
    from pyarrow import csv as pacsv

    names = [str(place) for place in range(width)]
    return {
        # One thread, so that a ragged row knows its number.
        "read_options": pacsv.ReadOptions(use_threads=False, block_size=block, column_names=names),
        "parse_options": pacsv.ParseOptions(
            delimiter=separator,
            quote_char='"' if has_quotes else False,
            newlines_in_values=has_quotes,
            ignore_empty_lines=False,
            invalid_row_handler=notes,
        ),
        "convert_options": pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
            check_utf8=False,  # all of it was decoded before
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    }


def _parse(
    text: bytes, lines: Lines, separator: str, header: Header, where: str
) -> tuple[Any, Ints]:
    """Give all rows of the file that have the width, and the number of each."""
    import pyarrow as pa
    from pyarrow import csv as pacsv

    notes = RowNotes(header.row)
    block = min(len(text) + 1, 64 * 1024 * 1024)
    options = arrow_options(
        separator, header.width, notes, block=block, has_quotes=lines is not None
    )
    try:
        table = pacsv.read_csv(io.BytesIO(text), **options)
    except pa.ArrowInvalid as fault:
        refuse_ragged(notes.ragged, lines, separator, where)
        raise unsplit(fault, where) from None
    refuse_ragged(notes.ragged, lines, separator, where)
    numbers = np.arange(1, table.num_rows + len(notes.blank) + 1)
    return table, np.delete(numbers, np.array(notes.blank, dtype=np.int64) - 1)


def _below_header(table: Any, numbers: Ints, header: Header, where: str) -> tuple[Any, Ints]:
    """Keep the rows below the header that hold any value."""
    start = int(np.searchsorted(numbers, header.row, side="right"))
    table, numbers = table.slice(start), numbers[start:]
    empty = empty_rows(table)
    if len(empty) == len(numbers):
        raise NoRowsError(f"{where} has a header but no rows. Export the leads again.")
    if len(empty):
        kept = np.ones(len(numbers), dtype=np.bool_)
        kept[empty] = False
        table, numbers = table.filter(kept), numbers[kept]
    return table, numbers


def empty_rows(table: Any) -> Ints:
    """Give the places of the rows of an Arrow table that hold no value at all."""
    import pyarrow.compute as pc

    places: Ints = np.arange(table.num_rows)
    for column in table.columns:
        # Few rows are empty, so few are looked at after the first columns.
        part = column if len(places) == table.num_rows else column.take(places)
        places = places[pc.is_null(part).to_numpy()]
        if not len(places):
            break
    return places
