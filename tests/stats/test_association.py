"""An attribute as a whole: chi-square, trend, Simes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as judge
from statsmodels.stats.contingency_tables import Table

from calibrate.stats.association import association, simes, trend_p

tables = st.lists(
    st.integers(2, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=2,
    max_size=8,
).filter(lambda rows: 0 < sum(x for x, _ in rows) < sum(n for _, n in rows))


@given(tables)
def test_chi_square_is_scipys(rows: list[tuple[int, int]]) -> None:
    x, n = np.array(rows).T
    found = association(x, n)
    chi_square, p, df, expected = judge.chi2_contingency([x, n - x], correction=False)
    assert found.chi_square == pytest.approx(chi_square, rel=1e-9, abs=1e-12)
    assert found.p_value == pytest.approx(p, rel=1e-8)
    assert found.df == df
    assert found.min_expected == pytest.approx(expected.min())
    assert found.cramers_v == pytest.approx(
        judge.contingency.association(np.array([x, n - x]), method="cramer"), abs=1e-12
    )


@given(tables)
def test_information_value_is_finite_and_at_least_zero(rows: list[tuple[int, int]]) -> None:
    x, n = np.array(rows).T
    found = association(x, n).information_value
    assert np.isfinite(found)
    assert found >= 0


@given(tables)
def test_trend_is_statsmodels_ordinal_association(rows: list[tuple[int, int]]) -> None:
    x, n = np.array(rows).T
    ranks = (np.cumsum(n) - n / 2) / n.sum()
    other = Table(np.column_stack([x, n - x]), shift_zeros=False).test_ordinal_association(
        row_scores=ranks, col_scores=np.array([1.0, 0.0])
    )
    # statsmodels' variance is the permutation one, N/(N-1) of the binomial, as ours is.
    assert trend_p(x, n) == pytest.approx(other.pvalue, rel=1e-6, abs=1e-12)


def test_trend_does_not_care_for_the_direction() -> None:
    x, n = np.array([3, 9, 20, 41]), np.array([100, 120, 110, 90])
    assert trend_p(x, n) == pytest.approx(trend_p(x[::-1], n[::-1]))
    assert trend_p(x, n) < 1e-8


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_simes_lies_between_the_smallest_and_bonferroni(p_values: list[float]) -> None:
    combined = simes(p_values)
    assert min(p_values) <= combined <= min(1.0, len(p_values) * min(p_values)) + 1e-15


def test_simes_leaves_untested_levels_out() -> None:
    assert simes([0.02, np.nan, 0.5]) == simes([0.02, 0.5]) == pytest.approx(0.04)
    assert simes([np.nan]) == 1.0
