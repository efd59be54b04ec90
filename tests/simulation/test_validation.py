"""How often a card that holds is called one that does not, and one that fails is let through."""

from __future__ import annotations

import os

import pytest
from scipy.stats import binom

from calibrate import calibrate, validate
from calibrate.validation import Validation
from tests.later_quarters import SPEC, first_quarter, quarters

WHOLE = os.environ.get("CALIBRATE_SIMULATE") == "whole"
RUNS = 400 if WHOLE else 40

pytestmark = pytest.mark.simulation


def judged(seed: int, **change: float) -> Validation:
    frame = quarters(seed, taught=1500, later=1500, **change)
    return validate(calibrate(first_quarter(frame), SPEC).scorecard, frame)


def test_a_card_that_holds_is_seldom_called_not_ready() -> None:
    verdicts = [judged(seed).verdict for seed in range(RUNS)]
    counts = {one: verdicts.count(one) for one in ("ready", "caution", "not ready")}
    print(f"\nnothing changed, {RUNS} runs: {counts}")
    assert counts["not ready"] <= binom.ppf(0.999, RUNS, 0.05)
    assert counts["ready"] > RUNS / 2


@pytest.mark.parametrize(
    "change", [{"later_effect": 0.0}, {"later_odds": -1.3}], ids=["effect gone", "rate halved"]
)
def test_a_card_that_does_not_hold_is_seldom_let_through(change: dict[str, float]) -> None:
    missed = sum(judged(1000 + seed, **change).holds for seed in range(RUNS // 2))
    print(f"\n{change}, {RUNS // 2} runs: let through {missed}")
    assert missed <= binom.ppf(0.999, RUNS // 2, 0.05)
