"""Which leads judge a card: those created after those that taught it, counted alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibrate.engines.judging import Flags
from calibrate.engines.tables import Table
from calibrate.errors import Finding, LeadsError
from calibrate.holdout import judging_rows
from calibrate.outcomes import Outcome
from calibrate.present.numbers import count_text
from calibrate.reading import past_landmark, read_outcomes
from calibrate.scorecard import Scorecard
from calibrate.spec import FitPart, Spec


@dataclass(frozen=True, kw_only=True)
class Jury:
    """The leads that judge.

    Attributes
    ----------
    table : Table
        As it was given.
    joined : Table
        With the columns of further tables.
    outcome : Outcome
    rows : ndarray of bool, shape (n,)
        Which leads of the table judge.
    is_later : bool
        Whether all of them were created after those that taught the card.
    taught : int
        Counted leads that do not judge, since they may have taught the card.
    first, last : date or None
        When those that judge were created.
    findings : tuple of Finding
    """

    table: Table
    joined: Table
    outcome: Outcome
    rows: Flags
    is_later: bool
    taught: int
    first: dt.date | None
    last: dt.date | None
    findings: tuple[Finding, ...]

    @property
    def customer(self) -> Flags:
        """Who of those that judge became a customer, entry by entry."""
        return self.outcome.customer[self.rows]

    @property
    def left_out(self) -> Mapping[str, int]:
        """Leads that are not counted, by reason."""
        return self.outcome.left_out


def jury_of(card: Scorecard, table: Table, spec: Spec) -> Jury:
    """Say who judges.

    Parameters
    ----------
    card : Scorecard
    table : Table
        With the outcome.
    spec : Spec
        By which leads are counted.

    Raises
    ------
    SpecError, LeadsError
        When leads cannot be counted, or those that judge all have one outcome.
    """
    joined, _, outcome = read_outcomes(table, spec)
    if spec.events is not None:
        outcome = past_landmark(outcome, spec.events)
    return jury_among(card, table, joined.table, outcome, joined.findings)


def jury_among(
    card: Scorecard,
    table: Table,
    joined: Table,
    outcome: Outcome,
    findings: tuple[Finding, ...] = (),
) -> Jury:
    """Say who judges among leads of which the outcome is known.

    Parameters
    ----------
    card : Scorecard
    table, joined : Table
        As it was given, and with the columns of further tables.
    outcome : Outcome
    findings : tuple of Finding
        What was said of further tables.

    Raises
    ------
    LeadsError
        When those that judge all have one outcome.
    """
    later = later_rows(card, table, outcome)
    is_later = bool(later.any())
    rows = later if is_later else outcome.counted
    _check(card, table, outcome, rows, is_later=is_later)
    first, last = _span(outcome, rows)
    return Jury(
        table=table,
        joined=joined,
        outcome=outcome,
        rows=rows,
        is_later=is_later,
        taught=outcome.leads(outcome.counted) - outcome.leads(rows),
        first=first,
        last=last,
        findings=(
            *findings,
            *outcome.findings,
            *(() if is_later else (_own_leads(card, table, outcome),)),
        ),
    )


def later_rows(card: Scorecard, table: Table, outcome: Outcome) -> Flags:
    """Say which counted leads came later than those that taught a card; none where nothing tells.

    Parameters
    ----------
    card : Scorecard
    table : Table
    outcome : Outcome
        Of the table's leads.
    """
    if outcome.created is None or card.cohort.to is None:
        aside = card.cohort.set_aside
        if aside is not None and table.fingerprint == card.made.fingerprint:
            # The very table that taught the card, its rows standing for time.
            found = judging_rows(outcome, FitPart(holdout=aside.rule))
            if found is not None:
                return found.rows
        return np.zeros(len(outcome.counted), dtype=np.bool_)
    after = outcome.created.astype("datetime64[D]") > np.datetime64(card.cohort.to, "D")
    return np.asarray(outcome.counted & after)


def _span(outcome: Outcome, rows: Flags) -> tuple[dt.date | None, dt.date | None]:
    if outcome.created is None:
        return None, None
    days = outcome.created[rows].astype("datetime64[D]")
    days = days[~np.isnat(days)]
    return (days.min().item(), days.max().item()) if len(days) else (None, None)


def _check(card: Scorecard, table: Table, outcome: Outcome, rows: Flags, *, is_later: bool) -> None:
    """Refuse leads that all have one outcome: they cannot tell a good card from a bad one."""
    leads, customers = outcome.leads(rows), outcome.leads(rows & outcome.customer)
    if 0 < customers < leads:
        return
    when = f" created after {card.cohort.to}" if is_later else ""
    what = "all of them are customers" if customers else "none of them is a customer"
    raise LeadsError(
        f"{table.where}: {count_text(leads)} leads{when} are counted and {what}, so they cannot "
        f"judge the card. Wait until outcomes are known, or check the outcome column and the "
        f"window."
    )


def _own_leads(card: Scorecard, table: Table, outcome: Outcome) -> Finding:
    if table.fingerprint == card.made.fingerprint:
        why = "This is the very table that taught the card"
    elif card.cohort.to is None:
        why = "The card does not know when its leads were created, so none can be told to be later"
    elif outcome.created is None:
        why = "Nothing says when these leads were created, so none can be told to be later"
    else:
        why = (
            f"No counted lead was created after {card.cohort.to}, the last day of those that taught"
        )
    return Finding(
        code="judged-on-its-own-leads",
        severity="warning",
        says=f"{why}: the card may be judged on leads it was made from, which flatters it. Whether "
        f"it holds over time was not tested.",
        fix="Judge it on leads created later, with a column that says when (`leads: {created: "
        "COLUMN}`).",
    )
