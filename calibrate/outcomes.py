"""Who became a customer, and who cannot be counted yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from calibrate.dates import Dates, Times, read_dates
from calibrate.engines.columns import text_column
from calibrate.engines.tables import Table
from calibrate.errors import Finding, LeadsError, SpecError
from calibrate.flags import read_flag
from calibrate.levels import MISSING
from calibrate.meanings import MEANS_CUSTOMER, MEANS_LOST, plain_value, proposed_outcome
from calibrate.present.numbers import count_text
from calibrate.roles import Roles
from calibrate.spec import OutcomePart, Spec
from calibrate.stats.survival import TimeToClose, time_to_close

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_DAY_SECONDS = 86_400
_LONGEST_WINDOW = 36_500


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of every lead of the table.

    Attributes
    ----------
    customer : ndarray of bool, shape (n,)
        Closed, within the window where dates are known.
    counted : ndarray of bool, shape (n,)
        Mature, and neither open nor impossible.
    left_out : dict of str to int
        Leads not counted, by reason.
    window_days : int or None
    as_of, first, last : date or None
        When the data were taken; when the counted leads were created.
    created : ndarray of datetime64[s], shape (n,), or None
        When each lead was created; None without such a column.
    days_to_close : ndarray of float, shape (n,), or None
        From creation to close, however late; NaN for a lead that has not closed by `as_of`, or
        whose dates are impossible. None without a close date.
    days_seen : ndarray of float, shape (n,), or None
        From creation to the end of `as_of`; NaN where that cannot be told.
    findings : tuple of Finding
    weights : ndarray of int, shape (n,), or None
        How many leads each entry stands for; None for one each.
    """

    customer: Mask
    counted: Mask
    left_out: dict[str, int]
    window_days: int | None = None
    as_of: dt.date | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    created: Times | None = None
    days_to_close: Floats | None = None
    days_seen: Floats | None = None
    findings: tuple[Finding, ...] = ()
    weights: Ints | None = None

    def leads(self, rows: Mask) -> int:
        """Count the leads of some entries."""
        return _leads(rows, self.weights)

    def leads_of(self, rows: Mask) -> Ints:
        """Count the leads of each of some entries."""
        return (
            np.ones(len(self.counted), np.int64)[rows]
            if self.weights is None
            else self.weights[rows]
        )

    @cached_property
    def curve(self) -> TimeToClose | None:
        """The Kaplan-Meier curve of time to close over all leads with usable dates."""
        if self.days_to_close is None or self.days_seen is None:
            return None
        is_closed = ~np.isnan(self.days_to_close)
        watched = np.where(is_closed, self.days_to_close, self.days_seen)
        seen = watched >= 0
        many = None if self.weights is None else self.weights[seen]
        return time_to_close(watched[seen], is_closed[seen], many)

    def counting(self, rows: Mask) -> Outcome:
        """Count these leads alone."""
        first, last = (None, None) if self.created is None else _span(self.created, rows)
        return replace(self, counted=rows, first=first, last=last)

    def without(self, rows: Mask, reason: str) -> Outcome:
        """Leave further leads out of everything, and count those that were counted."""
        gone = self.leads(self.counted & rows)
        return replace(self.counting(self.counted & ~rows), left_out=self.left_out | {reason: gone})


def read_outcome(
    table: Table, roles: Roles, spec: Spec, *, repeated: Mask | None = None
) -> Outcome:
    """Decide for every lead whether it is a customer and whether it is counted.

    Parameters
    ----------
    table : Table
    roles : Roles
    spec : Spec
    repeated : ndarray of bool, shape (n,), optional
        Rows whose lead stands on another row too, which wins: they are nobody's.

    Raises
    ------
    LeadsError
        When dates are not dates, a flag has a third value, or all counted leads have one outcome.
    SpecError
        When the window is longer than a lifetime.
    """
    if spec.window_days is not None and spec.window_days > _LONGEST_WINDOW:
        raise SpecError(
            f"spec: window_days: found {spec.window_days}; at most {_LONGEST_WINDOW} days "
            f"can be waited for a close."
        )
    created = _dates(table, roles.created, spec)
    closed = _dates(table, roles.outcome.closed, spec)
    nobody = np.zeros(table.rows, dtype=np.bool_)
    aside = _Aside(
        repeated=nobody if repeated is None else repeated,
        early=_early(spec, created, nobody),
        weights=table.weights,
    )
    if closed is not None and created is not None:
        outcome = _by_date(table, spec, created, closed, aside)
    else:
        outcome = _by_flag(table, roles.outcome, spec, created, aside)
    check_two_classes(table, roles, outcome)
    return replace(outcome, findings=(*_read_how(created, closed), *outcome.findings))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aside:
    """Rows that are looked at no further: of a lead that stands on another, or came too early."""

    repeated: Mask
    early: Mask
    weights: Ints | None

    @property
    def left_out(self) -> dict[str, int]:
        counts = {
            "repeated": _leads(self.repeated, self.weights),
            "created_before_since": _leads(self.early & ~self.repeated, self.weights),
        }
        return {reason: count for reason, count in counts.items() if count}


