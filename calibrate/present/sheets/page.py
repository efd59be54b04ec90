"""A sheet of a workbook and its tables: values from leads are texts, and numbers are numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from calibrate.present.numbers import count_text, significant
from calibrate.present.terminal import clean

LONGEST_CELL = 32_767
"""Letters that a cell can hold."""
LAST_ROW = 1_048_576
"""Rows that a sheet can hold."""
_LETTERS_A_LINE = 105
_NUMBERS = ("count", "share", "lift", "p", "points", "number", "auc", "decimal")
_HEADS = {"after": "head_after", "verdict": "head_after", "spilling": "head_after"}
_MARGIN = 0.5
"""Inches."""
_LINE, _HIGHEST = 15.5, 400
"""Points."""
_WRAPPED = ("wrapped", "after", "strong", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table: its head, how its cells look, and how wide it is."""

    head: str
    look: str = "plain"
    width: float = 12


@dataclass(frozen=True, kw_only=True)
class Page:
    """A sheet with the looks of its workbook."""

    sheet: Any
    looks: dict[str, Any]

    def say(
        self,
        row: int,
        text: str,
        look: str = "wrapped",
        *,
        last: int = 4,
        letters: int = _LETTERS_A_LINE,
    ) -> int:
        """Write a text across the first columns, as high as it needs; give the next row.

        Parameters
        ----------
        row : int
        text, look : str
        last : int
            The last column that it runs across.
        letters : int
            So many stand on a line.
        """
        shown = label_of(text)
        if look == "title":
            self.sheet.write_string(row, 0, shown, self.looks[look])
            self.sheet.set_row(row, 27)
            return row + 1
        self.sheet.merge_range(row, 0, row, last, "", self.looks[look])
        self.sheet.write_string(row, 0, shown, self.looks[look])
        lines = sum(1 + len(line) // letters for line in shown.splitlines()) or 1
        self.sheet.set_row(row, min(_LINE * lines, _HIGHEST) if look != "heading" else 20)
        return row + 1

    def head(self, row: int, columns: Sequence[Column], *, first: int = 0) -> None:
        """Write the heads of a table."""
        for place, column in enumerate(columns, start=first):
            kind = "head_right" if column.look in _NUMBERS else _HEADS.get(column.look, "head")
            look = self.looks[kind]
            self.sheet.write_string(row, place, column.head, look)

    def table(
        self,
        row: int,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str | float | None]],
        *,
        first: int = 0,
    ) -> int:
        """Write a table; give the row after it. What a sheet has no room for is counted below."""
        room = LAST_ROW - row - 2
        if len(rows) > room:
            more = f"and {count_text(len(rows) - room)} more rows"
            rows = [*rows[:room], (more, *[None] * (len(columns) - 1))]
        self.head(row, columns, first=first)
        if any(len(column.head) > column.width for column in columns):
            self.sheet.set_row(row, 31)
        for number, values in enumerate(rows, start=row + 1):
            for place, (column, value) in enumerate(zip(columns, values, strict=True), start=first):
                self.cell(number, place, value, column.look)
            lines = max(map(_lines, columns, values), default=1)
            if lines > 1:
                self.sheet.set_row(number, min(_LINE * lines, _HIGHEST))
        return row + 1 + len(rows)

    def cell(self, row: int, place: int, value: str | float | None, look: str) -> None:
        """Write a value: what comes from leads is always a text, never a formula or a link."""
        style = self.looks[look]
        if value is None:
            self.sheet.write_blank(row, place, None, style)
        elif isinstance(value, str):
            self.sheet.write_string(row, place, label_of(value), style)
        else:
            write_exactly(self.sheet, row, place, float(value), style)

    def widths(self, columns: Sequence[Column], *, first: int = 0) -> None:
        """Set the widths of columns."""
        for place, column in enumerate(columns, start=first):
            self.sheet.set_column(place, place, column.width)


def mark_row(page: Page, cells: tuple[int, int, int, int], where: str) -> None:
    """Set the row of a table in bold for which a formula holds."""
    page.sheet.conditional_format(
        *cells, {"type": "formula", "criteria": f"={where}", "format": page.looks["marked"]}
    )


def colour_verdicts(page: Page, cells: tuple[int, int, int, int]) -> None:
    """Colour what the evidence says of levels: blue where it raises, orange where it lowers."""
    for verdict in ("raises", "lowers"):
        page.sheet.conditional_format(
            *cells,
            {
                "type": "cell",
                "criteria": "==",
                "value": f'"{verdict}"',
                "format": page.looks[verdict],
            },
        )


def upright(page: Page) -> None:
    """Prepare a page of text for paper, one page wide."""
    page.sheet.hide_gridlines(2)
    page.sheet.set_portrait()
    page.sheet.fit_to_pages(1, 0)


def printed(page: Page, *, frozen: int, columns: int = 0) -> None:
    """Prepare a sheet for paper, its first rows on every page and always in sight.

    Parameters
    ----------
    page : Page
    frozen : int
        Rows at the top; the last of them is the heads', and is repeated on paper.
    columns : int
        Columns at the left that stay in sight too.
    """
    page.sheet.freeze_panes(frozen, columns)
    page.sheet.repeat_rows(frozen - 1)
    page.sheet.set_landscape()
    page.sheet.set_margins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
    page.sheet.fit_to_pages(1, 0)
    page.sheet.hide_gridlines(2)


def _lines(column: Column, value: str | float | None) -> int:
    """Say how many lines a cell needs: programs do not reckon it before a row is edited."""
    if column.look not in _WRAPPED or not isinstance(value, str):
        return 1
    return math.ceil(len(label_of(value)) / (column.width + 1)) or 1


def label_of(text: str) -> str:
    """Show a value: control characters visible, and no longer than a cell can be."""
    shown = clean(text)
    return shown if len(shown) < LONGEST_CELL // 2 else f"{shown[: LONGEST_CELL // 2]}…"


def write_exactly(sheet: Any, row: int, column: int, value: float, style: Any = None) -> None:
    """Write a number to its last digit.

    Workbooks are written with sixteen digits; where a number needs seventeen, it is the sum of
    two, of fifteen digits each.
    """
    if float(f"{value:.16G}") == value:
        sheet.write_number(row, column, value, style)
        return
    high = significant(value, 15)
    low = significant(value - high, 15)
    sheet.write_formula(row, column, f"={high!r}+{low!r}", style, repr(value))
