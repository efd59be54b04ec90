"""Windows and cohorts: closes cut off, early leads whose closes were not recorded, drift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibrate.dates import Times
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.looks import in_parts
from calibrate.errors import Finding
from calibrate.leads import Leads
from calibrate.outcomes import Outcome
from calibrate.present.numbers import count_text, percent_text
from calibrate.stats.association import association
from calibrate.stats.survival import TimeToClose

CUT_OFF = 0.1
"""A window that cuts off more of the closes to come than this is remarked."""
UNRECORDED = 0.2
"""Early cohorts with fewer than this share of the closes they should have look truncated."""
ENOUGH_CLOSES = 10.0
"""Closes that must be expected before their absence says anything."""
FIFTHS = 5
DRIFT_P = 0.001
DRIFT_RATIO = 1.25
"""Close rates of the fifths drift when they differ beyond chance and by this factor."""


def cohort_findings(leads: Leads) -> list[Finding]:
    """Remark on what the window cuts off, on truncated early cohorts, and on drift."""
    return [*_cut_off(leads), *_truncated(leads.outcome), *_drift(leads)]


def share_after(curve: TimeToClose, window: int) -> float:
    """Give the share of the closes to come that happen after so many days."""
    eventual = curve.eventual()
    return max(0.0, 1 - curve.closed_by(window) / eventual) if eventual > 0 else 0.0


def _cut_off(leads: Leads) -> list[Finding]:
    curve, window = leads.outcome.curve, leads.window_days
    if curve is None or window is None:
        return []
    late = share_after(curve, window)
    if late <= CUT_OFF + 1e-9:
        return []
    advised = curve.advised_window()
    return [
        Finding(
            code="window-cuts",
            severity="warning",
            says=f"The window of {window} days cuts off {percent_text(late)} of the closes to "
            f"come: those leads count as not closed.",
            fix=f"`window_days: {advised}` keeps 90 % of them.",
        )
    ]


def _truncated(outcome: Outcome) -> list[Finding]:
    """Find the day before which hardly any close was recorded, though many were due."""
    curve, created, days = outcome.curve, outcome.created, outcome.days_to_close
    if curve is None or created is None or days is None:
        return []
    usable = ~np.isnat(created) & ~np.isnan(np.asarray(outcome.days_seen))
    came = created[usable].astype("datetime64[D]")
    many = np.ones(len(came), np.int64) if outcome.weights is None else outcome.weights[usable]
    went = came + np.nan_to_num(days[usable], nan=0).astype("timedelta64[D]")
    has_closed = ~np.isnan(days[usable])
    closes = np.sort(np.repeat(went[has_closed], many[has_closed]))
    months = np.unique(came.astype("datetime64[M]"))
    last = None
    for month in months[1:]:
        start = month.astype("datetime64[D]")
        early = came < start
        ages = (start - came[early]).astype(float)
        due = np.interp(ages, [0.0, *curve.days], [0.0, *curve.closed])
        expected = float((due * many[early]).sum())
        recorded = int(np.searchsorted(closes, start))
        if expected >= ENOUGH_CLOSES and recorded <= UNRECORDED * expected:
            last = (start, expected, recorded, int(many[early].sum()))
    if last is None:
        return []
    start, expected, recorded, leads = last
    first = closes[0]
    return [
        Finding(
            code="truncated-cohorts",
            severity="warning",
            says=f"Closes before {start} look unrecorded: about {expected:.0f} were due of "
            f"{count_text(leads)} leads created by then, and {count_text(recorded)} stand in the "
            f"table (the first on {first}). Their close rate is too low.",
            fix=f"Count only leads created from then on: `leads: {{since: {start}}}`.",
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Leads that came one after the other.

    Attributes
    ----------
    label : str
        Its first and last day, or its place in the file.
    leads, customers : int
    """

    label: str
    leads: int
    customers: int

    @property
    def close_rate(self) -> float:
        """Customers by leads."""
        return self.customers / self.leads


def cohorts(leads: Leads, parts: int = FIFTHS) -> tuple[Cohort, ...]:
    """Cut the counted leads into parts of equal size, by creation or else by place in the file."""
    engine, times = leads.engine, _days_known(leads)
    if isinstance(engine, SqlEngine):
        return _in_database(engine, parts, dated=times is not None)
    customer = engine.customer
    order = np.arange(leads.counted) if times is None else np.argsort(times, kind="stable")
    return tuple(
        Cohort(
            label=_label(None if times is None else times[part], place),
            leads=len(part),
            customers=int(customer[part].sum()),
        )
        for place, part in enumerate(np.array_split(order, parts))
        if len(part)
    )


def _in_database(engine: SqlEngine, parts: int, *, dated: bool) -> tuple[Cohort, ...]:
    cut = in_parts(engine, parts, dated=dated)
    ends = [np.array([one.first or 0, one.last or 0], dtype="datetime64[s]") for one in cut]
    return tuple(
        Cohort(
            label=_label(times if dated else None, place),
            leads=one.leads,
            customers=one.customers,
        )
        for place, (one, times) in enumerate(zip(cut, ends, strict=True))
    )


def _days_known(leads: Leads) -> Times | None:
    """Give when the counted leads were created; None when that is not known of all."""
    created = leads.outcome.created
    times = None if created is None else created[leads.outcome.counted]
    return None if times is None or np.isnat(times).any() else times


def _label(times: Times | None, place: int) -> str:
    if times is None:
        return f"fifth {place + 1} of the file"
    first, last = (times[end].astype("datetime64[D]") for end in (0, -1))
    return f"{first} to {last}"


def _drift(leads: Leads) -> list[Finding]:
    parts = cohorts(leads)
    if len(parts) < 2 or min(one.leads for one in parts) < 50:
        return []
    p = association([one.customers for one in parts], [one.leads for one in parts]).p_value
    rates = [one.close_rate for one in parts]
    if p > DRIFT_P or max(rates) < DRIFT_RATIO * min(rates):
        return []
    listed = ", ".join(percent_text(rate) for rate in rates)
    dated = _days_known(leads) is not None
    by = "from the first created to the last" if dated else "from the top of the file to its end"
    order = "" if dated else ", if its rows stand in time order"
    heed = "Heed what the newest leads say of the card, and calibrate again soon."
    name = "Name the column that says when leads were created (`leads: {created: COLUMN}`)"
    aside = ", or set the last rows aside to judge the card (`fit: {holdout: last:0.25}`)."
    return [
        Finding(
            code="close-rate-drifts",
            severity="warning",
            says=f"The close rate drifts: {listed} by fifth of the leads, {by}. What was true of "
            f"early leads may not be of the next{order}.",
            fix=heed if dated else f"{name}{aside if leads.aside is None else '.'}",
        )
    ]