def _leads(rows: Mask, weights: Ints | None) -> int:
    return int((rows if weights is None else weights[rows]).sum())


def _early(spec: Spec, created: Dates | None, nobody: Mask) -> Mask:
    if spec.leads.since is None:
        return nobody
    if created is None:
        raise SpecError(
            "spec: leads.since: nothing says when leads were created; name it (`leads: {created: "
            "COLUMN}`)"
        )
    early: Mask = created.times < np.datetime64(spec.leads.since, "s")
    return early


def _dates(table: Table, column: str | None, spec: Spec) -> Dates | None:
    if column is None:
        return None
    return read_dates(table, column, nothings=spec.missing, day_first=spec.day_first)


def _read_how(*dates: Dates | None) -> list[Finding]:
    return [
        Finding(
            code="format",
            severity="info",
            says=one.remark,
            fix="Nothing, if that is so; else write `day_first: true` or `false` into the spec.",
        )
        for one in dates
        if one is not None and one.remark is not None
    ]


def _by_date(table: Table, spec: Spec, created: Dates, closed: Dates, aside: _Aside) -> Outcome:
    if closed.are_days or created.are_days:
        # Where one of the two knows no time of day, the other's cannot be used either.
        created, closed = created.days, closed.days
    as_of = spec.as_of or _newest(table, [created, closed])
    end = np.datetime64(as_of, "s") + np.timedelta64(_DAY_SECONDS, "s")
    days = _days(created.times, closed.times)
    has_created = ~np.isnat(created.times) & ~aside.repeated
    impossible = has_created & (days < 0)
    possible = has_created & ~impossible
    usable = possible & ~aside.early
    is_closed = usable & (closed.times < end)
    outcome = Outcome(
        customer=is_closed,
        counted=usable,
        left_out={},
        created=created.times,
        days_to_close=np.where(is_closed, days, np.nan),
        days_seen=np.where(usable, _days(created.times, end), np.nan),
        weights=table.weights,
    )
    window, findings = _window(spec, outcome)
    mature = usable & _mature(created, as_of, window)
    first, last = _span(created.times, mature)
    return replace(
        outcome,
        customer=possible & (days <= window),
        counted=mature,
        left_out={
            "immature": outcome.leads(usable & ~mature),
            "open": 0,
            "closed_before_created": outcome.leads(impossible),
            "without_created_date": outcome.leads(np.isnat(created.times) & ~aside.repeated),
        }
        | aside.left_out,
        window_days=window,
        as_of=as_of,
        first=first,
        last=last,
        findings=(*findings, *_impossible(table, impossible, created, closed)),
    )


def _days(start: Times, end: Times | np.datetime64) -> Floats:
    days: Floats = (end - start) / np.timedelta64(_DAY_SECONDS, "s")
    return days


def _by_flag(
    table: Table, part: OutcomePart, spec: Spec, created: Dates | None, aside: _Aside
) -> Outcome:
    column = part.column or ""
    # A `no` that stands for nothing elsewhere still says what became of a lead.
    telling = {plain_value(value) for value in (*part.customer, *part.lost)}
    telling |= MEANS_CUSTOMER | MEANS_LOST
    nothings = [text for text in spec.missing if plain_value(text) not in telling]
    flag = read_flag(table.columns[column].without(nothings), part, where=table.where)
    customer = flag.customer & ~aside.repeated
    looked_at = ~aside.repeated & ~aside.early
    is_known = (flag.customer | flag.lost) & looked_at
    left_out = {
        "immature": 0,
        "open": _leads(~is_known & looked_at, table.weights),
        "closed_before_created": 0,
    }
    if created is None:
        return Outcome(
            customer=customer,
            counted=is_known,
            left_out=left_out | aside.left_out,
            as_of=spec.as_of,
            findings=flag.findings,
            weights=table.weights,
        )
    as_of = spec.as_of or _newest(table, [created])
    counted = is_known
    if spec.window_days is not None:
        has_created = ~np.isnat(created.times)
        counted = is_known & has_created & _mature(created, as_of, spec.window_days)
        left_out["without_created_date"] = _leads(is_known & ~has_created, table.weights)
        left_out["immature"] = _leads(is_known & has_created & ~counted, table.weights)
    first, last = _span(created.times, counted)
    return Outcome(
        customer=customer,
        counted=counted,
        left_out=left_out | aside.left_out,
        window_days=spec.window_days,
        as_of=as_of,
        first=first,
        last=last,
        created=created.times,
        findings=(*flag.findings, *([_age_unknown()] if spec.window_days is None else [])),
        weights=table.weights,
    )


def _window(spec: Spec, outcome: Outcome) -> tuple[int, tuple[Finding, ...]]:
    if spec.window_days is not None or outcome.curve is None:
        return spec.window_days or 1, ()
    window = outcome.curve.advised_window()
    finding = Finding(
        code="window-advised",
        severity="info",
        says=f"No window was declared: {window} {'day was' if window == 1 else 'days were'} taken, "
        f"by which 90 % of the closes to come have happened.",
        fix=f"Write `window_days: {window}` into the spec to keep it from one quarter to the next.",
    )
    return window, (finding,)


