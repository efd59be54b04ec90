"""Which column names a lead, says when it came, and says what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from calibrate.dates import could_be_dates, reads_as_dates
from calibrate.engines.columns import Column, first_texts, is_empty, text_column
from calibrate.engines.tables import Table
from calibrate.errors import Finding, LeadsError, NoOutcomeError, SpecError, did_you_mean
from calibrate.files import Flow, yaml_text
from calibrate.meanings import (
    FEW_VALUES,
    MEANS_CUSTOMER,
    MEANS_LOST,
    plain_value,
    proposed_outcome,
    sounds_like_customer,
    sounds_lost,
)
from calibrate.presets import Closed, Preset, find_preset, plain_name
from calibrate.spec import OutcomePart, Spec

_IDS = (
    "lead_id id leadid lead_number contact_id prospect_id prospect_number record_id mql_id "
    "opportunity_id deal_id uuid guid"
).split()
_CREATED = (
    "created_at created create_date created_date date_created creation_date created_on "
    "created_time lead_created lead_created_at first_contact_date engage_date "
    "signup_date signed_up_at registered_at inquiry_date"
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

_NAMED_LIKE_OUTCOMES = frozenset(
    (
        "y target label response outcome result status stage won lost customer client converted "
        "conversion purchase purchased bought buyer sale sold deal revenue subscribed signed "
        "closed close success order contract"
    ).split()
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
    deferred : tuple of (str, str)
        Place in the spec and name, for names that are no column but may be made from one.
    preset : Preset or None
        The CRM that the table was exported from.
    seen : tuple of str
        The columns that showed it; none when it was declared.
    after, own : tuple of str
        Columns that by the preset know of the deal, and personal ones or the system's: set aside.
    """

    id: str | None
    created: str | None
    outcome: OutcomePart
    found: tuple[tuple[str, str], ...]
    alike: tuple[str, ...]
    deferred: tuple[tuple[str, str], ...] = ()
    preset: Preset | None = None
    seen: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


def find_roles(table: Table, spec: Spec) -> Roles:
    """Take the columns the spec declares, and find the others by plain names.

    Raises
    ------
    SpecError
        When the spec names a column that is not there; all of them are listed.
    LeadsError
        When no outcome is declared or found; the columns that could be meant are listed.
    """
    deferred = _check_declared(table, spec)
    _check_usable(table, spec)
    free = [name for name in table.columns if name not in spec.exclude]
    preset = find_preset(table.columns, spec.preset)
    lead_id = spec.leads.id or first_named(free, [*(preset.id if preset else ()), *_IDS])
    created = spec.leads.created or _first_dates(
        table, free, [*(preset.created if preset else ()), *_CREATED]
    )
    outcome = (
        spec.outcome
        or (preset and _preset_outcome(table, free, created, preset))
        or _find_outcome(table, free, created)
    )
    declared = {
        "id": spec.leads.id is not None,
        "created": spec.leads.created is not None,
        "outcome": spec.outcome is not None,
    }
    taken = {"id": lead_id, "created": created, "outcome": outcome.closed or outcome.column}
    if outcome.closed is not None and created is None:
        raise LeadsError(_without_created(table, outcome.closed, free))
    used = {*taken.values(), *spec.attributes, *(spec.only or ())}
    alike = tuple(
        name
        for name in free
        if plain_name(name) in (*_CLOSED, *_FLAGS)
        and (_is_flag(table.columns[name]) or could_be_dates(table.columns[name]))
        and name not in used
    )
    free = [name for name in free if name not in used and name not in alike]
    knows = preset if spec.only is None else None
    after = tuple(knows.known_after(free)) if knows else ()
    return Roles(
        id=lead_id,
        created=created,
        outcome=outcome,
        found=tuple((role, name) for role, name in taken.items() if name and not declared[role]),
        alike=alike,
        deferred=deferred,
        preset=preset,
        seen=tuple(preset.tells(table.columns)) if preset and spec.preset is None else (),
        after=after,
        own=tuple(knows.its_own(one for one in free if one not in after)) if knows else (),
    )


def _preset_outcome(
    table: Table, free: Sequence[str], created: str | None, preset: Preset
) -> OutcomePart | None:
    """Take the outcome where the CRM's exports have it."""
    names = {plain_name(name): name for name in reversed(free)}
    for one in preset.outcome:
        name = names.get(one.column)
        if name is None:
            continue
        if isinstance(one, Closed):
            if created and one.unless not in names and could_be_dates(table.columns[name]):
                return OutcomePart(closed=name)
            continue
        customer, lost = one.values(text_column(table.columns[name]).texts)
        if customer and lost:
            return OutcomePart(column=name, customer=customer, lost=lost)
    return None


