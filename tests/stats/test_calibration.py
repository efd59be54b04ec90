"""Calibration intercept, slope and Brier score against statsmodels and lists of leads."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from calibrate.stats.calibration import (
    brier_reference,
    brier_score,
    calibration_intercept,
    calibration_slope,
)


@pytest.fixture(scope="module")
def later() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rates foretold, too far apart and too high, with what came."""
    rng = np.random.default_rng(9)
    predicted, leads = np.linspace(0.01, 0.8, 30), rng.integers(20, 400, 30)
    truth = 1 / (1 + np.exp(0.4 - 0.7 * np.log(predicted / (1 - predicted))))
    return predicted, leads, rng.binomial(leads, truth)


def one_by_one(predicted: np.ndarray, leads: np.ndarray, customers: np.ndarray) -> tuple:
    """The same leads as rows: the rate foretold to each, and whether it closed."""
    rows = [
        (p, int(lead < x))
        for p, n, x in zip(predicted, leads, customers, strict=True)
        for lead in range(n)
    ]
    return tuple(np.array(part) for part in zip(*rows, strict=True))


def test_intercept_and_slope_agree_with_statsmodels_lead_by_lead(
    later: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    predicted, closed = one_by_one(*later)
    linear, binomial = np.log(predicted / (1 - predicted)), sm.families.Binomial()
    ones = np.ones((len(closed), 1))
    line = sm.GLM(closed, sm.add_constant(linear), family=binomial).fit(tol=1e-12)
    shift = sm.GLM(closed, ones, family=binomial, offset=linear).fit(tol=1e-12)
    for found, model, place in (
        (calibration_intercept(*later), shift, 0),
        (calibration_slope(*later), line, 1),
    ):
        assert found is not None
        assert found.value == pytest.approx(model.params[place], rel=1e-7)
        assert (found.low, found.high) == pytest.approx(model.conf_int()[place], rel=1e-6)


def test_what_was_planted_is_found(later: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    slope, intercept = calibration_slope(*later), calibration_intercept(*later)
    assert slope is not None
    assert intercept is not None
    assert slope.low < 0.7 < slope.high < 1
    assert intercept.high < 0


def test_rates_that_are_right_have_intercept_0_and_slope_1() -> None:
    predicted, leads = np.array([0.1, 0.25, 0.5, 0.8]), np.array([40, 40, 40, 40])
    right = (predicted, leads, leads * predicted)
    slope, intercept = calibration_slope(*right), calibration_intercept(*right)
    assert slope is not None
    assert intercept is not None
    assert slope.value == pytest.approx(1, abs=1e-9)
    assert intercept.value == pytest.approx(0, abs=1e-9)


def test_what_cannot_be_told_is_none() -> None:
    assert calibration_intercept([0.1, 0.2], [9, 9], [0, 0]) is None
    assert calibration_intercept([0.1, 0.2], [9, 9], [9, 9]) is None
    assert calibration_slope([0.1, 0.1], [9, 9], [2, 4]) is None, "one rate for all"
    assert calibration_slope([0.1, 0.2], [9, 9], [0, 4]) is None, "customers lie apart"
    assert calibration_slope([0.1, 0.2], [9, 9], [0, 0]) is None


def test_rates_of_0_and_1_count_as_half_a_customer_among_all() -> None:
    counts = ([30, 50, 20], [1, 20, 19])
    found, held = (
        [calibration_slope(p, *counts), calibration_intercept(p, *counts)]
        for p in ([0, 0.4, 1], [0.5 / 101, 0.4, 100.5 / 101])
    )
    assert found == held
    assert None not in found


rates_and_counts = st.lists(
    st.tuples(st.floats(0, 1), st.integers(1, 8), st.integers(0, 8)).map(
        lambda one: (one[0], max(one[1:]), min(one[1:]))
    ),
    min_size=1,
    max_size=8,
)


@given(rates_and_counts)
def test_brier_scores_are_those_of_the_leads_one_by_one(
    rows: list[tuple[float, int, int]],
) -> None:
    columns = [np.array(part) for part in zip(*rows, strict=True)]
    predicted, closed = one_by_one(*columns)
    assert brier_score(*columns) == pytest.approx(np.mean((predicted - closed) ** 2))
    assert brier_reference(*columns[1:]) == pytest.approx(np.var(closed))
    assert brier_reference(*columns[1:], 0.3) == pytest.approx(np.mean((0.3 - closed) ** 2))
    assert brier_reference(*columns[1:], 0.3) >= brier_reference(*columns[1:]) - 1e-12
