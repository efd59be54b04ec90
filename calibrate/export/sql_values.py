"""How SQL reads a cell: whether it is nothing, its folded text, the number it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from calibrate.export.dialects import Writer, can_hold
from calibrate.export.folding import DOTTED, folding_for, forms, spaces
from calibrate.export.truth import gone_numbers, gone_texts

_WITH_POINTS = "^[-+]?([1-9][0-9]{0,2}([.][0-9]{3})+|[0-9]+)"
_DECIMAL_COMMA = f"{_WITH_POINTS}(,[0-9]+)?$"
_SURELY_DECIMAL_COMMA = f"{_WITH_POINTS},[0-9]+$"
_THOUSANDS_COMMA = "^[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+([.][0-9]+)?$"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One column of the relation, and how to read it.

    Attributes
    ----------
    writer : Writer
    column : expression
        The column itself.
    nothings : tuple of str
        The card's texts that stand for nothing.
    decimal_comma : bool or None
        What the card knows of the commas in its texts.
    staged : expression or None
        The number of the cell, NULL without one, where it was reckoned before.
    """

    writer: Writer
    column: Any
    nothings: tuple[str, ...]
    decimal_comma: bool | None = None
    staged: Any = None

    @property
    def text(self) -> Any:
        """The cell as text."""
        return self.writer.as_text(self.column.copy())

    @property
    def trimmed(self) -> Any:
        """The text without Python's white space around it."""
        return self.writer.trimmed(self.text, spaces())

    @property
    def is_number(self) -> Any:
        """Whether the column is of a type of numbers."""
        return self.writer.is_number(self.column.copy())

    @property
    def number(self) -> Any:
        """The cell of a column of numbers."""
        return self.writer.number_of(self.column.copy())

    @property
    def is_null(self) -> Any:
        """Whether the cell is empty."""
        return self.column.copy().is_(self.writer.exp.null())

    def key(self, names: Iterable[str]) -> Any:
        """Give the text folded, as far as these names need it."""
        w, found = self.writer, folding_for(names)
        text = self.trimmed
        if found.dotted:
            text = w.call("REPLACE", text, w.text(DOTTED[0]), w.text(DOTTED[1]))
        if not found.capitals:
            return text
        return w.call("TRANSLATE", text, w.text(found.capitals), w.text(found.lowers))

    def by_key(self, worth: Mapping[str, Any], default: Any) -> Any:
        """Give what belongs to the folded text."""
        arms = [
            (self.writer.text(form), result)
            for name, result in worth.items()
            for form in forms(name)
            if can_hold(self.writer.dialect, form)
        ]
        return self.writer.case(arms, default, self.key(worth))

    def by_number(self, read: Any, worth: Mapping[float, Any], default: Any) -> Any:
        """Give what belongs to a number."""
        arms = [(self.writer.number(number), result) for number, result in worth.items()]
        return self.writer.case(arms, default, read)

    @property
    def read_alone(self) -> Any:
        """The text as a number, commas as they stand."""
        return self.writer.read(self.trimmed)

    @property
    def read_with_commas(self) -> Any:
        """The text as a number, commas as the card knows them, or as the text itself allows."""
        w, text = self.writer, self.trimmed
        with_point = self._replaced(self._replaced(text.copy(), ".", ""), ",", ".")
        without_commas = self._replaced(text.copy(), ",", "")
        if self.decimal_comma:
            is_decimal = w.matches(text.copy(), _DECIMAL_COMMA)
            return w.read(w.case([(is_decimal, with_point)], w.exp.null()))
        arms = [(w.matches(text.copy(), _THOUSANDS_COMMA), without_commas)]
        if self.decimal_comma is None:
            arms.append((w.matches(text.copy(), _SURELY_DECIMAL_COMMA), with_point))
        return w.read(w.case(arms, text))

    @property
    def any_number(self) -> Any:
        """The number of a cell of any type; NULL for no value, and for a text that is none."""
        w, null = self.writer, self.writer.exp.null()
        typed = w.case([(self.is_gone_number, null)], self.number)
        text = w.case([(self.is_gone, null.copy())], self.read_with_commas)
        return w.case([(self.is_null, null.copy()), (self.is_number, typed)], text)

    def _replaced(self, text: Any, old: str, new: str) -> Any:
        return self.writer.call("REPLACE", text, self.writer.text(old), self.writer.text(new))

    @property
    def is_gone(self) -> Any:
        """Whether the cell holds no value."""
        w = self.writer
        numbers = dict.fromkeys(gone_numbers(self.nothings), w.exp.true())
        alone = self.by_number(self.read_alone, numbers, w.exp.false())
        there = self.by_key(dict.fromkeys(gone_texts(self.nothings), w.exp.true()), alone)
        return w.case([(self.is_null, w.exp.true()), (self.is_number, self.is_gone_number)], there)

    @property
    def is_gone_number(self) -> Any:
        """Whether the cell of a column of numbers holds no value."""
        w, numbers = self.writer, gone_numbers(self.nothings)
        nan = w.is_nan(self.number)
        if not numbers:
            return nan
        listed = w.exp.In(this=self.number, expressions=[w.number(one) for one in numbers])
        return w.exp.or_(nan, listed)
