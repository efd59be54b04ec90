"""Why did my lead get this score? Its points by attribute, strongest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.engines.tables import Table, open_table
from calibrate.errors import LeadsError
from calibrate.levels import fold
from calibrate.scorecard import Scorecard
from calibrate.scorecard.columns import Absent
from calibrate.scorecard.names import lead_names
from calibrate.scoring import ScoredLeads
from calibrate.shown import AsScreen, AsTable

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LONGEST = 40
"""Letters of a name that a message shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What one attribute adds to a score, and the evidence for it.

    Attributes
    ----------
    attribute, level : str
    points : int
    close_rate, lift : float or None
        Of the level, among the leads that taught the card; None for a value never seen.
    why : str or None
        The analyst's reason where the points were set by hand.
    """

    attribute: str
    level: str
    points: int
    close_rate: float | None
    lift: float | None
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Explanation(AsScreen, AsTable):
    """A lead's score, point by point.

    Attributes
    ----------
    card : Scorecard
    lead : str
    told : mapping
        What scoring tells of it: score, passes, tier and so on.
    reasons : tuple of Reason
        Strongest first; those worth nothing last.
    over_cap : int
        What caps take away; 0 or negative.
    """

    card: Scorecard
    lead: str
    told: Mapping[str, Any]
    reasons: tuple[Reason, ...]
    over_cap: int

    def to_frame(self) -> pd.DataFrame:
        """Give one row an attribute."""
        import pandas as pd

        names = list(Reason.__slots__)
        return pd.DataFrame(
            [[getattr(one, name) for name in names] for one in self.reasons], columns=names
        )

    def summary(self) -> dict[str, Any]:
        """Give the score point by point as plain values that fit into JSON."""
        from calibrate.present.explained import explained_summary

        return explained_summary(self)

    def plot(self, name: str, ax: Axes | None = None) -> Axes:
        """Draw ``waterfall``: how the score adds up, with the threshold marked."""
        from calibrate.present.explained_plots import draw_explanation

        return draw_explanation(self, name, ax)

    def __str__(self) -> str:
        from calibrate.present.explained import explained_text

        return explained_text(self)


def explain(
    card: Scorecard,
    leads: str | Path | pd.DataFrame | Table,
    lead: str,
    *,
    events: str | Path | pd.DataFrame | None = None,
    as_of: dt.date | None = None,
    absent: Absent = "refuse",
) -> Explanation:
    """Say why a lead has its score.

    Parameters
    ----------
    card : Scorecard
    leads : path or DataFrame
        A table with the lead in it.
    lead : str
        Its id; ``row 3`` (of a frame, ``index 3``) where there is no column of ids.
    events : path or DataFrame, optional
        The log of what leads did, for a card that gives points for it.
    as_of : date, optional
        See what the lead did from the end of this day.
    absent : {"refuse", "as-missing"}
        As for `Scorecard.score`.

    Raises
    ------
    LeadsError
        When no lead, or more than one, is called so.
    ScorecardError
        When a column or a log that earns points is not there.
    """
    table = open_table(leads)
    row = _row_of(lead, table, card)
    scored = card.score_table(table, events=events, as_of=as_of, absent=absent)
    told = {name: values[row] for name, values in card.columns_of(scored, as_of=as_of).items()}
    reasons = _reasons(card, scored, row)
    return Explanation(
        card=card,
        lead=lead,
        told=told,
        reasons=reasons,
        over_cap=int(scored.scores[row]) - card.points.base - sum(one.points for one in reasons),
    )


def _row_of(lead: str, table: Table, card: Scorecard) -> int:
    names = lead_names(table, card.reads)
    rows = [row for row, name in enumerate(names) if fold(name) == fold(lead)]
    if len(rows) == 1:
        return rows[0]
    if rows:
        listed = ", ".join(table.row_names.name(row) for row in rows[:4])
        raise LeadsError(f"{table.where}: {len(rows)} rows are called `{lead}`: {listed}.")
    raise LeadsError(
        f"{table.where}: no lead is called `{lead}`; they are called like `{names[0][:_LONGEST]}`."
    )


def _reasons(card: Scorecard, scored: ScoredLeads, row: int) -> tuple[Reason, ...]:
    by_name = {one.name: one for one in card.attributes}
    found = []
    for column, part in enumerate(scored.scoring.columns):
        place = int(scored.places[row, column])
        points = int(scored.points[row, column])
        if place < 0:
            found.append(
                Reason(
                    attribute=part.column,
                    level="a value never seen",
                    points=points,
                    close_rate=None,
                    lift=None,
                    why=None,
                )
            )
            continue
        level = by_name[part.column].levels[place]
        found.append(
            Reason(
                attribute=part.column,
                level=level.as_level.label,
                points=points,
                close_rate=level.evidence.close_rate,
                lift=level.evidence.lift,
                why=level.why,
            )
        )
    return tuple(sorted(found, key=lambda one: -abs(one.points)))
