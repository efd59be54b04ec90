"""The policy that the analyst declared, checked against the levels of the card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from calibrate.errors import Finding, SpecError
from calibrate.evidence import AttributeEvidence, Evidence, LevelEvidence
from calibrate.leads import Leads
from calibrate.levels import MISSING, OTHER, Levels, fold
from calibrate.policy.conditions import Tested, problems_of
from calibrate.present.numbers import percent_text
from calibrate.rules import GatePart
from calibrate.spec import Spec

_MOST_NAMED = 8
"""Levels named in one finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MustContact:
    """A level whose leads go to sales whatever their score."""

    attribute: str
    evidence: LevelEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What stands above the points.

    Attributes
    ----------
    vetoes : tuple of condition
    gates : tuple of GatePart
    must_contact : tuple of MustContact
        Highest close rate first.
    findings : tuple of Finding
    """

    vetoes: tuple[Mapping[str, Tested], ...] = ()
    gates: tuple[GatePart, ...] = ()
    must_contact: tuple[MustContact, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the points alone decide."""
        return not (self.vetoes or self.gates or self.must_contact)


def declared_policy(spec: Spec, evidence: Evidence, leads: Leads) -> Policy:
    """Check the policy of a spec against what the leads hold, and find the must-contact levels.

    Parameters
    ----------
    spec : Spec
    evidence : Evidence
        Of every attribute of the leads.
    leads : Leads

    Raises
    ------
    SpecError
        When a veto, a gate or the size prefix names an attribute or a level that is not there;
        all of them at once.

    Notes
    -----
    A level is must-contact when the lower Wilson end of its close rate is at least
    ``must_contact.close_rate_low``: 20 customers of 20 leads have .839. Rare values together and
    no value at all are not: they name nobody.
    """
    levels = {one.name: one.levels for one in evidence.attributes}
    problems = [
        *_of_vetoes(spec, levels),
        *_of_gates(spec, levels),
        *_of_prefix(spec, levels),
    ]
    if problems:
        problems = [f"{one}{_why_absent(one, leads)}" for one in problems]
        raise SpecError(f"spec: {'; '.join(problems)}", problems)
    return Policy(
        vetoes=spec.vetoes,
        gates=spec.gates,
        must_contact=_sure_levels(spec, evidence),
        findings=_proposed(spec, evidence),
    )


def _of_vetoes(spec: Spec, levels: Mapping[str, Levels]) -> list[str]:
    return [f"vetoes: {one}" for condition in spec.vetoes for one in problems_of(condition, levels)]


def _of_gates(spec: Spec, levels: Mapping[str, Levels]) -> list[str]:
    return [
        f"gates.{gate.name}: {one}"
        for gate in spec.gates
        for condition in gate.conditions
        for one in problems_of(condition, levels)
    ]


def _of_prefix(spec: Spec, levels: Mapping[str, Levels]) -> list[str]:
    prefix = spec.size_prefix
    if prefix is None:
        return []
    condition = {prefix.attribute: tuple(prefix.digits)}
    return [f"size_prefix: {one}" for one in problems_of(condition, levels)]


def _why_absent(problem: str, leads: Leads) -> str:
    """Add why an attribute is none, where that is known."""
    for one in leads.withheld:
        if f"no attribute `{one.name}`;" in problem:
            return f" (`{one.name}` is withheld as a leak; `wanted: true` brings it back)"
    for name in leads.spec.exclude:
        if f"no attribute `{name}`;" in problem:
            return f" (`{name}` is under `exclude`)"
    return ""


def _sure_levels(spec: Spec, evidence: Evidence) -> tuple[MustContact, ...]:
    if spec.must_contact is None:
        return ()
    found = [
        MustContact(attribute=attribute.name, evidence=one)
        for attribute, one in _named_levels(evidence)
        if one.close_rate_interval[0] >= spec.must_contact.close_rate_low
    ]
    return tuple(sorted(found, key=lambda one: -one.evidence.close_rate))


def _named_levels(evidence: Evidence) -> Iterable[tuple[AttributeEvidence, LevelEvidence]]:
    for attribute in evidence.attributes:
        for one in attribute.evidence:
            if one.level.text not in (MISSING, OTHER) and one.leads:
                yield attribute, one


def _proposed(spec: Spec, evidence: Evidence) -> tuple[Finding, ...]:
    """Propose vetoes on levels that surely close too rarely, if the spec asks for it."""
    if spec.propose_vetoes is None:
        return ()
    rate = spec.propose_vetoes.close_rate_high
    barred = {
        (name, value)
        for veto in spec.vetoes
        for name, test in veto.items()
        if isinstance(test, tuple)
        for value in map(fold, test)
    }
    found = [
        f"`{attribute.name}: {one.level.label}` ({one.customers} of {one.leads} leads)"
        for attribute, one in _named_levels(evidence)
        if one.close_rate_interval[1] < rate
        and (attribute.name, fold(one.level.label)) not in barred
    ]
    if not found:
        return ()
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return (
        Finding(
            code="veto-proposed",
            severity="info",
            says=f"Surely closing in under {percent_text(rate)}: "
            f"{', '.join(found[:_MOST_NAMED])}{more}.",
            fix="Write those that no salesperson should see under `vetoes`.",
        ),
    )
