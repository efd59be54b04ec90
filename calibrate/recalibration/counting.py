"""New leads as both cards see them, those alike counted together; and on the old card's levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibrate.engines.base import BY_POINTS, Ints
from calibrate.engines.columns import Column
from calibrate.engines.judging import Flags
from calibrate.engines.places import level_rows
from calibrate.engines.tables import Table
from calibrate.errors import Finding
from calibrate.logs import LogInMemory
from calibrate.outcomes import Outcome
from calibrate.policy.rated import Rated
from calibrate.reading import past_landmark, read_outcomes
from calibrate.recalibration.levels import LevelCount, Pair, Shared, pairs_on_leads
from calibrate.recalibration.parts import Month
from calibrate.scorecard import Scorecard
from calibrate.scorecard.parts import CardAttributePart
from calibrate.scorecard.there import columns_there
from calibrate.scoring import passing, scoring_findings
from calibrate.spec import Spec
from calibrate.validation.judging import later_rows
from calibrate.validation.worked import worked_rows


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one card makes of leads, alike ones together.

    Attributes
    ----------
    scores, standing : ndarray of int, shape (k,)
        Standing as in `calibrate.engines.base`.
    """

    scores: Ints
    standing: Ints

    @property
    def decides(self) -> Flags:
        """Whose points decide."""
        return np.asarray(self.standing == BY_POINTS)

    def passing(self, threshold: int) -> Flags:
        """Say who passes."""
        return passing(self.scores, self.standing, threshold)


@dataclass(frozen=True, kw_only=True)
class NewLeads:
    """The leads of now, alike ones together; one row a lead is as good.

    Attributes
    ----------
    name : str
        Of their table.
    old, new : Seen
        By either card.
    rows : ndarray of bool, shape (k,)
        Those that are held against the old card's: counted and created after them; all that are
        counted where none is later.
    is_later : bool
        Whether `rows` are later ones.
    fresh : ndarray of bool, shape (k,)
        Counted, and created after the leads of both cards.
    leads, customers : ndarray of int, shape (k,)
        How many a row stands for; customers of those that are counted.
    worked : ndarray of bool, shape (k,), or None
        Whether sales worked them; None where no column tells.
    worked_column : str or None
    pairs : list of Pair
        The old levels, counted now.
    months : tuple of Month
    unseen : tuple of Finding
        On values that the old card has never seen.
    """

    name: str
    old: Seen
    new: Seen
    rows: Flags
    is_later: bool
    fresh: Flags
    leads: Ints
    customers: Ints
    worked: Flags | None
    worked_column: str | None
    pairs: list[Pair]
    months: tuple[Month, ...]
    unseen: tuple[Finding, ...]

    def rated(self, name: str, rows: Flags) -> Rated:
        """Count leads and customers of some rows."""
        leads, customers = int(self.leads[rows].sum()), int(self.customers[rows].sum())
        return Rated(name=name, leads=leads, customers=customers)


def new_leads(
    old: Scorecard,
    new: Scorecard,
    table: Table,
    spec: Spec,
    shared: Shared,
    *,
    events: LogInMemory | None,
) -> NewLeads:
    """Say what both cards make of leads in memory, a row each.

    Raises
    ------
    SpecError, LeadsError
        When leads cannot be counted.
    ScorecardError
        When a column or a log that earns points is not there.
    """
    joined, _, outcome = read_outcomes(table, spec)
    if spec.events is not None:
        outcome = past_landmark(outcome, spec.events)
    later = later_rows(old, table, outcome)
    is_later = bool(later.any())
    rows = later if is_later else outcome.counted
    scored = [card.score_table(table, events=events, folder=spec.folder) for card in (old, new)]
    columns = columns_there(old, table, events, folder=spec.folder)
    column, worked = worked_rows(joined.table)
    seen = [Seen(scores=one.scores, standing=one.standing) for one in scored]
    return NewLeads(
        name=table.name,
        old=seen[0],
        new=seen[1],
        rows=rows,
        is_later=is_later,
        fresh=later & later_rows(new, table, outcome),
        leads=np.ones(len(rows), dtype=np.int64),
        customers=(outcome.customer & outcome.counted).astype(np.int64),
        worked=worked,
        worked_column=column,
        pairs=pairs_on_leads(shared, lambda one: _counted(one, columns, rows, outcome.customer)),
        months=_months(
            outcome,
            seen[0].passing(old.threshold.score),
            seen[1].passing(new.threshold.score),
        ),
        unseen=scoring_findings(scored[0].unseen, scored[0].absent),
    )


def _counted(
    attribute: CardAttributePart, columns: Mapping[str, Column], rows: Flags, customer: Flags
) -> LevelCount | None:
    """Count new leads and customers per old level; None where the column is not there."""
    if attribute.name not in columns:
        return None
    levels = attribute.as_levels
    places = level_rows(columns[attribute.name], levels)[rows].astype(np.int64) + 1
    size = len(levels.levels) + 1
    return (
        np.bincount(places, minlength=size),
        np.bincount(places[customer[rows]], minlength=size),
    )


def _months(outcome: Outcome, old: Flags, new: Flags) -> tuple[Month, ...]:
    """Give who passes by month of creation, over all counted leads; none without dates."""
    if outcome.created is None:
        return ()
    counted = outcome.counted & ~np.isnat(outcome.created)
    days = outcome.created[counted].astype("datetime64[D]")
    return months_of(
        days,
        old[counted],
        new[counted],
        np.ones(len(days), dtype=np.int64),
        outcome.customer[counted].astype(np.int64),
    )


def months_of(
    days: np.ndarray, old: Flags, new: Flags, leads: Ints, customers: Ints
) -> tuple[Month, ...]:
    """Give who passes by month of creation.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (k,)
        Of creation.
    old, new : ndarray of bool, shape (k,)
        Who passes by either card.
    leads, customers : ndarray of int, shape (k,)
    """
    months = days.astype("datetime64[M]")

    def rated(name: str, rows: Flags) -> Rated:
        return Rated(name=name, leads=int(leads[rows].sum()), customers=int(customers[rows].sum()))

    return tuple(
        Month(
            name=str(month),
            leads=rated("all", months == month),
            passed_old=rated("old card", (months == month) & old),
            passed_new=rated("new card", (months == month) & new),
        )
        for month in np.unique(months)
    )
