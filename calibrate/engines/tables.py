"""Open a table of any shape: CSV, TSV, Parquet, Excel, or a pandas DataFrame."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibrate.engines.cells import from_arrow, from_objects
from calibrate.engines.columns import Column, NumberColumn
from calibrate.engines.delimited import check_names
from calibrate.engines.formats import TableRead, named_columns, read_content
from calibrate.engines.rows import Rows
from calibrate.engines.sources import Source
from calibrate.engines.stacked import Part, stack
from calibrate.engines.threads import LONG, side_by_side
from calibrate.errors import LeadsError, NoRowsError, SpecError

if TYPE_CHECKING:
    import pandas as pd

MOST_TRIED = 1000
"""Columns that are tried as attributes at a time."""


@dataclass(frozen=True, kw_only=True)
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
    digest : str or None
        ``sha256:`` and 64 hex digits over the file's bytes; None for a frame.
    dated : date or None
        The day the file was last written; None for a frame.
    row_names : Rows
        Where its rows stand, for messages.
    remarks : tuple of str
        What had to be guessed about the format.
    original : pyarrow.Table or None
        The cells as they stand in the file, to be written out again; None for a frame.
    weights : ndarray of int, shape (rows,), or None
        How many leads each row stands for, where a database has told leads alike together; None
        for one each.
    """

    name: str
    where: str
    columns: Mapping[str, Column]
    rows: int
    unusable: Mapping[str, str]
    digest: str | None
    dated: dt.date | None
    row_names: Rows
    remarks: tuple[str, ...] = ()
    original: Any = None
    weights: npt.NDArray[np.int64] | None = None

    @cached_property
    def fingerprint(self) -> str:
        """``sha256:`` and 64 hex digits over the file's bytes or the frame's values."""
        return _fingerprint(self.columns) if self.digest is None else self.digest

    @property
    def leads(self) -> int:
        """How many leads its rows stand for."""
        return self.rows if self.weights is None else int(self.weights.sum())


def open_table(source: str | Path | pd.DataFrame | Table, *, sheet: str | None = None) -> Table:
    """Open a table.

    Parameters
    ----------
    source : path, pandas.DataFrame or Table
        A ``.csv``, ``.tsv``, ``.txt``, ``.parquet`` or Excel file; a file with another ending is
        taken as a text table. A pattern such as ``leads-*.csv`` means all the files that match it,
        by name, and a ``.zip`` or ``.gz`` archive the tables in it; several are stacked by the
        names of their columns. A table that is open already is given back.
    sheet : str, optional
        The sheet of a workbook; by default the first that holds a table.

    Raises
    ------
    LeadsError
        When it cannot be read as a table, naming file, row and column.
    SpecError
        When a sheet is wanted that is not there.
    MissingExtraError
        For an Excel file without the extra ``excel``.
    """
    if isinstance(source, Table):
        return source
    if not isinstance(source, str | Path):
        if sheet is not None:
            raise SpecError(f"A DataFrame has no sheet `{sheet}`; take `sheet` out of the spec.")
        return _open_frame(source)
    found = Source.of(Path(source))
    parts: list[Part] = []
    digest = hashlib.sha256()
    for piece in found.pieces():
        digest.update(piece.content)
        read = read_content(piece.content, name=piece.name, where=piece.where, sheet=sheet)
        parts.append(Part(label=piece.label, read=read))
    read = _one(parts, found)
    return Table(
        name=found.path.name,
        where=str(found.path),
        columns=read.columns,
        rows=read.original.num_rows,
        unusable=read.unusable,
        digest=f"sha256:{digest.hexdigest()}",
        dated=found.dated,
        row_names=read.row_names,
        remarks=read.remarks,
        original=read.original,
    )


def _one(parts: list[Part], source: Source) -> TableRead:
    """Give what was read as one table; of a pattern's files each row names its own."""
    if len(parts) == 1 and not source.is_pattern:
        return parts[0].read
    return stack(parts, where=str(source.path))


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
        raise NoRowsError(f"{where} has columns but no rows.")
    columns, unusable = named_columns(
        list(zip(names, _columns_of(frame), strict=True)),
        where,
        [str(kind) for kind in frame.dtypes],
    )
    return Table(
        name="DataFrame",
        where=where,
        columns=columns,
        rows=len(frame),
        unusable=unusable,
        digest=None,
        dated=None,
        row_names=Rows(index=frame.index),
    )


def _columns_of(frame: Any) -> list[Column | None]:
    """Turn every series into a column; of a long frame as many at a time as there are cores."""
    each = [frame.iloc[:, place] for place in range(frame.shape[1])]
    if len(frame) < LONG:
        return list(map(column_of, each))
    return side_by_side(column_of, each)


def column_of(series: Any) -> Column | None:
    """Turn a series of a frame into a column; None for values that no level can be made of."""
    import pyarrow as pa

    try:
        array = pa.array(series, from_pandas=True)
        if _is_blurred(series, array.type):
            raise pa.ArrowTypeError
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


def _is_blurred(series: Any, kind: Any) -> bool:
    """Whether Arrow took yes and no for 1 and 0, or cut times off days, to get one type."""
    import pyarrow as pa

    blurs = pa.types.is_floating, pa.types.is_decimal, pa.types.is_date
    if series.dtype != object or not any(is_one(kind) for is_one in blurs):
        return False
    other = dt.datetime if pa.types.is_date(kind) else bool
    return any(isinstance(value, other) for value in series)


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
            digest.update(np.ascontiguousarray(column.numbers).data)
        else:
            digest.update("\0".join(column.texts).encode("utf-8", "surrogatepass"))
            digest.update(np.ascontiguousarray(column.codes).data)
    return f"sha256:{digest.hexdigest()}"
