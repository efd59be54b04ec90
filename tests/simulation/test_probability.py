"""Close rates by score: their intervals hold the truth, and leads find the method that is right."""

from __future__ import annotations

import os

import numpy as np
import pytest

from calibrate.probability import Probability, fit_probability
from calibrate.scores import ScoreTable

RUNS = 1000 if os.environ.get("CALIBRATE_SIMULATE") == "whole" else 60
SCORES = np.arange(0, 101, 2)
BELL = np.exp(-(((SCORES - 45) / 20) ** 2) / 2)
LINE = 1 / (1 + np.exp(4.5 - 0.06 * SCORES))
STEPS = np.where(SCORES < 50, 0.03, np.where(SCORES < 70, 0.12, 0.4))

pytestmark = pytest.mark.simulation


def drawn(rng: np.random.Generator, leads: int, truth: np.ndarray) -> tuple[Probability, float]:
    """What is found on leads drawn anew, and the share of them whose true rate it holds."""
    n = rng.multinomial(leads, BELL / BELL.sum())
    x = rng.binomial(n, truth)
    there = n > 0
    found = fit_probability(
        ScoreTable(
            scores=tuple(SCORES[there].tolist()),
            leads=tuple(n[there].tolist()),
            customers=tuple(x[there].tolist()),
        )
    )
    holds = (np.array(found.lows) <= truth[there]) & (truth[there] <= np.array(found.highs))
    return found, float(np.average(holds, weights=n[there]))


@pytest.mark.parametrize("leads", [1000, 5000, 50_000])
def test_a_line_is_found_and_its_intervals_hold_the_truth(leads: int) -> None:
    """Of a run's scores nearly all hold or none, so runs are what counts: 4 of their errors."""
    rng = np.random.default_rng([1, leads])
    runs = [drawn(rng, leads, LINE) for _ in range(RUNS)]
    chosen = np.mean([found.method == "logistic" for found, _ in runs])
    held = np.mean([share for _, share in runs])
    print(f"\na line, {leads} leads: logistic in {chosen:.1%} of runs, covers {held:.3f}")
    assert chosen > 0.9
    assert abs(held - 0.95) < 4 * np.sqrt(0.95 * 0.05 / RUNS)


@pytest.mark.parametrize("leads", [5000, 50_000])
def test_steps_are_found_and_their_intervals_hold_the_truth(leads: int) -> None:
    rng = np.random.default_rng([2, leads])
    runs = [drawn(rng, leads, STEPS) for _ in range(RUNS)]
    chosen = np.mean([found.method == "isotonic" for found, _ in runs])
    held = np.mean([share for _, share in runs])
    print(f"\nsteps, {leads} leads: isotonic in {chosen:.1%} of runs, covers {held:.3f}")
    assert chosen > 0.9
    assert held > 0.95 - 4 * np.sqrt(0.95 * 0.05 / RUNS)