def role_findings(roles: Roles) -> list[Finding]:
    """Remark which columns were found by their names, and which were set aside for them."""
    findings = _preset_findings(roles)
    if roles.found:
        listed = ", ".join(f"{role} `{name}`" for role, name in roles.found)
        findings.append(
            Finding(
                code="roles-found",
                severity="info",
                says=f"Found by their names: {listed}.",
                fix="Declare them in the spec if that is wrong (`leads`, `outcome`).",
            )
        )
    if roles.alike:
        listed = ", ".join(f"`{name}`" for name in roles.alike)
        findings.append(
            Finding(
                code="outcome-alike",
                severity="warning",
                says=f"{listed} tells the outcome by its name and was set aside.",
                fix="Name it under `attributes` if it was known when the lead came.",
            )
        )
    return findings


def _preset_findings(roles: Roles) -> list[Finding]:
    if roles.preset is None:
        return []
    crm = roles.preset.crm
    says = f"Read as a {crm} export, as declared."
    if roles.seen:
        says = f"Looks like a {crm} export ({_listed(list(roles.seen[:4]))}), and was read as one."
    findings = [
        Finding(
            code="preset",
            severity="info",
            says=" ".join([says, *_by_preset(roles)]),
            fix="Write `preset: none` into the spec if it is not; or name a field under "
            "`attributes` to try it.",
        )
    ]
    if roles.after:
        line = yaml_text({"attributes": Flow({roles.after[0]: Flow({})})}).strip()
        findings.append(
            Finding(
                code="known-after",
                severity="warning",
                says=f"{_listed(list(roles.after))}: filled in or changed after the deal in {crm}, "
                f"and therefore set aside.",
                fix=f"If one was known when the lead came, name it in the spec: `{line}`.",
            )
        )
    return findings


def _by_preset(roles: Roles) -> list[str]:
    """Say which values were taken for the outcome, and what is not tried."""
    said = []
    if ("outcome", roles.outcome.column) in roles.found and roles.outcome.customer:
        said.append(
            f"In `{roles.outcome.column}` {_listed(list(roles.outcome.customer), ' or ')} means "
            f"customer, and {_listed(list(roles.outcome.lost), ' or ')} lost."
        )
    if roles.own:
        said.append(f"Fields the CRM keeps for itself are not tried: {_listed(list(roles.own))}.")
    return said


def _check_declared(table: Table, spec: Spec) -> tuple[tuple[str, str], ...]:
    """Refuse names that are no column; give those that may yet be made from one."""
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
    deferred = tuple(one for one in wrong if "." not in one[0] and _may_be_made(one[1], spec))
    wrong = [one for one in wrong if one not in deferred]
    if wrong:
        problems = tuple(
            f"{place}: {table.name} has no column `{name}`; {did_you_mean(name, known)}"
            for place, name in wrong
        )
        raise SpecError(f"spec: {'; '.join(problems)}", problems)
    return deferred


def _may_be_made(name: str, spec: Spec) -> bool:
    """Whether a name can be that of a behaviour, or of something made from a column."""
    return spec.events is not None or ": " in name


def _check_usable(table: Table, spec: Spec) -> None:
    outcome = spec.outcome or OutcomePart.model_construct()
    for name in (spec.leads.id, spec.leads.created, outcome.closed, outcome.column):
        if name is not None and name in table.unusable:
            raise LeadsError(
                f"{table.where}: column `{name}` cannot be used: {table.unusable[name]}."
            )


def _without_created(table: Table, closed: str, free: Sequence[str]) -> str:
    """Say why no column tells when a lead was created, and how to name one."""
    says = (
        f"{table.where}: the outcome `{closed}` is a date, so the day each lead was created is "
        f"needed too"
    )
    named = first_named(free, _CREATED)
    if named is not None:
        return (
            f"{says}, but `{named}` holds no dates ({_some_values(table.columns[named])}). Write "
            f"them like 2026-09-30; in a spreadsheet, give the column a date format."
        )
    dates = [name for name in _date_columns(table) if name != closed]
    if dates:
        return (
            f"{says}, and no column says that plainly. If it is {_listed(dates, ' or ')}, write "
            f"into the spec: `leads: {{created: {dates[0]}}}`."
        )
    return (
        f"{says}, and no column holds it. Add one, or name a flag column as the outcome with "
        f"--outcome COLUMN."
    )


def _find_outcome(table: Table, free: Iterable[str], created: str | None) -> OutcomePart:
    columns = list(free)
    flag = next(
        (name for name in columns if plain_name(name) in _FLAGS and _is_flag(table.columns[name])),
        None,
    )
    closed = _first_dates(table, columns, _CLOSED)
    # A date says more than a flag, when the lead's own date is there to measure from.
    if closed is not None and (created is not None or flag is None):
        return OutcomePart(closed=closed)
    if flag is not None:
        return OutcomePart(column=flag)
    closed = first_named([name for name in columns if is_empty(table.columns[name])], _CLOSED)
    if closed is not None and created is not None:
        return OutcomePart(closed=closed)
    raise NoOutcomeError(_no_outcome(table, [name for name in columns if name != created]))


