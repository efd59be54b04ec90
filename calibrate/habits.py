"""Behaviours of leads in a database: a column each, beside the leads' own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from calibrate.behaviours import TRENDS, YES_NO, BehaviourRecipe, Measure, place_of
from calibrate.doing import SeenThere, bursts_there
from calibrate.engines.columns import TextColumn, small
from calibrate.engines.sql.held import Held, held_value, hold_number
from calibrate.engines.sql.phrases import column, rounded
from calibrate.engines.sql.rows import LeadRows
from calibrate.levels import fold

_DAY = 86_400
_WHOSE = "calibrate_habit_of"
_OF_NOTHING: dict[Measure, int] = {
    "did": 1, "times": 0, "weight": 0, "trend": 1, "kinds": 0, "burst": 1, "in_order": 1,
}  # fmt: skip
"""What a lead is told that did nothing at all."""


def with_habits(
    source: str, seen: SeenThere, recipes: Sequence[BehaviourRecipe], *, first: int = 0
) -> str:
    """Put behaviours beside the rows of leads, as columns that `held_habit` finds.

    Parameters
    ----------
    source : str
        The rows.
    seen : SeenThere
        What their leads did.
    recipes : sequence of BehaviourRecipe
    first : int
        The number of the first of them: as many as stand beside the rows already.
    """
    if not recipes:
        return source
    cells = _Cells(seen=seen)
    made = ", ".join(
        f"CAST({_made(recipe, cells, place)} AS DOUBLE) AS {_name(place)}"
        for place, recipe in enumerate(recipes, first)
    )
    habits = seen.connection.kept(f"SELECT x.r AS {_WHOSE}, {made} FROM {cells.tables(recipes)}")
    added = ", ".join(f"b.{_name(place)}" for place in range(first, first + len(recipes)))
    return (
        f"(SELECT t.*, {added} FROM {source} AS t LEFT JOIN {habits} AS b "
        f"ON {seen.row} = b.{_WHOSE})"
    )


def held_habit(
    rows: LeadRows, name: str, recipe: BehaviourRecipe, place: int, seen: SeenThere
) -> Held:
    """Hold a behaviour's column; see `behaviour`.

    Parameters
    ----------
    rows : LeadRows
        With behaviours beside them.
    name : str
        Of the attribute.
    recipe : BehaviourRecipe
    place : int
        Its number among the recipes.
    seen : SeenThere
    """
    value, nothing = column(_name(place)), _OF_NOTHING.get(recipe.as_)
    value = value if nothing is None else f"COALESCE({value}, {nothing})"
    texts = {
        "did": YES_NO, "burst": YES_NO, "in_order": YES_NO, "trend": TRENDS,
        "first_event": seen.names,
    }.get(recipe.as_)  # fmt: skip
    if texts is None:
        return hold_number(rows, name, value)
    held = held_value(rows, name, value)  # of as many codes as there are texts
    codes = np.array([0 if one is None else int(one) for one in held.values], dtype=np.int64)
    said = TextColumn(codes=small(codes, len(texts)), texts=texts, weights=held.leads)
    return held.meaning(name, said.take(np.ones(len(codes), dtype=np.bool_)))


def _name(place: int) -> str:
    return f"calibrate_habit_{place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """What the behaviours of a lead are made from: a row a lead, gathered as it is asked for."""

    seen: SeenThere
    of_events: dict[str, str] = field(default_factory=dict)
    of_objects: dict[str, str] = field(default_factory=dict)
    between: dict[str, tuple[int, str]] = field(default_factory=dict)

    def cell(self, what: str, event: str | None, thing: str | None = None) -> str:
        """Give how often, how lately or when a lead did something."""
        place = None if event is None else place_of(self.seen.names, event)
        at = None if thing is None else place_of(self.seen.objects, thing)
        conditions = [f"e = {place}"] * (place is not None) + [f"o = {at}"] * (at is not None)
        way = {"oldest": "MAX", "newest": "MIN"}.get(what, "SUM")
        found = f"CASE WHEN {' AND '.join(conditions)} THEN {what} END" if conditions else what
        name = f"{what}_{_part(place)}_{_part(at)}"
        table, cells = ("x", self.of_events) if at is None else ("y", self.of_objects)
        cells[name] = f"{way}({found})"
        return f"{table}.{name}"

    def made(self, name: str, expression: str) -> str:
        """Give what is made from all events of a lead."""
        self.of_events[name] = expression
        return f"x.{name}"

    def after(self, start: str, then: str, place: int) -> str:
        """Give the age of the first event of a kind after some age."""
        self.between[f"d{place}"] = (place_of(self.seen.names, then), start)
        return f"z.d{place}"

    def tables(self, recipes: Sequence[BehaviourRecipe]) -> str:
        """Give the tables that hold all this, a row a lead."""
        found = f"{_per_lead(self.of_events, self.seen.by_event)} AS x"
        if self.of_objects:
            objects = _per_lead(self.of_objects, self.seen.by_object)
            found += f" LEFT JOIN {objects} AS y ON x.r = y.r"
        if self.between:
            found += f" LEFT JOIN {self._between()} AS z ON x.r = z.r"
        if any(one.as_ == "burst" for one in recipes):
            found += f" LEFT JOIN ({bursts_there(self.seen)}) AS u ON x.r = u.r"
        return found

    def _between(self) -> str:
        """Find the first event of a kind after another, of all such pairs at once."""
        starts = dict.fromkeys(start for _, start in self.between.values())
        number = {start: f"s{place}" for place, start in enumerate(starts)}
        begun = ", ".join(f"{start} AS {name}" for start, name in number.items())
        objects = ""
        if any(start.startswith("y.") for start in starts):
            objects = (
                f" LEFT JOIN {_per_lead(self.of_objects, self.seen.by_object)} AS y ON x.r = y.r"
            )
        ages = ", ".join(
            f"MAX(CASE WHEN v.e = {then} AND v.a < h.{number[start]} THEN v.a END) AS {name}"
            for name, (then, start) in self.between.items()
        )
        kinds = ", ".join(str(then) for then in sorted({then for then, _ in self.between.values()}))
        return (
            f"(SELECT v.r AS r, {ages} FROM {self.seen.seen} AS v JOIN (SELECT x.r AS r, {begun} "
            f"FROM {_per_lead(self.of_events, self.seen.by_event)} AS x{objects}) AS h "
            f"ON v.r = h.r WHERE v.e IN ({kinds}) GROUP BY v.r)"
        )


def _part(place: int | None) -> str:
    return "all" if place is None else str(place).replace("-", "no")


def _per_lead(cells: dict[str, str], table: str) -> str:
    named = "".join(f", {expression} AS {name}" for name, expression in cells.items())
    return f"(SELECT r{named} FROM {table} AS g GROUP BY r)"


def _made(recipe: BehaviourRecipe, cells: _Cells, place: int) -> str:
    """Write a behaviour in SQL: a number, or the code of its text."""
    event, thing, then = recipe.event, recipe.object, recipe.then

    def days_between() -> str:
        start = cells.cell("oldest", event, thing)
        return _days(f"{start} - {cells.after(start, str(then), place)}")

    make: dict[Measure, Callable[[], str]] = {
        "did": lambda: f"CASE WHEN {cells.cell('n', event, thing)} > 0 THEN 2 ELSE 1 END",
        "times": lambda: f"COALESCE({cells.cell('n', event, thing)}, 0)",
        "weight": lambda: rounded(f"COALESCE({_weight(recipe, cells)}, 0)"),
        "days_since": lambda: _days(cells.cell("newest", event, thing)),
        "trend": lambda: _trend(*(cells.cell(one, event, thing) for one in ("n", "recent"))),
        "rate": lambda: _rate(cells.cell("n", event, thing), cells.cell("n", then)),
        "first_event": lambda: _first(cells),
        "kinds": lambda: cells.made("kinds", "COUNT(*)"),
        "burst": lambda: "CASE WHEN u.r IS NULL THEN 1 ELSE 2 END",
        "in_order": lambda: (
            f"CASE WHEN {cells.cell('newest', then)} < {cells.cell('oldest', event, thing)} "
            f"THEN 2 ELSE 1 END"
        ),
        "days_between": days_between,
    }
    return make[recipe.as_]()


def _days(seconds: str) -> str:
    return f"FLOOR(CAST({seconds} AS DOUBLE) / {_DAY})"


def _weight(recipe: BehaviourRecipe, cells: _Cells) -> str:
    part = cells.seen.expire.get(fold(recipe.event or ""))
    halves = part is not None and part.half_life_days is not None
    return cells.cell("w" if halves else "n", recipe.event, recipe.object)


def _trend(times: str, recent: str) -> str:
    return (
        f"CASE WHEN {times} IS NULL THEN 1 WHEN {recent} > {times} - {recent} THEN 2 "
        f"WHEN {recent} > 0 THEN 3 ELSE 4 END"
    )


def _rate(reactions: str, sends: str) -> str:
    rate = rounded(f"CAST(COALESCE({reactions}, 0) AS DOUBLE) / CAST({sends} AS DOUBLE)")
    one = f"CASE WHEN {reactions} >= {sends} THEN CAST(1 AS DOUBLE) ELSE {rate} END"
    return f"CASE WHEN {sends} > 0 THEN {one} END"


def _first(cells: _Cells) -> str:
    """Give the code of the oldest event; of one moment, of the first by name."""
    kinds = max(1, len(cells.seen.names))
    oldest = cells.made("first", f"MAX(oldest * {kinds} + {kinds - 1} - e)")
    return f"{kinds} - ({oldest} % {kinds})"
