"""Which leads teach a card, and which later ones are set aside to judge it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.errors import Finding, LeadsError, SpecError
from calibrate.outcomes import Outcome
from calibrate.present.numbers import count_text
from calibrate.spec import LAST_QUARTER, FitPart

Mask = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]

SHARE = 0.2
"""The newest leads that judge hold at least this share of the customers."""
MOST = 0.4
"""To begin with a month, they may hold up to this share."""
FEWEST = 10
"""With fewer customers, or fewer others, on either side nothing is set aside unasked."""
SHORT_QUARTER = 30
"""Days: a quarter that has hardly begun is judged together with the one before."""
_NONE_ASKED = "the spec sets no leads aside (`fit: {holdout: none}`)"


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """Counted leads that do not teach the card, but judge it.

    Attributes
    ----------
    rule : str
        ``until 2026-03-31``, or ``last:0.5`` of the rows of a table without dates.
    until : date or None
        The last day of leads that teach; None where rows stand for time.
    rows : ndarray of bool, shape (n,)
        Which leads of the table judge.
    """

    rule: str
    until: dt.date | None
    rows: Mask


def set_aside(
    outcome: Outcome, fit: FitPart | None, *, where: str
) -> tuple[Outcome, SetAside | None, tuple[Finding, ...]]:
    """Take the leads that judge out of those that are counted.

    Parameters
    ----------
    outcome : Outcome
        Of the whole table.
    fit : FitPart or None
        What the spec says of it; None lets all leads teach.
    where : str
        The table's name for messages.

    Returns
    -------
    outcome : Outcome
        Counting the leads that teach.
    aside : SetAside or None
        None where all teach.
    findings : tuple of Finding
        That time is not tested, and why, where all teach.

    Raises
    ------
    SpecError
        When days are asked for and nothing says when leads were created.
    LeadsError
        When the leads on one side of a declared day all have one outcome.
    """
    if fit is None:
        return outcome, None, ()
    if fit.holdout == "none":
        return outcome, None, not_tested(_NONE_ASKED, dated=outcome.created is not None)
    aside = judging_rows(outcome, fit)
    if fit.is_newest:
        why = _too_few(outcome, aside)
        if why or aside is None:
            return outcome, None, not_tested(why, dated=aside is not None)
    if aside is None:
        raise SpecError(_undated(outcome, where))
    _check_both(outcome, aside, where)
    counted = outcome.counted & ~aside.rows
    return outcome.counting(counted), aside, _by_rows(outcome, aside)


def judging_rows(outcome: Outcome, fit: FitPart) -> SetAside | None:
    """Say which counted leads judge by a rule; None where the rule needs days that are not there.

    Parameters
    ----------
    outcome : Outcome
    fit : FitPart
    """
    days = _days(outcome)
    if fit.share is not None and days is None and outcome.weights is None:
        rows = np.flatnonzero(outcome.counted)
        later = np.zeros(len(outcome.counted), dtype=np.bool_)
        later[rows[len(rows) - round(fit.share * len(rows)) :]] = True
        return SetAside(rule=str(fit.holdout), until=None, rows=later)
    if days is None:
        return None
    until = fit.until or _last_day_taught(outcome, fit, days)
    later = outcome.counted & (days > np.datetime64(until, "D"))
    return SetAside(rule=f"until {until}", until=until, rows=np.asarray(later))


def _days(outcome: Outcome) -> Days | None:
    """Give the day each lead was created; None where it is known of no counted lead."""
    if outcome.created is None:
        return None
    days = outcome.created.astype("datetime64[D]")
    return None if np.isnat(days[outcome.counted]).all() else days


def _last_day_taught(outcome: Outcome, fit: FitPart, days: Days) -> dt.date:
    dated = outcome.counted & ~np.isnat(days)
    if fit.holdout == LAST_QUARTER:
        first = _quarter(days[dated].max().item())
    elif fit.share is not None:
        first = _first_of_newest(days[dated], outcome.leads_of(dated), fit.share)
    else:
        customers = dated & outcome.customer
        first = _newest_months(days[customers], outcome.leads_of(customers))
    return first - dt.timedelta(days=1)


def _quarter(newest: dt.date) -> dt.date:
    """Give the first day of the newest quarter that has more than begun."""
    start = newest.replace(month=(newest.month - 1) // 3 * 3 + 1, day=1)
    if (newest - start).days + 1 < SHORT_QUARTER:
        return _quarter(start - dt.timedelta(days=1))
    return start


def _first_of_newest(days: Days, leads: Ints, share: float) -> dt.date:
    """Give the latest day from which on at least a share of the leads was created."""
    order = np.argsort(days, kind="stable")
    up_to = np.cumsum(leads[order])
    total = int(up_to[-1])
    least = max(1, int(np.ceil(share * total - 1e-9)))
    first: dt.date = days[order[np.searchsorted(up_to, total - least, side="right")]].item()
    return first


def _newest_months(customers: Days, leads: Ints) -> dt.date:
    """Give the first day of the newest leads that hold enough customers: of a month, if it can be.

    Parameters
    ----------
    customers : ndarray of datetime64[D], shape (k,)
        When customers were created.
    leads : ndarray of int, shape (k,)
        How many of them each entry stands for.
    """
    if not len(customers):
        return dt.date.max
    first = _first_of_newest(customers, leads, SHARE)
    month = first.replace(day=1)
    since_month = leads[customers >= np.datetime64(month, "D")].sum()
    return month if since_month / leads.sum() <= MOST else first


def _undated(outcome: Outcome, where: str) -> str:
    by_rows = ", or, if its rows stand in time order, write `fit: {holdout: last:0.25}` (on the "
    by_rows += "command line: --holdout last:0.25)"
    if outcome.weights is not None:
        by_rows = "; rows of a database stand in no order, so their place says nothing of time"
    return (
        f"spec: fit: {where} does not say when leads were created, so none can be told to be "
        f"later; name the column (`leads: {{created: COLUMN}}`){by_rows}"
    )


def _too_few(outcome: Outcome, aside: SetAside | None) -> str:
    """Say why nothing can be set aside unasked; nothing where it can."""
    if aside is None:
        return "nothing says when these leads were created"
    sides = {"later": aside.rows, "earlier": outcome.counted & ~aside.rows}
    for side, rows in sides.items():
        customers = outcome.leads(outcome.customer & rows)
        fewest = min(customers, outcome.leads(rows) - customers)
        if fewest < FEWEST:
            kind = "customers" if fewest == customers else "others"
            return f"only {count_text(fewest)} {kind} are {side} ones, too few to tell"
    return ""


def not_tested(why: str, *, dated: bool) -> tuple[Finding, ...]:
    """Remark that no later leads judge a card, and why.

    Parameters
    ----------
    why : str
    dated : bool
        Whether it is known when leads were created.
    """
    by = "set leads aside by `fit: {holdout: last:0.25}`."
    name = "Name the column that says when leads were created (`leads: {created: COLUMN}`), or "
    return (
        Finding(
            code="time-not-tested",
            severity="info",
            says=f"No later leads judge this card: {why}. How well it ranks was tested on leads "
            f"drawn at random, again and again, which hides what changes over time.",
            fix=f"{by[0].upper()}{by[1:]}" if dated else f"{name}{by}",
        ),
    )


def _by_rows(outcome: Outcome, aside: SetAside) -> tuple[Finding, ...]:
    if aside.until is not None:
        return ()
    return (
        Finding(
            code="rows-taken-for-time",
            severity="info",
            says=f"Nothing says when these leads were created; the last rows of the table "
            f"({count_text(outcome.leads(aside.rows))} leads) are taken for the newest.",
            fix="Nothing, if rows stand in time order; else the verdict says nothing about time.",
        ),
    )


def _check_both(outcome: Outcome, aside: SetAside, where: str) -> None:
    for side, rows in (
        ("set aside to judge the card", aside.rows),
        ("left to teach it", outcome.counted & ~aside.rows),
    ):
        leads, customers = outcome.leads(rows), outcome.leads(outcome.customer & rows)
        if 0 < customers < leads:
            continue
        what = "all of them are" if customers else "none of them is a"
        found = f"{count_text(leads)} leads are {side}"
        if leads:
            found += f", and {what} customer{'s' if customers else ''}"
        raise LeadsError(
            f"{where}: by `fit` ({aside.rule}) {found}. Both sides need leads that bought and "
            f"leads that did not: choose another day or share, or `holdout: none`."
        )
