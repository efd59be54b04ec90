"""Text tables: which separator, where is the header, and is every row whole?"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from calibrate.engines.encodings import as_utf8
from calibrate.engines.rows import Rows
from calibrate.errors import LeadsError, NoRowsError

SEPARATORS = ",;\t|"
MOST_COLUMNS = 20_000
"""More than anybody has: a table lying on its side, or no table."""
LONGEST_TEXT = 1_000_000
"""Characters of one value: beyond it, a quote was opened and never closed."""

_HEAD = 1024 * 1024
_SAMPLE_ROWS = 100
_MOST_RAGGED = 1000
_HINT = re.compile(rb'"?sep=([,;\t|])"?(?:\r\n?|\n)', re.IGNORECASE)
_SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_UNCLOSED = (
    "The usual cause is a double quote that is opened and never closed: close it, take it out, or "
    'write a quote inside a value twice ("").'
)

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
class _Header:
    """The header, and how many cells the rows below it have."""

    row: int
    names: tuple[str, ...]
    width: int


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
    hint = _HINT.match(text)
    # Excel's own first line `sep=;` is no row: Excel does not show it either.
    text = text[hint.end() :] if hint else text
    if not text.strip():
        raise LeadsError(f"{where} is empty. Export the leads again, with a header row.")
    separator = hint[1].decode("latin-1") if hint else _separator(text, where)
    header = _header(text, separator, where)
    table, numbers = _parse(text, separator, header.width, where, header.row)
    table, numbers = _below_header(table, numbers, header, where)
    _check_extra(table, numbers, header, where)
    _check_lengths(table, numbers, header, where)
    _check_quotes(text, separator, table, where)
    return DelimitedText(
        names=(*header.names, *[""] * (header.width - len(header.names)))[: header.width],
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
    head = text[:_HEAD].decode("utf-8", errors="ignore")
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    try:
        yield from reader
    except csv.Error:
        return  # a value too long for this reader: the rows before it must do


def _separator(text: bytes, where: str) -> str:
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


def _header(text: bytes, separator: str, where: str) -> _Header:
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
    return _Header(row=row + 1, names=tuple(names), width=_width(names, below))


def _width(names: list[str], below: list[list[str]]) -> int:
    """Give the number of cells of a row: that of the header, but for empty ones at the end."""
    widths = {len(cells) for cells in below}
    if len(widths) != 1:
        return len(names)
    (width,) = widths
    beyond = [*names[width:], *(cell for cells in below for cell in cells[len(names) :])]
    return len(names) if any(map(str.strip, beyond)) else width


def _parse(text: bytes, separator: str, width: int, where: str, header: int) -> tuple[Any, Ints]:
    """Give all rows of the file that have the width, and the number of each."""
    import pyarrow as pa
    from pyarrow import csv as pacsv

    ragged: list[Any] = []
    blank: list[int] = []

    def note(row: Any) -> str:
        if row.number == header or not row.text.strip():
            blank.append(row.number)
        else:
            ragged.append(row)
        return "skip" if len(ragged) < _MOST_RAGGED else "error"

    texts = pa.dictionary(pa.int32(), pa.string())
    names = [str(place) for place in range(width)]
    try:
        table = pacsv.read_csv(
            io.BytesIO(text),
            read_options=pacsv.ReadOptions(
                # One thread, so that a ragged row knows its number; a block must hold any one row.
                use_threads=False,
                block_size=min(len(text) + 1, 64 * 1024 * 1024),
                column_names=names,
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=separator,
                newlines_in_values=b'"' in text,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, texts),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as fault:
        _refuse_ragged(ragged, text, separator, where)
        raise LeadsError(
            f"{where} cannot be split into rows ({str(fault).splitlines()[0][:120]}). {_UNCLOSED}"
        ) from None
    _refuse_ragged(ragged, text, separator, where)
    numbers = np.arange(1, table.num_rows + len(blank) + 1)
    return table, np.delete(numbers, np.array(blank, dtype=np.int64) - 1)


def _below_header(table: Any, numbers: Ints, header: _Header, where: str) -> tuple[Any, Ints]:
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


def _refuse_ragged(ragged: list[Any], text: bytes, separator: str, where: str) -> None:
    if not ragged:
        return
    first = ragged[0]
    begins = first.text.strip().splitlines()[0][:60]
    cells = "one cell" if first.actual_columns == 1 else f"{first.actual_columns} cells"
    others = ""
    if len(ragged) > 1:
        count = f"{len(ragged)}" if len(ragged) < _MOST_RAGGED else f"{_MOST_RAGGED} and more"
        others = f" In all {count} rows do not fit."
    raise LeadsError(
        f"{where}, row {first.number}{_line(text, separator, first.number)}: {cells} where the "
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


def _line(text: bytes, separator: str, row: int) -> str:
    """Say on which line a row begins, where line breaks inside values have moved it down."""
    if b'"' not in text:
        return ""
    reader = csv.reader(io.StringIO(text.decode(), newline=""), delimiter=separator)
    try:
        for _ in islice(reader, row - 1):
            pass
    except csv.Error:
        return ""
    return f" (line {reader.line_num + 1})" if reader.line_num + 1 > row else ""


def _check_extra(table: Any, numbers: Ints, header: _Header, where: str) -> None:
    """Refuse values right of the last column that the header knows of."""
    for place in range(len(header.names), header.width):
        filled = np.flatnonzero(table.column(place).is_valid().to_numpy())
        if len(filled):
            value = table.column(place)[int(filled[0])].as_py()
            raise LeadsError(
                f"{where}, row {numbers[filled[0]]}: the value `{value[:60]}` stands right of the "
                f"last column. Name its column in the header, or put a value that contains the "
                f"separator between double quotes."
            )


def _check_quotes(text: bytes, separator: str, table: Any, where: str) -> None:
    """Refuse a table in which an open quote swallowed rows: their leads would be lost unseen."""
    if b'"' not in text or not any(_holds_rows(column, separator) for column in table.columns):
        return
    row = _open_quote(text.decode(), separator)
    if row:
        raise LeadsError(
            f"{where}, row {row}{_line(text, separator, row)}: a double quote opens a value that "
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


def _open_quote(text: str, separator: str) -> int | None:
    """Give the first row with a quote that does not close where a value ends, if there is one."""
    limit = csv.field_size_limit(LONGEST_TEXT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 0
    try:
        for _ in reader:
            row += 1
    except csv.Error:
        return row + 1
    finally:
        csv.field_size_limit(limit)
    return None


def _check_lengths(table: Any, numbers: Ints, header: _Header, where: str) -> None:
    import pyarrow.compute as pc

    for place, column in enumerate(table.columns):
        longest = max(
            pc.max(pc.utf8_length(chunk.dictionary)).as_py() or 0 for chunk in column.chunks
        )
        if longest > LONGEST_TEXT:
            lengths = pc.utf8_length(column.cast(column.type.value_type))
            row = numbers[pc.index(lengths, longest).as_py()]
            raise LeadsError(
                f"{where}, row {row}, column `{header.names[place]}`: a value of {longest:,} "
                f"characters. Nothing known about a lead is that long. {_UNCLOSED}"
            )
