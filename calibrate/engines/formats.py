"""The bytes of one file become columns: text, Parquet or an Excel workbook?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from calibrate.engines.cells import as_arrow, from_arrow, from_objects
from calibrate.engines.columns import (
    Column,
    is_empty,
    needs_decimal_commas,
)
from calibrate.engines.delimited import check_names, empty_rows, read_delimited
from calibrate.engines.encodings import read_as
from calibrate.engines.rows import Rows
from calibrate.engines.spelling import Spelling
from calibrate.engines.workbook import EXCEL_ENDINGS, is_excel, read_workbook
from calibrate.errors import LeadsError, NoRowsError, SpecError

PARQUET_ENDINGS = (".parquet", ".pq")

_FRAME_INDEX = "__index_level_"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """What a reader of one format found.

    Attributes
    ----------
    columns : dict of str to Column
        In the order of the table.
    unusable : dict of str to str
        Columns that cannot hold an attribute, and why.
    original : pyarrow.Table
        The cells as they stand in the file.
    row_names : Rows
        Where its rows stand.
    remarks : tuple of str
        What had to be guessed about the format.
    """

    columns: dict[str, Column]
    unusable: dict[str, str]
    original: Any
    row_names: Rows
    remarks: tuple[str, ...] = ()


def read_content(content: bytes, *, name: str, where: str, sheet: str | None = None) -> TableRead:
    """Read a file's content by the ending of its name.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        Its name, for the ending; one that is not known is taken for text.
    where : str
        Its name for messages.
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
    ending = PurePath(name).suffix.lower()
    # Many an export calls a text table .xls, because Excel then opens it.
    if ending in EXCEL_ENDINGS and (ending != ".xls" or is_excel(content)):
        return _read_excel(content, where, sheet)
    if sheet is not None:
        raise SpecError(
            f"{where} is no Excel workbook, so it has no sheet `{sheet}`. Take `sheet` out of the "
            f"spec, or give the workbook."
        )
    if ending in PARQUET_ENDINGS:
        return _read_parquet(content, where)
    return _read_text(content, where)


def _read_text(content: bytes, where: str) -> TableRead:
    read = read_delimited(content, where=where)
    found = [from_arrow(column) for column in read.table.columns]
    needs_commas = any(needs_decimal_commas(column) for column in found if column is not None)
    spelling = Spelling.by(read.separator, needs_commas=needs_commas)
    found = [None if column is None else spelling.of(column) for column in found]
    columns, unusable = named_columns(
        zip(read.names, found, strict=True), f"{where}, row {read.header_row}"
    )
    return TableRead(
        columns=columns,
        unusable=unusable,
        original=_original(read.table, read.names),
        row_names=read.rows,
        remarks=read_as(read.encoding),
    )


def not_parquet(where: str, fault: Exception) -> LeadsError:
    """Say that a file is not the Parquet that its name promises."""
    why = str(fault).splitlines()[0][:120].rstrip(".")
    return LeadsError(
        f"{where} cannot be read as Parquet ({why}), so it is damaged or something else. "
        f"Export the leads again."
    )


def _read_parquet(content: bytes, where: str) -> TableRead:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        # Row group by row group as dictionaries: texts are never spelled out per lead.
        schema = parquet.read_schema(pa.BufferReader(content))
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        table = parquet.ParquetFile(pa.BufferReader(content), read_dictionary=texts).read()
        table.validate(full=True)  # the file may promise UTF-8 and hold something else
    except (pa.ArrowException, OSError, UnicodeError) as fault:
        raise not_parquet(where, fault) from None
    check_names(table.column_names, where=where)
    empty = empty_rows(table)
    if len(empty) == table.num_rows:
        raise NoRowsError(f"{where} has columns but no rows. Export the leads again.")
    places = np.delete(np.arange(table.num_rows), empty)
    table = table.take(places) if len(empty) else table
    columns, unusable = named_columns(
        [(n, from_arrow(c)) for n, c in zip(table.column_names, table.columns, strict=True)],
        where,
        [str(kind) for kind in table.schema.types],
    )
    return TableRead(
        columns=columns,
        unusable=unusable,
        original=_original(table, table.column_names),
        row_names=Rows.at(places + 1),
    )


def _read_excel(content: bytes, where: str, wanted: str | None) -> TableRead:
    sheet = read_workbook(content, where=where, wanted=wanted)
    check_names(sheet.names, where=sheet.header)
    columns, unusable = named_columns(
        zip(sheet.names, map(from_objects, sheet.cells), strict=True), sheet.header
    )
    return TableRead(
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


def named_columns(
    pairs: Iterable[tuple[str, Column | None]], where: str, kinds: Sequence[str] = ()
) -> tuple[dict[str, Column], dict[str, str]]:
    """Keep the columns that have a name and a usable type; say why the others are left out.

    Parameters
    ----------
    pairs : iterable of (str, Column or None)
        Names as written, and what became of each column.
    where : str
        Table and row of the header, for messages.
    kinds : sequence of str
        The columns' types as their format calls them.
    """
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
