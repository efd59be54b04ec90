"""The log of what leads did: who, what, on what, when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibrate.dates import Times, could_be_dates, read_dates
from calibrate.engines.columns import TextColumn, text_column
from calibrate.engines.tables import Table
from calibrate.errors import Finding, LeadsError, SpecError, did_you_mean
from calibrate.joining import key_codes
from calibrate.levels import fold
from calibrate.present.numbers import count_text
from calibrate.roles import first_named
from calibrate.spec import EventsPart

Ints = npt.NDArray[np.int64]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LEADS = (
    "lead_id leadid lead contact_id prospect_id person_id customer_id user_id visitor_id "
    "mql_id email"
).split()
_NAMES = (
    "event event_name event_type activity activity_type action behaviour behavior type name"
).split()
_TIMES = (
    "at time timestamp event_time event_at event_date occurred_at occurred_on happened_at "
    "activity_date created_at date datetime"
).split()
_OBJECTS = (
    "object page page_url url path asset asset_name content campaign subject form target title"
).split()


@dataclass(frozen=True, kw_only=True)
class EventLog:
    """The events of known leads.

    Attributes
    ----------
    lead : ndarray of int, shape (n,)
        Row of the lead in its table.
    time : ndarray of datetime64[s], shape (n,)
    name, object : ndarray of int, shape (n,)
        Place of the event's name in `names`; of its object in `objects`, or -1 without one.
    names, objects : tuple of str
        Each in its commonest spelling.
    columns : EventsPart
        As declared, the columns that were found filled in.
    findings : tuple of Finding
    """

    lead: Ints
    time: Times
    name: Ints
    object: Ints
    names: tuple[str, ...]
    objects: tuple[str, ...]
    columns: EventsPart
    findings: tuple[Finding, ...]


NOTHING_HAPPENED = EventLog(
    lead=np.zeros(0, dtype=np.int64),
    time=np.zeros(0, dtype="datetime64[s]"),
    name=np.zeros(0, dtype=np.int64),
    object=np.zeros(0, dtype=np.int64),
    names=(),
    objects=(),
    columns=EventsPart(),
    findings=(),
)
"""The log of leads that have not done anything yet."""


def read_log(
    log: Table,
    leads: Table,
    lead_id: str,
    declared: EventsPart,
    *,
    nothings: Sequence[str] = (),
    day_first: bool | None = None,
    all_known: bool = True,
) -> EventLog:
    """Read an event log and find whose each event is.

    Parameters
    ----------
    log, leads : Table
    lead_id : str
        The column of the leads table that names a lead.
    declared : EventsPart
        Which column is what; found by plain names where it is silent.
    nothings : sequence of str
        Texts that stand for nothing.
    day_first : bool, optional
        Whether 03/04/2026 is in April.
    all_known : bool
        Refuse settings for events that nobody has done.

    Raises
    ------
    SpecError
        When a declared column or event is not there.
    LeadsError
        When a column that is needed is not found, or holds no dates.
    """
    columns = log_columns(log, lead_id, declared, lambda name: could_be_dates(log.columns[name]))
    rows = _lead_rows(log, leads, lead_id, str(columns.lead))
    time = read_dates(log, str(columns.time), nothings=nothings, day_first=day_first).times
    name, names = coded_names(text_column(log.columns[str(columns.name)].without(nothings)))
    thing: Ints = np.full(log.rows, -1)
    objects: tuple[str, ...] = ()
    if columns.object is not None:
        thing, objects = coded_names(text_column(log.columns[columns.object].without(nothings)))
    whole = (rows >= 0) & ~np.isnat(time) & (name >= 0)
    if all_known:
        check_events(log, columns, names)
    lead, event = _every_row(leads, lead_id, rows[whole])
    return EventLog(
        lead=lead,
        time=time[whole][event],
        name=name[whole][event],
        object=thing[whole][event],
        names=names,
        objects=objects,
        columns=columns,
        findings=log_findings(
            log, columns, _counted(log, columns, rows, ~np.isnat(time) & (name >= 0), leads.rows)
        ),
    )


def log_columns(
    log: Table, lead_id: str, declared: EventsPart, is_date: Callable[[str], bool]
) -> EventsPart:
    """Fill in which column of a log is what, by plain names where the spec is silent.

    Parameters
    ----------
    log : Table
    lead_id : str
        The column of the leads table that names a lead.
    declared : EventsPart
    is_date : callable
        Says of a column whether it holds dates; asked of those that are called so.

    Raises
    ------
    SpecError
        When a declared column is not there.
    LeadsError
        When a column that is needed is not found.
    """
    known = list(log.columns)
    wanted = {
        "lead": [lead_id, *_LEADS],
        "name": _NAMES,
        "time": _TIMES,
        "object": _OBJECTS,
    }
    found: dict[str, str] = {}
    for role, names in wanted.items():
        given = getattr(declared, role)
        if given is not None:
            if given not in known:
                raise SpecError(
                    f"spec: events.{role}: {log.name} has no column `{given}`; "
                    f"{did_you_mean(given, known)}"
                )
            found[role] = given
            continue
        free = [name for name in known if name not in found.values()]
        if role == "time":
            free = [name for name in free if first_named([name], names) and is_date(name)]
        plain = lead_id if role == "lead" and lead_id in free else first_named(free, names)
        if plain is not None:
            found[role] = plain
        elif role != "object":
            raise LeadsError(_not_found(log, role))
    return declared.model_copy(update=found)


def _not_found(log: Table, role: str) -> str:
    what = {
        "lead": "names the lead",
        "name": "says what was done",
        "time": "says when it was done, as a date",
    }[role]
    listed = ", ".join(f"`{name}`" for name in list(log.columns)[:8])
    return (
        f"{log.where}: no column of the event log plainly {what}; there are {listed}. Say in the "
        f"spec which one does: `events: {{{role}: COLUMN}}`."
    )


def _lead_rows(log: Table, leads: Table, lead_id: str, column: str) -> Ints:
    own, keys = key_codes(leads, lead_id)
    row_of = {}
    for row in np.flatnonzero(own)[::-1].tolist():
        row_of[keys[own[row] - 1]] = row  # of repeated ids, the first row
    codes, names = key_codes(log, column)
    by_code = np.array([-1, *(row_of.get(name, -1) for name in names)], dtype=np.int64)
    rows: Ints = by_code[codes]
    return rows


def _every_row(leads: Table, lead_id: str, first: Ints) -> tuple[Ints, Ints]:
    """Give events to every row of their lead: from its first row, all of them, and the event."""
    own, keys = key_codes(leads, lead_id)
    by_key = {key: place for place, key in enumerate(dict.fromkeys(keys), start=1)}
    same = np.array([0, *(by_key[key] for key in keys)])[own]
    order = np.argsort(same, kind="stable")
    sizes = np.bincount(same, minlength=len(by_key) + 1)
    starts = np.cumsum(sizes) - sizes
    event = np.repeat(np.arange(len(first)), sizes[same[first]])
    place = np.arange(len(event)) - np.repeat(
        np.cumsum(sizes[same[first]]) - sizes[same[first]], sizes[same[first]]
    )
    return order[starts[same[first][event]] + place], event


def coded_names(column: TextColumn) -> tuple[Ints, tuple[str, ...]]:
    """Give each thing said a number, spellings brought together, -1 for nothing.

    Parameters
    ----------
    column : TextColumn

    Returns
    -------
    codes : ndarray of int, shape (n,)
    names : tuple of str
        Each in its commonest spelling, in the order of their folded form.
    """
    counts = column.counts
    shown: dict[str, tuple[int, str]] = {}
    for text, count in zip(column.texts, counts.tolist(), strict=True):
        best = (-count, text.strip())
        shown[fold(text)] = min(shown.get(fold(text), best), best)
    places = {key: place for place, key in enumerate(sorted(shown))}
    by_code = np.array([-1, *(places[fold(text)] for text in column.texts)], dtype=np.int64)
    codes: Ints = by_code[column.codes]
    return codes, tuple(shown[key][1] for key in sorted(shown))


def check_events(log: Table, columns: EventsPart, names: tuple[str, ...]) -> None:
    """Refuse settings for events that nobody has done.

    Raises
    ------
    SpecError
        All of them at once, with names that are near.
    """
    known = {fold(name) for name in names}
    asked = [
        *(("expire", name) for name in columns.expire),
        *(("exclude", name) for name in columns.exclude),
        *(("sequences", name) for pair in columns.sequences or () for name in pair),
    ]
    problems = tuple(
        f"events.{key}: {log.name} has no event `{name}`; {did_you_mean(name, names)}"
        for key, name in asked
        if fold(name) not in known
    )
    if problems:
        raise SpecError(f"spec: {'; '.join(problems)}", problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCounts:
    """What can be said of a log as it was read.

    Attributes
    ----------
    leads, with_events : int
        Of the leads table, and those of them that the log names.
    strangers, broken : int
        Events of nobody there, and of somebody there without a name or a time.
    first_stranger, first_broken : str
        What the row of the first is called; empty without one.
    shown : str
        Whom the first stranger's row names; empty for nobody.
    """

    leads: int
    with_events: int
    strangers: int
    first_stranger: str
    shown: str
    broken: int
    first_broken: str


def _counted(
    log: Table, columns: EventsPart, rows: Ints, whole: npt.NDArray[np.bool_], leads: int
) -> LogCounts:
    strangers, broken = np.flatnonzero(rows < 0), np.flatnonzero((rows >= 0) & ~whole)
    who = text_column(log.columns[str(columns.lead)])
    texts = ("", *who.texts)
    return LogCounts(
        leads=leads,
        with_events=len(np.unique(rows[rows >= 0])),
        strangers=len(strangers),
        first_stranger=log.row_names.name(int(strangers[0])) if len(strangers) else "",
        shown=texts[int(who.codes[strangers[0]])] if len(strangers) else "",
        broken=len(broken),
        first_broken=log.row_names.name(int(broken[0])) if len(broken) else "",
    )


def log_findings(log: Table, columns: EventsPart, counts: LogCounts) -> tuple[Finding, ...]:
    """Say what was read, and what was left out.

    Parameters
    ----------
    log : Table
    columns : EventsPart
        Filled in.
    counts : LogCounts
    """
    found = [
        Finding(
            code="events-read",
            severity="info",
            says=f"{log.name}: {count_text(log.rows)} events of {count_text(counts.with_events)} "
            f"of {count_text(counts.leads)} leads; lead `{columns.lead}`, event `{columns.name}`, "
            f"time `{columns.time}`{f', object `{columns.object}`' if columns.object else ''}.",
            fix="Say in the spec (`events`) which column is what, if that is wrong.",
        )
    ]
    if counts.strangers:
        shown = f"`{counts.shown[:40]}`" if counts.shown else "an empty cell"
        found.append(
            Finding(
                code="unknown-leads",
                severity="warning" if counts.strangers > log.rows / 2 else "info",
                says=f"{log.name}: {count_text(counts.strangers)} events belong to no lead of the "
                f"table and are left out; the first, in {counts.first_stranger}, has {shown}.",
                fix="Nothing, where these never became leads; else check how leads are named.",
            )
        )
    if counts.broken:
        found.append(
            Finding(
                code="events-incomplete",
                severity="info",
                says=f"{log.name}: {count_text(counts.broken)} events have no name or no time and "
                f"are left out; the first stands in {counts.first_broken}.",
                fix="Export the log with both.",
            )
        )
    return tuple(found)
