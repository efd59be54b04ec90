"""What is said of later leads: intervals hold the truth, and what stayed is seldom called moved."""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.stats import binom, norm

from calibrate.stats.changes import rate_changes
from calibrate.stats.delong import auc_interval, paired_auc
from calibrate.stats.stability_index import SLIGHT, stability_index

WHOLE = os.environ.get("CALIBRATE_SIMULATE") == "whole"
RUNS = 10_000 if WHOLE else 800
PAIRED_RUNS = 4000 if WHOLE else 400
EDGES = np.arange(-2, 4.01, 0.25)
"""Scores are steps of a normal variable, so that leads tie as they do on a card."""

pytestmark = pytest.mark.simulation


def most(runs: int, share: float) -> int:
    """Runs at or under this come up with chance 99.9 % when the share is the true one."""
    return int(binom.ppf(0.999, runs, share))


def least(runs: int, share: float) -> int:
    return int(binom.ppf(0.001, runs, share))


def chances(middle: float) -> np.ndarray:
    """The chance of each score."""
    return np.diff(np.concatenate([[0.0], norm.cdf(EDGES, middle), [1.0]]))


def covered(customers: int, others: int, shift: float) -> tuple[int, int, float]:
    """Runs whose interval holds the true AUC, runs with it below the interval, and the AUC."""
    rng = np.random.default_rng([customers, others, int(100 * shift)])
    of_customers, of_others = chances(shift), chances(0.0)
    truth = float((of_customers * (np.cumsum(of_others) - of_others / 2)).sum())
    inside = below = 0
    for _ in range(RUNS):
        x, o = rng.multinomial(customers, of_customers), rng.multinomial(others, of_others)
        found = auc_interval(x + o, x)
        inside += found.low <= truth <= found.high
        below += truth < found.low
    return inside, below, truth


@pytest.mark.parametrize(
    ("customers", "others", "shift"),
    [(100, 900, 0.0), (100, 900, 1.0), (100, 5000, 0.8), (400, 4000, 0.8)],
)
def test_delong_intervals_hold_the_truth_from_a_hundred_customers_on(
    customers: int, others: int, shift: float
) -> None:
    """DeLong's law is that of many leads: 94 % is what 100 customers have of its 95."""
    inside, _, truth = covered(customers, others, shift)
    print(f"\nDeLong, {customers} of {customers + others}, AUC {truth:.3f}: {inside / RUNS:.4f}")
    assert least(RUNS, 0.94) <= inside <= most(RUNS, 0.955)


def test_with_ten_customers_delong_is_too_hopeful_as_its_page_says() -> None:
    inside, below, truth = covered(10, 100, 1.0)
    print(f"\nDeLong, 10 of 110, AUC {truth:.3f}: {inside / RUNS:.4f}, below in {below / RUNS:.4f}")
    assert least(RUNS, 0.90) <= inside <= most(RUNS, 0.90)
    assert below > 2 * (RUNS - inside - below)


def test_two_scores_equally_good_are_seldom_told_apart() -> None:
    """Both see the same truth, each with an error of its own."""
    rng = np.random.default_rng(3)
    called = 0
    for _ in range(PAIRED_RUNS):
        customer = rng.permutation(1000) < 150
        truth = rng.normal(size=1000) + customer
        old, new = (np.round(2 * (truth + rng.normal(size=1000))) for _ in range(2))
        called += paired_auc(old, new, np.ones(1000), customer).p_value <= 0.05
    print(f"\nscores equally good: called different in {called} of {PAIRED_RUNS} runs")
    assert least(PAIRED_RUNS, 0.05) <= called <= most(PAIRED_RUNS, 0.05)


def zipf(levels: int, skew: float) -> np.ndarray:
    weights = np.arange(1, levels + 1.0) ** -skew
    return weights / weights.sum()


@pytest.mark.parametrize(
    ("then", "now", "levels", "skew"),
    [
        (1000, 1000, 10, 0.0),
        (100, 100, 10, 1.0),
        (8000, 300, 20, 1.0),
        (100, 1000, 10, 1.0),
        (8000, 300, 30, 1.5),
    ],
)
def test_leads_that_have_not_shifted_stay_under_the_limit(
    then: int, now: int, levels: int, skew: float
) -> None:
    """At most 5 % of draws exceed it, rare levels or not, and the sides of any sizes."""
    rng = np.random.default_rng([then, now, levels])
    shares = zipf(levels, skew)
    called = usual = 0
    for _ in range(RUNS):
        found = stability_index(rng.multinomial(then, shares), rng.multinomial(now, shares))
        called += found.index > found.limit
        usual += found.index > SLIGHT
    print(
        f"\nno shift, {then} then, {now} now, {levels} levels: {called / RUNS:.4f} over the limit, "
        f"{usual / RUNS:.4f} over the usual {SLIGHT}"
    )
    assert called <= most(RUNS, 0.05)


def test_the_limit_is_reached_as_often_as_it_says_where_levels_are_large() -> None:
    rng = np.random.default_rng(8)
    draws = rng.multinomial(5000, zipf(8, 0.5), size=(RUNS, 2))
    alarms = sum(stability_index(*pair).p_value <= 0.05 for pair in draws)
    assert least(RUNS, 0.05) <= alarms <= most(RUNS, 0.05)


def test_the_usual_limits_would_call_a_hundred_leads_shifted() -> None:
    """And would miss a true shift of many: what they are beside the limit that knows the leads."""
    rng = np.random.default_rng(9)
    few = rng.multinomial(100, zipf(10, 0.0), size=(RUNS, 2))
    usual = sum(stability_index(*pair).index > SLIGHT for pair in few)
    shares = zipf(10, 0.0)
    shifted = shares * np.where(np.arange(10) == 0, 1.5, 1.0)
    large = stability_index(
        rng.multinomial(50_000, shares), rng.multinomial(50_000, shifted / shifted.sum())
    )
    print(f"\n100 leads then and now, ten levels, no shift: {usual / RUNS:.3f} over {SLIGHT}")
    assert usual > RUNS / 2
    assert large.limit < large.index < SLIGHT


def test_levels_that_have_not_changed_are_called_changed_in_a_twentieth_of_runs_at_most() -> None:
    rng = np.random.default_rng(11)
    runs = RUNS // 2
    rates = np.array([0.01, 0.05, 0.1, 0.3])[np.arange(40) % 4]
    leads = rng.integers(10, 800, size=(2, 40))
    called = 0
    for _ in range(runs):
        then, now = rng.binomial(leads, rates)
        called += (rate_changes(then, leads[0], now, leads[1])[1] <= 0.05).any()
    print(f"\n40 levels unchanged: one or more called changed in {called} of {runs} runs")
    assert called <= most(runs, 0.05)
