"""Power against sums over all tables, against statsmodels, and against draws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom
from statsmodels.stats.proportion import power_proportions_2indep

from calibrate.stats.association import simes
from calibrate.stats.delong import auc_interval
from calibrate.stats.power import (
    auc_half_width,
    discovery_alpha,
    leads_to_find,
    power_to_find,
)
from calibrate.stats.significance import benjamini_hochberg, level_p_values


def rest_rate(rate: float, lift: float, share: float) -> float:
    return (rate - share * lift * rate) / (1 - share)


def summed_power(leads: int, rate: float, lift: float, share: float, alpha: float) -> float:
    """The chances of all tables that are found, their p-values from scipy's hypergeometric."""
    on = round(share * leads)
    chance = binom.pmf(np.arange(on + 1), on, lift * rate)
    of_rest = binom.pmf(np.arange(leads - on + 1), leads - on, rest_rate(rate, lift, share))
    found = 0.0
    for x, y in itertools.product(range(on + 1), range(leads - on + 1)):
        if (x / on > y / (leads - on)) == (lift > 1) and x / on != y / (leads - on):
            p = hypergeom.pmf(np.arange(on + 1), leads, x + y, on)
            equal = np.isclose(p, p[x], rtol=1e-7, atol=0)
            mid_p = p[(p < p[x]) & ~equal].sum() + p[equal].sum() / 2
            if mid_p <= alpha * (1 + 1e-9):
                found += chance[x] * of_rest[y]
    return found


@pytest.mark.parametrize(
    "world",
    [
        (30, 0.2, 2.0, 0.3, 0.05),
        (40, 0.4, 0.3, 0.25, 0.01),
        (25, 0.5, 1.9, 0.5, 0.002),
        (60, 0.1, 3.0, 0.1, 0.04),
        (12, 0.3, 2.0, 0.5, 0.2),
    ],
)
def test_power_is_the_sum_over_all_tables(world: tuple) -> None:
    # Alphas are no p-value of such a table, so that no last digit decides.
    assert power_to_find(*world) == pytest.approx(summed_power(*world), abs=2e-6)


@pytest.mark.parametrize(
    ("leads", "rate", "lift", "share", "alpha"),
    [
        (60_000, 0.1, 1.1, 0.25, 0.002),
        (40_000, 0.2, 0.95, 0.25, 0.01),
        (200_000, 0.02, 1.1, 0.1, 0.05),
    ],
)
def test_with_many_customers_power_is_that_of_statsmodels(
    leads: int, rate: float, lift: float, share: float, alpha: float
) -> None:
    rest = rest_rate(rate, lift, share)
    wanted = power_proportions_2indep(
        diff=lift * rate - rest,
        prop2=rest,
        nobs1=share * leads,
        ratio=(1 - share) / share,
        alpha=alpha,
    ).power
    assert 0.2 < wanted < 0.95
    assert power_to_find(leads, rate, lift, share, alpha) == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize(
    ("leads", "rate", "lift", "share", "alpha"),
    [(420, 0.1, 3, 0.1, 0.002), (900, 0.1, 0.4, 0.2, 0.002), (3000, 0.05, 2, 0.1, 0.01)],
)
def test_drawn_levels_are_found_as_often_as_foretold(
    leads: int, rate: float, lift: float, share: float, alpha: float
) -> None:
    rng, runs = np.random.default_rng([leads, 7]), 3000
    on = round(share * leads)
    x = rng.binomial(on, lift * rate, size=runs)
    y = rng.binomial(leads - on, rest_rate(rate, lift, share), size=runs)
    found = sum(
        level_p_values([a], [on], int(a + b), leads)[0][0] <= alpha
        and (a / on > b / (leads - on)) == (lift > 1)
        for a, b in zip(x, y, strict=True)
    )
    least, most = binom.ppf([0.0005, 0.9995], runs, power_to_find(leads, rate, lift, share, alpha))
    assert least <= found <= most


worlds = st.tuples(
    st.integers(20, 300),
    st.floats(0.05, 0.5),
    st.sampled_from([0.25, 0.5, 1.5, 1.9]),
    st.floats(0.1, 0.5),
    st.sampled_from([0.05, 0.01, 0.002]),
)


@settings(max_examples=30)
@given(worlds)
def test_a_stricter_limit_finds_less(world: tuple) -> None:
    *leads, alpha = world
    assert 0 <= power_to_find(*leads, alpha / 3) <= power_to_find(*leads, alpha) <= 1