def _no_outcome(table: Table, columns: list[str]) -> str:
    """Say which columns could be the outcome, likeliest first, and how to name the first."""
    says = f"{table.where}: no column says plainly who became a customer."
    flags = [name for name in columns if _could_be_outcome(table, name)]
    flags.sort(key=lambda name: not _named_like_outcome(name))
    dates = [name for name in _date_columns(table) if name in columns]
    dates.sort(key=lambda name: not _named_like_outcome(name))
    if not flags and not dates:
        return (
            f"{says} None of {_listed(columns)} has two values, or says won or lost, or holds "
            f"dates. Add a column that tells it: 1 or 0, yes or no, or the day on which a lead "
            f"became a customer. Then name it with --outcome COLUMN."
        )
    could = [f"`{name}` ({_some_values(table.columns[name])})" for name in flags[:5]]
    could += [f"`{name}` (dates)" for name in dates[:3]]
    left = len(flags) + len(dates) - len(could)
    more = f" and {left} more" if left else ""
    listed = f"{says} These columns could: {', '.join(could)}{more}."
    if dates and (not flags or _named_like_outcome(dates[0]) > _named_like_outcome(flags[0])):
        how = f"add --outcome {_quoted(dates[0])}, if each date is the day a lead became a customer"
        return f"{listed} For `{dates[0]}` {how}."
    best = table.columns[flags[0]]
    if _is_flag(best) and _values(best) <= MEANS_CUSTOMER | MEANS_LOST:
        return f"{listed} For `{flags[0]}` add --outcome {_quoted(flags[0])}."
    return (
        f"{listed} For `{flags[0]}` write this line into a file, correct it where it is wrong, and "
        f"give the file with --spec: `{proposed_outcome(flags[0], text_column(best).texts)}`."
    )


def _could_be_outcome(table: Table, name: str) -> bool:
    """Whether a column says won and lost, or has few values, two or under an outcome's name."""
    column = text_column(table.columns[name])
    texts = column.texts
    if not 2 <= len(texts) <= FEW_VALUES or plain_name(name) in _IDS:
        return False
    if (
        not column.is_number
        and any(map(sounds_lost, texts))
        and any(map(sounds_like_customer, texts))
    ):
        return True
    two = len(_values(column)) == 2
    return len(texts) < table.rows and (two or _named_like_outcome(name))


def _named_like_outcome(name: str) -> bool:
    return not _NAMED_LIKE_OUTCOMES.isdisjoint(plain_name(name).split("_"))


def _date_columns(table: Table) -> list[str]:
    return [name for name, column in table.columns.items() if reads_as_dates(column)]


def _some_values(column: Column) -> str:
    texts = text_column(column).texts
    return ", ".join(text[:20] for text in texts[:4]) + (" ..." if len(texts) > 4 else "")


def _listed(names: list[str], last: str = ", ") -> str:
    shown = [f"`{name}`" for name in names[:8]]
    if len(names) > 8:
        return f"{', '.join(shown)} and {len(names) - 8} more"
    return last.join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)


def _quoted(name: str) -> str:
    """Write a column's name as a word of a command line."""
    return name if re.fullmatch(r"[\w.-]+", name) else f'"{name}"'


def first_named(columns: Iterable[str], wanted: Sequence[str]) -> str | None:
    """Give the first of some plain names that a column has, as the column writes it."""
    by_name = {plain_name(name): name for name in reversed(list(columns))}
    return next((by_name[name] for name in wanted if name in by_name), None)


def _first_dates(table: Table, columns: Iterable[str], wanted: list[str]) -> str | None:
    dates = [
        name
        for name in columns
        if plain_name(name) in wanted and could_be_dates(table.columns[name])
    ]
    return first_named(dates, wanted)


def _values(column: Column) -> set[str]:
    """Give the distinct values of a column, or of one with many the first."""
    return {plain_value(text) for text in first_texts(column, 50)}


def _is_flag(column: Column) -> bool:
    """Whether a column with an outcome's name also has some of an outcome's values."""
    values = _values(column)
    return len(values) <= FEW_VALUES and bool(values & (MEANS_CUSTOMER | MEANS_LOST))


def outcome_of(table: Table, column: str) -> OutcomePart:
    """Take a column as the outcome: a close date when it holds dates, else a flag."""
    if column in table.unusable:
        raise LeadsError(
            f"{table.where}: column `{column}` cannot be used: {table.unusable[column]}."
        )
    if column not in table.columns:
        raise SpecError(
            f"{table.where} has no column `{column}`; {did_you_mean(column, list(table.columns))}"
        )
    if could_be_dates(table.columns[column]):
        return OutcomePart(closed=column)
    return OutcomePart(column=column)