def _mature(created: Dates, as_of: dt.date, window: int) -> Mask:
    latest = np.datetime64(as_of, "D") - np.timedelta64(window, "D")
    mature: Mask = created.times.astype("datetime64[D]") <= latest
    return mature


def _newest(table: Table, dates: list[Dates]) -> dt.date:
    """Give the newest day that is not after the file's own day: some dates lie in the future."""
    days = np.concatenate([one.times for one in dates]).astype("datetime64[D]")
    days = days[~np.isnat(days)]
    if table.dated is not None and (days <= np.datetime64(table.dated, "D")).any():
        days = days[days <= np.datetime64(table.dated, "D")]
    if not len(days):
        raise LeadsError(f"{table.where}: no lead has a date. Fill in when each was created.")
    newest: dt.date = days.max().item()
    return newest


def _span(created: Times, counted: Mask) -> tuple[dt.date | None, dt.date | None]:
    days = created[counted & ~np.isnat(created)].astype("datetime64[D]")
    return (days.min().item(), days.max().item()) if len(days) else (None, None)


def _impossible(
    table: Table, impossible: Mask, created: Dates, closed: Dates
) -> tuple[Finding, ...]:
    if not impossible.any():
        return ()
    place, count = int(np.argmax(impossible)), _leads(impossible, table.weights)
    came, went = (str(one.times[place]).removesuffix("T00:00:00") for one in (created, closed))
    who = "1 lead closed before it was"
    if count > 1:
        who = f"{count_text(count)} leads closed before they were"
    return (
        Finding(
            code="closed-before-created",
            severity="warning",
            says=f"{who} created and {'is' if count == 1 else 'are'} left out; the first, in "
            f"{table.row_names.name(place)}, was created {came} and closed {went}.",
            fix="Correct these dates in the CRM.",
        ),
    )


def _age_unknown() -> Finding:
    return Finding(
        code="maturity-unknown",
        severity="info",
        says="The outcome is a flag and no window is declared: leads that came too lately to have "
        "closed are counted as not closed.",
        fix="Write `window_days: N` into the spec, so that younger leads are left out.",
    )


def check_two_classes(table: Table, roles: Roles, outcome: Outcome) -> None:
    """Refuse leads of which none can be counted, or all have one outcome."""
    leads = outcome.leads(outcome.counted)
    customers = outcome.leads(outcome.customer & outcome.counted)
    column = roles.outcome.closed or roles.outcome.column
    tail = _left_out(outcome)
    if leads == 0:
        raise LeadsError(
            f"{table.where}: of {count_text(table.leads)} leads none can be counted.{tail} "
            f"{_remedy(outcome)}"
        )
    if customers in (0, leads):
        says = "none of them is a customer" if customers == 0 else "all of them are customers"
        raise LeadsError(
            f"{table.where}: {count_text(leads)} leads are counted and {says} (column "
            f"`{column}`), so there is nothing to tell apart.{tail}"
            f"{_empty_means_lost(table, roles, outcome)} Calibration needs leads that bought and "
            f"leads that did not; check the outcome column and the window."
        )


def _empty_means_lost(table: Table, roles: Roles, outcome: Outcome) -> str:
    """Say how to declare that an empty cell is no open lead: many flags are only ever ticked."""
    column = roles.outcome.column
    if column is None or not outcome.left_out["open"] or not outcome.customer.any():
        return ""
    line = proposed_outcome(column, [*text_column(table.columns[column]).texts[:6], MISSING])
    return f" If an empty cell of it means lost, write into the spec: `{line}`."


def reasons_in_words(
    left_out: Mapping[str, int], window_days: int | None, as_of: dt.date | None = None
) -> tuple[tuple[str, int], ...]:
    """Give the reasons why leads are not counted, in words, with their number.

    Examples
    --------
    >>> reasons_in_words({"immature": 3, "open": 0}, 90)
    (('too young for the window of 90 days', 3),)
    """
    at = f" at {as_of}" if as_of else ""
    day = "day" if window_days == 1 else "days"
    words = {
        "immature": f"too young for the window of {window_days} {day}{at}",
        "open": "without an outcome yet",
        "closed_before_created": "closed before they were created",
        "without_created_date": "without a creation date",
        "closed_before_landmark": "closed before the moment from which they are scored",
        "created_before_since": "created before the day the spec begins with",
        "repeated": "further rows of a lead that stands on several",
    }
    return tuple((words[reason], count) for reason, count in left_out.items() if count)


def _left_out(outcome: Outcome) -> str:
    reasons = reasons_in_words(outcome.left_out, outcome.window_days, outcome.as_of)
    said = [f"{count} {why}" for why, count in reasons]
    return f" Left out: {', '.join(said)}." if said else ""


def _remedy(outcome: Outcome) -> str:
    if outcome.left_out["immature"]:
        return "Declare a shorter `window_days` or a later `as_of`, or wait until leads are older."
    if outcome.left_out["open"]:
        return "Wait for outcomes, or declare which values mean `customer` and which `lost`."
    return "Fill in when each lead was created."
