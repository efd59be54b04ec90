"""The columns of a card's attributes, of those that can be had."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.columns import Column
from calibrate.engines.tables import Table
from calibrate.eventlog import EventLog
from calibrate.recipes import columns_of
from calibrate.scorecard.card import Scorecard
from calibrate.scorecard.columns import columns_for
from calibrate.scorecard.parts import CardAttributePart, ReadsPart

if TYPE_CHECKING:
    import pandas as pd


def columns_there(
    card: Scorecard,
    table: Table,
    events: pd.DataFrame | str | Path | Table | EventLog | None,
    *,
    folder: Path | None = None,
    among: Collection[str] | None = None,
) -> Mapping[str, Column]:
    """Give the columns of the card's attributes, of those that can be had.

    Parameters
    ----------
    card : Scorecard
    table : Table
    events : DataFrame or path, optional
        The log; behaviours can be had where the card gives points for one.
    folder : path, optional
        Where further tables may stand too.
    among : collection of str, optional
        The attributes to look for; by default all.

    Raises
    ------
    ScorecardError
        When a column or a log that earns points is not there.
    """
    needed = card.scoring.needed
    joined = set() if card.reads is None else set(card.reads.columns)
    names = set(table.columns) | joined
    has_log = any(
        one.name in needed and isinstance(one.made_from, BehaviourRecipe) for one in card.attributes
    )

    def is_there(one: CardAttributePart) -> bool:
        if one.name in needed:
            return True
        if isinstance(one.made_from, BehaviourRecipe):
            return has_log
        sources = (one.name,) if one.made_from is None else columns_of(one.made_from)
        return set(sources) <= names

    wanted = [one for one in card.attributes if among is None or one.name in among]
    if not wanted:
        return {}
    return columns_for(
        table,
        tuple((one.name, one.made_from) for one in wanted if is_there(one)),
        card.reads or ReadsPart(),
        missing=card.missing,
        events=events,
        folder=folder,
    ).columns
