"""What could be tried as an attribute: the table's columns, and what is made from them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.behaviours import SeenEvents, behaviour
from calibrate.dates import reads_as_dates, reads_as_periods
from calibrate.engines.columns import Column, TextColumn, text_column
from calibrate.engines.tables import Table, check_width
from calibrate.errors import Finding, SpecError, did_you_mean
from calibrate.leads import Recipe
from calibrate.levels import fold
from calibrate.offering import doings, offered
from calibrate.personal import Personal, find_personal
from calibrate.recipes import (
    EmailTypeRecipe,
    GivenRecipe,
    MemberRecipe,
    SpamSignsRecipe,
    derived,
    members,
)
from calibrate.roles import Roles
from calibrate.spec import AttributePart, Group, Spec
from calibrate.worked import worked_aside, worked_columns

Mask = npt.NDArray[np.bool_]

LIST_SEPARATOR = ";"
"""What stands between the members of a list when the spec is silent."""
LISTED = 0.02
"""From this share of cells with a separator on, a column is remarked as a list."""
MOST_MEMBERS = 100
"""A list with more members than this is free text."""

_SEPARATORS = (";", "|", ",")
_MADE = (
    r"( on .+| then [^:]+)?(: (times|weight|days since|trend|days|open rate|click rate|first|kinds|"
    r"burst|type|given|spam signs))?( \(event\))?"
)
"""How the names of made attributes go on after the column or event they are made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A column over the counted leads that may become an attribute.

    Attributes
    ----------
    column : Column
        With what the spec calls missing taken as missing.
    recipe : Recipe or None
        How it was made, for one that stands in no column of the table.
    group : Group
        Whose kind of evidence it is when the spec is silent.
    declared : AttributePart or None
        What the spec says of the column it was made from, where it says nothing of itself.
    """

    column: Column
    recipe: Recipe | None = None
    group: Group = "other"
    declared: AttributePart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """All of them by name, in the order of the table, and what was remarked about the others."""

    by_name: Mapping[str, Candidate]
    findings: tuple[Finding, ...]


def find_candidates(
    table: Table, roles: Roles, spec: Spec, counted: Mask, seen: SeenEvents | None
) -> Candidates:
    """Gather what could be tried, and set aside what must not.

    Parameters
    ----------
    table : Table
    roles : Roles
    spec : Spec
    counted : ndarray of bool, shape (n,)
        Leads that are counted.
    seen : SeenEvents or None
        Of all leads of the table.

    Raises
    ------
    SpecError
        When the spec names an attribute that is neither a column nor can be made.
    """
    columns = {
        name: table.columns[name].take(counted).without(spec.missing)
        for name in own_columns(table, roles, spec)
    }
    made = _of_events(seen, spec, counted)
    return candidates_among(
        columns, table, roles, spec, of_events=made, events=() if seen is None else seen.names
    )


def candidates_among(
    columns: Mapping[str, Column],
    table: Table,
    roles: Roles,
    spec: Spec,
    *,
    of_events: Sequence[tuple[str, Candidate]] = (),
    events: Sequence[str] = (),
) -> Candidates:
    """Gather what could be tried among a table's own columns, and what was made of events.

    Parameters
    ----------
    columns : mapping of str to Column
        Over the counted leads, with what the spec calls missing taken as missing.
    table : Table
    roles : Roles
    spec : Spec
    of_events : sequence of (str, Candidate)
    events : sequence of str
        All that was done by anybody.

    Raises
    ------
    SpecError
        When the spec names an attribute that is neither a column nor can be made.
    """
    personal = find_personal(columns, spec)
    columns = {name: one for name, one in columns.items() if name not in personal.columns}
    worked = [name for name in worked_columns(columns) if not _is_named(name, spec)]
    dates = _dates(columns, spec)
    found = _of_columns(columns, spec, {*dates, *worked})
    for name, candidate in [*_of_personal(personal), *of_events]:
        # An event may be called like a column: both are tried.
        found[name if name not in table.columns and name not in found else f"{name} (event)"] = (
            candidate
        )
    _check_names(table, roles, spec, found, events)
    set_aside = set(spec.exclude)
    only = spec.only and {*spec.only}
    kept = {
        name: one
        for name, one in found.items()
        if name not in set_aside and (only is None or name in only or _made_from(one) in only)
    }
    check_width(table, len(kept))
    findings = (
        *personal.findings,
        *worked_aside(worked),
        *_date_findings(dates),
        *_list_like(kept, spec),
    )
    return Candidates(by_name=kept, findings=findings)


def _of_columns(
    columns: Mapping[str, Column], spec: Spec, aside: Collection[str]
) -> dict[str, Candidate]:
    found: dict[str, Candidate] = {}
    for name, column in columns.items():
        part = spec.attributes.get(name)
        if name in aside:
            continue
        if part is not None and part.kind == "list":
            found |= _list_members(name, column, part, spec.min_leads)
        else:
            found[name] = Candidate(column=column)
    return found


def own_columns(table: Table, roles: Roles, spec: Spec) -> list[str]:
    """Name the columns that are neither taken for a role nor excluded."""
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
    names = [name for name in table.columns if name not in set_aside]
    if spec.only is not None and spec.events is None:
        sources = {*spec.only, *(name.partition(": ")[0] for name in spec.only)}
        names = [name for name in names if name in sources]
    return names


def _made_from(candidate: Candidate) -> str | None:
    return getattr(candidate.recipe, "column", None)


def _is_named(name: str, spec: Spec) -> bool:
    """Whether the analyst wants the column tried."""
    return name in spec.attributes or name in (spec.only or ())


def _dates(columns: Mapping[str, Column], spec: Spec) -> list[str]:
    return [
        name
        for name, column in columns.items()
        if not _is_named(name, spec) and (reads_as_dates(column) or reads_as_periods(column))
    ]


def _date_findings(dates: list[str]) -> tuple[Finding, ...]:
    if not dates:
        return ()
    listed = ", ".join(f"`{name}`" for name in dates)
    return (
        Finding(
            code="date-columns",
            severity="info",
            says=f"{listed} {'holds' if len(dates) == 1 else 'hold'} dates and "
            f"{'was' if len(dates) == 1 else 'were'} set aside: no lead to come has the same.",
            fix=f"If {'it' if len(dates) == 1 else 'one of them'} says when a lead was created: "
            f"`leads: {{created: {dates[0]}}}`. Name a column under `attributes` to try it.",
        ),
    )


def _list_members(
    name: str, column: Column, part: AttributePart, min_leads: int
) -> dict[str, Candidate]:
    """Make one yes-or-no attribute of each member that stands on enough leads."""
    texts = text_column(column)
    separator = part.separator or LIST_SEPARATOR
    counts = texts.counts
    leads: dict[str, int] = {}
    spelled: dict[str, dict[str, int]] = {}
    for text, count in zip(texts.texts, counts.tolist(), strict=True):
        for key, member in members(text, separator).items():
            leads[key] = leads.get(key, 0) + count
            of_key = spelled.setdefault(key, {})
            of_key[member] = of_key.get(member, 0) + count
    shown = {key: min(of, key=lambda one: (-of[one], one)) for key, of in spelled.items()}
    as_boolean = part.model_copy(update={"kind": "boolean", "separator": None})
    found = {}
    for key in sorted(leads):
        if leads[key] >= (part.min_leads or min_leads):
            recipe = MemberRecipe(as_="member", column=name, member=shown[key], separator=separator)
            found[f"{name}: {shown[key]}"] = Candidate(
                column=derived(recipe, {name: column}),
                recipe=recipe,
                declared=as_boolean,
            )
    if (texts.codes == 0).any():
        given = GivenRecipe(as_="given", column=name)
        found[f"{name}: given"] = Candidate(
            column=derived(given, {name: column}), recipe=given, declared=as_boolean
        )
    return found


def _of_personal(personal: Personal) -> list[tuple[str, Candidate]]:
    found: list[tuple[str, Candidate]] = []
    for name, column in personal.columns.items():
        what = personal.kinds[name]
        recipe: EmailTypeRecipe | GivenRecipe | SpamSignsRecipe
        if what == "e-mail address":
            title, group = f"{name}: type", "spam"
            recipe = EmailTypeRecipe(as_="email_type", column=name)
        elif what == "phone number":
            title, group = f"{name}: given", "demographic"
            recipe = GivenRecipe(as_="given", column=name)
        elif what == "name":
            title, group = f"{name}: spam signs", "spam"
            recipe = SpamSignsRecipe(as_="spam_signs", column=name)
        else:
            continue
        made = derived(recipe, {name: column})
        found.append((title, Candidate(column=made, recipe=recipe, group=group)))  # type: ignore[arg-type]
    return found


def _of_events(seen: SeenEvents | None, spec: Spec, counted: Mask) -> list[tuple[str, Candidate]]:
    if seen is None or spec.events is None:
        return []
    return [
        (
            name,
            Candidate(
                column=behaviour(recipe, seen).take(counted), recipe=recipe, group="behaviour"
            ),
        )
        for name, recipe in offered(doings(seen), spec.events, spec.min_leads).items()
    ]


def _list_like(found: Mapping[str, Candidate], spec: Spec) -> list[Finding]:
    findings = []
    for name, one in found.items():
        if (
            one.recipe is None
            and name not in spec.attributes
            and isinstance(one.column, TextColumn)
        ):
            separator = _list_separator(one.column)
            if separator is not None:
                example = next(text for text in one.column.texts if separator in text)
                findings.append(
                    Finding(
                        code="list-like",
                        severity="info",
                        says=f"`{name}` seems to hold lists, such as `{example[:40]}`, and was "
                        f"read as a category.",
                        fix=f"To try each member: `attributes: {{{name}: {{kind: list, "
                        f'separator: "{separator}"}}}}`.',
                    )
                )
    return findings


def _list_separator(column: TextColumn) -> str | None:
    """Find a separator whose parts come back again and again, alone and in company."""
    counts = column.counts
    leads = int(counts.sum())
    for separator in _SEPARATORS:
        several = [text for text in column.texts if separator in text.strip(separator + " ")]
        with_it = sum(
            int(n) for text, n in zip(column.texts, counts, strict=True) if separator in text
        )
        if not several or with_it < LISTED * leads:
            continue
        alone = {fold(text) for text in column.texts if separator not in text}
        parts = [set(members(text, separator)) for text in several]
        kinds = set().union(*parts)
        known = [sum(part in alone for part in one) / len(one) for one in parts]
        if len(kinds) <= MOST_MEMBERS and np.mean(known) >= 0.8:
            return separator
    return None


def _check_names(
    table: Table,
    roles: Roles,
    spec: Spec,
    found: Mapping[str, Candidate],
    events: Sequence[str],
) -> None:
    """Refuse names that are no column and cannot be made, all of them at once."""
    known = [*table.columns, *(name for name in found if name not in table.columns)]
    stems = [*table.columns, *events, "events"]
    lists = [one for one, part in spec.attributes.items() if part.kind == "list"]
    wrong = [
        (place, name)
        for place, name in roles.deferred
        if name not in known and not _could_be_made(name, stems, lists)
    ]
    if wrong:
        problems = tuple(
            f"{place}: {table.name} has no column `{name}`; {did_you_mean(name, known)}"
            for place, name in wrong
        )
        raise SpecError(f"spec: {'; '.join(problems)}", problems)


def _could_be_made(name: str, stems: list[str], lists: list[str]) -> bool:
    """Whether a name is one that other leads of the same table could give."""
    return any(name.startswith(f"{stem}: ") for stem in lists) or any(
        name == stem or re.fullmatch(re.escape(stem) + _MADE, name) for stem in stems
    )
