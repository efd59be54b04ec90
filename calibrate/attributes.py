"""Which candidates become attributes, and as what kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibrate.candidates import Candidate
from calibrate.engines.base import ColumnProfile
from calibrate.engines.columns import Column, TextColumn, text_column
from calibrate.engines.tables import Table
from calibrate.errors import Finding, LeadsError, SpecError
from calibrate.leads import Attribute, Engine
from calibrate.levels import NO, YES, Kind, fold
from calibrate.present.numbers import count_text
from calibrate.spec import AttributePart, Spec

BANDED_FROM = 9
"""A number with this many distinct values or more is cut into bands, else it is a category."""
MOSTLY = 0.8
"""From this share of numbers on, a text column is suspected of being one with placeholders."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The attributes, and what was remarked about the candidates that are none.

    Attributes
    ----------
    attributes : tuple of Attribute
    aside : tuple of str
        Candidates whose values are all different: only whether they are filled can tell anything.
    findings : tuple of Finding
    """

    attributes: tuple[Attribute, ...]
    aside: tuple[str, ...]
    findings: tuple[Finding, ...]


def choose_attributes(
    table: Table, candidates: Mapping[str, Candidate], engine: Engine, spec: Spec
) -> Chosen:
    """Decide which candidates are tried, and as what kind.

    Raises
    ------
    SpecError
        When values are not of the kind declared for them; all problems are listed.
    LeadsError
        When nothing is left that varies.
    """
    kept: list[Attribute] = []
    aside: list[str] = []
    findings: list[Finding] = []
    problems: list[str] = []
    leads = engine.size
    for profile in engine.describe():
        name, candidate = profile.name, candidates[profile.name]
        part = _part(name, candidate, spec)
        min_leads = part.min_leads or spec.min_leads
        useless = _useless(profile, engine, leads, min_leads)
        if useless is not None:
            if candidate.recipe is None:
                findings.append(useless)
            if useless.code == "all-different":
                aside.append(name)
            continue
        problem = _misread(table, engine, profile, part)
        if problem is not None:
            problems.append(problem)
            continue
        kind = _kind(profile, part)
        groups = spec.levels.get(name, {})
        if groups and kind == "number":
            problems.append(f"levels: `{name}` is a number; give it `bands` instead")
        findings.extend(_mostly_numbers(engine.columns[name], profile, part))
        kept.append(
            Attribute(
                name=name,
                kind=kind,
                part=part,
                min_leads=min_leads,
                groups=groups,
                recipe=candidate.recipe,
                decimal_comma=profile.decimal_comma,
            )
        )
    if problems:
        raise SpecError(f"spec: {'; '.join(problems)}", problems)
    if not kept:
        raise LeadsError(_nothing_varies(table, findings))
    return Chosen(attributes=tuple(kept), aside=tuple(aside), findings=tuple(findings))


def _part(name: str, candidate: Candidate, spec: Spec) -> AttributePart:
    """Give what is declared of an attribute, of itself or of the column it was made from."""
    declared = spec.attributes.get(name) or candidate.declared
    if declared is None:
        return AttributePart(group=candidate.group)
    if "group" not in declared.model_fields_set:
        return declared.model_copy(update={"group": candidate.group})
    return declared


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
    if part.kind is not None and part.kind != "list":
        return part.kind
    if part.bands is not None:
        return "number"
    if profile.holds == "number":
        return "number" if profile.distinct >= BANDED_FROM else "category"
    return "boolean" if profile.holds == "boolean" else "category"


def _misread(
    table: Table, engine: Engine, profile: ColumnProfile, part: AttributePart
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
    if isinstance(column, TextColumn) and column.weights is None:
        code = column.texts.index(texts[0]) + 1
        where = f" ({table.row_names.name(int(np.argmax(column.codes == code)))})"
    return f"`{texts[0][:40]}`{where}{', ' if listed else ''}{listed}{more}"


def _useless(profile: ColumnProfile, engine: Engine, leads: int, min_leads: int) -> Finding | None:
    """Set aside what cannot be evidence: columns all the same, and columns all different."""
    if profile.distinct + (profile.missing > 0) < 2:
        what = "is empty"
        if profile.distinct:
            what = f"has one value, `{text_column(engine.columns[profile.name]).texts[0][:40]}`,"
        return Finding(
            code="constant",
            severity="info",
            says=f"`{profile.name}` {what} on all {count_text(leads)} counted leads and was set "
            f"aside.",
            fix=f"Nothing, or say that you know: `exclude: [{profile.name}]`.",
        )
    column = engine.columns[profile.name]
    if profile.holds == "number" or not isinstance(column, TextColumn):
        return None
    largest = int(column.counts.max(initial=0))
    if profile.distinct > 50 and largest < min_leads:
        return Finding(
            code="all-different",
            severity="info",
            says=f"`{profile.name}` has {count_text(profile.distinct)} different values, such as "
            f"`{column.texts[0][:40]}`, none on {min_leads} leads, and was set aside.",
            fix=f"Nothing, or say that you know: `exclude: [{profile.name}]`; to try it, group its "
            f"values (`levels`).",
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
