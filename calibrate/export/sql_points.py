"""What an attribute adds to a lead's score, as one SQL expression over the lead's row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.base import ColumnPoints
from calibrate.export.dialects import Writer, can_hold
from calibrate.export.sql_derived import derived_points
from calibrate.export.sql_values import Cell
from calibrate.export.truth import Truth
from calibrate.leads import Recipe

CellOf = Callable[[str], Cell]
"""Gives the cell of a column by the column's name."""


def points_expression(
    part: ColumnPoints, recipe: Recipe | None, cell_of: CellOf, known: tuple[str, ...] = ()
) -> Any:
    """Give the points of an attribute.

    Parameters
    ----------
    part : ColumnPoints
        Its levels, their points, and what a value never seen is worth.
    recipe : recipe or None
        How it is made, if it is no column. What is made from a log of events is read from a
        column of the attribute's name.
    cell_of : callable
        Gives the cell of a column.
    known : tuple of str
        Values that most leads have, looked for as they are written.

    Returns
    -------
    sqlglot.exp.Expression
        Of whole numbers; never NULL.
    """
    if recipe is not None and not isinstance(recipe, BehaviourRecipe):
        return derived_points(part, recipe, cell_of)
    cell = cell_of(part.column)
    truth = Truth(part=part, nothings=cell.nothings, known=known)
    if part.levels.kind == "number":
        return _band_points(truth, cell)
    return _level_points(truth, cell)


def _level_points(truth: Truth, cell: Cell) -> Any:
    """Look first for the value as the card writes it, which most are; then fold, then read."""
    w = cell.writer
    missing, otherwise = w.whole(truth.missing), w.whole(truth.part.otherwise)
    comma_numbers, numbers = _whole(w, truth.comma_numbers), _whole(w, truth.numbers)
    if not truth.numbers_matter:
        comma_numbers, numbers = {}, {}
    typed = cell.by_number(cell.number, numbers, otherwise) if numbers else None
    last = otherwise
    if comma_numbers:
        last = cell.by_number(cell.read_with_commas, comma_numbers, otherwise)
    alone = _whole(w, truth.lone_numbers) if numbers else {}
    if alone:
        last = cell.by_number(cell.read_alone, alone, last)
    folded = cell.by_key(_whole(w, truth.folded), last)
    nan = w.exp.and_(cell.is_number, w.exp.EQ(this=_lowered(w, cell), expression=w.text("nan")))
    arms = [(cell.is_null, missing), (nan, missing)]
    if typed is not None:
        arms.append((cell.is_number, typed))
    rest = w.case(arms, folded)
    return w.case([(w.text(name), points) for name, points in _holdable(w, truth)], rest, cell.text)


def _holdable(w: Writer, truth: Truth) -> list[tuple[str, Any]]:
    return [
        (name, w.whole(points))
        for name, points in truth.shown.items()
        # What a number would look like as a text, but is not that number, waits for the type.
        if can_hold(w.dialect, name) and truth.means_what_it_says(name)
    ]


def _lowered(w: Writer, cell: Cell) -> Any:
    return w.exp.Lower(this=w.exp.cast(cell.column.copy(), "text"))


def _band_points(truth: Truth, cell: Cell) -> Any:
    """Give the points of the band ``[from, below)`` that a number falls in."""
    w, number = cell.writer, cell.staged
    bands = [
        (level.below, w.whole(points))
        for level, points in zip(truth.part.levels.levels, truth.part.points, strict=True)
        if level.is_band
    ]
    none = w.whole(truth.part.otherwise)
    if truth.missing != truth.part.otherwise:
        none = w.case([(cell.is_gone, w.whole(truth.missing))], none)
    arms = [
        (w.exp.LT(this=number.copy(), expression=w.number(below)), points)
        for below, points in bands
        if below is not None
    ]
    return w.case([(number.copy().is_(w.exp.null()), none), *arms], bands[-1][1])


def _whole(w: Writer, worth: Mapping[Any, int]) -> dict[Any, Any]:
    return {value: w.whole(points) for value, points in worth.items()}
