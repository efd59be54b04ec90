"""Open a leads table, check it, and keep the leads that can be counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import ColumnProfile
from calibrate.engines.columns import Column, TextColumn, text_column
from calibrate.engines.memory import MemoryEngine
from calibrate.engines.tables import Table, check_width, open_table
from calibrate.errors import Finding, LeadsError, SpecError
from calibrate.levels import NO, YES, Kind, fold
from calibrate.outcomes import read_outcome
from calibrate.roles import Roles, find_roles, role_findings
from calibrate.spec import AttributePart, Spec, as_spec

if TYPE_CHECKING:
    import pandas as pd

BANDED_FROM = 9
"""A number with this many distinct values or more is cut into bands, else it is a category."""
MOSTLY = 0.8
"""From this share of numbers on, a text column is suspected of being one with placeholders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A column that is tried as an attribute.

    Attributes
    ----------
    name : str
    kind : {"category", "boolean", "number"}
    part : AttributePart
        What the spec declares of it.
    min_leads : int
        Levels with fewer leads are pooled.
    groups : mapping of str to tuple of str
        Values grouped under one name by the analyst.
    """

    name: str
    kind: Kind
    part: AttributePart
    min_leads: int
    groups: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Leads:
    """A leads table that was understood: who is counted, who became a customer, what to try.

    Attributes
    ----------
    name : str
        The table's short name.
    spec : Spec
        As declared, with what was found filled in.
    engine : MemoryEngine
        Counts over the counted leads.
    attributes : tuple of Attribute
        In the order of the table.
    total, counted, customers : int
        Leads in the table; those counted; those of them that closed.
    total_customers : int
        Customers among all leads that have an outcome, mature or not: the published arithmetic.
    left_out : mapping of str to int
        Leads not counted, by reason.
    window_days : int or None
    as_of, first, last : date or None
        When the data were taken; when the counted leads were created.
    fingerprint : str
    findings : tuple of Finding
    """

    name: str
    spec: Spec
    engine: MemoryEngine
    attributes: tuple[Attribute, ...]
    total: int
    counted: int
    customers: int
    total_customers: int
    left_out: Mapping[str, int]
    window_days: int | None
    as_of: dt.date | None
    first: dt.date | None
    last: dt.date | None
    fingerprint: str
    findings: tuple[Finding, ...]

    def only(self, rows: npt.NDArray[np.bool_]) -> Leads:
        """Keep some of the counted leads: what a fold or a later cohort needs.

        Parameters
        ----------
        rows : ndarray of bool, shape (counted,)
        """
        engine = self.engine.only(rows)
        return replace(
            self,
            engine=engine,
            counted=len(engine.customer),
            customers=int(engine.customer.sum()),
        )

    def __repr__(self) -> str:
        return (
            f"Leads({self.name}: {self.counted} of {self.total} counted, {self.customers} "
            f"customers, {len(self.attributes)} attributes)"
        )


def read_leads(
    source: str | Path | pd.DataFrame | Table,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
) -> Leads:
    """Read a table of past leads and decide who is counted.

    Parameters
    ----------
    source : path or pandas.DataFrame
        CSV (separated by comma, semicolon, tab or bar; UTF-8, UTF-16 or Latin-1), TSV, Parquet,
        Excel, or a DataFrame; one row a lead. A pattern such as ``leads-*.csv``, or a ``.zip`` or
        ``.gz`` archive, for a table in several files or packed.
    spec : Spec, mapping, path or None
        What is declared; the outcome, id and dates are found by plain names when it is silent.

    Returns
    -------
    Leads

    Raises
    ------
    SpecError
        When the spec cannot be used, or names columns that are not there.
    LeadsError
        When the table cannot be read, has no outcome, or nothing that varies.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"source": ["Fair", "Web"] * 20, "converted": [1, 0] * 10 + [0] * 20})
    >>> read_leads(frame)
    Leads(DataFrame: 40 of 40 counted, 10 customers, 1 attributes)
    """
    declared = as_spec(spec)
    table = open_table(source, sheet=declared.leads.sheet)
    roles = find_roles(table, declared)
    _check_ids(table, roles)
    outcome = read_outcome(table, roles, declared)
    columns = _attribute_columns(table, roles, declared, outcome.counted)
    engine = MemoryEngine(
        columns=columns,
        customer=outcome.customer[outcome.counted],
        ids=None if roles.id is None else table.columns[roles.id].take(outcome.counted),
    )
    attributes, findings = _attributes(table, engine, declared)
    return Leads(
        name=table.name,
        spec=_filled_in(declared, roles, outcome.window_days, outcome.as_of),
        engine=engine,
        attributes=attributes,
        total=table.rows,
        counted=int(outcome.counted.sum()),
        customers=int(engine.customer.sum()),
        total_customers=int(outcome.customer.sum()),
        left_out=outcome.left_out,
        window_days=outcome.window_days,
        as_of=outcome.as_of,
        first=outcome.first,
        last=outcome.last,
        fingerprint=table.fingerprint,
        findings=(*_format_findings(table), *role_findings(roles), *outcome.findings, *findings),
    )


def _check_ids(table: Table, roles: Roles) -> None:
    """Refuse a table in which a lead stands twice."""
    if roles.id is None:
        return
    texts = text_column(table.columns[roles.id])
    counts = np.bincount(texts.codes, minlength=len(texts.texts) + 1)
    repeated = np.flatnonzero(counts[1:] > 1)
    if len(repeated):
        rows = np.flatnonzero(texts.codes == repeated[0] + 1)
        first, second = (table.row_names.name(int(row)) for row in rows[:2])
        several = f"{len(repeated)} of its values stand on several rows (the first, "
        raise LeadsError(
            f"{table.where}: column `{roles.id}` names a lead, and "
            f"{several if len(repeated) > 1 else 'one of its values stands on several rows ('}"
            f"`{texts.texts[repeated[0]][:60]}`, in {first} and {second}). A lead is counted once: "
            f"remove the repeated rows; or, if this column does not name a lead, name the one that "
            f"does (`leads: {{id: COLUMN}}`) or put this one under `exclude`."
        )


def _attribute_columns(table: Table, roles: Roles, spec: Spec, counted: Any) -> dict[str, Column]:
    """Keep the columns to try, with what the spec calls missing taken as missing."""
    set_aside = {
        roles.id,
        roles.created,
        roles.outcome.closed,
        roles.outcome.column,
        *roles.alike,
        *roles.after,
        *roles.own,
        *spec.exclude,
    }
    names = [name for name in spec.only or table.columns if name not in set_aside]
    names = [name for name in names if name in table.columns]
    check_width(table, len(names))
    return {name: table.columns[name].take(counted).without(spec.missing) for name in names}


def _attributes(
    table: Table, engine: MemoryEngine, spec: Spec
) -> tuple[tuple[Attribute, ...], tuple[Finding, ...]]:
    kept: list[Attribute] = []
    findings: list[Finding] = []
    problems: list[str] = []
    leads = len(engine.customer)
    for profile in engine.describe():
        part = spec.attributes.get(profile.name, AttributePart())
        min_leads = part.min_leads or spec.min_leads
        useless = _useless(profile, engine, leads, min_leads)
        if useless is not None:
            findings.append(useless)
            continue
        problem = _misread(table, engine, profile, part)
        if problem is not None:
            problems.append(problem)
            continue
        kind = _kind(profile, part)
        groups = spec.levels.get(profile.name, {})
        if groups and kind == "number":
            problems.append(f"levels: `{profile.name}` is a number; give it `bands` instead")
        findings.extend(_mostly_numbers(engine.columns[profile.name], profile, part))
        kept.append(
            Attribute(name=profile.name, kind=kind, part=part, min_leads=min_leads, groups=groups)
        )
    if problems:
        raise SpecError(f"spec: {'; '.join(problems)}", problems)
    if not kept:
        raise LeadsError(_nothing_varies(table, findings))
    return tuple(kept), tuple(findings)


def _nothing_varies(table: Table, findings: list[Finding]) -> str:
    says = f"{table.where}: no column is left that could tell leads apart."
    if not findings:
        return (
            f"{says} Beside the outcome, the lead's id and dates, and what is excluded, there is "
            f"none. Export what is known of each lead: source, industry, country, visits ..."
        )
    reasons = " ".join(finding.says for finding in findings[:3])
    more = f" So were {len(findings) - 3} more columns." if len(findings) > 3 else ""
    return f"{says} {reasons}{more} Export more columns, or take some out of `exclude`."


def _kind(profile: ColumnProfile, part: AttributePart) -> Kind:
    if part.kind is not None:
        return part.kind
    if part.bands is not None:
        return "number"
    if profile.holds == "number":
        return "number" if profile.distinct >= BANDED_FROM else "category"
    return "boolean" if profile.holds == "boolean" else "category"


def _misread(
    table: Table, engine: MemoryEngine, profile: ColumnProfile, part: AttributePart
) -> str | None:
    """Say which value keeps a column from being read as declared."""
    column = engine.columns[profile.name]
    if not isinstance(column, TextColumn):
        return None
    if (part.kind == "number" or part.bands is not None) and profile.holds != "number":
        others = [t for t, n in zip(column.texts, column.numbers, strict=True) if n is None]
        return (
            f"attributes.{profile.name}: declared a number, but {table.name} has "
            f"{_with_row(table, profile.name, others)} in it; name what stands for nothing under "
            f"`missing`, or take the declaration out"
        )
    if part.kind == "boolean":
        others = [text for text in column.texts if fold(text) not in YES | NO]
        if others:
            return (
                f"attributes.{profile.name}: declared yes or no, but {table.name} has "
                f"{_with_row(table, profile.name, others)} in it; name what stands for nothing "
                f"under `missing`, or take the declaration out"
            )
    return None


def _with_row(table: Table, name: str, texts: list[str]) -> str:
    """List some texts of a column, and say where the first stands."""
    column = table.columns[name]
    listed = ", ".join(f"`{text[:40]}`" for text in texts[1:5])
    more = f" and {len(texts) - 5} more" if len(texts) > 5 else ""
    where = ""
    if isinstance(column, TextColumn):
        code = column.texts.index(texts[0]) + 1
        where = f" ({table.row_names.name(int(np.argmax(column.codes == code)))})"
    return f"`{texts[0][:40]}`{where}{', ' if listed else ''}{listed}{more}"


def _useless(
    profile: ColumnProfile, engine: MemoryEngine, leads: int, min_leads: int
) -> Finding | None:
    """Set aside what cannot be evidence: columns all the same, and columns all different."""
    if profile.distinct + (profile.missing > 0) < 2:
        what = "is empty" if not profile.distinct else "has one value"
        return Finding(
            code="constant",
            severity="info",
            says=f"`{profile.name}` {what} on all {leads} counted leads and was set aside.",
            fix="Nothing, or put it under `exclude`.",
        )
    column = engine.columns[profile.name]
    if profile.holds == "number" or not isinstance(column, TextColumn):
        return None
    largest = int(np.bincount(column.codes)[1:].max(initial=0))
    if profile.distinct > 50 and largest < min_leads:
        return Finding(
            code="all-different",
            severity="info",
            says=f"`{profile.name}` has {profile.distinct} different values, none on {min_leads} "
            f"leads, and was set aside.",
            fix="Put it under `exclude`; or group its values (`levels`) to try it.",
        )
    return None


def _mostly_numbers(
    column: Column, profile: ColumnProfile, part: AttributePart
) -> tuple[Finding, ...]:
    if not isinstance(column, TextColumn) or profile.holds == "number" or part.kind is not None:
        return ()
    others = [t for t, n in zip(column.texts, column.numbers, strict=True) if n is None]
    if len(column.texts) < BANDED_FROM or len(others) > (1 - MOSTLY) * len(column.texts):
        return ()
    listed = ", ".join(f"`{text[:40]}`" for text in others[:3])
    return (
        Finding(
            code="mostly-numbers",
            severity="warning",
            says=f"`{profile.name}` would be a number but for {listed}; it was read as a category.",
            fix=f"If that stands for nothing: `missing: [{', '.join(others[:3])}]`.",
        ),
    )


def _format_findings(table: Table) -> list[Finding]:
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


def _filled_in(spec: Spec, roles: Roles, window_days: int | None, as_of: dt.date | None) -> Spec:
    """Give the spec as used, so that the same run can be had from it alone."""
    document = spec.document()
    document["leads"] = {
        key: name
        for key, name in (
            ("id", roles.id),
            ("created", roles.created),
            ("sheet", spec.leads.sheet),
        )
        if name
    }
    document["outcome"] = roles.outcome.model_dump(exclude_unset=True)
    if window_days is not None:
        document["window_days"] = window_days
    if as_of is not None:
        document["as_of"] = as_of
    if roles.preset is not None:
        document["preset"] = roles.preset.name
    if not document["leads"]:
        del document["leads"]
    return Spec.model_validate(document)
