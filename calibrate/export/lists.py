"""The hidden sheet that the formulas look up in: one block of rows an attribute, by column."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import Any

from calibrate.export.cells import Places
from calibrate.export.lookup import Lookup
from calibrate.present.sheets.page import label_of, write_exactly

SHEET = "Lists"

_LINES = "\t\n\r"


class Lists:
    """Writes the hidden sheet, and says where each thing stands in it."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._columns: dict[str, int] = {}
        self._rows: dict[str, int] = {}
        # Tabs and line ends stand in the formula: within a cell of lines, LibreOffice loses tabs.
        spaces = [letter for letter in _letters() if letter.isspace() and letter not in _LINES]
        lines = "&".join(f"CHAR({ord(letter)})" for letter in _LINES)
        self.spaces = f"{lines}&{self.add('white space', [''.join(spaces)])}"
        self.digits = self.add("digits but 0 to 9", ["".join(filter(_is_foreign, _letters()))])
        self.shapes = self.add("shapes of a number", [f"{shape}|" for shape in _shapes()])

    def add(self, column: str, values: Sequence[str | int | float]) -> str:
        """Write values below one another; give their range, empty without any."""
        if column not in self._columns:
            self._columns[column] = len(self._columns)
            self._rows[column] = 1
            self._sheet.write_string(0, self._columns[column], column)
        place, first = self._columns[column], self._rows[column]
        for row, value in enumerate(values, start=first):
            if isinstance(value, str):
                self._sheet.write_string(row, place, value)
            else:
                write_exactly(self._sheet, row, place, float(value))
        self._rows[column] = first + len(values)
        return _range(place, first, first + len(values) - 1) if values else ""

    def places(
        self, lookup: Lookup, points: Sequence[int], otherwise: int, labels: Sequence[str] = ()
    ) -> Places:
        """Write what is looked up for one attribute, or for one condition on it.

        Parameters
        ----------
        lookup : Lookup
        points : sequence of int
            By level.
        otherwise : int
            For a value never seen.
        labels : sequence of str
            Levels in words, where they are shown.
        """
        numbers = list(lookup.numbers)
        return Places(
            spaces=self.spaces,
            digits=self.digits,
            shapes=self.shapes,
            texts=self.add("texts", list(lookup.texts)),
            text_levels=self.add("their levels", list(lookup.texts.values())),
            numbers=self.add("numbers", numbers),
            typed_levels=self.add("levels of numbers", [a for a, _ in lookup.numbers.values()]),
            text_number_levels=self.add(
                "levels of numbers as texts", [b for _, b in lookup.numbers.values()]
            ),
            edges=tuple(self.add("edges", [edge]) for edge in lookup.edges),
            points=self.add("points", points),
            otherwise=self.add("points otherwise", [otherwise]),
            labels=self.add("levels", [label_of(label) for label in labels]),
        )


def _range(column: int, first: int, last: int) -> str:
    from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

    if first == last:
        return f"{SHEET}!{xl_rowcol_to_cell(first, column, row_abs=True, col_abs=True)}"
    return f"{SHEET}!{xl_range_abs(first, column, last, column)}"


@cache
def _letters() -> tuple[str, ...]:
    return tuple(chr(point) for point in range(sys.maxunicode + 1))


def _is_foreign(letter: str) -> bool:
    return unicodedata.category(letter) == "Nd" and not letter.isascii()


def _shapes() -> list[str]:
    return ["".join(parts) for parts in product(("", "+", "-"), ("", "."), ("", "e", "e+", "e-"))]
