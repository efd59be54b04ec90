"""The threshold rules against sorted lists of customers, ties included."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Threshold, calibrate, choose_threshold
from calibrate.errors import LeadsError, SpecError
from calibrate.scores import ScoreTable
from calibrate.spec import (
    CapacityPart,
    CloseRatePart,
    ExpectedValuePart,
    QuantilePart,
    SharePart,
    Spec,
    ValuePart,
)
from calibrate.threshold import Beside, rule_name

tables = (
    st.dictionaries(
        st.integers(-20, 100),
        st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(any),
        min_size=1,
        max_size=30,
    )
    .filter(lambda rows: any(x for x, _ in rows.values()))
    .map(
        lambda rows: ScoreTable(
            scores=tuple(sorted(rows)),
            leads=tuple(sum(rows[score]) for score in sorted(rows)),
            customers=tuple(rows[score][0] for score in sorted(rows)),
        )
    )
)


def customer_scores(table: ScoreTable) -> list[int]:
    pairs = zip(table.scores, table.customers, strict=True)
    return [score for score, customers in pairs for _ in range(customers)]


@given(tables)
def test_lowest_customer_is_the_lowest_score_among_customers(table: ScoreTable) -> None:
    found = choose_threshold(table)
    assert found.score == min(customer_scores(table))
    assert found.cut.customers_kept == 1.0
    assert found == choose_threshold(table, "lowest_customer")


@given(tables, st.integers(0, 99))
def test_a_quantile_keeps_enough_customers_and_one_score_more_would_not(
    table: ScoreTable, percent: int
) -> None:
    found = choose_threshold(table, QuantilePart(customer_quantile=percent / 100))
    customers = customer_scores(table)
    enough = (1 - Fraction(percent, 100)) * len(customers)
    allowed = [s for s in table.scores if sum(one >= s for one in customers) >= enough]
    assert found.score == max(allowed)


@given(tables)
def test_letting_no_customer_go_is_the_lowest_customer(table: ScoreTable) -> None:
    none = choose_threshold(table, QuantilePart(customer_quantile=0))
    assert none.score == choose_threshold(table).score


@given(tables)
def test_the_cut_is_a_step_of_the_sweep_and_the_other_rule_stands_beside_it(
    table: ScoreTable,
) -> None:
    found = choose_threshold(table)
    assert found.cut in table.sweep()
    other = "customer_quantile_0.05"
    assert list(found.alternatives) == [other, "share_0.2", "max_f1", "youden"]
    turned = choose_threshold(table, QuantilePart(customer_quantile=0.05))
    assert turned.cut == found.alternatives[other]
    assert turned.alternatives["lowest_customer"] == found.cut
    assert rule_name(turned.rule) not in turned.alternatives


def test_leads_tied_at_the_threshold_all_pass() -> None:
    table = ScoreTable(scores=(10, 20), leads=(100, 50), customers=(0, 5))
    found = choose_threshold(table)
    assert (found.score, found.cut.leads) == (20, 50)


@pytest.mark.parametrize(
    ("customers", "quantile", "kept"),
    [(20, 0.05, 19), (1000, 0.001, 999), (10, 0.7, 3), (20, 0.85, 3), (25, 0.44, 14)],
)
def test_a_share_that_is_whole_customers_lets_exactly_those_go(
    customers: int, quantile: float, kept: int
) -> None:
    """In floats, 30 % of 10 customers are a hair more than 3."""
    table = ScoreTable(
        scores=tuple(range(customers)), leads=(1,) * customers, customers=(1,) * customers
    )
    found = choose_threshold(table, QuantilePart(customer_quantile=quantile))
    assert found.cut.customers == kept


def test_the_share_of_future_customers_below_is_stated_for_the_lowest_customer_only() -> None:
    table = ScoreTable(scores=(10, 40, 90), leads=(50, 30, 20), customers=(0, 1, 9))
    found = choose_threshold(table)
    assert found.future_customers_below == 1 / 11
    # Ten customers all above a share b happen with chance (1 - b)**10: 5 % at the bound.
    assert (1 - found.future_customers_below_95) ** 10 == pytest.approx(0.05)
    other = choose_threshold(table, QuantilePart(customer_quantile=0.05))
    assert other.future_customers_below is None
    assert other.future_customers_below_95 is None


def codes(found: Threshold) -> list[str]:
    return [finding.code for finding in found.findings]


@pytest.mark.parametrize(("kept", "remarked"), [(91, True), (90, False), (50, False)])
def test_a_threshold_that_keeps_more_than_nine_tenths_is_remarked(
    kept: int, remarked: bool
) -> None:
    table = ScoreTable(scores=(0, 1, 100), leads=(100 - kept, 10, kept - 10), customers=(0, 1, 30))
    found = choose_threshold(table)
    assert codes(found) == (["threshold-keeps-almost-all"] if remarked else [])
    if remarked:
        says = found.findings[0].says
        assert "91.0 % of leads" in says
        assert "A threshold of 100 would keep 81.0 % of leads and 96.8 % of customers" in says


def test_an_alternative_that_is_the_same_threshold_is_not_offered() -> None:
    (finding,) = choose_threshold(
        ScoreTable(scores=(0, 1), leads=(60, 40), customers=(20, 20))
    ).findings
    assert "would be the same" in finding.says
    assert "customer_quantile" not in finding.fix


def test_a_quantile_that_keeps_almost_all_is_remarked_too() -> None:
    table = ScoreTable(scores=(0, 1), leads=(5, 95), customers=(0, 40))
    assert codes(choose_threshold(table, QuantilePart(customer_quantile=0.2))) == [
        "threshold-keeps-almost-all"
    ]


def test_a_card_without_points_gets_no_remark_about_its_threshold() -> None:
    """That it has no points is said already."""
    table = ScoreTable(scores=(0,), leads=(100,), customers=(9,))
    assert choose_threshold(table).findings == ()


def test_without_customers_there_is_no_threshold() -> None:
    with pytest.raises(LeadsError, match="Without customers"):
        choose_threshold(ScoreTable(scores=(0, 1), leads=(5, 5), customers=(0, 0)))


def test_the_rule_of_the_spec_is_taken(leads_frame: pd.DataFrame) -> None:
    result = calibrate(leads_frame, {"threshold": {"customer_quantile": 0.2}})
    assert rule_name(result.threshold.rule) == "customer_quantile_0.2"
    assert result.threshold.cut.customers_kept >= 0.8
    assert result.scorecard.threshold.score == result.threshold.score
    assert "lowest_customer" in result.scorecard.threshold.alternatives


def test_a_frame_of_the_threshold_has_a_row_for_every_rule(leads_frame: pd.DataFrame) -> None:
    found = calibrate(leads_frame).threshold
    frame = found.to_frame().set_index("rule")
    assert frame.loc["lowest_customer", "score"] == found.score
    rules = ["lowest_customer", "customer_quantile_0.05", "share_0.2", "max_f1", "youden"]
    assert list(frame.index) == rules


# ------------------------------------------------------------------ the other rules


def passing(table: ScoreTable, threshold: int) -> tuple[int, int]:
    """Leads and customers at or above a score, added up one by one."""
    rows = list(zip(table.scores, table.leads, table.customers, strict=True))
    return (
        sum(leads for score, leads, _ in rows if score >= threshold),
        sum(customers for score, _, customers in rows if score >= threshold),
    )


@given(tables, st.fractions(min_value=Fraction(1, 100), max_value=1))
def test_a_share_is_the_lowest_score_that_lets_so_few_pass(
    table: ScoreTable, share: Fraction
) -> None:
    found = choose_threshold(table, SharePart(share=float(share)))
    total = sum(table.leads)
    allowed = [t for t in table.scores if passing(table, t)[0] <= float(share) * total + 1e-9]
    assert found.score == (min(allowed) if allowed else table.scores[-1])
    assert ("threshold-not-met" in {one.code for one in found.findings}) == (
        not allowed and len(table.scores) > 1
    )


@given(tables, st.integers(1, 400))
def test_a_capacity_is_a_share_of_the_leads_of_a_month(table: ScoreTable, capacity: int) -> None:
    a_month = Beside(deciding=sum(table.leads), all_leads=sum(table.leads), leads_a_month=400.0)
    found = choose_threshold(table, CapacityPart(capacity=capacity), beside=a_month)
    assert found.cut == choose_threshold(table, SharePart(share=capacity / 400)).cut


def test_a_capacity_needs_the_days_leads_were_created() -> None:
    table = ScoreTable(scores=(1, 2), leads=(5, 5), customers=(1, 3))
    with pytest.raises(SpecError, match=r"leads: \{created: COLUMN\}"):
        choose_threshold(table, CapacityPart(capacity=3))


@given(tables, st.floats(0.01, 0.99))
def test_a_close_rate_is_reached_by_the_leads_that_pass(table: ScoreTable, rate: float) -> None:
    found = choose_threshold(table, CloseRatePart(min_close_rate=rate))

    def close_rate(threshold: int) -> float:
        leads, customers = passing(table, threshold)
        return customers / leads

    enough = [t for t in table.scores if close_rate(t) >= rate]
    if enough:
        assert found.score == min(enough)
    else:
        assert close_rate(found.score) == max(map(close_rate, table.scores))


@given(tables, st.sampled_from(["max_f1", "youden", "expected_value"]))
def test_what_is_to_be_largest_is_and_ties_go_to_the_lowest(table: ScoreTable, name: str) -> None:
    all_leads, all_customers = sum(table.leads), sum(table.customers)

    def goodness(threshold: int) -> Fraction:
        leads, customers = passing(table, threshold)
        if name == "max_f1":
            return Fraction(2 * customers, leads + all_customers)
        if name == "expected_value":
            return Fraction(4000 * customers - 25 * leads)
        others = max(all_leads - all_customers, 1)
        return Fraction(customers, all_customers) - Fraction(leads - customers, others)

    value = ExpectedValuePart(expected_value=ValuePart(customer=4000, contact=25))
    found = choose_threshold(table, value if name == "expected_value" else name)
    best = max(map(goodness, table.scores))
    assert found.score == min(t for t in table.scores if goodness(t) == best)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("max_f1", "max_f1"),
        ("{capacity: 200}", "capacity_200"),
        ("{share: 0.3}", "share_0.3"),
        ("{min_close_rate: 0.25}", "min_close_rate_0.25"),
        ("{expected_value: {customer: 4000, contact: 25}}", "expected_value_4000_25"),
    ],
)
def test_rules_are_declared_in_the_spec_and_stand_in_the_card(
    text: str, name: str, leads_frame: pd.DataFrame
) -> None:
    rule = Spec.from_text(f"threshold: {text}").threshold
    assert rule_name(rule) == name
    frame = leads_frame.assign(created_at="2026-01-01")
    frame.loc[frame.index[-1], "created_at"] = "2026-03-01"
    card = calibrate(frame, Spec.from_text(f"threshold: {text}")).scorecard
    again = type(card).from_yaml(card.to_yaml())
    assert rule_name(again.threshold.rule) == name
    assert again == card


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{capacity: 0}", "threshold.capacity: found 0"),
        ("{share: 2}", "threshold.share: found 2"),
        ("{min_close_rate: 1}", "threshold.min_close_rate: found 1"),
        ("{expected_value: {customer: 1}}", "threshold.expected_value.contact: missing"),
        ("{share: 0.1, capacity: 3}", "unknown key"),
        ("best", "threshold: found `best`"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(text: str, says: str) -> None:
    with pytest.raises(SpecError) as fault:
        Spec.from_text(f"threshold: {text}")
    assert says in str(fault.value)
