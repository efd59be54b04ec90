"""p-values against scipy and against exact fractions; many tests against statsmodels."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency, fisher_exact, hypergeom
from statsmodels.stats.multitest import multipletests

from calibrate.stats.significance import (
    CHI_SQUARE_FROM,
    at_most,
    benjamini_hochberg,
    chi_square_p,
    fisher_mid_p,
    level_p_values,
)


@st.composite
def tables(draw: st.DrawFn, largest: int) -> tuple[int, int, int, int]:
    all_leads = draw(st.integers(3, largest))
    leads = draw(st.integers(1, all_leads - 1))
    all_customers = draw(st.integers(1, all_leads - 1))
    least = max(0, all_customers - (all_leads - leads))
    customers = draw(st.integers(least, min(leads, all_customers)))
    return customers, leads, all_customers, all_leads


def mid_p(x: int, n: int, all_x: int, all_n: int) -> float:
    return float(fisher_mid_p([x], [n], all_x, all_n)[0])


def exact_mid_p(x: int, n: int, all_x: int, all_n: int) -> Fraction:
    """Sum whole numbers of ways: no rounding, no logarithms."""
    ways = {
        y: comb(all_x, y) * comb(all_n - all_x, n - y)
        for y in range(max(0, n + all_x - all_n), min(n, all_x) + 1)
    }
    less = sum(w for w in ways.values() if w < ways[x])
    equal = sum(w for w in ways.values() if w == ways[x])
    return (Fraction(less) + Fraction(equal, 2)) / comb(all_n, n)


@given(tables(largest=400))
def test_mid_p_is_the_exact_sum(table: tuple) -> None:
    assert mid_p(*table) == pytest.approx(float(exact_mid_p(*table)), rel=1e-9)


def test_mid_p_is_the_exact_sum_for_every_table_of_nine_leads() -> None:
    for all_x in range(1, 9):
        for n in range(1, 9):
            for x in range(max(0, n + all_x - 9), min(n, all_x) + 1):
                found = mid_p(x, n, all_x, 9)
                assert found == pytest.approx(float(exact_mid_p(x, n, all_x, 9)), rel=1e-12)


def test_tables_that_are_equally_likely_count_as_equal_whatever_their_last_digit() -> None:
    """Of 21 leads 7 bought: 1 of them among 9 is exactly as likely as 5, in other steps."""
    assert comb(7, 1) * comb(14, 8) == comb(7, 5) * comb(14, 4)
    for x in (1, 5):
        assert mid_p(x, 9, 7, 21) == pytest.approx(float(exact_mid_p(x, 9, 7, 21)), rel=1e-9)


def test_mid_p_agrees_with_scipys_hypergeometric_sums_on_broad_tables() -> None:
    rng = np.random.default_rng(4)
    for _ in range(40):
        all_n = int(rng.integers(1_000, 200_000))
        all_x = int(rng.integers(1, all_n // 50))
        n = int(rng.integers(1, all_n - 1))
        x = int(rng.hypergeometric(all_x, all_n - all_x, n))
        y = np.arange(max(0, n + all_x - all_n), min(n, all_x) + 1)
        p = hypergeom(all_n, all_x, n).pmf(y)
        observed = p[y == x][0]
        wanted = (
            p[p < observed * (1 - 1e-7)].sum() + p[np.isclose(p, observed, rtol=1e-7)].sum() / 2
        )
        # scipy's own probabilities are good to about nine digits here.
        assert mid_p(x, n, all_x, all_n) == pytest.approx(wanted, rel=1e-7)


@given(tables(largest=3000))
def test_mid_p_is_fishers_p_less_half_of_what_is_as_likely(table: tuple) -> None:
    x, n, all_x, all_n = table
    fisher = fisher_exact([[x, n - x], [all_x - x, all_n - n - all_x + x]]).pvalue
    assert mid_p(*table) <= fisher * (1 + 1e-7)
    assert mid_p(*table) >= fisher / 2 * (1 - 1e-7)


@given(tables(largest=20_000))
def test_mid_p_is_the_same_for_customers_and_others_and_for_level_and_rest(table: tuple) -> None:
    x, n, all_x, all_n = table
    p = mid_p(*table)
    assert 0 <= p <= 1
    assert mid_p(n - x, n, all_n - all_x, all_n) == pytest.approx(p, rel=1e-9)
    assert mid_p(all_x - x, all_n - n, all_x, all_n) == pytest.approx(p, rel=1e-9)
    assert mid_p(x, all_x, n, all_n) == pytest.approx(p, rel=1e-9)


@given(tables(largest=500))
def test_mid_p_falls_away_from_the_likeliest_table(table: tuple) -> None:
    _, n, all_x, all_n = table
    x = np.arange(max(0, n + all_x - all_n), min(n, all_x) + 1)
    p = fisher_mid_p(x, np.full(len(x), n), all_x, all_n)
    ways = [comb(all_x, int(y)) * comb(all_n - all_x, n - int(y)) for y in x]
    top = int(np.argmax(ways))
    assert (np.diff(p[: top + 1]) >= -1e-12).all()
    assert (np.diff(p[top:]) <= 1e-12).all()


def test_chi_square_agrees_with_scipy() -> None:
    rng = np.random.default_rng(5)
    for _ in range(100):
        n, rest = (int(v) for v in rng.integers(20, 100_000, 2))
        x, other = int(rng.binomial(n, 0.2)), int(rng.binomial(rest, 0.21))
        statistic = chi2_contingency([[x, n - x], [other, rest - other]], correction=False)[0]
        total = n + rest
        wanted = chi2.sf(statistic * (total - 1) / total, 1)
        assert chi_square_p([x], [n], x + other, total)[0] == pytest.approx(wanted, rel=1e-9)


def test_chi_square_takes_over_exactly_where_every_expected_count_is_a_thousand() -> None:
    all_x, all_n = 10_000, 100_000
    x, n = [1_000, 1_000, 1_050], [10_000, 9_999, 10_000]
    p, by_chi_square = level_p_values(x, n, all_x, all_n)
    assert by_chi_square.tolist() == [True, False, True]
    assert CHI_SQUARE_FROM == 1000
    assert p[1] == mid_p(1_000, 9_999, all_x, all_n)
    assert p[2] == chi_square_p([1_050], [10_000], all_x, all_n)[0]


def test_at_the_change_of_tests_the_two_differ_by_less_than_a_fifth() -> None:
    """Out to three and a half standard errors: farther out both are far below any q."""
    x = np.arange(900, 1100, 20)
    n = np.full(len(x), 10_000)
    exact = fisher_mid_p(x, n, 10_000, 100_000)
    np.testing.assert_allclose(chi_square_p(x, n, 10_000, 100_000), exact, rtol=0.2)


def test_a_level_without_leads_or_with_all_leads_has_no_p_value() -> None:
    p, by_chi_square = level_p_values([0, 3, 10], [0, 50, 100], 10, 100)
    assert np.isnan(p).tolist() == [True, False, True]
    assert not by_chi_square.any()


@pytest.mark.parametrize("n", [1, 10, 10_000, 100_000, 5_000_000, 9_999_999])
def test_ten_million_leads_give_p_values_at_every_extreme(n: int) -> None:
    all_n = 10_000_000
    for all_x in (1, 10, 100_000, 9_999_999):
        least, most = max(0, n + all_x - all_n), min(n, all_x)
        p, _ = level_p_values([least, most], [n, n], all_x, all_n)
        assert ((p >= 0) & (p <= 1)).all()


def test_the_tail_is_right_far_below_what_a_float_can_add_to_one() -> None:
    """All 50 customers among 60 of 10 000 leads: one table, about 1e-127."""
    wanted = Fraction(comb(60, 50), comb(10_000, 50)) / 2
    assert mid_p(50, 60, 50, 10_000) == pytest.approx(float(wanted), rel=1e-9)


def test_a_thousand_levels_of_ten_million_leads_stay_small_in_memory() -> None:
    rng = np.random.default_rng(6)
    n = rng.multinomial(10_000_000, rng.dirichlet(np.full(1000, 0.3))) + 1
    x = rng.binomial(n, 0.01)
    tracemalloc.start()
    p, _ = level_p_values(x, n, int(x.sum()), int(n.sum()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert ((p >= 0) & (p <= 1)).all()
    assert peak < 40_000_000


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_benjamini_hochberg_agrees_with_statsmodels(p: list[float]) -> None:
    wanted = multipletests(p, method="fdr_bh")[1]
    np.testing.assert_allclose(benjamini_hochberg(p), wanted, rtol=1e-12)


@given(st.lists(st.one_of(st.floats(0, 1), st.none()), min_size=1, max_size=40))
def test_what_was_not_tested_does_not_count_as_a_test(p: list[float | None]) -> None:
    found = benjamini_hochberg([np.nan if value is None else value for value in p])
    tested = [value for value in p if value is not None]
    assert np.isnan(found).tolist() == [value is None for value in p]
    assert found[~np.isnan(found)].tolist() == benjamini_hochberg(tested).tolist()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.01, 0.5))
def test_calls_at_q_are_those_of_the_step_up_rule(p: list[float], q: float) -> None:
    """The paper's own wording: the largest k with p(k) <= k q / m, and all before it."""
    ranked = sorted(p)
    passing = [k for k, value in enumerate(ranked, 1) if value * len(p) / k <= q]
    called = ranked[max(passing) - 1] if passing else -1.0
    found = benjamini_hochberg(p) <= q
    assert found.tolist() == [value <= called for value in p]


@given(
    st.integers(1, 60_000),
    st.floats(0, 1),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8),
    st.sampled_from([0.0, 1e-9, 0.01, 0.05, 0.9]),
)
def test_what_a_bound_tells_is_what_the_p_values_say(
    all_leads: int, share: float, parts: list[tuple[float, float]], most: float
) -> None:
    """Levels without a lead and with all of them, and where nobody or everybody closed, too."""
    all_customers = round(share * all_leads)
    leads = np.array([round(part * all_leads) for part, _ in parts])
    fewest = np.maximum(0, leads - (all_leads - all_customers))
    room = np.minimum(leads, all_customers) - fewest
    customers = fewest + np.rint(room * [rate for _, rate in parts]).astype(int)
    p_values, _ = level_p_values(customers, leads, all_customers, all_leads)
    found = at_most(most, customers, leads, all_customers, all_leads)
    assert found.tolist() == (p_values <= most).tolist()
