"""From which score on a lead goes to sales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrate.errors import Finding, LeadsError
from calibrate.present.numbers import lift_text, number_text, percent_text
from calibrate.scores import Cut, ScoreTable
from calibrate.spec import QuantilePart, ThresholdRule

if TYPE_CHECKING:
    import pandas as pd

KEEPS_ALMOST_ALL = 0.9
"""A threshold that keeps more than this share of leads sorts out too few to be one."""
ALTERNATIVE = QuantilePart(customer_quantile=0.05)
"""What is shown beside the lowest customer, which hangs on one lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
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
    findings : tuple of Finding
    """

    rule: ThresholdRule
    cut: Cut
    future_customers_below: float | None
    future_customers_below_95: float | None
    alternatives: Mapping[str, Cut]
    findings: tuple[Finding, ...]

    @property
    def score(self) -> int:
        """The lowest score that passes."""
        return self.cut.score

    def to_frame(self) -> pd.DataFrame:
        """Give the threshold and its alternatives, one row a rule."""
        import pandas as pd

        cuts = {rule_name(self.rule): self.cut, **self.alternatives}
        rows = [
            {"rule": name, **{slot: getattr(cut, slot) for slot in Cut.__slots__}}
            for name, cut in cuts.items()
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        return (
            f"Threshold({self.score} by {rule_name(self.rule)}: keeps "
            f"{percent_text(self.cut.leads_kept)} of leads, "
            f"{percent_text(self.cut.customers_kept)} of customers)"
        )

    def _repr_html_(self) -> str:
        shares = [name for name in Cut.__slots__ if "kept" in name or "rate" in name]
        return str(
            self.to_frame().to_html(
                escape=True,
                index=False,
                formatters=dict.fromkeys(shares, _percent),
                float_format=lift_text,
            )
        )


def choose_threshold(table: ScoreTable, rule: ThresholdRule = "lowest_customer") -> Threshold:
    """Choose the score from which leads pass.

    Parameters
    ----------
    table : ScoreTable
        What `tally_scores` gave, with at least one customer.
    rule : "lowest_customer" or QuantilePart
        The lowest score among customers (the published rule), or the largest score that keeps at
        least ``1 - customer_quantile`` of customers.

    Returns
    -------
    Threshold

    Notes
    -----
    The lowest customer hangs on one lead, and the bootstrap of a minimum is inconsistent, so no
    interval is given for it: with c customers, the next one falls below it with chance
    ``1/(c+1)`` (order statistics; Wilks 1941, Ann Math Stat 12, 91-96).

    Examples
    --------
    >>> table = ScoreTable(scores=(10, 40, 90), leads=(50, 30, 20), customers=(0, 1, 9))
    >>> choose_threshold(table)
    Threshold(40 by lowest_customer: keeps 50.0 % of leads, 100.0 % of customers)
    """
    customers = sum(table.customers)
    if not customers:
        raise LeadsError("Without customers there is no threshold to choose.")
    cut = _cut(table, rule)
    is_lowest = rule == "lowest_customer"
    other: ThresholdRule = ALTERNATIVE if is_lowest else "lowest_customer"
    alternatives = {rule_name(other): _cut(table, other)}
    return Threshold(
        rule=rule,
        cut=cut,
        future_customers_below=1 / (customers + 1) if is_lowest else None,
        future_customers_below_95=1 - 0.05 ** (1 / customers) if is_lowest else None,
        alternatives=alternatives,
        findings=_findings(cut, rule, alternatives) if len(table.scores) > 1 else (),
    )


def _percent(share: object) -> str:
    return percent_text(share if isinstance(share, float) else None)


def rule_name(rule: ThresholdRule) -> str:
    """Name a rule as the card does.

    Examples
    --------
    >>> rule_name(QuantilePart(customer_quantile=0.05))
    'customer_quantile_0.05'
    """
    if isinstance(rule, QuantilePart):
        return f"customer_quantile_{number_text(rule.customer_quantile)}"
    return rule


def _cut(table: ScoreTable, rule: ThresholdRule) -> Cut:
    wanted = 1.0 if rule == "lowest_customer" else 1 - rule.customer_quantile
    customers = sum(table.customers)
    # A hair below, so that 95 % of 20 customers is 19 and not 19.000000000000004.
    keeping = [cut for cut in table.sweep() if cut.customers >= wanted * customers - 1e-9]
    return keeping[-1]


def _findings(
    cut: Cut, rule: ThresholdRule, alternatives: Mapping[str, Cut]
) -> tuple[Finding, ...]:
    if cut.leads_kept <= KEEPS_ALMOST_ALL:
        return ()
    keeps = f"keeps {percent_text(cut.leads_kept)} of leads"
    if rule != "lowest_customer":
        says = f"The threshold {cut.score} {keeps}: it sorts out almost nobody."
        fix = "Allow a larger `customer_quantile`, or find attributes that rank better."
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


def _keeps_almost_all(says: str, fix: str) -> Finding:
    return Finding(code="threshold-keeps-almost-all", severity="warning", says=says, fix=fix)
