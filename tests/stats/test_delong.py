"""DeLong against every pair of leads, and at the edges where its variance fails."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from calibrate.stats.auc import auc
from calibrate.stats.delong import auc_interval, paired_auc

tallies = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=10
)  # customers and others, scores rising
rows = st.lists(
    st.tuples(
        st.integers(-3, 3), st.integers(-3, 3), st.integers(0, 5), st.integers(0, 5)
    ),  # old score, new score, customers, others
    min_size=1,
    max_size=14,
)


def wins(customers: np.ndarray, others: np.ndarray) -> np.ndarray:
    """A table of every customer against every other lead: 1 won, 1/2 tied, 0 lost."""
    gap = np.subtract.outer(customers, others)
    return (gap > 0) + (gap == 0) / 2


def variance_by_pairs(won: np.ndarray) -> float:
    """DeLong's variance of the mean of such a table."""
    by_customer, by_other = won.mean(axis=1), won.mean(axis=0)
    return by_customer.var(ddof=1) / len(by_customer) + by_other.var(ddof=1) / len(by_other)


def one_by_one(values: list, counts: list) -> np.ndarray:
    return np.repeat(np.array(values, dtype=float), counts)


@given(tallies)
def test_the_interval_is_that_of_every_pair_of_leads(tally: list[tuple[int, int]]) -> None:
    x, others = ([row[side] for row in tally] for side in (0, 1))
    found = auc_interval([a + b for a, b in tally], x)
    if sum(x) < 2 or sum(others) < 2:
        assert math.isnan(found.se)
        return
    won = wins(one_by_one(range(len(x)), x), one_by_one(range(len(x)), others))
    se = math.sqrt(variance_by_pairs(won))
    assert found.auc == pytest.approx(won.mean())
    assert found.se == pytest.approx(se, abs=1e-9)
    if se > 1e-9:
        half = norm.ppf(0.975) * se
        wanted = max(won.mean() - half, 0), min(won.mean() + half, 1)
        assert (found.low, found.high) == pytest.approx(wanted)


@given(tallies)
def test_the_interval_holds_the_auc_and_stays_in_bounds(tally: list[tuple[int, int]]) -> None:
    found = auc_interval([a + b for a, b in tally], [a for a, _ in tally])
    assert 0 <= found.low <= found.high <= 1
    if not math.isnan(found.auc):
        assert found.low <= found.auc + 1e-12
        assert found.auc <= found.high + 1e-12
        # A range of one point says that a finite number of leads has proved it.
        assert found.low < found.high


@given(tallies)
def test_customers_and_others_change_places(tally: list[tuple[int, int]]) -> None:
    leads = [a + b for a, b in tally]
    one = auc_interval(leads, [a for a, _ in tally])
    other = auc_interval(leads, [b for _, b in tally])
    assert other.se == pytest.approx(one.se, nan_ok=True)
    assert (other.auc, other.low, other.high) == pytest.approx(
        (1 - one.auc, 1 - one.high, 1 - one.low), nan_ok=True
    )


@pytest.mark.parametrize(("customers", "others"), [(2, 100), (200, 10_000), (100, 3)])
def test_a_faultless_ranking_is_trusted_by_its_smaller_side(customers: int, others: int) -> None:
    found = auc_interval([others, customers], [0, customers])
    few = min(customers, others)
    low, high = proportion_confint(few, few, method="wilson")
    assert (found.auc, found.se) == (1.0, 0.0)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_a_score_that_ties_all_leads_has_no_scatter_and_says_nothing() -> None:
    found = auc_interval([500], [50])
    assert (found.auc, found.se) == (0.5, 0.0)
    assert (found.low, found.high) == pytest.approx(proportion_confint(25, 50, method="wilson"))


def test_a_single_customer_leaves_the_error_unknown_and_chance_possible() -> None:
    found = auc_interval([900, 100], [0, 1])
    assert math.isnan(found.se)
    assert found.low < 0.5 < found.auc <= found.high
    upside_down = auc_interval([100, 900], [100, 899])
    assert math.isnan(upside_down.se)
    assert upside_down.low < 0.5


@pytest.mark.parametrize("customers", [[0, 0], [5, 7]], ids=["no customers", "only customers"])
def test_without_both_sides_nothing_is_known(customers: list[int]) -> None:
    found = auc_interval([5, 7], customers)
    assert math.isnan(found.auc)
    assert (found.low, found.high) == (0.0, 1.0)
    both = paired_auc([1, 2], [2, 1], [5, 7], customers)
    assert math.isnan(both.p_value)
    assert (both.low, both.high) == (-1.0, 1.0)


def test_a_billion_leads_keep_their_digits() -> None:
    small, large = (
        auc_interval([40, 60], [10, 30]),
        auc_interval([4 * 10**9, 6 * 10**9], 10**9 * np.array([1, 3])),
    )
    assert large.auc == small.auc
    assert large.se == pytest.approx(small.se * 1e-4, rel=0.05)


