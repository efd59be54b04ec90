"""The columns a card scores: those of the table, and those made from it or from the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from calibrate.behaviours import BehaviourRecipe, SeenEvents, behaviour, seen_events
from calibrate.dates import Times, read_dates
from calibrate.engines.columns import Column, TextColumn
from calibrate.engines.tables import Table, open_table
from calibrate.errors import NoRowsError, ScorecardError, near_names
from calibrate.eventlog import NOTHING_HAPPENED, EventLog, read_log
from calibrate.joining import beside, join_tables
from calibrate.landmarks import landmarks_of
from calibrate.leads import Recipe
from calibrate.recipes import columns_of, derived
from calibrate.scorecard.parts import ReadsPart

if TYPE_CHECKING:
    import pandas as pd

Wanted = Sequence[tuple[str, Recipe | None]]
"""Attributes by name, and how those are made that are no column."""

Absent = Literal["refuse", "as-missing"]
"""What becomes of a column that earns points and is not in the table."""

_OR_AS_MISSING = (
    "Or take them as empty on every lead: --missing-attributes as-missing (in Python: "
    '`absent="as-missing"`).'
)


@dataclass(frozen=True, kw_only=True)
class CardColumns:
    """The columns that a card scores.

    Attributes
    ----------
    columns : mapping of str to Column
        By attribute.
    absent : tuple of str
        Columns that the table lacks, taken as empty.
    """

    columns: Mapping[str, Column]
    absent: tuple[str, ...]


def columns_for(
    table: Table,
    wanted: Wanted,
    reads: ReadsPart,
    *,
    missing: Sequence[str],
    events: pd.DataFrame | str | Path | Table | EventLog | None = None,
    as_of: dt.date | None = None,
    absent: Absent = "refuse",
    folder: Path | None = None,
) -> CardColumns:
    """Give the column of every attribute, whatever it is made from.

    Parameters
    ----------
    table : Table
        The leads to score.
    wanted : sequence of (str, Recipe or None)
    reads : ReadsPart
        Further tables, and which of their columns is what.
    missing : sequence of str
        Texts that stand for nothing.
    events : DataFrame or path, optional
        The log, or what was read of it beside the same leads; by default the file that the card
        names, beside the leads.
    as_of : date, optional
        The landmark of every lead is the end of this day.
    absent : {"refuse", "as-missing"}
        What becomes of a column that the table lacks.
    folder : path, optional
        Where further tables may stand too.

    Raises
    ------
    ScorecardError
        When a column or the log is not there.
    """
    if reads.join:
        # Cards of earlier versions do not say which columns they took: all stand as they are named.
        table = join_tables(
            table,
            reads.join,
            repeated=reads.repeated or "last",
            folder=folder,
            names=reads.columns or None,
        ).table
    plain = _sources(wanted)
    lacking = lacking_columns(table, wanted)
    if absent == "refuse":
        refuse_lacking(table, wanted)
    own = {name: table.columns[name].without(missing) for name in plain - set(lacking)}
    nothing = TextColumn(codes=np.zeros(table.rows, dtype=np.int8), texts=())
    own |= dict.fromkeys(lacking, nothing)
    seen = None
    if any(isinstance(recipe, BehaviourRecipe) for _, recipe in wanted):
        if events is None:
            events = _log_beside(table, reads, folder)
        seen = _seen(table, reads, missing, events, as_of)
    return CardColumns(
        columns={name: _column(name, recipe, own, seen) for name, recipe in wanted},
        absent=tuple(lacking),
    )


def lacking_columns(table: Table, wanted: Wanted) -> list[str]:
    """Name the columns of the table itself that attributes need and it lacks."""
    return [name for name in sorted(_sources(wanted)) if name not in table.columns]


def refuse_lacking(table: Table, wanted: Wanted) -> None:
    """Refuse a table without the columns that attributes need.

    Raises
    ------
    ScorecardError
        With their names, and those that are near.
    """
    if lacking := lacking_columns(table, wanted):
        raise ScorecardError(f"{lacks_text(table, lacking)} {_OR_AS_MISSING}")


def _sources(wanted: Wanted) -> set[str]:
    return {
        source
        for name, recipe in wanted
        if not isinstance(recipe, BehaviourRecipe)
        for source in ((name,) if recipe is None else columns_of(recipe))
    }


def _column(
    name: str, recipe: Recipe | None, own: Mapping[str, Column], seen: SeenEvents | None
) -> Column:
    if recipe is None:
        return own[name]
    if not isinstance(recipe, BehaviourRecipe):
        return derived(recipe, own)
    if seen is None:
        raise ScorecardError(f"`{name}` is made from a log of events, and there is none.")
    return behaviour(recipe, seen)


def _log_beside(table: Table, reads: ReadsPart, folder: Path | None) -> Path | None:
    """Give the log that the card names, where it is there."""
    if reads.events is None or reads.events.path is None:
        return None
    found = beside(table, reads.events.path, folder)
    return found if found.exists() else None


def _seen(
    table: Table,
    reads: ReadsPart,
    missing: Sequence[str],
    events: pd.DataFrame | str | Path | Table | EventLog | None,
    as_of: dt.date | None,
) -> SeenEvents:
    settings, lead_id = reads.events, reads.id
    if settings is None or lead_id is None:
        raise ScorecardError("The card gives points for events, and does not say how to read them.")
    if events is None:
        raise ScorecardError(
            f"{table.where}: the card gives points for what leads did, so it needs the log of "
            f"their events: add --events FILE (in Python: `score(leads, events=...)`)."
        )
    lacking = [
        name
        for name in (lead_id, reads.created if as_of is None else None)
        if name is not None and name not in table.columns
    ]
    if lacking:
        raise ScorecardError(lacks_text(table, lacking))
    landmarks = _landmarks(table, reads, missing, as_of)
    if isinstance(events, EventLog):
        return seen_events(events, landmarks, settings)
    try:
        rows = open_table(events)
    except NoRowsError:  # nobody has done anything yet
        return seen_events(NOTHING_HAPPENED, landmarks, settings)
    log = read_log(
        rows,
        table,
        lead_id,
        settings,
        nothings=missing,
        day_first=reads.day_first,
        all_known=False,  # in the log of a few leads an event may not have happened yet
    )
    return seen_events(log, landmarks, settings)


def _landmarks(
    table: Table, reads: ReadsPart, missing: Sequence[str], as_of: dt.date | None
) -> Times:
    if as_of is not None:
        end = np.datetime64(as_of, "s") + np.timedelta64(86_399, "s")
        return np.full(table.rows, end)
    after = reads.events.score_after_days if reads.events is not None else 0
    by_day = reads.events.by_day if reads.events is not None else None
    return landmarks_of(_created(table, reads, missing), after, by_day=by_day)


def _created(table: Table, reads: ReadsPart, missing: Sequence[str]) -> Times:
    return read_dates(table, str(reads.created), nothings=missing, day_first=reads.day_first).times


def lacks_text(table: Table, lacking: list[str]) -> str:
    """Say which of the card's columns are not there, and which that are there look like them.

    Parameters
    ----------
    table : Table
    lacking : list of str
        Columns.
    """
    known = list(table.columns)
    named = [
        f"`{name}`" + (f" (is it `{near[0]}`?)" if (near := near_names(name, known)) else "")
        for name in lacking
    ]
    return (
        f"{table.where} lacks columns that the card gives points for: {', '.join(named)}. "
        f"Add or rename them."
    )
