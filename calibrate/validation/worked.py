"""Was every lead worked? Where sales only called the best, the rest closed less for that reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibrate.engines.base import Ints
from calibrate.engines.judging import Flags
from calibrate.engines.tables import Table
from calibrate.errors import Finding
from calibrate.policy.rated import Rated
from calibrate.present.numbers import percent_text
from calibrate.scorecard import Scorecard
from calibrate.validation.tallied import Tallied
from calibrate.worked import is_worked, worked_columns

_UNEVEN = 1.25
"""The best leads being worked so many times as often as the rest is worth a remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedRange:
    """The leads of a range of scores.

    Attributes
    ----------
    name : str
    leads : int
    worked : Rated
        Those of them that were worked.
    """

    name: str
    leads: int
    worked: Rated

    @property
    def share(self) -> float | None:
        """Share of them that was worked, in [0, 1]; None without leads."""
        return self.worked.leads / self.leads if self.leads else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """Which of the leads that judge were worked.

    Attributes
    ----------
    column : str
    worked, unworked : Rated
    above, below : float or None
        Share worked of leads that pass, and of the others, in [0, 1].
    by_score : tuple of WorkedRange
        By tier, the lowest first, of leads whose points decide; of a card without tiers, below the
        threshold and from there on.
    """

    column: str
    worked: Rated
    unworked: Rated
    above: float | None
    below: float | None
    by_score: tuple[WorkedRange, ...]


def worked_of(
    card: Scorecard,
    column: str | None,
    tallied: Tallied,
    *,
    therefore: str = "",
) -> tuple[Worked | None, tuple[Finding, ...]]:
    """Say which leads were worked, as far as a column tells, and what follows from it.

    Parameters
    ----------
    card : Scorecard
        By whose scores sales chose.
    column : str or None
        That says who was worked.
    tallied : Tallied
        Leads that judge, by the card.
    therefore : str
        A sentence on what suffers from it, for the finding.
    """
    flags = tallied.worked
    if column is None or flags is None:
        return None, (_unknown(therefore),)
    passes = tallied.passing(card.threshold.score)
    found = Worked(
        column=column,
        worked=tallied.rated("worked", flags),
        unworked=tallied.rated("not worked", ~flags),
        above=_share(tallied.leads, passes, flags),
        below=_share(tallied.leads, ~passes, flags),
        by_score=_by_score(card, tallied, flags),
    )
    return found, _uneven(found, therefore)


def worked_rows(table: Table) -> tuple[str | None, Flags | None]:
    """Find the column that says who was worked, and who it was; None without one."""
    columns = worked_columns(table.columns)
    return (columns[0], is_worked(table.columns[columns[0]])) if columns else (None, None)


def _by_score(card: Scorecard, tallied: Tallied, flags: Flags) -> tuple[WorkedRange, ...]:
    if card.tiers:
        names, starts = [one.name for one in card.tiers], [one.from_ for one in card.tiers[1:]]
    else:
        cut = card.threshold.score
        names, starts = [f"below {cut}", f"{cut} and more"], [cut]
    places = np.searchsorted(starts, tallied.scores, side="right")
    decides = tallied.decides
    return tuple(
        WorkedRange(
            name=name,
            leads=tallied.rated(name, decides & (places == place)).leads,
            worked=tallied.rated(name, decides & (places == place) & flags),
        )
        for place, name in enumerate(names)
    )


def _share(leads: Ints, among: Flags, flags: Flags) -> float | None:
    whole = int(leads[among].sum())
    return int(leads[among & flags].sum()) / whole if whole else None


def _uneven(found: Worked, therefore: str) -> tuple[Finding, ...]:
    if found.above is None or found.below is None or found.above <= _UNEVEN * found.below:
        return ()
    return (
        Finding(
            code="worked-by-score",
            severity="warning",
            says=f"By `{found.column}`, {percent_text(found.above)} of the leads that pass were "
            f"worked and {percent_text(found.below)} of the others: some of the difference in "
            f"close rates comes from the calls, not from the leads. {therefore}".rstrip(),
            fix="Look at the close rate among worked leads; let sales work a few leads drawn by "
            "lot, whatever their score.",
        ),
    )


def _unknown(therefore: str) -> Finding:
    return Finding(
        code="worked-unknown",
        severity="info",
        says="No column says which leads were worked (`worked` or `contacted`). Leads with low "
        "scores were perhaps called less often and closed less for that reason alone; that cannot "
        f"be known from this table. {therefore}".rstrip(),
        fix="Export the column, or let sales work a few leads drawn by lot, whatever their score.",
    )


WORKED_UNKNOWN = _unknown("").code
"""The finding that nothing tells who was worked."""
