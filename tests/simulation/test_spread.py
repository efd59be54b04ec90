"""Intervals of thresholds hold the threshold of very many leads as often as they say."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

import calibrate as cal
from calibrate.threshold import Beside, cut_by, rules_of
from tests.refitting import made_anew, overlapping_leads

WHOLE = os.environ.get("CALIBRATE_SIMULATE") == "whole"
RUNS = 300 if WHOLE else 25
MANY = 300_000 if WHOLE else 60_000

pytestmark = pytest.mark.simulation

ALONE = Beside(deciding=1, all_leads=1)
"""No leads beside those whose points decide; shares are of these."""


def test_intervals_hold_the_threshold_of_very_many_leads() -> None:
    """The truth: what the card's own levels, with points of very many leads, would cut at."""
    rng = np.random.default_rng(12)
    population = cal.calibrate(overlapping_leads(np.random.default_rng(99), MANY)).leads
    held = defaultdict(list)
    for _ in range(RUNS):
        run = cal.calibrate(overlapping_leads(rng, 3000))
        _, table = made_anew(run, replace(population, spec=run.leads.spec))
        for name, (low, high) in run.threshold.intervals.items():
            truth = cut_by(table, rules_of(run.threshold)[name], ALONE).cut.score
            held[name].append(low <= truth <= high)
    shares = {name: float(np.mean(row)) for name, row in held.items()}
    print("\nthresholds of 3000 leads:", {name: round(share, 3) for name, share in shares.items()})
    error = 3.1 * np.sqrt(0.95 * 0.05 / RUNS)
    assert set(shares) == {"customer_quantile_0.05", "share_0.2", "max_f1", "youden"}
    # Ends go outward to whole points, so they hold a little more than 95 %, never much less.
    assert all(share >= 0.95 - error for share in shares.values())
