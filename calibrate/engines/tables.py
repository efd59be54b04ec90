"""Open a table of any shape: CSV, TSV, Parquet, Excel, or a pandas DataFrame."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.engines.columns import (
    Column,
    NumberColumn,
    as_arrow,
    from_arrow,
    from_objects,
)
from calibrate.engines.delimited import MOST_COLUMNS, names_alike, read_delimited
from calibrate.errors import LeadsError, MissingExtraError, near_names

if TYPE_CHECKING:
    import pandas as pd

EXCEL_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


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
    unusable : mapping of str to str
        Columns that cannot hold an attribute, and why.
    fingerprint : str
        ``sha256:`` and 64 hex digits over the file's bytes or the frame's values.
    dated : date or None
        The day the file was last written; None for a frame.
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
    remarks: tuple[str, ...] = ()
    original: Any = None


def open_table(source: str | Path | pd.DataFrame) -> Table:
    """Open a table.

    Parameters
    ----------
    source : path or pandas.DataFrame
        A ``.csv``, ``.tsv``, ``.txt``, ``.parquet`` or Excel file; a file with another ending is
        taken as a text table.

    Raises
    ------
    LeadsError
        When it cannot be read as a table, naming file, row and column.
    MissingExtraError
        For an Excel file without the extra ``excel``.
    """
    if not isinstance(source, str | Path):
        return _open_frame(source)
    path = Path(source)
    content = _bytes_of(path)
    if path.suffix.lower() in (".parquet", ".pq"):
        read = _read_parquet(content, str(path))
    elif path.suffix.lower() in EXCEL_ENDINGS:
        read = _read_excel(content, str(path))
    else:
        read = _read_text(content, str(path))
    return Table(
        name=path.name,
        where=str(path),
        columns=read.columns,
        rows=read.original.num_rows,
        unusable=read.unusable,
        fingerprint=f"sha256:{hashlib.sha256(content).hexdigest()}",
        dated=dt.date.fromtimestamp(path.stat().st_mtime),
        remarks=read.remarks,
        original=read.original,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a reader of one format found."""

    columns: dict[str, Column]
    unusable: dict[str, str]
    original: Any
    remarks: tuple[str, ...] = ()


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        near = [other.name for other in path.parent.glob("*") if other.is_file()][:200]
        hint = near_names(path.name, near)
        tail = f" Did you mean `{hint[0]}`?" if hint else ""
        raise LeadsError(f"{path}: no such file.{tail}") from None
    except IsADirectoryError:
        raise LeadsError(f"{path} is a folder; name the file in it that holds the leads.") from None
    except OSError as fault:
        raise LeadsError(f"{path} cannot be read: {fault.strerror or fault}.") from None


def _read_text(content: bytes, where: str) -> _Read:
    read = read_delimited(content, where=where)
    comma = read.separator != ","
    pairs = [
        (name, from_arrow(column, comma_decimal=comma))
        for name, column in zip(read.names, read.table.columns, strict=True)
    ]
    remarks = () if read.encoding == "utf-8" else (f"The file was read as {read.encoding}.",)
    columns, unusable = _named(pairs, where)
    return _Read(
        columns=columns,
        unusable=unusable,
        original=read.table.rename_columns(list(read.names)),
        remarks=remarks,
    )


def _read_parquet(content: bytes, where: str) -> _Read:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        # Row group by row group as dictionaries: texts are never spelled out per lead.
        reader = parquet.ParquetFile(pa.BufferReader(content))
        texts = [
            name
            for name, kind in zip(reader.schema_arrow.names, reader.schema_arrow.types, strict=True)
            if pa.types.is_string(kind)
        ]
        table = parquet.ParquetFile(pa.BufferReader(content), read_dictionary=texts).read()
    except (pa.ArrowInvalid, OSError) as fault:
        raise LeadsError(
            f"{where} is not readable as Parquet ({str(fault).splitlines()[0][:120]})."
        ) from None
    _check_names(table.column_names, where)
    pairs = [(n, from_arrow(c)) for n, c in zip(table.column_names, table.columns, strict=True)]
    if not table.num_rows:
        raise LeadsError(f"{where} has columns but no rows. Export the leads again.")
    columns, unusable = _named(pairs, where, [str(kind) for kind in table.schema.types])
    return _Read(columns=columns, unusable=unusable, original=table)


