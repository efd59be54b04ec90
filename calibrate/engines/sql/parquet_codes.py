"""Columns of Parquet files as the files hold them: distinct values, and the code of each row.

Arrow gives a column's values, which take longer to make, and longer still to be told apart again.
A file holds what is wanted: a page of distinct values, and pages of their places. So Arrow is
handed the pages of places as those of a column of whole numbers whose distinct values are 1, 2, 3
and so on, and the page of distinct values as the rows of another column.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from calibrate.engines.sql.coded import Coded
from calibrate.engines.sql.parquet_pages import (
    DISTINCT,
    PLACES,
    PLAIN,
    ROWS,
    RUNS,
    Pages,
    pages_of,
)
from calibrate.engines.sql.thrift import Field, Fields, Wide, as_struct

_CODECS = {"UNCOMPRESSED": 0, "SNAPPY": 1, "GZIP": 2, "BROTLI": 4, "ZSTD": 6}
_TYPES = {"INT32": 1, "INT64": 2, "FLOAT": 4, "DOUBLE": 5, "BYTE_ARRAY": 6}
_MEANINGS = {
    "UTF8": 0,
    "UINT_8": 11,
    "UINT_16": 12,
    "UINT_32": 13,
    "UINT_64": 14,
    "INT_8": 15,
    "INT_16": 16,
    "INT_32": 17,
    "INT_64": 18,
}
_MAGIC, _NAME = b"PAR1", b"values"
# Fields of a column's schema:
_TYPE, _MAY_BE_MISSING, _IS_NAMED, _MEANS = 1, 3, 4, 6

_Bytes: TypeAlias = bytes | memoryview


def codes_of(path: Path, about: Any, group: int, name: str) -> Coded | None:
    """Read the codes of a column in one group of rows.

    Parameters
    ----------
    path : Path
    about : pyarrow.parquet.FileMetaData
        Of the same file.
    group : int
    name : str
        The column: one of texts or numbers that stands in no other.

    Returns
    -------
    Coded or None
        None where the file holds values as they stand, or in another way than is read here.

    Raises
    ------
    pyarrow.ArrowException, OSError
        When the file does not hold what it says.
    """
    place = next(one for one in range(about.num_columns) if about.schema.column(one).path == name)
    told, column = about.schema.column(place), about.row_group(group).column(place)
    if (
        column.compression not in _CODECS
        or told.physical_type not in _TYPES
        or told.max_definition_level > 1
        or told.max_repetition_level > 0
    ):
        return None
    pages = pages_of(path, column)
    if pages is None:
        return None
    return Coded.of(_values(pages, told, column.compression), _codes(pages, told, column))


def _values(pages: Pages, told: Any, codec: str) -> Any:
    """Read the distinct values as rows."""
    kind: dict[int, Field] = {_TYPE: _TYPES[told.physical_type], _MAY_BE_MISSING: 0}
    kind[_IS_NAMED] = _NAME
    if told.converted_type in _MEANINGS:
        kind[_MEANS] = _MEANINGS[told.converted_type]
    header = _header(ROWS, pages.many, pages.size, pages.distinct)
    return _read(kind, pages.many, codec, [header, pages.distinct])


def _codes(pages: Pages, told: Any, column: Any) -> Any:
    """Read the rows as if their distinct values were 1, 2, 3 and so on."""
    import pyarrow as pa

    numbers = np.arange(1, pages.many + 1, dtype="<i4").tobytes()
    packed, codec = numbers, column.compression
    if codec != "UNCOMPRESSED":
        packed = pa.Codec(codec.lower()).compress(numbers, asbytes=True)
    first = _header(DISTINCT, pages.many, len(numbers), packed) + packed
    kind = {_TYPE: _TYPES["INT32"], _MAY_BE_MISSING: told.max_definition_level, _IS_NAMED: _NAME}
    return _read(kind, column.num_values, codec, [first, pages.rows], len(first))


def _header(kind: int, many: int, size: int, packed: _Bytes) -> bytes:
    """Write the header of a page of values as they stand."""
    about: Fields = {1: many, 2: PLAIN} | ({3: RUNS, 4: RUNS} if kind == ROWS else {})
    number = 5 if kind == ROWS else 7
    return as_struct({1: kind, 2: size, 3: len(packed), number: about})


def _read(kind: Fields, rows: int, codec: str, pages: Sequence[_Bytes], distinct: int = 0) -> Any:
    """Let Arrow read pages as those of a file of one column.

    Parameters
    ----------
    kind : mapping
        The fields of the column's schema.
    rows : int
    codec : str
        How its pages are packed.
    pages : sequence of bytes
    distinct : int
        How long the first page is where it holds distinct values; 0 where it holds rows.
    """
    import pyarrow as pa
    from pyarrow import parquet

    begin, many, size = len(_MAGIC), Wide(rows), Wide(sum(map(len, pages)))
    about: dict[int, Field] = {1: kind[_TYPE], 2: [PLAIN, RUNS, PLACES], 3: [_NAME]}
    about |= {4: _CODECS[codec], 5: many, 6: size, 7: size, 9: Wide(begin + distinct)}
    if distinct:
        about[11] = Wide(begin)
    group: dict[int, Field] = {1: [{2: Wide(begin), 3: about}], 2: size, 3: many}
    footer = as_struct({1: 1, 2: [{4: _NAME, 5: 1}, kind], 3: many, 4: [group]})
    whole = b"".join([_MAGIC, *pages, footer, len(footer).to_bytes(4, "little"), _MAGIC])
    with parquet.ParquetFile(pa.py_buffer(whole)) as file:
        found = file.read_row_group(0, use_threads=False).column(0)
    # To combine even one chunk is to copy it.
    return found.chunk(0) if found.num_chunks == 1 else found.combine_chunks()
