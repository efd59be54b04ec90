"""The strength of shrinkage against scipy's own likelihood and search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import betabinom

from calibrate.stats.shrinkage import STRONGEST, WEAKEST, shrinkage_strength, shrunken_rates

levels = st.lists(
    st.tuples(st.integers(1, 5000), st.floats(0, 1)).map(
        lambda one: (round(one[0] * one[1]), one[0])
    ),
    min_size=1,
    max_size=25,
).filter(lambda rows: 0 < sum(x for x, _ in rows) < sum(n for _, n in rows))


def log_likelihood(x: list[int], n: list[int], overall: float, m: float) -> float:
    return float(betabinom.logpmf(x, n, m * overall, m * (1 - overall)).sum())


@given(levels)
def test_no_other_strength_explains_the_levels_better(rows: list[tuple[int, int]]) -> None:
    x, n = (list(part) for part in zip(*rows, strict=True))
    overall = sum(x) / sum(n)
    m = shrinkage_strength(x, n, overall)
    assert WEAKEST <= m <= STRONGEST
    found = minimize_scalar(
        lambda log_m: -log_likelihood(x, n, overall, float(np.exp(log_m))),
        bounds=(np.log(WEAKEST), np.log(STRONGEST)),
        method="bounded",
        options={"xatol": 1e-10},
    )
    best = max(-found.fun, *(log_likelihood(x, n, overall, one) for one in (WEAKEST, STRONGEST)))
    assert log_likelihood(x, n, overall, m) >= best - 1e-7 * max(1, abs(best))


def test_the_strength_planted_is_found() -> None:
    rng = np.random.default_rng(7)
    m, overall = 80.0, 0.12
    n = rng.integers(500, 2000, 400)
    x = rng.binomial(n, rng.beta(m * overall, m * (1 - overall), 400))
    assert shrinkage_strength(x, n, overall) == pytest.approx(m, rel=0.15)


def test_rates_that_scatter_no_more_than_chance_are_drawn_in_as_far_as_may_be() -> None:
    assert shrinkage_strength([50, 51, 49], [500, 500, 500], 0.1) == STRONGEST


def test_rates_that_have_nothing_in_common_are_drawn_in_as_little_as_may_be() -> None:
    assert shrinkage_strength([0, 900, 0, 900], [900, 900, 900, 900], 0.5) == WEAKEST


def test_the_order_of_levels_and_levels_without_leads_do_not_matter() -> None:
    x, n = [3, 40, 9, 0], [100, 210, 33, 57]
    m = shrinkage_strength(x, n, 0.13)
    assert shrinkage_strength(x[::-1], n[::-1], 0.13) == pytest.approx(m, rel=1e-9)
    assert shrinkage_strength([*x, 0], [*n, 0], 0.13) == pytest.approx(m, rel=1e-9)


@given(levels, st.floats(1, 1e4))
def test_a_shrunken_rate_lies_between_its_own_and_the_overall_one(
    rows: list[tuple[int, int]], m: float
) -> None:
    x, n = (np.array(part) for part in zip(*rows, strict=True))
    overall = x.sum() / n.sum()
    shrunken = shrunken_rates(x, n, overall, m)
    assert (shrunken >= np.minimum(x / n, overall) - 1e-12).all()
    assert (shrunken <= np.maximum(x / n, overall) + 1e-12).all()
    assert ((shrunken > 0) & (shrunken < 1)).all()


def test_ten_million_leads_in_a_thousand_levels_give_a_finite_strength() -> None:
    n = np.full(1000, 10_000)
    for x in (np.zeros(1000, int), np.arange(1000)):
        m = shrinkage_strength(x, n, max(x.sum(), 1) / n.sum())
        assert WEAKEST <= m <= STRONGEST
