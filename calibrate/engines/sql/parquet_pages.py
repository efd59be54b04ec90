"""The pages of a column in a Parquet file: its distinct values, and which of them rows have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibrate.engines.sql.thrift import read_struct

ROWS, DISTINCT, ROWS_2 = 0, 2, 3
"""Kinds of pages: rows, distinct values, and rows as newer programs write them."""
PLAIN, RUNS, PLACES = 0, 3, 8
"""Ways of writing values: as they stand, in runs, and by their places among the distinct ones."""
_PLACES_TOO = 2
"""What older programs call the last."""
# Fields of a header:
_KIND, _SIZE, _PACKED, _OF_ROWS, _OF_DISTINCT, _OF_ROWS_2 = 1, 2, 3, 5, 7, 8
_MANY, _HOW, _HOW_2 = 1, 2, 4
_LEAST_SIZE = 4
"""A number takes so many bytes or more, and so does a text for its length alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """A column of a group of rows.

    Attributes
    ----------
    many : int
        How many distinct values there are.
    size : int
        How many bytes they take.
    distinct : memoryview of bytes
        They, as they stand, packed.
    rows : memoryview of bytes
        The pages that hold all rows, by their places among the distinct values.
    """

    many: int
    size: int
    distinct: memoryview
    rows: memoryview


def pages_of(path: Path, column: Any) -> Pages | None:
    """Read the pages of a column.

    Parameters
    ----------
    path : Path
    column : pyarrow.parquet.ColumnChunkMetaData
        Of one group of its rows.

    Returns
    -------
    Pages or None
        None where the file holds rows in another way, or encrypted.

    Raises
    ------
    OSError
        When the file cannot be read.

    Source: Apache Parquet format (apache/parquet-format, README.md and parquet.thrift).
    """
    read = _read(path, column)
    try:
        return _found(read, column.num_values)
    except (ValueError, LookupError, TypeError):
        return None


def _read(path: Path, column: Any) -> bytes:
    begin = column.data_page_offset
    if column.has_dictionary_page:
        begin = min(begin, column.dictionary_page_offset)
    with path.open("rb") as file:
        file.seek(begin)
        return file.read(column.total_compressed_size)


def _found(read: bytes, rows: int) -> Pages:
    """Look at the headers of all pages: that of the distinct values comes first.

    Raises
    ------
    ValueError, LookupError, TypeError
        When something else stands there.
    """
    first, begin = read_struct(read, 0)
    about = first[_OF_DISTINCT]
    ends = end = begin + first[_PACKED]
    found = 0
    while end < len(read):
        header, place = read_struct(read, end)
        found += _rows(header)
        end = place + header[_PACKED]
        if end < place:
            raise ValueError("A page of less than nothing.")
    if end != len(read) or found != rows or not begin <= ends or first[_KIND] != DISTINCT:
        raise ValueError("Pages that do not add up.")
    if not 0 <= _LEAST_SIZE * about[_MANY] <= first[_SIZE]:
        raise ValueError("More distinct values than there are bytes.")
    whole = memoryview(read)
    return Pages(
        many=about[_MANY], size=first[_SIZE], distinct=whole[begin:ends], rows=whole[ends:]
    )


def _rows(header: dict[int, Any]) -> int:
    """Give the rows of a page that holds places."""
    newer = header[_KIND] == ROWS_2
    about = header[_OF_ROWS_2 if newer else _OF_ROWS]
    if about[_HOW_2 if newer else _HOW] not in (PLACES, _PLACES_TOO):
        raise ValueError("Values as they stand.")
    return int(about[_MANY])
