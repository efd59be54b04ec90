"""Read a table of past leads: open it, see who is counted, what can be tried, and what is odd."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibrate.attributes import choose_attributes
from calibrate.behaviours import SeenEvents, seen_events
from calibrate.candidates import find_candidates
from calibrate.dates import Dates
from calibrate.engines.columns import text_column
from calibrate.engines.memory import MemoryEngine
from calibrate.engines.tables import Table, open_table
from calibrate.engines.threads import LONG, works
from calibrate.errors import Finding, LeadsError, SpecError
from calibrate.eventlog import EventLog, read_log
from calibrate.holdout import set_aside
from calibrate.joining import Joined, beside, join_tables
from calibrate.landmarks import landmarks_of
from calibrate.leads import Leads
from calibrate.outcomes import Outcome, check_two_classes, read_outcome
from calibrate.roles import Roles, find_roles, role_findings
from calibrate.spec import EventsPart, Spec, as_spec
from calibrate.suspects import examine
from calibrate.suspects.repeats import repeat_findings

if TYPE_CHECKING:
    import pandas as pd

Mask = npt.NDArray[np.bool_]


def read_leads(
    source: str | Path | pd.DataFrame | Table,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    *,
    events: str | Path | pd.DataFrame | Table | EventLog | None = None,
) -> Leads:
    """Read a table of past leads, decide who is counted, and look for what is odd about it.

    Parameters
    ----------
    source : path or pandas.DataFrame
        CSV (separated by comma, semicolon, tab or bar; UTF-8, UTF-16 or Latin-1), TSV, Parquet,
        Excel, or a DataFrame; one row a lead. A pattern such as ``leads-*.csv``, or a ``.zip`` or
        ``.gz`` archive, for a table in several files or packed.
    spec : Spec, mapping, path or None
        What is declared; the outcome, id and dates are found by plain names when it is silent.
    events : path or pandas.DataFrame, optional
        The log of what leads did, one row an event; else that of the spec, if it names one. What
        was read of it beside the same leads (`Leads.log`) need not be read again.

    Returns
    -------
    Leads
        Attributes that look like leaks are in ``withheld`` and not among the ``attributes``.

    Raises
    ------
    SpecError
        When the spec cannot be used, or names columns that are not there.
    LeadsError
        When a table cannot be read, has no outcome, or nothing that varies.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"source": ["Fair", "Web"] * 20, "converted": [1, 0] * 10 + [0] * 20})
    >>> read_leads(frame)
    Leads(DataFrame: 40 of 40 counted, 10 customers, 1 attributes)
    """
    declared = as_spec(spec)
    if events is not None and declared.events is None:
        declared = declared.model_copy(update={"events": EventsPart()})
    joined, roles, outcome = read_outcomes(source, declared)
    table = joined.table
    log = _log(table, roles, declared, events)
    seen = None
    if log is not None:
        by_day = seen_by_day(outcome)
        log = replace(log, columns=log.columns.model_copy(update={"by_day": by_day}))
        outcome, seen = _from_landmark(table, outcome, log)
        declared = declared.model_copy(update={"events": log.columns})
        check_two_classes(table, roles, outcome)
    outcome, aside, remarks = set_aside(outcome, declared.fit, where=table.where)
    with works(3, at_once=table.rows >= LONG) as begin:
        # Both take a look at every cell, and what follows needs neither.
        repeats = begin(lambda: repeat_findings(table, roles, joined, outcome.counted))
        fingerprint = begin(lambda: table.fingerprint)
        candidates = find_candidates(table, roles, declared, outcome.counted, seen)
        engine = MemoryEngine(
            columns={name: one.column for name, one in candidates.by_name.items()},
            customer=outcome.customer[outcome.counted],
            ids=None if roles.id is None else table.columns[roles.id].take(outcome.counted),
        )
        chosen = choose_attributes(table, candidates.by_name, engine, declared)
        leads = Leads(
            name=table.name,
            spec=filled_in(declared, roles, outcome),
            engine=engine,
            attributes=chosen.attributes,
            joined=joined.sources,
            outcome=outcome,
            log=log,
            aside=aside,
            total=table.rows,
            counted=int(outcome.counted.sum()),
            customers=int(engine.customer.sum()),
            fingerprint="",
            findings=findings_while_read(
                table,
                roles,
                joined.findings,
                outcome.findings,
                remarks,
                () if log is None else log.findings,
                candidates.findings,
                chosen.findings,
            ),
        )
        leads = examine(leads, joined, repeats, chosen.aside)
        return replace(leads, fingerprint=fingerprint())


def read_outcomes(
    source: str | Path | pd.DataFrame | Table, spec: Spec
) -> tuple[Joined, Roles, Outcome]:
    """Open a table of leads and say what became of each, before any moment from which it is seen.

    Parameters
    ----------
    source : path or pandas.DataFrame
        See `read_leads`.
    spec : Spec

    Returns
    -------
    joined : Joined
        The table, with further ones beside it.
    roles : Roles
    outcome : Outcome

    Raises
    ------
    SpecError, LeadsError
        As `read_leads`.
    """
    joined = join_tables(
        open_table(source, sheet=spec.leads.sheet),
        spec.join,
        repeated=spec.repeated,
        folder=spec.folder,
    )
    roles = find_roles(joined.table, spec)
    repeated = _further_rows(joined.table, roles, spec)
    return joined, roles, read_outcome(joined.table, roles, spec, repeated=repeated)


def _log(
    table: Table,
    roles: Roles,
    spec: Spec,
    events: str | Path | pd.DataFrame | Table | EventLog | None,
) -> EventLog | None:
    if spec.events is None:
        return None
    if events is None and spec.events.path is None:
        is_there = "; its `table` is in a database, and the leads are not"
        raise SpecError(
            f"spec: events: name the `path` of the log, or give it as `events`"
            f"{is_there if spec.events.table is not None else ''}"
        )
    source = beside(table, str(spec.events.path), spec.folder) if events is None else events
    if isinstance(source, EventLog):
        return source
    lead_id = check_landmarks(table, roles)
    return read_log(
        open_table(source),
        table,
        lead_id,
        spec.events,
        nothings=spec.missing,
        day_first=spec.day_first,
    )


def check_landmarks(table: Table, roles: Roles) -> str:
    """Refuse leads of which no landmark can be told, and give the column that names them.

    Raises
    ------
    LeadsError
    """
    if roles.id is not None and roles.created is not None:
        return roles.id
    lacking = (
        "names a lead (`leads: {id: COLUMN}`)"
        if roles.id is None
        else "says when a lead was created (`leads: {created: COLUMN}`)"
    )
    raise LeadsError(
        f"{table.where}: events are seen from one moment in every lead's life, so a column is "
        f"needed that {lacking}."
    )


def seen_by_day(outcome: Outcome) -> bool:
    """Say whether leads are seen from the end of a day, none having a time of creation."""
    return outcome.created is not None and Dates(times=outcome.created).are_days


def _from_landmark(table: Table, outcome: Outcome, log: EventLog) -> tuple[Outcome, SeenEvents]:
    """See every lead from its landmark; those that had closed by then leave."""
    created, settings = outcome.created, log.columns
    if created is None:
        raise LeadsError(f"{table.where}: no lead has a creation date, so events cannot be dated.")
    check_window(outcome, settings)
    landmarks = landmarks_of(created, settings.score_after_days, by_day=settings.by_day)
    return past_landmark(outcome, settings), seen_events(log, landmarks, settings)


def check_window(outcome: Outcome, settings: EventsPart) -> None:
    """Refuse landmarks behind the window.

    Raises
    ------
    SpecError
    """
    if outcome.window_days is not None and settings.score_after_days >= outcome.window_days:
        raise SpecError(
            f"spec: events.score_after_days: found {settings.score_after_days}; it must be under "
            f"the window of {outcome.window_days} days, or every customer has closed by then"
        )


def past_landmark(outcome: Outcome, settings: EventsPart) -> Outcome:
    """Leave leads out that had closed by the moment from which they are seen.

    Parameters
    ----------
    outcome : Outcome
    settings : EventsPart
        With `by_day` filled in.
    """
    if outcome.created is None:
        return outcome
    if outcome.days_to_close is None:
        return replace(outcome, findings=(*outcome.findings, *_unchecked(settings)))
    landmarks = landmarks_of(outcome.created, settings.score_after_days, by_day=settings.by_day)
    until_landmark = (landmarks - outcome.created) / np.timedelta64(1, "D")
    return outcome.without(outcome.days_to_close <= until_landmark, "closed_before_landmark")


def _unchecked(settings: EventsPart) -> list[Finding]:
    if not settings.score_after_days:
        return []
    return [
        Finding(
            code="landmark-unchecked",
            severity="warning",
            says=f"Events are seen {settings.score_after_days} days after creation, and no close "
            f"date tells which leads had closed by then: what they did afterwards may be counted.",
            fix="Name the close date as the outcome, or set `score_after_days: 0`.",
        )
    ]


def _further_rows(table: Table, roles: Roles, spec: Spec) -> Mask | None:
    """Find the rows of leads that stand on several, but for the one that wins.

    Without a word about which one wins, such a table is refused.
    """
    if roles.id is None:
        return None
    texts = text_column(table.columns[roles.id])
    repeated = np.flatnonzero(texts.counts > 1)
    if len(repeated) and spec.repeated is not None:
        return _all_but_one(texts.codes, last=spec.repeated == "last")
    if len(repeated):
        rows = np.flatnonzero(texts.codes == repeated[0] + 1)
        first, second = (table.row_names.name(int(row)) for row in rows[:2])
        several = f"{len(repeated)} of its values stand on several rows (the first, "
        raise LeadsError(
            f"{table.where}: column `{roles.id}` names a lead, and "
            f"{several if len(repeated) > 1 else 'one of its values stands on several rows ('}"
            f"`{texts.texts[repeated[0]][:60]}`, in {first} and {second}). A lead is counted once: "
            f"remove the repeated rows, or say in the spec which one wins (`repeated: first` or "
            f"`repeated: last`); if this column does not name a lead, name the one that does "
            f"(`leads: {{id: COLUMN}}`) or put this one under `exclude`."
        )
    return None


def _all_but_one(codes: npt.NDArray[np.integer], *, last: bool) -> Mask:
    """Mark the rows of each code but its first, or its last; rows without an id stay."""
    order = codes[::-1] if last else codes
    further = np.ones(len(codes), dtype=np.bool_)
    further[np.unique(order, return_index=True)[1]] = False
    further[order == 0] = False
    return further[::-1] if last else further


def findings_while_read(
    table: Table, roles: Roles, joined: Iterable[Finding], *others: Iterable[Finding]
) -> tuple[Finding, ...]:
    """List what is remarked on while leads are read: format, joined tables, roles, the others."""
    rest = chain.from_iterable(others)
    return (*_format_findings(table), *joined, *role_findings(roles), *rest)


def _format_findings(table: Table) -> list[Finding]:
    """Remark on what had to be guessed about a table's format, and on columns left out."""
    remarks = [
        Finding(code="format", severity="info", says=says, fix="Nothing, if values look right.")
        for says in table.remarks
    ]
    left = [
        Finding(
            code="column-left-out",
            severity="warning",
            says=f"`{name}` was left out: {why}.",
            fix="Give it a name, or export it as text or number.",
        )
        for name, why in table.unusable.items()
    ]
    return remarks + left


def filled_in(spec: Spec, roles: Roles, outcome: Outcome) -> Spec:
    """Give the spec as used, so that the same run can be had from it alone."""
    document = spec.document()
    document["leads"] = document.get("leads", {}) | {
        key: name for key, name in (("id", roles.id), ("created", roles.created)) if name
    }
    document["outcome"] = roles.outcome.model_dump(exclude_unset=True)
    if outcome.window_days is not None:
        document["window_days"] = outcome.window_days
    if outcome.as_of is not None:
        document["as_of"] = outcome.as_of
    if roles.preset is not None:
        document["preset"] = roles.preset.name
    if not document["leads"]:
        del document["leads"]
    return spec.declaring(document)
