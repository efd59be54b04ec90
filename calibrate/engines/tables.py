"""Open a table of any shape: CSV, TSV, Parquet, Excel, or a pandas DataFrame."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrate.engines.columns import (
    Column,
    DecimalComma,
    NumberColumn,
    TextColumn,
    as_arrow,
    from_arrow,
    from_objects,
    needs_decimal_commas,
)
from calibrate.engines.delimited import check_names, empty_rows, read_delimited
from calibrate.engines.rows import Rows
from calibrate.engines.workbook import EXCEL_ENDINGS, is_excel, read_workbook
from calibrate.errors import LeadsError, near_names

if TYPE_CHECKING:
    import pandas as pd

PARQUET_ENDINGS = (".parquet", ".pq")
MOST_TRIED = 1000
"""Columns that are tried as attributes at a time."""

_FRAME_INDEX = "__index_level_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it was found, before anybody knows what its columns mean.

    Attributes
    ----------
    name : str
        Short name for files and pages, e.g. ``leads.csv``.
    where : str
        Name for messages: the path as given.
    columns : mapping of str to Column
        In the order of the table.
    rows : int
        How many there are, those without any value aside.
    unusable : mapping of str to str
        Columns that cannot hold an attribute, and why.
    fingerprint : str
        ``sha256:`` and 64 hex digits over the file's bytes or the frame's values.
    dated : date or None
        The day the file was last written; None for a frame.
    row_names : Rows
        Where its rows stand, for messages.
    remarks : tuple of str
        What had to be guessed about the format.
    original : pyarrow.Table or None
        The cells as they stand in the file, to be written out again; None for a frame.
    """

    name: str
    where: str
    columns: Mapping[str, Column]
    rows: int
    unusable: Mapping[str, str]
    fingerprint: str
    dated: dt.date | None
    row_names: Rows
    remarks: tuple[str, ...] = ()
    original: Any = None


