"""Excel workbooks give the same leads, wherever on a sheet the table stands."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from calibrate import Leads, count, read_leads
from calibrate.engines.tables import open_table
from calibrate.errors import LeadsError, MissingExtraError

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("python_calamine")

Check = Callable[[Leads], None]
Cells = Sequence[Sequence[Any]]


def write(path: Path, cells: Cells, *, title: str = "Leads", at: tuple[int, int] = (1, 1)) -> Path:
    """Write cells to a new sheet of a workbook, from a row and a column on."""
    book = openpyxl.load_workbook(path) if path.exists() else openpyxl.Workbook()
    sheet = book.active if book.active.max_row == 1 and book.active["A1"].value is None else None
    sheet = book.create_sheet() if sheet is None else sheet
    sheet.title = title
    for row, values in enumerate(cells, start=at[0]):
        for column, value in enumerate(values, start=at[1]):
            sheet.cell(row=row, column=column, value=value)
    book.save(path)
    return path


@pytest.fixture
def rows(cells: pd.DataFrame) -> list[list[Any]]:
    """The leads as rows of a sheet, the header first."""
    plain = cells.astype(object).where(cells.notna(), None)
    return [list(cells.columns), *plain.to_numpy().tolist()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.xlsx"


def test_a_plain_sheet(rows: Cells, path: Path, expect_same: Check) -> None:
    expect_same(read_leads(write(path, rows)))


def test_a_table_that_begins_in_the_middle(rows: Cells, path: Path, expect_same: Check) -> None:
    expect_same(read_leads(write(path, rows, at=(5, 3))))


def test_empty_rows_and_columns_around_and_between(
    rows: list[list[Any]], path: Path, expect_same: Check
) -> None:
    spaced = [[*row, None, None] for row in rows]
    spaced[100:100] = [[None] * 9] * 3
    leads = read_leads(write(path, [*spaced, [None] * 9, [""] * 9]))
    expect_same(leads)
    assert {one.code for one in leads.findings} == {"roles-found"}


def test_the_first_sheet_with_a_table_is_read(rows: Cells, path: Path, expect_same: Check) -> None:
    write(path, [["Leads of 2026"]], title="Cover")
    write(path, rows, title="Leads")
    write(path, rows[:3], title="Old")
    leads = read_leads(path)
    expect_same(leads)
    (remark,) = [one.says for one in leads.findings if one.code == "format"]
    assert remark == "Sheet `Leads` was read; `Cover`, `Old` were not."


def test_charts_and_hidden_sheets_come_last(rows: Cells, path: Path, expect_same: Check) -> None:
    write(path, rows[:5], title="Lists")
    write(path, rows, title="Leads")
    book = openpyxl.load_workbook(path)
    book["Lists"].sheet_state = "hidden"
    book.create_chartsheet("Chart", 0)
    book.active = 2
    book.save(path)
    expect_same(read_leads(path))


def test_truth_numbers_as_texts_and_numbers_as_names(path: Path) -> None:
    header = ["converted", "rating", 2024, "flag"]
    body = [[True, 1, "3", "yes"], [False, "1", 4, True], [False, 2.0, "4", None]] * 20
    spec = {"attributes": {"2024": {"wanted": True}}}
    leads = read_leads(write(path, [header, *body]), spec)
    assert leads.customers == 20
    levels = count(leads).to_frame().set_index(["attribute", "level"])["leads"]
    assert levels["2024"].to_dict() == {"3": 20, "4": 40}
    assert levels["rating"].to_dict() == {"1": 40, "2": 20}
    assert levels["flag"].to_dict() == {"yes": 40, "(missing)": 20}


def test_dates_as_dates_as_times_and_as_texts(path: Path) -> None:
    header = ["created_at", "converted_at", "source"]
    body = [
        [dt.date(2026, 1, 5), dt.datetime(2026, 1, 9, 14, 30), "a"],
        [dt.datetime(2026, 1, 5, 9), None, "b"],
        ["2026-01-05", "2026-01-06", "b"],
    ] * 10
    leads = read_leads(write(path, [header, *body]), {"window_days": 10, "as_of": "2026-02-01"})
    assert (leads.counted, leads.customers) == (30, 20)


def test_errors_of_formulas_are_no_values(path: Path) -> None:
    body = [[1, "#N/A"], [0, "a"], [0, "b"], [0, "#N/A"]] * 10
    book = openpyxl.load_workbook(write(path, [["converted", "source"], *body]))
    for (cell,) in book.active["B2:B41"]:
        if cell.value == "#N/A":
            cell.data_type = "e"
    book.save(path)
    levels = count(read_leads(path)).to_frame()["level"]
    assert set(levels) == {"a", "b", "(missing)"}


def test_rows_are_called_as_the_sheet_calls_them(path: Path) -> None:
    header = ["created_at", "converted_at", "source"]
    body = [["2026-01-05", "2026-01-06", "a"], [None] * 3, ["soon", None, "b"], ["2026-01-07"] * 3]
    with pytest.raises(LeadsError, match="row 6, column `created_at`: `soon`"):
        read_leads(write(path, [header, *body], at=(3, 2)))
    with pytest.raises(LeadsError, match="sheet `Leads`, row 7: a column name may stand once"):
        read_leads(write(path.with_name("twice.xlsx"), [["a", "a"], [1, 2]], at=(7, 1)))


def test_a_title_above_the_table_is_said(path: Path) -> None:
    cells = [["Leads of 2026"], ["lead_id", "source", "converted"], ["L1", "a", 1]]
    with pytest.raises(LeadsError, match="row 1: 2 columns have values but no name there"):
        read_leads(write(path, cells))


def test_the_cells_are_kept_for_writing_them_out_again(path: Path) -> None:
    body = [["L1", 1.5, dt.date(2026, 1, 5), True], ["L2", None, dt.datetime(2026, 1, 5, 1), None]]
    table = open_table(write(path, [["id", "number", "day", "flag"], *body]))
    assert table.rows == 2
    assert table.original.column_names == ["id", "number", "day", "flag"]
    assert table.original["number"].to_pylist() == [1.5, None]
    assert table.original["flag"].to_pylist() == [True, None]


@pytest.mark.parametrize("cells", [[], [["a", "b"]], [["a", "b"], [None, ""]]], ids=str)
def test_a_workbook_without_a_table_is_refused(cells: Cells, path: Path) -> None:
    with pytest.raises(LeadsError, match="a header and at least one row below it are needed"):
        read_leads(write(path, cells))


@pytest.mark.parametrize("keep", [10, 1000, 4000])
def test_a_damaged_workbook_is_refused(keep: int, rows: Cells, path: Path) -> None:
    write(path, rows)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(LeadsError, match="cannot be read as an Excel workbook"):
        read_leads(path)


def test_without_the_reader_the_extra_is_named(
    rows: Cells, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(MissingExtraError, match=r"calibrate-leads\[excel\]"):
        read_leads(write(path, rows))
