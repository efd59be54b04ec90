"""Attributes that were filled in only from some day on, or only up to some day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import is_filled
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.looks import days_filled, in_parts
from calibrate.errors import Finding
from calibrate.leads import Leads
from calibrate.present.numbers import percent_text

PARTS = 10
EMPTY, FILLED = 0.02, 0.4
"""A tenth of the leads under the one share is unfilled, over the other it is filled."""
ENOUGH = 20
"""Leads in a tenth."""


def lately_findings(leads: Leads) -> list[Finding]:
    """Remark on columns that are empty for all early leads and filled for late ones, or so again.

    Without creation dates nothing is said: rows may stand in any order.
    """
    created, engine = leads.outcome.created, leads.engine
    if created is None or leads.counted < PARTS * ENOUGH:
        return []
    if isinstance(engine, SqlEngine):
        return _in_database(leads, engine)
    times = created[leads.outcome.counted]
    order = np.argsort(times, kind="stable")
    order = order[~np.isnat(times[order])]
    parts = np.array_split(order, PARTS)
    findings = []
    for one in leads.own_attributes:
        filled = is_filled(engine.columns[one.name])
        shares = np.array([filled[part].mean() for part in parts])
        turn = _turn(shares)
        if turn is None:
            continue
        findings.append(_finding(one.name, shares, turn, times[order][filled[order]]))
    return findings


def _in_database(leads: Leads, engine: SqlEngine) -> list[Finding]:
    least = (1 - EMPTY) * leads.counted / (2 * PARTS)  # a tenth of the leads without a value
    names = [
        one.name
        for one in leads.own_attributes
        if engine.size - engine.count_filled(one.name)[0] >= least
    ]
    parts = in_parts(engine, PARTS, dated=True, columns=names) if names else ()
    findings = []
    for place, name in enumerate(names if len(parts) == PARTS else ()):
        shares = np.array([part.filled[place] / part.leads for part in parts])
        turn = _turn(shares)
        if turn is not None:
            findings.append(_finding(name, shares, turn, days_filled(engine, name)))
    return findings


def _finding(
    name: str, shares: npt.NDArray[np.float64], turn: int, there: npt.NDArray[np.datetime64]
) -> Finding:
    """Say from when on, or until when, a column was filled; `there` is when filled leads came."""
    begins = bool(shares[0] <= EMPTY)
    day = _day(there, begins=begins)
    early, late = shares[:turn].mean(), shares[turn:].mean()
    return Finding(
        code="filled-lately" if begins else "filled-no-more",
        severity="warning",
        says=f"`{name}` is filled only {'from' if begins else 'until'} {day} "
        f"{'on' if begins else ''}".rstrip()
        + f" ({percent_text(early)} of leads before, {percent_text(late)} after): "
        f"being empty tells when a lead came, not what it is worth.",
        fix=f"`exclude: [{name}]`, or count only leads from one side of that day"
        + (f": `leads: {{since: {day}}}`." if begins else "."),
    )


def _turn(shares: npt.NDArray[np.float64]) -> int | None:
    """Find the tenth from which on all are filled after all were not, or the other way round."""
    for turn in range(1, PARTS):
        before, after = shares[:turn], shares[turn:]
        # The tenth in which it turns may be anything in between.
        rest = after[1:] if len(after) > 1 else after
        if before.max() <= EMPTY and rest.min() >= FILLED and shares[turn] > EMPTY:
            return turn
        if after.max() <= EMPTY and before[:-1].min(initial=1.0) >= FILLED and before[0] >= FILLED:
            return turn
    return None


def _day(there: npt.NDArray[np.datetime64], *, begins: bool) -> np.datetime64:
    """Give the day of the first filled lead, or of the last, stray ones among the empty aside."""
    share = int(EMPTY * len(there))
    day: np.datetime64 = there[share if begins else -1 - share].astype("datetime64[D]")
    return day
