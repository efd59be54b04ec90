"""A frame as a table of a sheet: heads in words, numbers as numbers, bars behind some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from calibrate.present.heads import Head, Kind, head_of, plain
from calibrate.present.numbers import significant
from calibrate.present.sheets.page import Column, Page
from calibrate.present.sheets.styles import bar, colour_points

if TYPE_CHECKING:
    import pandas as pd

Cell = str | float | None

_LOOKS: Mapping[Kind, str] = {
    "text": "wrapped",
    "count": "count",
    "share": "share",
    "lift": "lift",
    "p": "p",
    "points": "points",
    "number": "number",
    "decimal": "decimal",
    "auc": "auc",
}
_WIDE = {"attribute": 26, "level": 28, "test": 18, "verdict": 14, "says": 62, "fix": 62, "why": 28}
_WIDE |= {"name": 26, "what": 14, "move": 10, "severity": 11, "code": 24, "reasons": 70, "lead": 22}
_BARS = ("close_rate", "close_rate_then", "close_rate_now", "lift", "lift_then", "lift_now")
_POINTS = ("points", "points_then", "points_now")


def columns_of(names: Sequence[str]) -> tuple[Column, ...]:
    """Give the columns of a table by the names of a frame's columns."""
    columns: list[Column] = []
    for head in map(head_of, names):
        look = _LOOKS[head.kind]
        # A text beside a number, which stands to the right, keeps some distance.
        if look == "wrapped" and columns and columns[-1].look not in ("wrapped", "after"):
            look = "after"
        width = _WIDE.get(head.name, 10)
        columns.append(Column(head=_capital(head.words), look=look, width=width))
    return tuple(columns)


def letters_of(columns: Sequence[Column]) -> int:
    """Say how many letters a line has room for that runs across columns."""
    return round(sum(column.width for column in columns))


def write_frame(page: Page, row: int, frame: pd.DataFrame) -> int:
    """Write a frame as a table with bars; give the row after it.

    Parameters
    ----------
    page : Page
    row : int
        Of the heads.
    frame : DataFrame
        Its columns are named as in `heads`; other numbers than counts are written to six digits.
    """
    names = list(frame.columns)
    rows = [tuple(map(_cell, values)) for values in frame.itertuples(index=False, name=None)]
    end = page.table(row, columns_of(names), rows)
    if rows:
        for place, name in enumerate(names):
            cells = (row + 1, place, end - 1, place)
            if name in _BARS:
                bar(page.sheet, cells)
            if name in _POINTS:
                colour_points(page.sheet, cells)
    return end


def filtered(page: Page, row: int, end: int, names: Sequence[str]) -> None:
    """Let the rows of a table be chosen and sorted; a sheet has one such table."""
    page.sheet.autofilter(row, 0, max(end - 1, row), len(names) - 1)


def heads_of(names: Sequence[str]) -> list[Head]:
    """Give the heads of some columns."""
    return [head_of(name) for name in names]


def _cell(value: object) -> Cell:
    found = plain(value)
    if isinstance(found, bool):
        return "yes" if found else "no"
    return significant(found) if isinstance(found, float) else found


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
