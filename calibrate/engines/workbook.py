"""Excel workbooks: which sheet holds the table, and where does it begin?"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibrate.engines.bounds import check_bounds
from calibrate.engines.cells import number_or_text
from calibrate.engines.rows import Rows
from calibrate.errors import LeadsError, MissingExtraError, SpecError
from calibrate.levels import fold

EXCEL_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The table of a workbook.

    Attributes
    ----------
    names : tuple of str
        The header; empty for a column that has no name.
    cells : tuple of tuple
        Values by column, None for an empty cell; rows without any value are gone.
    rows : Rows
        Where its leads stand in the sheet.
    header : str
        Sheet and row of the header, for messages.
    remarks : tuple of str
        Which sheet was taken, where there are several.
    """

    names: tuple[str, ...]
    cells: tuple[tuple[Any, ...], ...]
    rows: Rows
    header: str
    remarks: tuple[str, ...]


def is_excel(content: bytes) -> bool:
    """Whether a file begins as workbooks do; some exports call plain text ``.xls``."""
    return content.startswith(_STARTS)


def read_workbook(content: bytes, *, where: str, wanted: str | None = None) -> Sheet:
    """Read the sheet that is wanted, or the first that holds a table.

    Parameters
    ----------
    content : bytes
        The whole file.
    where : str
        Its name, for messages.
    wanted : str, optional
        Name of a sheet, as the spec declares it.

    Raises
    ------
    LeadsError
        When it is damaged, locked, or has no sheet with a header and rows.
    SpecError
        When the sheet that is wanted is not there; those that are are listed.
    MissingExtraError
        Without the extra ``excel``.
    """
    name, first, rows, others = _sheet(content, where, wanted)
    filled = [place for place, row in enumerate(rows) if any(cell != "" for cell in row)]
    if len(filled) < 2:
        raise LeadsError(
            f"{where}, sheet `{name}`: a header and at least one row below it are needed. If the "
            f"leads stand in another sheet, name it in the spec: `leads: {{sheet: NAME}}`."
        )
    header, *below = filled
    return Sheet(
        names=tuple(number_or_text(cell) if cell != "" else "" for cell in rows[header]),
        cells=tuple(zip(*(map(_cell, rows[place]) for place in below), strict=True)),
        rows=Rows.at(np.array(below) + first),
        header=f"{where}, sheet `{name}`, row {header + first}",
        remarks=(_which(name, others),) if others and wanted is None else (),
    )


def _sheet(
    content: bytes, where: str, wanted: str | None
) -> tuple[str, int, list[list[Any]], list[str]]:
    """Give the sheet that holds the table, its first row and cells, and the other sheets."""
    try:
        import python_calamine
    except ImportError:
        raise MissingExtraError(
            f"{where}: reading Excel files needs the extra `excel`: "
            f"pip install 'calibrate-leads[excel]'. Or save the sheet as CSV."
        ) from None
    check_bounds(content, where=where)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        name, first, rows = (
            _table_of(book) if wanted is None else _table_at(book, wanted, where=where)
        )
    except python_calamine.PasswordError:
        raise LeadsError(
            f"{where} is locked with a password. Save it without one, or save the sheet as CSV."
        ) from None
    except (python_calamine.CalamineError, OSError, IndexError) as fault:
        raise LeadsError(
            f"{where} cannot be read as an Excel workbook ({fault}), so it is damaged or something "
            f"else. Open it in Excel and save it again, or save the sheet as CSV."
        ) from None
    return name, first, rows, [other for other in book.sheet_names if other != name]


def _table_of(book: Any) -> tuple[str, int, list[list[Any]]]:
    """Give the first sheet with two columns and two rows: its name, first row, and rows."""
    names = _sheet_names(book)
    found: tuple[str, int, list[list[Any]]] = (names[0], 1, [])
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.start is None:
            continue
        if not found[2] or (sheet.height > 1 and sheet.width > 1):
            found = (name, sheet.start[0] + 1, sheet.to_python(skip_empty_area=True))
        if sheet.height > 1 and sheet.width > 1:
            break
    return found


def _table_at(book: Any, wanted: str, *, where: str) -> tuple[str, int, list[list[Any]]]:
    """Give the sheet of this name: its name, first row, and rows."""
    names = _sheet_names(book)
    # Excel itself does not tell the sheets `Leads` and `leads` apart.
    name = next((one for one in names if fold(one) == fold(wanted)), None)
    if name is None:
        listed = ", ".join(f"`{one}`" for one in names)
        raise SpecError(f"{where} has no sheet `{wanted}`; its sheets are {listed}.")
    sheet = book.get_sheet_by_name(name)
    if sheet.start is None:
        return name, 1, []
    return name, sheet.start[0] + 1, sheet.to_python(skip_empty_area=True)


def _sheet_names(book: Any) -> list[str]:
    """Give the sheets of cells, those that are hidden last: they are seldom meant."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    sheets.sort(key=lambda one: one.visible != SheetVisibleEnum.Visible)
    return [one.name for one in sheets]


def _cell(value: Any) -> Any:
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    return None if value == "" else value


def _which(name: str, others: list[str]) -> str:
    listed = ", ".join(f"`{other}`" for other in others[:4])
    more = f" and {len(others) - 4} more" if len(others) > 4 else ""
    return f"Sheet `{name}` was read; {listed}{more} {'was' if len(others) == 1 else 'were'} not."