@pytest.mark.parametrize("lift", [0.5, 2.0, 3.0])
@pytest.mark.parametrize("share", [0.05, 0.25])
@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
def test_so_many_leads_are_enough_and_the_number_of_two_digits_below_is_not(
    lift: float, share: float, power: float
) -> None:
    leads = leads_to_find(0.1, lift, share, 0.002, power)
    unit = 10 ** (len(str(leads)) - 2)
    assert leads % unit == 0
    assert power_to_find(leads, 0.1, lift, share, 0.002) >= power
    fewer = leads - (unit if leads > 10 * unit else unit // 10)
    assert power_to_find(fewer, 0.1, lift, share, 0.002) < power


def test_where_all_customers_are_on_the_level_a_few_leads_do() -> None:
    """Half of the leads are on a level that has all of the customers: one in two closes there."""
    leads = leads_to_find(0.25, 2.0, 0.5, 0.05)
    assert 10 <= leads <= 20
    assert power_to_find(leads, 0.25, 2.0, 0.5, 0.05) >= 0.8


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 30))
def test_the_limit_is_that_of_both_stages(attributes: int, selected: int, levels: int) -> None:
    """One small p-value among ones: what Simes and Benjamini-Hochberg make of it."""
    selected = min(selected, attributes)
    alpha = discovery_alpha(0.05, attributes, selected, levels)
    for p, found in ((alpha * (1 - 1e-6), True), (alpha * (1 + 1e-6), False)):
        of_levels = [p] + [1.0] * (levels - 1)
        among = [simes(of_levels)] + [0.0] * (selected - 1) + [1.0] * (attributes - selected)
        assert (benjamini_hochberg(among)[0] <= 0.05) == found
        assert (benjamini_hochberg(of_levels)[0] * attributes / selected <= 0.05) == found


@pytest.mark.parametrize("auc", [0.6, 0.75, 0.9])
@pytest.mark.parametrize("customers", [10, 50, 200])
def test_the_width_is_exact_for_exponential_scores(auc: float, customers: int) -> None:
    """The standard deviation of many drawn AUCs, whose own error is one in sqrt(2 runs)."""
    rng, runs, leads = np.random.default_rng([customers, int(100 * auc)]), 2000, 10 * customers
    ranks = []
    for _ in range(runs):
        of_customers = rng.exponential(auc / (1 - auc), size=customers)
        others = np.sort(rng.exponential(1.0, size=leads - customers))
        ranks.append(np.searchsorted(others, of_customers).mean() / len(others))
    assert np.mean(ranks) == pytest.approx(auc, abs=0.01)
    foretold = auc_half_width(auc, customers, leads, z=1.0)
    assert np.std(ranks) == pytest.approx(foretold, rel=4 / np.sqrt(2 * runs) + 0.02)


def test_the_width_is_a_little_over_that_of_delongs_interval_for_bell_shaped_scores() -> None:
    rng, widths = np.random.default_rng(11), []
    for _ in range(50):
        scores = np.r_[rng.normal(0.954, 1, 100), rng.normal(0, 1, 900)].round(1)
        is_customer = np.r_[np.ones(100), np.zeros(900)]
        seen, place = np.unique(scores, return_inverse=True)
        found = auc_interval(
            np.bincount(place, minlength=len(seen)), np.bincount(place, weights=is_customer)
        )
        widths.append(1.96 * found.se)
    assert 1 < auc_half_width(0.75, 100, 1000) / np.mean(widths) < 1.2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"rate": 0.0}, "rate"),
        ({"rate": 1.0}, "rate"),
        ({"lift": 1.0}, "lift"),
        ({"lift": -2.0}, "lift"),
        ({"share": 1.0}, "share"),
        ({"alpha": 0.0}, "alpha"),
        ({"rate": 0.5, "lift": 2.0}, "more customers than leads"),
        ({"lift": 5.0, "share": 0.5}, "no overall close rate"),
    ],
)
def test_levels_that_cannot_be_are_refused(wrong: dict, says: str) -> None:
    world = {"rate": 0.1, "lift": 2.0, "share": 0.2, "alpha": 0.01} | wrong
    with pytest.raises(ValueError, match=says):
        power_to_find(1000, **world)
    with pytest.raises(ValueError, match=says):
        leads_to_find(**world)


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="some are on the level"):
        power_to_find(4, 0.1, 2.0, 0.1, 0.05)
    with pytest.raises(ValueError, match="power"):
        leads_to_find(0.1, 2.0, 0.1, 0.05, power=1.0)
    with pytest.raises(ValueError, match="selected"):
        discovery_alpha(0.05, attributes=3, selected=4, levels=1)
    with pytest.raises(ValueError, match="q_max"):
        discovery_alpha(0.0, attributes=3, selected=1, levels=1)
    with pytest.raises(ValueError, match="levels"):
        discovery_alpha(0.05, attributes=3, selected=1, levels=0)
    with pytest.raises(ValueError, match="auc"):
        auc_half_width(1.0, 10, 100)
    with pytest.raises(ValueError, match="customers"):
        auc_half_width(0.7, 10, 10)
