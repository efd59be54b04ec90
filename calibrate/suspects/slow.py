"""Slow levels: leads that close late, not never, and whose closes the window cuts more often."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibrate.counts import count_attribute
from calibrate.engines.base import CountingEngine
from calibrate.engines.sql.engine import SqlEngine
from calibrate.errors import Finding
from calibrate.leads import Leads
from calibrate.levels import OTHER
from calibrate.present.numbers import count_text, percent_text
from calibrate.stats.significance import benjamini_hochberg, level_p_values

SLOW_Q = 0.01
ENOUGH_CLOSERS = 10
_LISTED = 4
_DAY_SECONDS = 86_400

Mask = npt.NDArray[np.bool_]


def slow_findings(leads: Leads) -> list[Finding]:
    """Remark on levels of which the window cuts off more closes than of the others.

    Among counted leads that closed at all, late ones are compared by level; Benjamini-Hochberg
    over all levels, at .01.
    """
    days, window = leads.outcome.days_to_close, leads.window_days
    if days is None or window is None:
        return []
    closed = leads.outcome.counted & ~np.isnan(days)
    late = closed & (np.nan_to_num(days) > window)
    total, all_late = leads.outcome.leads(closed), leads.outcome.leads(late)
    if all_late < ENOUGH_CLOSERS:
        return []
    engine = _closers(leads, late, closed, window)
    rows = [
        (one.name, level.label, n, x)
        for one in leads.own_attributes
        if one.kind != "number"
        for counted in [count_attribute(engine, one)]
        for level, n, x in zip(counted.levels.levels, counted.leads, counted.customers, strict=True)
        if n >= ENOUGH_CLOSERS and level.text != OTHER
    ]
    if not rows:
        return []
    p_values, _ = level_p_values([r[3] for r in rows], [r[2] for r in rows], all_late, total)
    q_values = benjamini_hochberg(np.nan_to_num(p_values, nan=1.0))
    slow = [
        row
        for row, q in zip(rows, q_values, strict=True)
        if q <= SLOW_Q and row[3] / row[2] > all_late / total
    ]
    if not slow:
        return []
    slow.sort(key=lambda row: -row[3] / row[2])
    listed = ", ".join(
        f"`{name}` {level[:40]} ({count_text(x)} of {count_text(n)} closes, {percent_text(x / n)})"
        for name, level, n, x in slow[:_LISTED]
    )
    more = f" and {len(slow) - _LISTED} more" if len(slow) > _LISTED else ""
    return [
        Finding(
            code="slow-level",
            severity="warning",
            says=f"Some leads close late, not never: after the window of {window} days come "
            f"{percent_text(all_late / total)} of all closes, but of {listed}{more}. Their points "
            f"are lower than they are worth.",
            fix="Take a longer `window_days`, or give them points by hand (`override`).",
        )
    ]


def _closers(leads: Leads, late: Mask, closed: Mask, window: int) -> CountingEngine:
    """Count only leads that closed, and as customers those that did so after the window."""
    engine, counted = leads.engine, leads.outcome.counted
    if isinstance(engine, SqlEngine):
        names = [one.name for one in leads.own_attributes if one.kind != "number"]
        open_for = engine.rows.open_for
        return engine.among(
            f"{open_for} IS NOT NULL", f"{open_for} > {window * _DAY_SECONDS}", names
        )
    return replace(engine, customer=late[counted]).only(closed[counted])
