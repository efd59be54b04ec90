"""Text tables: which encoding, which separator, and is every row whole?"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from calibrate.errors import LeadsError

SEPARATORS = ",;\t|"
MOST_COLUMNS = 1000
LONGEST_TEXT = 1_000_000
"""Characters of one value: beyond it, a quote was opened and never closed."""

_HEAD = 256 * 1024
_SAMPLE_ROWS = 100
_BINARY_STARTS = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook or another Office file",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DelimitedText:
    """A text table that was read.

    Attributes
    ----------
    names : tuple of str
        The header, as written.
    table : pyarrow.Table
        Every column as a dictionary of texts, empty cells null.
    separator, encoding : str
        What was found.
    """

    names: tuple[str, ...]
    table: Any
    separator: str
    encoding: str


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
    if not content.strip():
        raise LeadsError(f"{where} is empty. Export the leads again, with a header row.")
    text, encoding = _utf8(content, where)
    separator = _separator(text, where)
    names = next(_rows(text, separator))
    _check_header(names, where)
    table = _parse(text, separator, names, where)
    if table.num_rows == 0:
        raise LeadsError(f"{where} has a header but no rows. Export the leads again.")
    _check_lengths(table, where)
    return DelimitedText(names=tuple(names), table=table, separator=separator, encoding=encoding)


def row_name(number: int) -> str:
    """Name a lead by its row in the file; the header is row 1.

    Examples
    --------
    >>> row_name(0)
    'row 2'
    """
    return f"row {number + 2}"


def _utf8(content: bytes, where: str) -> tuple[bytes, str]:
    """Give the file as UTF-8 without a byte order mark, and the encoding it had."""
    marked = next((mark for mark in _MARKS if content.startswith(mark)), b"")
    content = content[len(marked) :]
    encoding = _MARKS[marked] if marked else _utf16_without_mark(content) or "utf-8"
    if encoding == "utf-8":
        _refuse_binary(content, where)
        if _decodes(content, "utf-8"):
            return content, encoding
        # Bytes that are not UTF-8 come from an older Windows or Latin-1 export.
        encoding = "cp1252" if _decodes(content, "cp1252") else "latin-1"
    try:
        return content.decode(encoding).encode("utf-8"), encoding
    except UnicodeDecodeError as fault:
        raise LeadsError(
            f"{where}: byte {fault.start + 1} is not {encoding}, as its first bytes promise. "
            f"Save it again as UTF-8."
        ) from None


def _utf16_without_mark(content: bytes) -> str | None:
    head = content[:2000]
    odd, even = head[1::2].count(0), head[0::2].count(0)
    half = len(head) // 2
    if half and odd > 0.7 * half and even == 0:
        return "utf-16-le"
    if half and even > 0.7 * half and odd == 0:
        return "utf-16-be"
    return None


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_binary(content: bytes, where: str) -> None:
    for start, what in _BINARY_STARTS.items():
        if content.startswith(start):
            raise LeadsError(
                f"{where} is {what}, not a text table. Give the file its right ending "
                f"(.xlsx, .parquet), or export the leads as CSV."
            )
    place = content.find(b"\0")
    if place >= 0:
        row = content.count(b"\n", 0, place) + 1
        raise LeadsError(
            f"{where}, row {row}: a NUL byte stands there (byte {place + 1}), so the file is "
            f"binary or damaged. Export the leads again as CSV."
        )
    head = content[:_HEAD]
    strange = sum(head.count(bytes([byte])) for byte in range(32) if byte not in b"\t\n\r\f")
    if strange > 0.01 * len(head):
        raise LeadsError(
            f"{where} is not a text table: {strange} of its first {len(head)} bytes are control "
            f"characters. Export the leads as CSV."
        )


def _rows(text: bytes, separator: str) -> Iterator[list[str]]:
    """Split the beginning into rows with Python's own reader, which knows quotes."""
    head = text[:_HEAD].decode("utf-8", errors="ignore")
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    csv.field_size_limit(_HEAD)
    return (row for row in reader if row)


