"""Evidence level by level: its numbers, and its lift drawn on one log axis for all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from calibrate.present.numbers import number_text, significant
from calibrate.present.summary import Row, level_rows

if TYPE_CHECKING:
    from calibrate.pipeline import Calibration

WIDTH = 130
"""Of the drawing, in its own units; it is 16 high."""
_MARGIN = 12
_FARTHEST = 50.0
"""A lift beyond 50, or under 1/50, is drawn at the edge: the table has the number."""
_TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
_APART = 28
"""Between two names of ticks, so that they do not run into each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark of the axis; `name` is empty where there is no room for it."""

    at: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A row of the evidence, and where its lift and the ends of its interval are drawn."""

    row: Row
    is_first: bool
    low: str
    at: str
    high: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """All rows over one axis.

    Attributes
    ----------
    one : str
        Where a lift of 1 is drawn.
    ticks : tuple of Tick
    rows : tuple of Drawn
        Attribute by attribute, those first whose points are farthest apart.
    """

    one: str
    ticks: tuple[Tick, ...]
    rows: tuple[Drawn, ...]

    def sort_keys(self) -> list[list[Any]]:
        """Give the numbers by which the rows can be sorted: leads to points, in column order."""
        return [
            [
                row.leads,
                row.customers,
                significant(row.close_rate),
                significant(row.lift),
                None if row.q_value is None else significant(row.q_value),
                one.row.points.points,
            ]
            for one in self.rows
            for row in (one.row.evidence,)
        ]


def forest(run: Calibration) -> Forest:
    """Draw the evidence of every level."""
    rows = _ordered(level_rows(run))
    ends = [end for row in rows for end in row.evidence.lift_interval if end > 0]
    axis = _Axis(
        low=max(min([*ends, 0.5]), 1 / _FARTHEST) / 1.1,
        high=min(max([*ends, 2.0]), _FARTHEST) * 1.1,
    )
    drawn, before = [], None
    for row in rows:
        low, high = row.evidence.lift_interval
        drawn.append(
            Drawn(
                row=row,
                is_first=row.attribute != before,
                low=axis.at(low),
                at=axis.at(row.evidence.lift),
                high=axis.at(high),
            )
        )
        before = row.attribute
    return Forest(one=axis.at(1.0), ticks=axis.ticks(), rows=tuple(drawn))


def _ordered(rows: Sequence[Row]) -> list[Row]:
    each = [list(group) for _, group in groupby(rows, key=lambda row: row.attribute)]
    each.sort(key=lambda group: -_spread(group))
    return [row for group in each for row in group]


def _spread(rows: Sequence[Row]) -> int:
    points = [row.points.points for row in rows]
    return max(points) - min(points)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """Lifts from `low` to `high`, as their logarithms, on the drawing's width."""

    low: float
    high: float

    def at(self, lift: float) -> str:
        """Say where a lift stands, one decimal; beyond the ends, at the edge."""
        return number_text(round(self._place(lift), 1))

    def _place(self, lift: float) -> float:
        held = min(max(lift, self.low), self.high)
        part = math.log(held / self.low) / math.log(self.high / self.low)
        return _MARGIN + part * (WIDTH - 2 * _MARGIN)

    def ticks(self) -> tuple[Tick, ...]:
        """Mark the axis; 1 always has its name, others where there is room."""
        inside = [lift for lift in _TICKS if self.low <= lift <= self.high]
        named = [1.0]
        for lift in sorted(inside, key=lambda one: abs(math.log(one))):
            if all(abs(self._place(lift) - self._place(other)) >= _APART for other in named):
                named.append(lift)
        return tuple(
            Tick(at=self.at(lift), name=f"{number_text(lift)}×" if lift in named else "")
            for lift in inside
        )
