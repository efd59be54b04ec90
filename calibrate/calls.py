"""The ranked list of leads to call: must-contact first, then by score."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrate.engines.base import MUST_CONTACT, OUT, Ints
from calibrate.engines.columns import text_column
from calibrate.engines.judging import Flags
from calibrate.engines.tables import Table, open_table
from calibrate.errors import SpecError
from calibrate.meanings import MEANS_CUSTOMER, MEANS_LOST, plain_value
from calibrate.scorecard import Scorecard
from calibrate.scorecard.columns import Absent
from calibrate.scorecard.names import lead_names
from calibrate.scorecard.scored import ScoredColumns
from calibrate.scoring import Unseen
from calibrate.shown import AsScreen, AsTable

if TYPE_CHECKING:
    import pandas as pd

_NOT_YET = frozenset(("0", "no", "false", "n", "f", "nein", "non", "não", "nee"))
"""What says that a lead has not closed; not that it never will, as `lost` does."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CallList(AsScreen, AsTable):
    """Leads to call, the most urgent first.

    Attributes
    ----------
    card : Scorecard
    table : Table
        All leads that were looked at.
    rows : ndarray of int, shape (n,)
        Rows of the table, in the order in which to call.
    names : tuple of str
        What these leads are called.
    told : mapping of str to sequence
        What scoring tells of them, in the same order.
    left_out : mapping of str to int
        Leads that are not on the list, by reason; with these every lead is told of.
    unseen : tuple of Unseen
        Values that the card has never seen.
    absent : tuple of str
        Columns that were not in the table and count as empty.
    """

    card: Scorecard
    table: Table
    rows: Ints
    names: tuple[str, ...]
    told: ScoredColumns
    left_out: dict[str, int]
    unseen: tuple[Unseen, ...]
    absent: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a lead: rank, lead, and what scoring tells."""
        import pandas as pd

        rank = np.arange(1, len(self.rows) + 1)
        return pd.DataFrame({"rank": rank, "lead": list(self.names), **self.told})

    def summary(self) -> dict[str, Any]:
        """Give the whole list as plain values that fit into JSON."""
        from calibrate.present.called import calls_summary

        return calls_summary(self)

    def __str__(self) -> str:
        from calibrate.present.called import calls_text

        return calls_text(self)


def call_list(
    card: Scorecard,
    leads: str | Path | pd.DataFrame | Table,
    *,
    most: int | None = None,
    events: str | Path | pd.DataFrame | None = None,
    as_of: dt.date | None = None,
    absent: Absent = "refuse",
) -> CallList:
    """Rank the leads that pass, must-contact ones first.

    Parameters
    ----------
    card : Scorecard
    leads : path or DataFrame
        Leads that the table itself says have closed or are lost are left out.
    most : int, optional
        As many as can be called.
    events : path or DataFrame, optional
        The log of what leads did, for a card that gives points for it.
    as_of : date, optional
        From when on a call is due; by default today.
    absent : {"refuse", "as-missing"}
        As for `Scorecard.score`.

    Raises
    ------
    SpecError
        When `most` is less than 1.
    ScorecardError
        When a column or a log that earns points is not there.
    """
    if most is not None and most < 1:
        raise SpecError(f"--most: {most}; how many leads can be called is 1 or more.")
    table = open_table(leads)
    scored = card.score_table(table, events=events, as_of=as_of, absent=absent)
    is_open = _open(card, table)
    passes = scored.passing(card.threshold.score)
    urgent = scored.standing == MUST_CONTACT
    order = np.lexsort((-scored.scores, ~urgent))
    rows = order[(is_open & passes)[order]]
    kept = rows[:most]
    told = card.columns_of(scored, as_of=as_of)
    names = lead_names(table, card.reads)
    left_out = {
        "closed or lost already": int((~is_open).sum()),
        "kept out by a veto or a gate": int((is_open & (scored.standing >= OUT)).sum()),
        "under the threshold": int((is_open & ~passes & (scored.standing < OUT)).sum()),
        "beyond those that can be called": len(rows) - len(kept),
    }
    return CallList(
        card=card,
        table=table,
        rows=kept,
        names=tuple(names[row] for row in kept.tolist()),
        told={name: [values[row] for row in kept.tolist()] for name, values in told.items()},
        left_out={reason: count for reason, count in left_out.items() if count},
        unseen=scored.unseen,
        absent=scored.absent,
    )


def _open(card: Scorecard, table: Table) -> Flags:
    """Say which leads may still become customers, as far as the table itself says so."""
    outcome = None if card.reads is None else card.reads.outcome
    name = None if outcome is None else outcome.closed or outcome.column
    if outcome is None or name is None or name not in table.columns:
        return np.ones(table.rows, dtype=np.bool_)
    texts = text_column(table.columns[name].without(card.missing))
    if outcome.closed is not None:
        return np.asarray(texts.codes == 0)
    customer = {plain_value(value) for value in outcome.customer} or MEANS_CUSTOMER
    lost = {plain_value(value) for value in outcome.lost} or MEANS_LOST - _NOT_YET
    done = customer | lost
    by_code = np.array([True, *(plain_value(text) not in done for text in texts.texts)])
    return np.asarray(by_code[texts.codes])
