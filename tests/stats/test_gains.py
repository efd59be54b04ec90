"""The gains curve against leads worked one by one, and against the AUC."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.stats.auc import auc
from calibrate.stats.gains import gains

tallies = st.lists(
    st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=12,
).filter(lambda rows: any(x for x, _ in rows))  # customers and leads, scores rising


def sides(rows: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [n for _, n in rows], [x for x, _ in rows]


@given(tallies)
def test_it_rises_and_ends_where_all_leads_have_been_worked(rows: list[tuple[int, int]]) -> None:
    curve = gains(*sides(rows))
    assert (np.diff(curve.leads_worked) > 0).all()
    assert (np.diff(curve.customers_reached) >= 0).all()
    assert (curve.leads_worked[-1], curve.customers_reached[-1], curve.lift[-1]) == (1, 1, 1)
    assert (curve.reached(0), curve.reached(1)) == (0, 1)


@given(tallies)
def test_each_lead_worked_brings_its_scores_share_of_customers(
    rows: list[tuple[int, int]],
) -> None:
    one_by_one = np.concatenate([np.full(n, x / n) for x, n in rows[::-1]])
    curve, total = gains(*sides(rows)), one_by_one.sum()
    for worked in range(len(one_by_one) + 1):
        wanted = one_by_one[:worked].sum() / total
        assert curve.reached(worked / len(one_by_one)) == pytest.approx(wanted, abs=1e-12)


@given(tallies)
def test_the_area_under_it_is_that_of_the_auc(rows: list[tuple[int, int]]) -> None:
    """Leads worked are others and customers: area = AUC (1 - p) + p / 2, p the close rate."""
    leads, customers = sides(rows)
    rate = sum(customers) / sum(leads)
    if rate == 1:
        return
    curve = gains(leads, customers)
    area = np.trapezoid([0, *curve.customers_reached], [0, *curve.leads_worked])
    assert area == pytest.approx(auc(leads, customers) * (1 - rate) + rate / 2)


@given(tallies)
def test_lift_is_the_close_rate_so_far_against_overall(rows: list[tuple[int, int]]) -> None:
    leads, customers = (np.cumsum(part[::-1]) for part in sides(rows))
    wanted = (customers / leads) / (customers[-1] / leads[-1])
    np.testing.assert_allclose(gains(*sides(rows)).lift, wanted)


def test_scores_nobody_has_leave_the_curve_as_it_is() -> None:
    curve = gains([80, 0, 20, 0], [2, 0, 8, 0])
    assert curve.reached(0.2) == pytest.approx(0.8)
    assert math.isnan(curve.lift[0])
    assert curve.lift[1:].tolist() == [4.0, 4.0, 1.0]


def test_without_customers_there_is_none_to_reach() -> None:
    assert math.isnan(gains([5, 5], [0, 0]).reached(0.5))