def _read_excel(content: bytes, where: str) -> _Read:
    try:
        import python_calamine
    except ImportError:
        raise MissingExtraError(
            f"{where}: reading Excel files needs the extra `excel`: "
            f"pip install 'calibrate-leads[excel]'. Or save the sheet as CSV."
        ) from None
    import io

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.sheet_names[0]
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
    except (python_calamine.CalamineError, OSError, IndexError) as fault:
        raise LeadsError(f"{where} is not readable as an Excel workbook ({fault}).") from None
    if len(rows) < 2:
        raise LeadsError(f"{where}, sheet `{sheet}`: a header and at least one row are needed.")
    names = [str(name) for name in rows[0]]
    _check_names(names, where)
    cells = [[row[place] for row in rows[1:]] for place in range(len(names))]
    columns, unusable = _named(
        [(name, from_objects(values)) for name, values in zip(names, cells, strict=True)], where
    )
    more = len(book.sheet_names) - 1
    return _Read(
        columns=columns,
        unusable=unusable,
        original=as_arrow(names, cells),
        remarks=(f"Sheet `{sheet}` was read, {more} more were not.",) if more else (),
    )


def _open_frame(frame: Any) -> Table:
    if not hasattr(frame, "columns") or not hasattr(frame, "dtypes"):
        raise LeadsError(
            f"leads should be a path or a pandas DataFrame; found {type(frame).__name__}."
        )
    where = "the DataFrame"
    names = [str(name) for name in frame.columns]
    _check_names(names, where)
    pairs = [(name, _from_series(frame.iloc[:, place])) for place, name in enumerate(names)]
    columns, unusable = _named(pairs, where, [str(kind) for kind in frame.dtypes])
    if not len(frame):
        raise LeadsError(f"{where} has columns but no rows.")
    return Table(
        name="DataFrame",
        where=where,
        columns=columns,
        rows=len(frame),
        unusable=unusable,
        fingerprint=_fingerprint(columns),
        dated=None,
    )


def _from_series(series: Any) -> Column | None:
    import pyarrow as pa

    try:
        array = pa.chunked_array([pa.array(series, from_pandas=True)])
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return from_objects(series.where(series.notna(), None).tolist())
    return from_arrow(array)


def _check_names(names: list[str], where: str) -> None:
    repeated = sorted({name for name in names if names_alike(names, name) > 1})
    if repeated:
        raise LeadsError(
            f"{where}: the column name `{repeated[0]}` stands more than once. "
            f"Rename or remove the copies."
        )


def _named(
    pairs: list[tuple[str, Column | None]], where: str, kinds: list[str] | None = None
) -> tuple[dict[str, Column], dict[str, str]]:
    """Keep the columns that have a name and a usable type; say why the others are left out."""
    columns: dict[str, Column] = {}
    unusable: dict[str, str] = {}
    for place, (name, column) in enumerate(pairs):
        trimmed = name.strip()
        if not trimmed:
            unusable[f"column {place + 1}"] = "it has no name"
        elif column is None:
            unusable[trimmed] = f"its type is {kinds[place] if kinds else 'unknown'}"
        else:
            columns[trimmed] = column
    if not columns:
        raise LeadsError(f"{where} has no column that can be read.")
    return columns, unusable


def check_width(table: Table, looked_at: int) -> None:
    """Refuse to try more attributes than anybody can weigh."""
    if looked_at > MOST_COLUMNS:
        raise LeadsError(
            f"{table.where} has {looked_at:,} columns to try as attributes; at most "
            f"{MOST_COLUMNS:,} are tried at a time, since the more are tried the harder it gets to "
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
