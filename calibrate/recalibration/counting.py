"""New leads counted on the old card's levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.columns import Column
from calibrate.engines.judging import Flags
from calibrate.engines.places import level_rows
from calibrate.engines.tables import Table
from calibrate.outcomes import Outcome
from calibrate.reading import past_landmark, read_outcomes
from calibrate.recipes import columns_of
from calibrate.scorecard import Scorecard
from calibrate.scorecard.columns import columns_for
from calibrate.scorecard.parts import CardAttributePart, ReadsPart
from calibrate.spec import Spec
from calibrate.validation.judging import later_rows

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class NewLeads:
    """The leads of now.

    Attributes
    ----------
    table : Table
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
    _, _, outcome = read_outcomes(table, spec)
    if spec.events is not None:
        outcome = past_landmark(outcome, spec.events)
    later = later_rows(old, table, outcome)
    is_later = bool(later.any())
    return NewLeads(
        table=table,
        outcome=outcome,
        rows=later if is_later else outcome.counted,
        is_later=is_later,
        fresh=later & later_rows(new, table, outcome),
    )


def columns_there(
    card: Scorecard,
    table: Table,
    events: str | Path | pd.DataFrame | Table | None,
    folder: Path | None,
) -> Mapping[str, Column]:
    """Give the columns of the card's attributes, of those that can be had.

    Raises
    ------
    ScorecardError
        When a column or a log that earns points is not there.
    """
    needed = card.scoring.needed
    joined = set() if card.reads is None else set(card.reads.columns)
    names = set(table.columns) | joined

    def is_there(one: CardAttributePart) -> bool:
        if one.name in needed:
            return True
        if isinstance(one.made_from, BehaviourRecipe):
            return any(isinstance(each.made_from, BehaviourRecipe) for each in earning)
        sources = (one.name,) if one.made_from is None else columns_of(one.made_from)
        return set(sources) <= names

    earning = [one for one in card.attributes if one.name in needed]
    return columns_for(
        table,
        tuple((one.name, one.made_from) for one in card.attributes if is_there(one)),
        card.reads or ReadsPart(),
        missing=card.missing,
        events=events,
        folder=folder,
    ).columns


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