def open_table(source: str | Path | pd.DataFrame | Table) -> Table:
    """Open a table.

    Parameters
    ----------
    source : path, pandas.DataFrame or Table
        A ``.csv``, ``.tsv``, ``.txt``, ``.parquet`` or Excel file; a file with another ending is
        taken as a text table. A table that is open already is given back.

    Raises
    ------
    LeadsError
        When it cannot be read as a table, naming file, row and column.
    MissingExtraError
        For an Excel file without the extra ``excel``.
    """
    if isinstance(source, Table):
        return source
    if not isinstance(source, str | Path):
        return _open_frame(source)
    path = Path(source)
    content = _bytes_of(path)
    where, ending = str(path), path.suffix.lower()
    if ending in PARQUET_ENDINGS:
        read = _read_parquet(content, where)
    elif ending == ".xls" and not is_excel(content):
        # Many an export calls a text table so, because Excel then opens it.
        read = _read_text(content, where)
    elif ending in EXCEL_ENDINGS:
        read = _read_excel(content, where)
    else:
        read = _read_text(content, where)
    return Table(
        name=path.name,
        where=where,
        columns=read.columns,
        rows=read.original.num_rows,
        unusable=read.unusable,
        fingerprint=f"sha256:{hashlib.sha256(content).hexdigest()}",
        dated=dt.date.fromtimestamp(path.stat().st_mtime),
        row_names=read.row_names,
        remarks=read.remarks,
        original=read.original,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a reader of one format found."""

    columns: dict[str, Column]
    unusable: dict[str, str]
    original: Any
    row_names: Rows
    remarks: tuple[str, ...] = ()


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_char_device():
            raise LeadsError(f"{path} is a device, not a file with leads.")
        return path.read_bytes()
    except FileNotFoundError:
        near = [other.name for other in islice(path.parent.glob("*"), 200) if other.is_file()]
        hint = near_names(path.name, near)
        tail = f" Did you mean `{hint[0]}`?" if hint else " Name the file with the leads."
        raise LeadsError(f"{path}: no such file.{tail}") from None
    except IsADirectoryError:
        raise LeadsError(f"{path} is a folder; name the file in it that holds the leads.") from None
    except OSError as fault:
        raise LeadsError(
            f"{path} cannot be read: {fault.strerror or fault}. Check its place and permissions."
        ) from None


def _read_text(content: bytes, where: str) -> _Read:
    read = read_delimited(content, where=where)
    comma: DecimalComma = "likely" if read.separator == ";" else "no"
    found = [from_arrow(column, decimal_comma=comma) for column in read.table.columns]
    if any(needs_decimal_commas(column) for column in found if column is not None):
        found = [_with_decimal_commas(column) for column in found]
    columns, unusable = _named(
        zip(read.names, found, strict=True), f"{where}, row {read.header_row}"
    )
    return _Read(
        columns=columns,
        unusable=unusable,
        original=_original(read.table, read.names),
        row_names=read.rows,
        remarks=() if read.encoding == "utf-8" else (f"The file was read as {read.encoding}.",),
    )


def _with_decimal_commas(column: Column | None) -> Column | None:
    return replace(column, decimal_comma="sure") if isinstance(column, TextColumn) else column


def _read_parquet(content: bytes, where: str) -> _Read:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        # Row group by row group as dictionaries: texts are never spelled out per lead.
        schema = parquet.read_schema(pa.BufferReader(content))
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        table = parquet.ParquetFile(pa.BufferReader(content), read_dictionary=texts).read()
        table.validate(full=True)  # the file may promise UTF-8 and hold something else
    except (pa.ArrowException, OSError, UnicodeError) as fault:
        why = str(fault).splitlines()[0][:120].rstrip(".")
        raise LeadsError(
            f"{where} cannot be read as Parquet ({why}), so it is damaged or something else. "
            f"Export the leads again."
        ) from None
    check_names(table.column_names, where=where)
    empty = empty_rows(table)
    if len(empty) == table.num_rows:
        raise LeadsError(f"{where} has columns but no rows. Export the leads again.")
    places = np.delete(np.arange(table.num_rows), empty)
    table = table.take(places) if len(empty) else table
    columns, unusable = _named(
        [(n, from_arrow(c)) for n, c in zip(table.column_names, table.columns, strict=True)],
        where,
        [str(kind) for kind in table.schema.types],
    )
    return _Read(
        columns=columns,
        unusable=unusable,
        original=_original(table, table.column_names),
        row_names=Rows.at(places + 1),
    )


def _read_excel(content: bytes, where: str) -> _Read:
    sheet = read_workbook(content, where=where)
    check_names(sheet.names, where=sheet.header)
    columns, unusable = _named(
        zip(sheet.names, map(from_objects, sheet.cells), strict=True), sheet.header
    )
    return _Read(
        columns=columns,
        unusable=unusable,
        original=_original(as_arrow(sheet.cells), sheet.names),
        row_names=sheet.rows,
        remarks=sheet.remarks,
    )


def _original(table: Any, names: Sequence[str]) -> Any:
    """Name columns for writing them out: one without a name gets one, or is dropped if empty."""
    kept = {
        place: name if name.strip() else f"column {place + 1} (no name)"
        for place, name in enumerate(names)
        if name.strip() or table.column(place).null_count < table.num_rows
    }
    return table.select(list(kept)).rename_columns(list(kept.values()))


def _open_frame(frame: Any) -> Table:
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(frame, pandas.DataFrame):
        raise LeadsError(
            f"Leads should be a path or a pandas DataFrame; found {type(frame).__name__}. Many "
            f"tables can be turned into one by `.to_pandas()`."
        )
    where = "the DataFrame"
    names = [str(name).encode(errors="replace").decode() for name in frame.columns]
    check_names(names, where=where)
    if not len(frame):
        raise LeadsError(f"{where} has columns but no rows.")
    columns, unusable = _named(
        [(name, _from_series(frame.iloc[:, place])) for place, name in enumerate(names)],
        where,
        [str(kind) for kind in frame.dtypes],
    )
    return Table(
        name="DataFrame",
        where=where,
        columns=columns,
        rows=len(frame),
        unusable=unusable,
        fingerprint=_fingerprint(columns),
        dated=None,
        row_names=Rows(index=frame.index),
    )


def _from_series(series: Any) -> Column | None:
    import pyarrow as pa

    try:
        array = pa.array(series, from_pandas=True)
        # A frame read from Parquet is in chunks already; wrapped again, Arrow would rebuild it
        # value by value.
        column = from_arrow(
            array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
        )
    except (pa.ArrowException, OverflowError, UnicodeError):
        column = None
    if column is not None:
        return column
    # Mixed types, intervals and periods come as Python's own values.
    return from_objects(series.astype(object).where(series.notna(), None).tolist())


def _named(
    pairs: Iterable[tuple[str, Column | None]], where: str, kinds: Sequence[str] = ()
) -> tuple[dict[str, Column], dict[str, str]]:
    """Keep the columns that have a name and a usable type; say why the others are left out."""
    columns: dict[str, Column] = {}
    unusable: dict[str, str] = {}
    unnamed: dict[str, str] = {}
    for place, (name, column) in enumerate(pairs):
        trimmed = name.strip()
        if not trimmed:
            if column is None or not is_empty(column):
                unnamed[f"column {place + 1}"] = "it has no name"
        elif trimmed.startswith(_FRAME_INDEX):
            unusable[trimmed] = "it is the row names of the frame that wrote the file"
        elif column is None:
            kind = f" ({kinds[place]})" if kinds else ""
            unusable[trimmed] = f"its values are neither texts, numbers, dates nor yes and no{kind}"
        else:
            columns[trimmed] = column
    if len(unnamed) > len(columns):
        raise LeadsError(
            f"{where}: {len(unnamed)} columns have values but no name there. The first row should "
            f"name the columns; remove any title above it."
        )
    if not columns:
        raise LeadsError(f"{where} has no column that can be read.")
    return columns, unusable | unnamed


def is_empty(column: Column) -> bool:
    """Whether no row has a value."""
    if isinstance(column, NumberColumn):
        return bool(np.isnan(column.numbers).all())
    return not column.texts


def check_width(table: Table, looked_at: int) -> None:
    """Refuse to try more attributes than anybody can weigh."""
    if looked_at > MOST_TRIED:
        raise LeadsError(
            f"{table.where} has {looked_at:,} columns to try as attributes; at most "
            f"{MOST_TRIED:,} are tried at a time, since the more are tried the harder it gets to "
            f"tell evidence from luck. Name those worth trying under `only:` in the spec."
        )


def _fingerprint(columns: Mapping[str, Column]) -> str:
    digest = hashlib.sha256()
    for name, column in columns.items():
        digest.update(name.encode())
        if isinstance(column, NumberColumn):
            digest.update(column.numbers.tobytes())
        else:
            digest.update("\0".join(column.texts).encode("utf-8", "surrogatepass"))
            digest.update(column.codes.tobytes())
    return f"sha256:{digest.hexdigest()}"
