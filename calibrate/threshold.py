"""From which score on a lead goes to sales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibrate.errors import Finding, LeadsError, SpecError
from calibrate.points import Points
from calibrate.present.numbers import number_text, percent_text
from calibrate.scores import Cut, ScoreTable
from calibrate.shown import AsTable
from calibrate.spec import (
    CapacityPart,
    CloseRatePart,
    ExpectedValuePart,
    QuantilePart,
    SharePart,
    ThresholdRule,
)

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

KEEPS_ALMOST_ALL = 0.9
"""A threshold that keeps more than this share of leads sorts out too few to be one."""
ALTERNATIVE = QuantilePart(customer_quantile=0.05)
"""What is shown beside the lowest customer, which hangs on one lead."""
ALTERNATIVES: tuple[ThresholdRule, ...] = (
    "lowest_customer",
    ALTERNATIVE,
    SharePart(share=0.2),
    "max_f1",
    "youden",
)
"""What every card shows beside the rule it uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(AsTable):
    """The chosen threshold: leads with `score` or more pass.

    Attributes
    ----------
    rule : ThresholdRule
    cut : Cut
        What it keeps on the leads it was chosen on.
    future_customers_below, future_customers_below_95 : float or None
        For the rule `lowest_customer` with c customers: the expected share of future customers
        below it, ``1/(c+1)``, and its 95 % bound ``1 - 0.05**(1/c)``. Approximate, because the
        card was fitted on them.
    alternatives : mapping of str to Cut
    intervals : mapping of str to (int, int)
        By the name of a rule, the 95 % interval of its score (`threshold_intervals`); none for
        `lowest_customer`.
    findings : tuple of Finding
    """

    rule: ThresholdRule
    cut: Cut
    future_customers_below: float | None
    future_customers_below_95: float | None
    alternatives: Mapping[str, Cut]
    findings: tuple[Finding, ...]
    intervals: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def interval(self) -> tuple[int, int] | None:
        """The 95 % interval of the score, points made anew; None where there is none."""
        return self.intervals.get(rule_name(self.rule))

    @property
    def score(self) -> int:
        """The lowest score that passes."""
        return self.cut.score

    def to_frame(self) -> pd.DataFrame:
        """Give the threshold and its alternatives, one row a rule, with the interval's ends."""
        import pandas as pd

        cuts = {rule_name(self.rule): self.cut, **self.alternatives}
        rows = [
            {"rule": name, **{slot: getattr(cut, slot) for slot in Cut.__slots__}}
            for name, cut in cuts.items()
        ]
        frame = pd.DataFrame(rows)
        ends = [self.intervals.get(name, (None, None)) for name in cuts]
        for place, end in enumerate(("low", "high")):
            column = pd.Series([pair[place] for pair in ends], dtype="Int64")
            frame.insert(2 + place, f"score_{end}", column)
        return frame

    def __repr__(self) -> str:
        return (
            f"Threshold({self.score} by {rule_name(self.rule)}: keeps "
            f"{percent_text(self.cut.leads_kept)} of leads, "
            f"{percent_text(self.cut.customers_kept)} of customers)"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Leads that are there beside those whose points decide.

    Attributes
    ----------
    deciding : int
        Leads whose points decide.
    all_leads : int
        Those, and all others.
    must_contact : int
        That pass whatever their score, and take of what sales can work.
    leads_a_month : float or None
        How many of all leads come in a calendar month.
    """

    deciding: int
    all_leads: int
    must_contact: int = 0
    leads_a_month: float | None = None

    def share_left(self, share: float) -> float:
        """Say which share of the deciding leads may pass when a share of all may."""
        return (share * self.all_leads - self.must_contact) / self.deciding


def choose_threshold(
    table: ScoreTable,
    rule: ThresholdRule = "lowest_customer",
    *,
    beside: Beside | None = None,
) -> Threshold:
    """Choose the score from which leads pass.

    Parameters
    ----------
    table : ScoreTable
        Leads whose points decide, with at least one customer among them; without a policy, what
        `tally_scores` gave.
    rule : str or a rule of the spec
        ``lowest_customer``, the lowest score among customers (the published rule);
        ``customer_quantile``, the largest score that keeps so many customers; ``capacity`` and
        ``share``, the smallest that lets at most so many leads pass; ``min_close_rate``, the
        smallest at or above which leads close so often; ``max_f1``, ``youden`` and
        ``expected_value``, the score at which that is largest. Of equal ones, the lowest. A whole
        number is the threshold itself.
    beside : Beside, optional
        What else there is than these leads; needed for ``capacity``.

    Returns
    -------
    Threshold

    Raises
    ------
    SpecError
        For ``capacity`` without a number of leads a month.

    Notes
    -----
    The lowest customer hangs on one lead, and the bootstrap of a minimum is inconsistent, so no
    interval is given for it: with c customers, the next one falls below it with chance
    ``1/(c+1)`` (order statistics; Wilks 1941, Ann Math Stat 12, 91-96). Youden (1950), Cancer 3,
    32-35; F1: van Rijsbergen (1979), *Information Retrieval*, ch. 7.

    Examples
    --------
    >>> table = ScoreTable(scores=(10, 40, 90), leads=(50, 30, 20), customers=(0, 1, 9))
    >>> choose_threshold(table)
    Threshold(40 by lowest_customer: keeps 50.0 % of leads, 100.0 % of customers)
    >>> choose_threshold(table, "max_f1").score, choose_threshold(table, "youden").score
    (90, 90)
    """
    customers = sum(table.customers)
    if not customers:
        raise LeadsError("Without customers there is no threshold to choose.")
    leads = sum(table.leads)
    beside = beside or Beside(deciding=leads, all_leads=leads)
    found = cut_by(table, rule, beside)
    is_lowest = rule == "lowest_customer"
    alternatives = {
        rule_name(other): cut_by(table, other, beside).cut
        for other in ALTERNATIVES
        if rule_name(other) != rule_name(rule)
    }
    return Threshold(
        rule=rule,
        cut=found.cut,
        future_customers_below=1 / (customers + 1) if is_lowest else None,
        future_customers_below_95=1 - 0.05 ** (1 / customers) if is_lowest else None,
        alternatives=alternatives,
        findings=_findings(found, rule, alternatives) if len(table.scores) > 1 else (),
    )


def check_reach(rule: ThresholdRule, points: Points) -> None:
    """Refuse a declared threshold that no lead can reach, or that every lead does.

    Raises
    ------
    SpecError
    """
    if not isinstance(rule, int) or points.lowest == points.highest:
        return
    if points.lowest < rule <= points.highest:
        return
    what = "every lead reaches" if rule <= points.lowest else "no lead can reach"
    raise SpecError(
        f"spec: threshold: {what} {rule}; scores run from {points.lowest} to {points.highest}"
    )


def rules_of(threshold: Threshold) -> dict[str, ThresholdRule]:
    """Give the rule of a threshold and those beside it, by their names."""
    beside = {rule_name(other): other for other in ALTERNATIVES}
    return {rule_name(threshold.rule): threshold.rule} | beside


def rule_name(rule: ThresholdRule) -> str:
    """Name a rule as the card does.

    Examples
    --------
    >>> rule_name(QuantilePart(customer_quantile=0.05)), rule_name("youden")
    ('customer_quantile_0.05', 'youden')
    """
    if isinstance(rule, str):
        return rule
    if isinstance(rule, int):
        return "declared"
    if isinstance(rule, ExpectedValuePart):
        value = rule.expected_value
        return f"expected_value_{number_text(value.customer)}_{number_text(value.contact)}"
    ((key, number),) = rule.model_dump().items()
    return f"{key}_{number_text(number)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The cut a rule asks for, and whether any score meets it."""

    cut: Cut
    is_met: bool = True


def cut_by(table: ScoreTable, rule: ThresholdRule, beside: Beside) -> Found:
    """Find the score that a rule asks for; where none meets it, the one that comes nearest."""
    if isinstance(rule, int):
        declared = table.cut_at(rule)
        return Found(cut=declared or table.sweep()[-1], is_met=declared is not None)
    rows = np.array([table.leads], dtype=float), np.array([table.customers], dtype=float)
    places, is_met = places_by(*rows, rule, beside)
    return Found(cut=table.sweep()[int(places[0])], is_met=bool(is_met[0]))


def places_by(
    leads: Floats, customers: Floats, rule: ThresholdRule, beside: Beside
) -> tuple[Ints, Bools]:
    """Find, in many tallies at once, where the score stands that a rule asks for.

    Parameters
    ----------
    leads, customers : ndarray of float, shape (tallies, k)
        Per score, scores rising, with a customer in every tally. Scores without leads cannot be
        chosen.
    rule : str or a rule of the spec
        A declared score is none.
    beside : Beside
        With `leads_a_month` for ``capacity``.

    Returns
    -------
    places : ndarray of int, shape (tallies,)
        Where no score meets the rule, the one that comes nearest.
    is_met : ndarray of bool, shape (tallies,)

    Raises
    ------
    SpecError
        For ``capacity`` without a number of leads a month.

    Examples
    --------
    >>> alone = Beside(deciding=10, all_leads=10)
    >>> leads, customers = np.array([[5.0, 3, 2]]), np.array([[0.0, 1, 2]])
    >>> places, _ = places_by(leads, customers, "lowest_customer", alone)
    >>> places.tolist()
    [1]
    """
    there = leads > 0
    kept = leads[:, ::-1].cumsum(axis=1)[:, ::-1]
    caught = customers[:, ::-1].cumsum(axis=1)[:, ::-1]
    if isinstance(rule, CapacityPart | SharePart):
        few = there & (kept / kept[:, :1] <= _share(rule, beside) + 1e-12)
        return _either(few.argmax(axis=1), _last(there), few.any(axis=1))
    if isinstance(rule, CloseRatePart):
        rate = np.divide(caught, kept, out=np.full_like(kept, -np.inf), where=there)
        enough = rate >= rule.min_close_rate
        return _either(enough.argmax(axis=1), rate.argmax(axis=1), enough.any(axis=1))
    everywhere = np.ones(len(leads), dtype=np.bool_)
    if rule == "lowest_customer" or isinstance(rule, QuantilePart):
        wanted = 1 - rule.customer_quantile if isinstance(rule, QuantilePart) else 1.0
        # A hair below, so that 95 % of 20 customers is 19 and not 19.000000000000004.
        return _last(there & (caught >= wanted * caught[:, :1] - 1e-9)), everywhere
    goodness = np.where(there, _goodness(kept, caught, rule), -np.inf)
    return goodness.argmax(axis=1), everywhere  # the first of equals


def _share(rule: CapacityPart | SharePart, beside: Beside) -> float:
    if isinstance(rule, SharePart):
        return beside.share_left(rule.share)
    if beside.leads_a_month is None:
        raise SpecError(
            "spec: threshold.capacity: how many leads come in a month is known from the days "
            "they were created; name their column (`leads: {created: COLUMN}`)"
        )
    return beside.share_left(rule.capacity / beside.leads_a_month)


def _either(met: Ints, nearest: Ints, is_met: Bools) -> tuple[Ints, Bools]:
    return np.where(is_met, met, nearest), is_met


def _last(allowed: Bools) -> Ints:
    places: Ints = allowed.shape[1] - 1 - allowed[:, ::-1].argmax(axis=1)
    return places


def _goodness(kept: Floats, caught: Floats, rule: ThresholdRule) -> Floats:
    """Give what a rule makes as large as can be, rounded so that equals are equal."""
    if isinstance(rule, ExpectedValuePart):
        value = rule.expected_value
        return np.round(value.customer * caught - value.contact * kept, 6)
    customers = caught[:, :1]
    if rule == "max_f1":
        return np.round(2 * caught / (kept + customers), 12)
    others = np.maximum(kept[:, :1] - customers, 1)
    return np.round(caught / customers - (kept - caught) / others, 12)


def _findings(
    found: Found, rule: ThresholdRule, alternatives: Mapping[str, Cut]
) -> tuple[Finding, ...]:
    cut = found.cut
    if not found.is_met:
        return (_not_met(cut, rule),)
    if cut.leads_kept <= KEEPS_ALMOST_ALL:
        return ()
    keeps = f"keeps {percent_text(cut.leads_kept)} of leads"
    if rule != "lowest_customer":
        says = f"The threshold {cut.score} {keeps}: it sorts out almost nobody."
        fix = "Allow a larger `customer_quantile`, or find attributes that rank better."
        if not isinstance(rule, QuantilePart):
            fix = "Choose another rule, or find attributes that rank better."
        return (_keeps_almost_all(says, fix),)
    other = alternatives[rule_name(ALTERNATIVE)]
    says = (
        f"The lowest score among customers, {cut.score}, {keeps}: as a threshold it is worthless. "
        f"It hangs on one lead."
    )
    if other.score == cut.score:
        says += " A threshold that lets 5 % of customers go would be the same."
        return (_keeps_almost_all(says, "Find attributes that rank better."),)
    says += (
        f" A threshold of {other.score} would keep {percent_text(other.leads_kept)} of leads and "
        f"{percent_text(other.customers_kept)} of customers."
    )
    fix = "Write `threshold: {customer_quantile: 0.05}` into the spec."
    return (_keeps_almost_all(says, fix),)


def _not_met(cut: Cut, rule: ThresholdRule) -> Finding:
    return Finding(
        code="threshold-not-met",
        severity="warning",
        says=f"No score meets `{rule_name(rule)}`; {cut.score} comes nearest: it lets "
        f"{percent_text(cut.leads_kept)} of leads pass, of which "
        f"{percent_text(cut.close_rate_at_or_above)} close.",
        fix="Ask for less, or find attributes that rank better.",
    )


def _keeps_almost_all(says: str, fix: str) -> Finding:
    return Finding(code="threshold-keeps-almost-all", severity="warning", says=says, fix=fix)
