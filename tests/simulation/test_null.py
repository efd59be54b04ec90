"""Where outcomes are shuffled nothing is true, and points are awarded no oftener than promised."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from scipy.stats import binom

from calibrate import assign_points, weigh
from calibrate.counts import AttributeCounts, Counts
from calibrate.levels import Level, Levels
from calibrate.spec import PointsPart
from calibrate.stats.association import simes
from calibrate.stats.significance import benjamini_hochberg, chi_square_p

RUNS = 3000 if os.environ.get("CALIBRATE_SIMULATE") == "whole" else 300
Q_MAX = 0.05
ATTRIBUTES, LEVELS, LEADS, CUSTOMERS = 8, 10, 1500, 60

pytestmark = pytest.mark.simulation


def attribute_counts(name: str, leads: np.ndarray, customers: np.ndarray) -> AttributeCounts:
    levels = tuple(Level(text=f"l{place}") for place in range(len(leads)))
    return AttributeCounts(
        name=name,
        group="other",
        unit=None,
        min_leads=10,
        levels=Levels(kind="category", levels=levels),
        leads=tuple(leads.tolist()),
        customers=tuple(customers.tolist()),
    )


def shuffled_runs(seed: int, runs: int) -> Iterator[Counts]:
    """Skewed levels (one of half the leads, many of a few dozen), outcomes dealt out by chance."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, LEVELS + 1) ** 1.5
    codes = rng.choice(LEVELS, (ATTRIBUTES, LEADS), p=weights / weights.sum())
    for _ in range(runs):
        customers = rng.permutation(LEADS)[:CUSTOMERS]
        yield Counts(
            leads=LEADS,
            customers=CUSTOMERS,
            attributes=tuple(
                attribute_counts(
                    f"a{place}",
                    np.bincount(row, minlength=LEVELS),
                    np.bincount(row[customers], minlength=LEVELS),
                )
                for place, row in enumerate(codes)
            ),
        )


def most_expected(runs: int) -> int:
    """The most runs with an award that 5 % a run makes likely, at one in ten thousand.

    When nothing is true every selected attribute is a false discovery, so Benjamini-Hochberg's
    promise in stage 1 is one for the chance of any: at most q_max with independent tests (Simes
    1986), and so with the nearly independent ones of levels. Stage 2 finds a level in just those
    attributes that stage 1 selects. The number of runs with an award is then at most binomial.
    """
    return int(binom.ppf(1 - 1e-4, runs, Q_MAX))


def test_shuffled_outcomes_award_points_no_oftener_than_promised(
    record_property: Callable[[str, object], None],
) -> None:
    awarded = 0
    for counts in shuffled_runs(1, RUNS):
        evidence = weigh(counts, q_max=Q_MAX)
        points = assign_points(evidence, PointsPart(overlap=False))
        paid = {one.name for one in points.attributes if any(one.points)}
        assert paid == evidence.screening.selected
        awarded += bool(paid)
    print(f"\n{awarded} of {RUNS} runs on shuffled outcomes awarded points ({awarded / RUNS:.1%})")
    record_property("share_awarded", awarded / RUNS)
    assert awarded <= most_expected(RUNS)
    assert awarded > 0  # a method that never awards would pass as well


def test_the_usual_chi_square_would_have_been_caught() -> None:
    """The same runs by chi-square alone: why rare events are tested exactly."""
    awarded = 0
    for counts in shuffled_runs(1, RUNS):
        p = [
            simes(chi_square_p(customers[leads >= 10], leads[leads >= 10], CUSTOMERS, LEADS))
            for one in counts.attributes
            for customers, leads in [(np.array(one.customers), np.array(one.leads))]
        ]
        awarded += bool((benjamini_hochberg(p) <= Q_MAX).any())
    print(f"\n{awarded} of {RUNS} runs would by chi-square alone ({awarded / RUNS:.1%})")
    assert awarded > most_expected(RUNS)
