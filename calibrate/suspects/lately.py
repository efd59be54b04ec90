"""Attributes that were filled in only from some day on, or only up to some day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibrate.errors import Finding
from calibrate.leads import Leads
from calibrate.present.numbers import percent_text
from calibrate.recipes import is_filled

PARTS = 10
EMPTY, FILLED = 0.02, 0.4
"""A tenth of the leads under the one share is unfilled, over the other it is filled."""
ENOUGH = 20
"""Leads in a tenth."""


def lately_findings(leads: Leads) -> list[Finding]:
    """Remark on columns that are empty for all early leads and filled for late ones, or so again.

    Without creation dates nothing is said: rows may stand in any order.
    """
    created = leads.outcome.created
    if created is None or leads.counted < PARTS * ENOUGH:
        return []
    times = created[leads.outcome.counted]
    order = np.argsort(times, kind="stable")
    order = order[~np.isnat(times[order])]
    parts = np.array_split(order, PARTS)
    findings = []
    for one in leads.own_attributes:
        filled = is_filled(leads.engine.columns[one.name])
        shares = np.array([filled[part].mean() for part in parts])
        turn = _turn(shares)
        if turn is None:
            continue
        begins = shares[0] <= EMPTY
        day = _day(times, order, filled, begins=begins)
        early, late = shares[:turn].mean(), shares[turn:].mean()
        findings.append(
            Finding(
                code="filled-lately" if begins else "filled-no-more",
                severity="warning",
                says=f"`{one.name}` is filled only {'from' if begins else 'until'} {day} "
                f"{'on' if begins else ''}".rstrip()
                + f" ({percent_text(early)} of leads before, {percent_text(late)} after): "
                f"being empty tells when a lead came, not what it is worth.",
                fix=f"`exclude: [{one.name}]`, or count only leads from one side of that day"
                + (f": `leads: {{since: {day}}}`." if begins else "."),
            )
        )
    return findings


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


def _day(
    times: npt.NDArray[np.datetime64],
    order: npt.NDArray[np.intp],
    filled: npt.NDArray[np.bool_],
    *,
    begins: bool,
) -> np.datetime64:
    """Give the day of the first filled lead, or of the last, stray ones among the empty aside."""
    there = np.flatnonzero(filled[order])
    share = int(EMPTY * len(there))
    place = there[share] if begins else there[-1 - share]
    day: np.datetime64 = times[order[place]].astype("datetime64[D]")
    return day
