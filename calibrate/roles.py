"""Which column names a lead, says when it came, and says what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from calibrate.dates import reads_as_dates
from calibrate.engines.columns import Column, NumberColumn, TextColumn
from calibrate.engines.tables import Table
from calibrate.errors import LeadsError, SpecError, did_you_mean
from calibrate.levels import fold
from calibrate.spec import OutcomePart, Spec

_IDS = (
    "lead_id id leadid lead_number contact_id prospect_id prospect_number record_id mql_id "
    "opportunity_id deal_id uuid guid"
).split()
_CREATED = (
    "created_at created create_date created_date date_created creation_date created_on "
    "created_time lead_created lead_created_at first_contact_date signup_date signed_up_at "
    "registered_at inquiry_date"
).split()
_CLOSED = (
    "converted_at converted_on converted_date conversion_date date_converted won_at won_on "
    "won_date closed_won_at closed_won_date customer_since became_customer_at "
    "became_customer_date became_a_customer_date"
).split()
_FLAGS = (
    "converted is_converted conversion customer is_customer became_customer won is_won "
    "closed_won is_closed_won outcome"
).split()

MEANS_CUSTOMER = frozenset(
    {"1", "yes", "true", "y", "t", "won", "converted", "customer", "closed won", "closedwon"}
)
MEANS_LOST = frozenset(
    {"0", "no", "false", "n", "f", "lost", "not converted", "closed lost", "closedlost"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The columns that are not attributes, and why each was taken.

    Attributes
    ----------
    id, created : str or None
        Columns; None when there are none.
    outcome : OutcomePart
        What says who became a customer.
    found : mapping-like tuple of (str, str)
        Role and column, for those that were not declared.
    alike : tuple of str
        Further columns named like an outcome: set aside, since they tell it.
    """

    id: str | None
    created: str | None
    outcome: OutcomePart
    found: tuple[tuple[str, str], ...]
    alike: tuple[str, ...]


def find_roles(table: Table, spec: Spec) -> Roles:
    """Take the columns the spec declares, and find the others by plain names.

    Raises
    ------
    SpecError
        When the spec names a column that is not there; all of them are listed.
    LeadsError
        When no outcome is declared or found; the columns that could be meant are listed.
    """
    _check_declared(table, spec)
    free = [name for name in table.columns if name not in spec.exclude]
    lead_id = spec.leads.id or _first(free, _IDS)
    created = spec.leads.created or _first_dates(table, free, _CREATED)
    outcome = spec.outcome or _find_outcome(table, free, created)
    declared = {
        "id": spec.leads.id is not None,
        "created": spec.leads.created is not None,
        "outcome": spec.outcome is not None,
    }
    taken = {"id": lead_id, "created": created, "outcome": outcome.closed or outcome.column}
    if outcome.closed is not None and created is None:
        raise LeadsError(
            f"{table.where}: the outcome `{outcome.closed}` is a date, so the day each lead was "
            f"created is needed too: no column says so plainly ({_listed(_date_columns(table))}). "
            f"Name it in the spec: `leads: {{created: COLUMN}}`."
        )
    used = set(taken.values())
    alike = tuple(
        name
        for name in free
        if _plain(name) in (*_CLOSED, *_FLAGS)
        and name not in used
        and name not in spec.attributes
        and name not in (spec.only or ())
    )
    return Roles(
        id=lead_id,
        created=created,
        outcome=outcome,
        found=tuple((role, name) for role, name in taken.items() if name and not declared[role]),
        alike=alike,
    )


def _check_declared(table: Table, spec: Spec) -> None:
    outcome = spec.outcome or OutcomePart.model_construct()
    places: list[tuple[str, str | None]] = [
        ("leads.id", spec.leads.id),
        ("leads.created", spec.leads.created),
        ("outcome.closed", outcome.closed),
        ("outcome.column", outcome.column),
        *(("exclude", name) for name in spec.exclude),
        *(("only", name) for name in spec.only or ()),
        *(("attributes", name) for name in spec.attributes),
        *(("levels", name) for name in spec.levels),
        *(("override", name) for name in spec.override),
    ]
    known = list(table.columns)
    wrong = [(place, name) for place, name in places if name is not None and name not in known]
    wrong = [(place, name) for place, name in wrong if name not in table.unusable]
    if wrong:
        problems = tuple(
            f"{place}: {table.name} has no column `{name}`; {did_you_mean(name, known)}"
            for place, name in wrong
        )
        raise SpecError(f"spec: {'; '.join(problems)}", problems)


def _find_outcome(table: Table, free: Iterable[str], created: str | None) -> OutcomePart:
    columns = list(free)
    flag = next(
        (name for name in columns if _plain(name) in _FLAGS and _is_flag(table.columns[name])),
        None,
    )
    closed = _first_dates(table, columns, _CLOSED)
    # A date says more than a flag, when the lead's own date is there to measure from.
    if closed is not None and (created is not None or flag is None):
        return OutcomePart(closed=closed)
    if flag is not None:
        return OutcomePart(column=flag)
    raise LeadsError(_no_outcome(table, columns))


def _no_outcome(table: Table, columns: list[str]) -> str:
    flags = [name for name in columns if len(_distinct(table.columns[name])) == 2]
    dates = _date_columns(table)
    could = []
    if flags:
        could.append(f"two values each: {_listed(flags)}")
    if dates:
        could.append(f"dates: {_listed(dates)}")
    hint = "; ".join(could) or f"its columns are {_listed(columns)}"
    example = (flags or columns)[0]
    return (
        f"{table.where}: no column says plainly who became a customer. These could be meant: "
        f"{hint}. Name it with --outcome {example}, or in the spec: "
        f"`outcome: {{column: {example}}}` for a flag, `outcome: {{closed: COLUMN}}` for a date."
    )


def _date_columns(table: Table) -> list[str]:
    return [name for name, column in table.columns.items() if reads_as_dates(column)]


def _listed(names: list[str]) -> str:
    if not names:
        return "no column reads as dates"
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(f"`{name}`" for name in names[:8]) + more


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def _first(columns: Iterable[str], wanted: list[str]) -> str | None:
    by_name = {_plain(name): name for name in reversed(list(columns))}
    return next((by_name[name] for name in wanted if name in by_name), None)


def _first_dates(table: Table, columns: Iterable[str], wanted: list[str]) -> str | None:
    dates = [
        name for name in columns if _plain(name) in wanted and reads_as_dates(table.columns[name])
    ]
    return _first(dates, wanted)


def _distinct(column: Column) -> set[str]:
    texts = column.as_texts() if isinstance(column, NumberColumn) else column
    if isinstance(texts, TextColumn) and len(texts.texts) > 50:
        return set(texts.texts[:50])
    return {fold(text) for text in texts.texts}


def _is_flag(column: Column) -> bool:
    values = _distinct(column)
    return bool(values & MEANS_CUSTOMER) and values <= MEANS_CUSTOMER | MEANS_LOST


def outcome_of(table: Table, column: str) -> OutcomePart:
    """Take a column as the outcome: a close date when it holds dates, else a flag."""
    if column not in table.columns:
        raise SpecError(
            f"{table.where} has no column `{column}`; {did_you_mean(column, list(table.columns))}"
        )
    if reads_as_dates(table.columns[column]):
        return OutcomePart(closed=column)
    return OutcomePart(column=column)
