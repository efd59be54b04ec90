"""As many leads as it is said to take do find the level, as often as it is said."""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.stats import binom

from calibrate.stats.power import discovery_alpha, leads_to_find, power_to_find
from calibrate.teaching import teach
from tests.simulation.worlds import lone_level

WHOLE = os.environ.get("CALIBRATE_SIMULATE") == "whole"
RUNS = 1000 if WHOLE else 60

pytestmark = pytest.mark.simulation


@pytest.mark.parametrize(
    ("rate", "lift", "share"), [(0.05, 3.0, 0.1), (0.1, 2.0, 0.25), (0.2, 1.5, 0.1)]
)
def test_a_lone_level_is_found_as_often_as_foretold(rate: float, lift: float, share: float) -> None:
    """Both stages are run whole: twenty attributes of five levels, one level of one is real."""
    alpha = discovery_alpha(0.05, attributes=20, selected=1, levels=5)
    leads = leads_to_find(rate, lift, share, alpha)
    rng = np.random.default_rng([leads, int(100 * rate)])
    found = 0
    for _ in range(RUNS):
        _, evidence = teach(lone_level(rng, leads, rate=rate, lift=lift, share=share))
        levels = {one.level.label: one for one in evidence.attributes[0].evidence}
        found += levels["v0"].verdict == "raises"
    foretold = power_to_find(leads, rate, lift, share, alpha)
    print(f"\nlift {lift} at {rate:.0%}, {leads} leads: found {found / RUNS:.3f} of {foretold:.3f}")
    least, most = binom.ppf([0.0005, 0.9995], RUNS, foretold)
    # Another attribute may pass by luck, once in twenty runs, and the limit is then twice as wide.
    slack = 0.01 * RUNS
    assert least <= found <= most + slack
