"""Leaks: attributes that are known only after the outcome, and levels that may be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calibrate.behaviours import BehaviourRecipe
from calibrate.counts import AttributeCounts, count_attribute
from calibrate.engines.base import Ints
from calibrate.engines.columns import TextColumn
from calibrate.engines.sql.engine import SqlEngine
from calibrate.errors import Finding, LeadsError
from calibrate.joining import Joined
from calibrate.leads import Attribute, Leads, Withheld
from calibrate.levels import MISSING
from calibrate.present.numbers import count_text, percent_text
from calibrate.presets import plain_name
from calibrate.recipes import columns_of
from calibrate.spec import AttributePart
from calibrate.stats.auc import auc
from calibrate.stats.intervals import wilson

TELLS_ALL = 0.95
"""An attribute that alone ranks leads this well was probably filled in after the deal."""
TELLS_MUCH = 0.7
"""So was one that is named like an outcome, from here on."""
CERTAIN = 0.95
"""A level that closes at this rate may be a leak, or the best thing on the card."""
FOLDS = 5

_HOW_READ = ("all-different", "list-like", "mostly-numbers")

_NAMED_LIKE_OUTCOMES = re.compile(
    r"(?:^|_)(?:won|lost|deal|closed?|closing|converted|conversion|stage|status|tags?|duration|"
    r"outcome|result|reason|contract|invoice|order|purchased?|sold|sale|onboarding|customer_since|"
    r"churn(?:ed)?|renewal|opportunity|amount|quality|disposition|payment|paid)(?:_|$)"
)


def withhold(leads: Leads, joined: Joined, aside: Sequence[str]) -> Leads:
    """Take leaks out of the attributes, and question single levels that tell all.

    Three signs make a leak. The attribute alone ranks the outcome with cross-fitted AUC of .95 or
    more; it is named like an outcome and ranks it with .7 or more; or it is filled for customers
    alone, whatever its value: of a joined table, when having a row there tells it all already.
    """
    by_file = _files_that_tell(leads, joined)
    kept: list[Attribute] = []
    held: list[Withheld] = []
    findings: list[Finding] = []
    for attribute in leads.attributes:
        file = _file_of(attribute, joined)
        if file in by_file and not attribute.part.wanted:
            held.append(Withheld(name=attribute.name, auc=by_file[file], why=_only_in(file)))
            continue
        counted = count_attribute(leads.engine, attribute)
        found = _leak(leads, attribute, counted)
        if found is None or attribute.part.wanted:
            kept.append(attribute)
            findings += _questioned(counted, leads)
        else:
            held.append(found)
        if found is not None and attribute.part.wanted:
            findings.append(_wanted(found))
    held += [
        one for name in aside if (one := _filled_leak(leads, name, by_file, joined)) is not None
    ]
    said = _said(held, by_file)
    if not kept:
        raise LeadsError(_nothing_left(leads, said))
    return replace(
        leads,
        attributes=tuple(kept),
        withheld=tuple(held),
        engine=leads.engine.without([one.name for one in held]),
        findings=(*said, *_others(leads.findings, held), *findings),
    )


def _others(findings: Sequence[Finding], held: Sequence[Withheld]) -> list[Finding]:
    """Leave out how a withheld column was read: that it is withheld says more."""
    names = tuple(f"`{one.name}` " for one in held)
    return [
        one
        for one in findings
        if one.code not in _HOW_READ or not (names and one.says.startswith(names))
    ]


def _nothing_left(leads: Leads, said: Sequence[Finding]) -> str:
    more = f" ({len(said) - 1} more look so too.)" if len(said) > 1 else ""
    fix = said[0].fix.removeprefix("Nothing; or").lstrip(" ,")
    return (
        f"{leads.name}: every column that could tell leads apart looks like a leak. "
        f"{said[0].says}{more} {fix[:1].upper()}{fix[1:]}"
    )


def cross_fitted_auc(leads: Ints, customers: Ints) -> float:
    """Rank leads by close rates of other leads' levels.

    Parameters
    ----------
    leads, customers : ndarray of int, shape (shards, levels)

    Returns
    -------
    float
        Mean over five folds by shard, each ranked by the rates of the other four; folds weigh by
        their pairs of a customer and another lead. NaN where no fold has both.

    Examples
    --------
    >>> n = np.full((10, 2), 50)
    >>> cross_fitted_auc(n, np.tile([0, 50], (10, 1)))
    1.0
    """
    fold = np.arange(len(leads)) % FOLDS
    total, weights = 0.0, 0.0
    for number in range(FOLDS):
        n, x = (part[fold == number].sum(axis=0) for part in (leads, customers))
        taught_n, taught_x = leads.sum(axis=0) - n, customers.sum(axis=0) - x
        overall = taught_x.sum() / max(taught_n.sum(), 1)
        rates = (taught_x + overall) / (taught_n + 1)
        pairs = float(x.sum()) * float((n - x).sum())
        if pairs:
            values, places = np.unique(rates, return_inverse=True)
            grouped = [np.bincount(places, weights=part, minlength=len(values)) for part in (n, x)]
            total += pairs * auc(*grouped)
            weights += pairs
    return total / weights if weights else float("nan")


def _leak(leads: Leads, attribute: Attribute, counted: AttributeCounts) -> Withheld | None:
    rates = np.array(counted.customers) / np.maximum(np.array(counted.leads), 1)
    order = np.argsort(rates, kind="stable")
    optimistic = auc(np.array(counted.leads)[order], np.array(counted.customers)[order])
    is_named_so = _NAMED_LIKE_OUTCOMES.search(plain_name(attribute.name)) is not None
    if optimistic >= (TELLS_MUCH if is_named_so else TELLS_ALL):  # on other leads it is less
        by_shard = count_attribute(leads.engine, attribute, by_shard=True).by_shard
        alone = cross_fitted_auc(*by_shard) if by_shard is not None else optimistic
        if alone >= TELLS_ALL:
            return Withheld(
                name=attribute.name,
                auc=alone,
                why="it alone tells customers from others almost without fault",
            )
        if alone >= TELLS_MUCH and is_named_so:
            return Withheld(
                name=attribute.name,
                auc=alone,
                why="it is named like an outcome and ranks leads like one",
            )
    return _filled_for_customers(leads, attribute, counted)


def _filled_for_customers(
    leads: Leads, attribute: Attribute, counted: AttributeCounts
) -> Withheld | None:
    """Say whether every value of a column stands on customers, and only being empty does not."""
    missing = counted.levels.missing
    values = [place for place in range(len(counted.leads)) if place != missing]
    column = leads.engine.columns[attribute.name]
    if missing is None or _distinct(column) < 2 or attribute.recipe is not None:
        return None
    n = sum(counted.leads[place] for place in values)
    x = sum(counted.customers[place] for place in values)
    return _filled_withheld(attribute.name, n, x, leads, attribute.min_leads)


def _distinct(column: object) -> int:
    return len(column.texts) if isinstance(column, TextColumn) else 2


def _filled_withheld(name: str, n: int, x: int, leads: Leads, min_leads: int) -> Withheld | None:
    if n < min_leads or n >= leads.counted or x < CERTAIN * n or not _above_overall(n, x, leads):
        return None
    alone = auc([leads.counted - n, n], [leads.customers - x, x])
    return Withheld(
        name=name,
        auc=alone,
        why=f"whatever its value, it is filled for customers alone ({count_text(x)} of "
        f"{count_text(n)})",
    )


def _filled_leak(
    leads: Leads, name: str, by_file: dict[str, float], joined: Joined
) -> Withheld | None:
    """Say whether a column whose values are all different is a leak by being filled."""
    file = joined.sources.get(name, ("", ""))[0]
    if file in by_file:
        return Withheld(name=name, auc=by_file[file], why=_only_in(file))
    n, x = leads.engine.count_filled(name)
    alone = auc([leads.counted - n, n], [leads.customers - x, x]) if n else float("nan")
    part = leads.spec.attributes.get(name, AttributePart())
    if part.wanted:
        return None
    if alone >= TELLS_ALL:
        return Withheld(name=name, auc=alone, why="it is filled for customers alone")
    return _filled_withheld(name, n, x, leads, leads.spec.min_leads)


def _above_overall(n: int, x: int, leads: Leads) -> bool:
    low, _ = wilson(x, n)
    return bool(low > leads.customers / leads.counted)


def _files_that_tell(leads: Leads, joined: Joined) -> dict[str, float]:
    """Find joined tables in which having a row at all tells the outcome."""
    found = {}
    for path, (n, x) in _rows_there(leads, joined).items():
        alone = auc([leads.counted - n, n], [leads.customers - x, x])
        # A row for customers alone: many of theirs, next to none of the others'.
        if alone >= TELLS_ALL or (n and x >= CERTAIN * n and _above_overall(n, x, leads)):
            found[path] = alone
    return found


def _rows_there(leads: Leads, joined: Joined) -> dict[str, tuple[int, int]]:
    """Count leads and customers that have a row in each joined table."""
    if isinstance(leads.engine, SqlEngine):
        return {
            path: leads.engine.count_where(condition) for path, condition in joined.there.items()
        }
    outcome = leads.outcome
    found = {}
    for path, matched in joined.matched.items():
        there = matched & outcome.counted
        found[path] = outcome.leads(there), outcome.leads(there & outcome.customer)
    return found


def _file_of(attribute: Attribute, joined: Joined) -> str:
    recipe = attribute.recipe
    if recipe is None:
        return joined.sources.get(attribute.name, ("", ""))[0]
    if isinstance(recipe, BehaviourRecipe):
        return ""
    return joined.sources.get(columns_of(recipe)[0], ("", ""))[0]


def _only_in(file: str) -> str:
    return f"{file} has a row for customers alone"


def _said(held: Sequence[Withheld], by_file: dict[str, float]) -> list[Finding]:
    findings = []
    for file, alone in by_file.items():
        names = [one.name for one in held if one.why == _only_in(file)]
        if names:
            listed = ", ".join(f"`{name}`" for name in names[:8])
            more = f" and {len(names) - 8} more" if len(names) > 8 else ""
            findings.append(
                Finding(
                    code="leak-withheld",
                    severity="warning",
                    says=f"{file} has a row for customers alone (AUC {alone:.3f}), so all of it is "
                    f"known only after the deal: {listed}{more} earn no points.",
                    fix=f"Nothing; or for what was known when the lead came: `attributes: "
                    f"{{{names[0]}: {{wanted: true}}}}`.",
                )
            )
    findings += [
        Finding(
            code="leak-withheld",
            severity="warning",
            says=f"`{one.name}` was probably filled in after the deal: {one.why} (AUC "
            f"{one.auc:.3f}). It earns no points.",
            fix=f"Nothing; or, if it was known when the lead came: `attributes: "
            f"{{{one.name}: {{wanted: true}}}}`.",
        )
        for one in held
        if not any(one.why == _only_in(file) for file in by_file)
    ]
    return findings


def _wanted(found: Withheld) -> Finding:
    return Finding(
        code="looks-like-a-leak",
        severity="warning",
        says=f"`{found.name}` looks like a leak ({found.why}, AUC {found.auc:.3f}) and earns "
        f"points because the spec says `wanted`.",
        fix=f"If it was not known when the lead came: `exclude: [{found.name}]`.",
    )


def _questioned(counted: AttributeCounts, leads: Leads) -> list[Finding]:
    findings = []
    for place, level in enumerate(counted.levels.levels):
        n, x = counted.leads[place], counted.customers[place]
        if n < counted.min_leads or x < CERTAIN * n or not _above_overall(n, x, leads):
            continue
        if level.text == MISSING:
            continue
        findings.append(
            Finding(
                code="level-questioned",
                severity="warning",
                says=f"`{counted.name}`: {count_text(x)} of {count_text(n)} leads with "
                f"`{level.label[:40]}` closed ({percent_text(x / n)}). It may be the best thing on "
                f"the card, or a value that is only set after the deal.",
                fix=f"Ask when it is set; if after the deal: `exclude: [{counted.name}]`.",
            )
        )
    return findings
