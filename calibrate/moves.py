"""What changed between two scorings: who newly passes, and whose score rose sharply."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from calibrate.earlier import plain_id, read_earlier
from calibrate.engines.judging import Flags
from calibrate.engines.tables import Table, open_table
from calibrate.scorecard import Scorecard
from calibrate.scorecard.names import lead_names
from calibrate.scoring import ScoredLeads
from calibrate.shown import AsScreen, AsTable

if TYPE_CHECKING:
    import pandas as pd

SHARP = 0.2
"""A rise by this share of the range of scores is a call to make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A lead that moved.

    Attributes
    ----------
    lead : str
    what : {"passes now", "rose", "passes no more"}
    before, score : int
    reasons : str
        Of the score now.
    """

    lead: str
    what: Literal["passes now", "rose", "passes no more"]
    before: int
    score: int
    reasons: str

    @property
    def rise(self) -> int:
        """By how many points it rose."""
        return self.score - self.before


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Moves(AsScreen, AsTable):
    """What changed since an earlier scoring.

    Attributes
    ----------
    card : Scorecard
    leads : int
        That were scored both times.
    new : int
        That were not scored before.
    gone : int
        That were scored before and are not in the table now.
    sharp : int
        Points from which on a rise is sharp.
    moves : tuple of Move
        Leads that newly pass, then others that rose sharply, then those that pass no more; the
        largest rise first.
    """

    card: Scorecard
    leads: int
    new: int
    gone: int
    sharp: int
    moves: tuple[Move, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a lead that moved."""
        import pandas as pd

        names = ["lead", "what", "before", "score", "rise", "reasons"]
        return pd.DataFrame(
            [[getattr(one, name) for name in names] for one in self.moves], columns=names
        )

    def summary(self) -> dict[str, Any]:
        """Give every lead that moved as plain values that fit into JSON."""
        from calibrate.present.moved import moves_summary

        return moves_summary(self)

    def __str__(self) -> str:
        from calibrate.present.moved import moves_text

        return moves_text(self)


def moves_since(
    card: Scorecard,
    leads: str | Path | pd.DataFrame,
    previous: str | Path | pd.DataFrame,
    *,
    events: str | Path | pd.DataFrame | None = None,
    as_of: dt.date | None = None,
) -> Moves:
    """Score leads and compare with an earlier scoring.

    Parameters
    ----------
    card : Scorecard
    leads : path or DataFrame
        The leads as they are now.
    previous : path or DataFrame
        What an earlier scoring gave, beside the leads' ids.
    events : path or DataFrame, optional
        The log of what leads did, for a card that gives points for it.
    as_of : date, optional
        See what leads did from the end of this day.

    Raises
    ------
    LeadsError
        When leads cannot be found again, or the earlier table holds no scores.
    ScorecardError
        When a column or a log that earns points is not there.
    """
    table = open_table(leads)
    return moves_between(card, table, card.score_table(table, events=events, as_of=as_of), previous)


def moves_between(
    card: Scorecard, table: Table, scored: ScoredLeads, previous: str | Path | pd.DataFrame
) -> Moves:
    """Compare leads that are scored already with an earlier scoring."""
    earlier = read_earlier(card, table, previous)
    before, passed, rows = earlier.scores, earlier.passed, earlier.rows
    names = lead_names(table, card.reads)
    found = np.array([rows.get(plain_id(name), -1) for name in names])
    known = found >= 0
    passes = scored.passing(card.threshold.score)
    rise = scored.scores - before[found]
    sharp = _sharp(card)
    newly = known & passes & ~passed[found]
    rose = known & ~newly & (rise >= sharp)
    lost = known & ~passes & passed[found]
    moves = []
    kinds: tuple[tuple[Literal["passes now", "rose", "passes no more"], Flags], ...] = (
        ("passes now", newly),
        ("rose", rose),
        ("passes no more", lost),
    )
    for what, moved in kinds:
        order = sorted(np.flatnonzero(moved).tolist(), key=lambda row: (-int(rise[row]), row))
        moves += [
            Move(
                lead=names[row],
                what=what,
                before=int(before[found[row]]),
                score=int(scored.scores[row]),
                reasons=scored.reasons[row],
            )
            for row in order
        ]
    return Moves(
        card=card,
        leads=int(known.sum()),
        new=int((~known).sum()),
        gone=len(set(rows) - {plain_id(name) for name in names}),
        sharp=sharp,
        moves=tuple(moves),
    )


def _sharp(card: Scorecard) -> int:
    scoring = card.scoring
    span = sum(
        max(*one.points, one.otherwise) - min(*one.points, one.otherwise) for one in scoring.columns
    )
    return max(1, round(SHARP * span))
