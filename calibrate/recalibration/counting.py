"""New leads counted on the old card's levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibrate.engines.columns import Column
from calibrate.engines.judging import Flags
from calibrate.engines.places import level_rows
from calibrate.engines.tables import Table
from calibrate.outcomes import Outcome
from calibrate.reading import past_landmark, read_outcomes
from calibrate.scorecard import Scorecard
from calibrate.scorecard.parts import CardAttributePart
from calibrate.spec import Spec
from calibrate.validation.judging import later_rows


@dataclass(frozen=True, kw_only=True)
class NewLeads:
    """The leads of now.

    Attributes
    ----------
    table : Table
    joined : Table
        With the columns of further tables.
    outcome : Outcome
        What became of each.
    rows : ndarray of bool, shape (n,)
        Those that are held against the old card's: counted and created after them; all that are
        counted where none is later.
    is_later : bool
        Whether `rows` are later ones.
    fresh : ndarray of bool, shape (n,)
        Counted, and created after the leads of both cards.
    """

    table: Table
    joined: Table
    outcome: Outcome
    rows: Flags
    is_later: bool
    fresh: Flags

    @property
    def leads(self) -> int:
        """How many are held against the old card's."""
        return int(self.rows.sum())

    @property
    def customers(self) -> int:
        """How many of them closed."""
        return int((self.rows & self.outcome.customer).sum())


def new_leads(old: Scorecard, new: Scorecard, table: Table, spec: Spec) -> NewLeads:
    """Say who is counted, and who is later than either card.

    Raises
    ------
    SpecError, LeadsError
        When leads cannot be counted.
    """
    joined, _, outcome = read_outcomes(table, spec)
    if spec.events is not None:
        outcome = past_landmark(outcome, spec.events)
    later = later_rows(old, table, outcome)
    is_later = bool(later.any())
    return NewLeads(
        table=table,
        joined=joined.table,
        outcome=outcome,
        rows=later if is_later else outcome.counted,
        is_later=is_later,
        fresh=later & later_rows(new, table, outcome),
    )


def counted_levels(
    attribute: CardAttributePart, column: Column, found: NewLeads
) -> tuple[list[int], list[int], int]:
    """Count new leads and customers per old level, and leads on none of them."""
    levels = attribute.as_levels
    places = level_rows(column, levels)[found.rows].astype(np.int64) + 1
    size = len(levels.levels) + 1
    customer = found.outcome.customer[found.rows]
    leads = np.bincount(places, minlength=size).tolist()
    customers = np.bincount(places[customer], minlength=size).tolist()
    return leads[1:], customers[1:], leads[0]