@given(rows)
def test_the_paired_test_is_that_of_every_pair_of_leads(
    table: list[tuple[int, int, int, int]],
) -> None:
    old, new, x, others = (list(part) for part in zip(*table, strict=True))
    found = paired_auc(old, new, np.add(x, others), x)
    if sum(x) < 2 or sum(others) < 2:
        return
    before, after = (wins(one_by_one(score, x), one_by_one(score, others)) for score in (old, new))
    variance = variance_by_pairs(after - before)
    assert (found.old, found.new) == pytest.approx((before.mean(), after.mean()))
    assert found.se == pytest.approx(math.sqrt(variance), abs=1e-9)
    if variance > 1e-12:
        z = (after - before).mean() / math.sqrt(variance)
        assert found.z == pytest.approx(z, abs=1e-7)
        assert found.p_value == pytest.approx(2 * norm.sf(abs(z)), abs=1e-7)


@given(rows, st.permutations(range(-3, 4)), st.randoms())
def test_only_the_order_of_scores_counts_not_their_names_nor_that_of_rows(
    table: list[tuple[int, int, int, int]], shifts: list[int], dealer
) -> None:
    rising = np.cumsum(np.abs(shifts) + 1)
    shuffled = dealer.sample(table, len(table))
    renamed = [(100 * old + 7, rising[new + 3], x, others) for old, new, x, others in shuffled]
    one, other = (
        paired_auc(old, new, np.add(x, others), x)
        for old, new, x, others in (zip(*each, strict=True) for each in (table, renamed))
    )
    assert (other.old, other.new, other.se, other.p_value) == pytest.approx(
        (one.old, one.new, one.se, one.p_value), nan_ok=True, abs=1e-9
    )


@given(rows)
def test_old_and_new_change_places(table: list[tuple[int, int, int, int]]) -> None:
    old, new, x, others = (np.array(part) for part in zip(*table, strict=True))
    one, other = paired_auc(old, new, x + others, x), paired_auc(new, old, x + others, x)
    assert (other.difference, other.z, other.p_value) == pytest.approx(
        (-one.difference, -one.z, one.p_value), nan_ok=True, abs=1e-9
    )
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low), abs=1e-9)


@given(rows)
def test_each_score_alone_has_its_own_auc(table: list[tuple[int, int, int, int]]) -> None:
    old, _, x, others = (np.array(part) for part in zip(*table, strict=True))
    place = {score: np.flatnonzero(old == score) for score in sorted(set(old.tolist()))}
    tally = [(int((x + others)[where].sum()), int(x[where].sum())) for where in place.values()]
    found = paired_auc(old, np.zeros(len(old)), x + others, x)
    assert found.old == pytest.approx(auc(*zip(*tally, strict=True)), nan_ok=True)


@pytest.mark.parametrize("customers", [[1, 0, 0], [1, 0, 2]], ids=["one customer", "three"])
def test_the_same_ranking_does_not_differ_whatever_its_numbers(customers: list[int]) -> None:
    found = paired_auc([1, 5, 9], [10, 20, 21], [3, 3, 3], customers)
    assert (found.difference, found.se, found.z, found.p_value) == (0.0, 0.0, 0.0, 1.0)
    assert (found.low, found.high) == (0.0, 0.0)


def test_leads_that_change_places_with_their_like_change_nothing() -> None:
    old = [1, 2, 3, 4, 5, 6, 7]
    new = [3, 1, 2, 4, 6, 7, 5]
    for customers in ([0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 9, 0, 0, 0]):
        found = paired_auc(old, new, [3, 7, 11, 9, 1, 5, 6], customers)
        assert (found.difference, found.se, found.p_value) == (0.0, 0.0, 1.0)
        assert (found.low, found.high) == (0.0, 0.0)


def test_a_faultless_score_beats_one_that_ties_all_only_with_leads_enough() -> None:
    few = paired_auc([1, 1], [1, 2], [100, 2], [0, 2])
    assert (few.difference, few.se, few.z) == (0.5, 0.0, pytest.approx(math.sqrt(2) / 2))
    assert few.low < 0 < few.high
    many = paired_auc([1, 1], [1, 2], [1000, 200], [0, 200])
    assert many.p_value < 1e-10
    assert 0 < many.low < 0.5 < many.high <= 1


def test_placements_that_all_rise_alike_have_no_variance_for_all_their_rounding() -> None:
    """Three customers, each passing the lead just above it: all placements rise by 1/3."""
    customers = [1, 0, 1, 0, 1, 0]
    found = paired_auc([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5], [1] * 6, customers)
    assert found.se == 0.0
    assert found.z == pytest.approx(math.sqrt(3) / 3)
    assert found.low < 0 < found.high


def test_the_interval_of_a_difference_ends_at_a_whole_one() -> None:
    found = paired_auc([1, 1, 2, 2, 2], [2, 2, 1, 1, 2], [1] * 5, [0, 0, 1, 1, 0])
    assert found.se > 0
    assert found.low == -1.0
    mirrored = paired_auc([2, 2, 1, 1, 2], [1, 1, 2, 2, 2], [1] * 5, [0, 0, 1, 1, 0])
    assert mirrored.high == 1.0


def test_a_single_customer_decides_nothing_between_two_scores() -> None:
    found = paired_auc([1, 2, 3], [2, 3, 1], [50, 50, 1], [0, 0, 1])
    assert math.isnan(found.se)
    assert found.difference == -1.0
    assert found.p_value > 0.3
    assert found.low < 0 < found.high
