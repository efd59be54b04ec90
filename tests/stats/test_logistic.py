"""Logistic regression on counts against statsmodels, and when a line has a finite slope."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st

from calibrate.stats.logistic import fit_logistic, overlap_of_scores

rows_of_counts = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=2, max_size=12
)


def judge(
    design: np.ndarray, leads: np.ndarray, customers: np.ndarray, offset: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and covariance as statsmodels finds them; it takes no row without leads."""
    kept = leads > 0
    model = sm.GLM(
        np.column_stack([customers, leads - customers])[kept],
        design[kept],
        family=sm.families.Binomial(),
        offset=None if offset is None else offset[kept],
    )
    found = model.fit(tol=1e-12, tol_criterion="params")
    return np.asarray(found.params), np.asarray(found.cov_params())


# statsmodels takes counts that lie on a line for a separation, and warns; what it finds is right.
@pytest.mark.filterwarnings("ignore:Perfect separation or prediction detected")
@given(rows_of_counts)
def test_the_line_agrees_with_statsmodels(rows: list[tuple[int, int]]) -> None:
    customers, others = np.array(rows).T
    scores = np.arange(len(rows)) - len(rows) / 2
    leads = customers + others
    # Of a line through two points statsmodels would have the scale, and divide by 0 for it.
    assume((leads > 0).sum() > 2)
    assume(overlap_of_scores(scores, leads, customers))
    design = np.column_stack([np.ones(len(rows)), scores])
    found = fit_logistic(design, leads, customers)
    coefficients, covariance = judge(design, leads, customers)
    assert found.coefficients == pytest.approx(coefficients, rel=1e-6, abs=1e-7)
    assert found.covariance == pytest.approx(covariance, rel=1e-5, abs=1e-9)


def test_rare_customers_and_an_offset_agree_with_statsmodels() -> None:
    rng = np.random.default_rng(4)
    scores, leads = np.linspace(-2, 2, 40), rng.integers(1, 90_000, 40)
    customers = rng.binomial(leads, 1 / (1 + np.exp(9 - 1.5 * scores)))
    offset = rng.normal(-7, 1, 40)
    for design in (np.ones((40, 1)), np.column_stack([np.ones(40), scores])):
        found = fit_logistic(design, leads, customers, offset)
        coefficients, covariance = judge(design, leads, customers, offset)
        assert found.coefficients == pytest.approx(coefficients, rel=1e-9)
        assert found.covariance == pytest.approx(covariance, rel=1e-7)


def test_many_counts_at_once_are_each_fitted_as_if_alone() -> None:
    rng = np.random.default_rng(5)
    leads = rng.integers(1, 300, (7, 20))
    customers = rng.binomial(leads, np.linspace(0.01, 0.9, 20))
    design = np.column_stack([np.ones(20), np.linspace(-1, 1, 20)])
    together = fit_logistic(design, leads, customers)
    for place in range(7):
        alone = fit_logistic(design, leads[place], customers[place])
        assert together.coefficients[place] == pytest.approx(alone.coefficients, rel=1e-9)
        assert together.error(design)[place] == pytest.approx(alone.error(design), rel=1e-9)
        assert together.linear(design)[place] == pytest.approx(alone.linear(design), rel=1e-9)


def test_errors_of_the_log_odds_agree_with_statsmodels() -> None:
    leads, customers = np.array([90, 80, 70]), np.array([9, 20, 40])
    design = np.column_stack([np.ones(3), [-1.0, 0.0, 1.0]])
    model = sm.GLM(
        np.column_stack([customers, leads - customers]), design, family=sm.families.Binomial()
    )
    # Its covariance is that of the round before the last.
    wanted = model.fit(tol=1e-14).get_prediction(design).se_mean
    found = fit_logistic(design, leads, customers)
    rates = 1 / (1 + np.exp(-found.linear(design)))
    assert found.error(design) * rates * (1 - rates) == pytest.approx(wanted, rel=1e-7)


@given(rows_of_counts)
def test_a_line_has_a_finite_slope_where_no_cut_parts_customers_from_others(
    rows: list[tuple[int, int]],
) -> None:
    """Separated: some cut has only customers on one side and only others on the other, or at it."""
    customers, others = np.array(rows).T

    def parts(low: np.ndarray, high: np.ndarray) -> bool:
        cuts = range(len(rows))
        return any(not low[cut + 1 :].any() and not high[:cut].any() for cut in cuts)

    wanted = not (parts(others, customers) or parts(customers, others))
    assert overlap_of_scores(range(len(rows)), customers + others, customers) == wanted