def _separator(text: bytes, where: str) -> str:
    """Choose the separator under which the first rows have the header's number of cells."""
    best, found = (0.0, 0), ""
    for separator in SEPARATORS:
        try:
            rows = list(islice(_rows(text, separator), _SAMPLE_ROWS))
        except csv.Error:
            continue
        if not rows or len(rows[0]) < 2:
            continue
        agreeing = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        if (agreeing, len(rows[0])) > best:
            best, found = (agreeing, len(rows[0])), separator
    if not found:
        first = text.split(b"\n", 1)[0].decode("utf-8", errors="replace").strip()[:60]
        raise LeadsError(
            f"{where}, row 1: only one column is seen (`{first}`). Cells should be separated by a "
            f"comma, semicolon, tab or bar; export the leads again with one of them."
        )
    return found


def _check_header(names: list[str], where: str) -> None:
    repeated = sorted({name.strip() for name in names if names_alike(names, name) > 1})
    if repeated:
        listed = ", ".join(f"`{name}`" for name in repeated[:5])
        raise LeadsError(
            f"{where}, row 1: the column name{'s' if len(repeated) > 1 else ''} {listed} stand"
            f"{'' if len(repeated) > 1 else 's'} more than once. Rename or remove the copies."
        )


def names_alike(names: list[str], name: str) -> int:
    """Count the columns of a name, names without letters aside."""
    wanted = name.strip()
    return sum(other.strip() == wanted for other in names) if wanted else 0


def _parse(text: bytes, separator: str, names: list[str], where: str) -> Any:
    import pyarrow as pa
    from pyarrow import csv as pacsv

    ragged: list[Any] = []

    def note(row: Any) -> str:
        ragged.append(row)
        return "skip" if len(ragged) < 1000 else "error"

    texts = pa.dictionary(pa.int32(), pa.string())
    unnamed = [f"\x00{place}" for place in range(len(names))]
    try:
        table = pacsv.read_csv(
            io.BytesIO(text),
            read_options=pacsv.ReadOptions(
                # One thread, so that a ragged row knows its number; a block must hold any one row.
                use_threads=False,
                block_size=min(len(text) + 1, 64 * 1024 * 1024),
                column_names=unnamed,
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=separator, newlines_in_values=b'"' in text, invalid_row_handler=note
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(unnamed, texts),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as fault:
        _refuse_ragged(ragged, where)
        raise LeadsError(
            f"{where} cannot be split into rows ({str(fault).splitlines()[0][:120]}). The usual "
            f"cause is a quote that is opened and never closed."
        ) from None
    _refuse_ragged(ragged, where)
    return table.slice(1)


def _refuse_ragged(ragged: list[Any], where: str) -> None:
    if not ragged:
        return
    first = ragged[0]
    count = f"{len(ragged)} rows" if len(ragged) < 1000 else "1000 rows and more"
    others = "" if len(ragged) == 1 else f" {count} are like that."
    raise LeadsError(
        f"{where}, row {first.number}: {first.actual_columns} cells where the header has "
        f"{first.expected_columns} (it begins `{first.text[:60].strip()}`).{others} Put values "
        f"that contain the separator or a line break between double quotes."
    )


def _check_lengths(table: Any, where: str) -> None:
    import pyarrow.compute as pc

    for place, column in enumerate(table.columns):
        for chunk in column.chunks:
            longest = pc.max(pc.binary_length(chunk.dictionary)).as_py() or 0
            if longest > LONGEST_TEXT:
                lengths = pc.binary_length(column.cast(column.type.value_type))
                row = pc.index(lengths, pc.max(lengths)).as_py()
                raise LeadsError(
                    f"{where}, {row_name(row)}, column {place + 1}: a value of "
                    f"{longest:,} characters. No attribute is that long; the usual cause is a "
                    f"quote that is opened and never closed."
                )
