"""Intervals said to hold the truth 95 times in 100 do, near enough, averaged over many truths.

No draws are needed: every table that can come is weighed with its chance.
"""

from __future__ import annotations

import itertools
import os

import numpy as np
import pytest
from scipy.stats import binom

from calibrate.stats.intervals import lift_interval, wilson

WHOLE = os.environ.get("CALIBRATE_SIMULATE") == "whole"
RATES = (0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.9) if WHOLE else (0.03, 0.1, 0.4)
LIFTS = (0.3, 0.6, 0.9, 1.0, 1.2, 2.0, 4.0) if WHOLE else (0.5, 1.0, 2.0)
SIZES = ((20, 100), (50, 500), (200, 400), (100, 2000)) if WHOLE else ((25, 120), (60, 400))
NEGLIGIBLE = 1e-9

pytestmark = pytest.mark.simulation


def likely(leads: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of customers that may come, with their chances."""
    customers = np.arange(leads + 1)
    chance = binom.pmf(customers, leads, rate)
    kept = chance > NEGLIGIBLE
    return customers[kept], chance[kept]


def wilson_coverage(leads: int, rate: float) -> float:
    customers, chance = likely(leads, rate)
    low, high = wilson(customers, np.full(len(customers), leads))
    return float(chance[(low <= rate) & (rate <= high)].sum())


def lift_coverage(leads: int, rest: int, rate: float, ratio: float) -> float:
    """Coverage of the lift of a level that closes `ratio` times as often as the rest."""
    (x, p), (x0, p0) = likely(leads, rate * ratio), likely(rest, rate)
    x, x0 = (part.ravel() for part in np.meshgrid(x, x0, indexing="ij"))
    chance = np.outer(p, p0).ravel()
    kept = (chance > NEGLIGIBLE) & (x + x0 > 0)
    share = leads / (leads + rest)
    truth = ratio / (share * ratio + 1 - share)
    x, x0, chance = x[kept], x0[kept], chance[kept]
    # Every table has its own overall count of customers: an array of them does as well as one.
    low, high = lift_interval(x, np.full(len(x), leads), x + x0, leads + rest)
    return float(chance[(low <= truth) & (truth <= high)].sum() / chance.sum())


def test_wilson_intervals_hold_the_truth_as_often_as_they_say() -> None:
    sizes = (10, 30, 100, 1000)
    shares = [
        wilson_coverage(n, rate) for n, rate in itertools.product(sizes, np.arange(1, 100) / 100)
    ]
    print(f"\nWilson covers {np.mean(shares):.4f} (least {min(shares):.4f})")
    assert 0.935 <= np.mean(shares) <= 0.975


def test_lift_intervals_hold_the_truth_as_often_as_they_say() -> None:
    grid = [
        (n, rest, rate, ratio)
        for (n, rest), rate, ratio in itertools.product(SIZES, RATES, LIFTS)
        if rate * ratio < 0.98
    ]
    shares = [lift_coverage(*one) for one in grid]
    print(f"\nlift covers {np.mean(shares):.4f} (least {min(shares):.4f}) over {len(grid)} truths")
    assert 0.935 <= np.mean(shares) <= 0.975
