"""What two stages promise: nothing found where nothing is, little false where something is."""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.stats import binom

from calibrate.bands import Merging, merge_alike
from calibrate.teaching import teach
from tests.simulation.worlds import reshuffled, world

WHOLE = os.environ.get("CALIBRATE_SIMULATE") == "whole"
NULL_RUNS, REAL_RUNS, BAND_RUNS = (500, 200, 2000) if WHOLE else (60, 20, 300)
PROMISED = 0.05

pytestmark = pytest.mark.simulation


def most(runs: int, promised: float = PROMISED) -> int:
    """Runs at or under this come up with chance 99.9 % when the promise holds exactly."""
    return int(binom.ppf(0.999, runs, promised))


@pytest.mark.parametrize("leads", [500, 5000])
@pytest.mark.parametrize("rate", [0.02, 0.2])
def test_shuffled_outcomes_earn_points_in_at_most_a_twentieth_of_runs(
    leads: int, rate: float
) -> None:
    rng = np.random.default_rng([leads, int(100 * rate)])
    awarded = 0
    for run in range(NULL_RUNS):
        if run % 25 == 0:
            drawn, _ = world(rng, leads, rate=rate)
        _, evidence = teach(reshuffled(drawn, rng))
        verdicts = {one.verdict for part in evidence.attributes for one in part.evidence}
        awarded += bool(verdicts & {"raises", "lowers"})
    print(f"\nnothing real, {leads} leads at {rate:.0%}: {awarded} of {NULL_RUNS} runs award")
    assert awarded <= most(NULL_RUNS)


@pytest.mark.parametrize(
    ("leads", "rate", "skew", "effect"),
    [(2000, 0.1, 0.8, 0.9), (20_000, 0.01, 1.7, 0.9), (5000, 0.2, 0.8, 0.5)],
)
def test_false_levels_among_selected_attributes(
    leads: int, rate: float, skew: float, effect: float
) -> None:
    """False: any verdict on a null attribute, or one with the wrong sign on a real one."""
    rng = np.random.default_rng([leads, int(1000 * rate)])
    shares, found, real_found = [], 0, 0
    for _ in range(REAL_RUNS):
        drawn, effects = world(rng, leads, skew=skew, real=5, effect=effect, rate=rate)
        _, evidence = teach(drawn)
        by_attribute = []
        for part in evidence.attributes:
            if not part.screened.selected:
                continue
            judged = [one for one in part.evidence if one.verdict in ("raises", "lowers")]
            wrong = sum(_is_false(one, part.name, drawn, effects) for one in judged)
            by_attribute.append(wrong / len(judged) if judged else 0.0)
            real_found += part.name in effects
            found += 1
        shares.append(np.mean(by_attribute) if by_attribute else 0.0)
    mean, error = np.mean(shares), np.std(shares, ddof=1) / np.sqrt(len(shares))
    print(
        f"\n5 of 40 real, {leads} leads at {rate:.0%}, skew {skew}: false share {mean:.3f} "
        f"+- {error:.3f}; power {real_found / (5 * REAL_RUNS):.2f} of real attributes"
    )
    assert mean <= PROMISED + 3.1 * max(error, np.sqrt(PROMISED * 0.95 / REAL_RUNS / 5))


def _is_false(one, name, leads, effects) -> bool:
    if name not in effects:
        return True
    inside = _holds(leads.engine.columns[name], one.level)
    push = effects[name]
    truth = push[inside].mean() - push[~inside].mean()
    return (one.verdict == "raises") != (truth > 0)


def _holds(column, level) -> np.ndarray:
    if level.is_band:
        low = -np.inf if level.low is None else level.low
        below = np.inf if level.below is None else level.below
        return (column.numbers >= low) & (column.numbers < below)
    if level.text == "(other)":
        counts = np.bincount(column.codes, minlength=len(column.texts) + 1)
        return counts[column.codes] < 10
    return column.codes == column.texts.index(level.text) + 1


def test_chance_cuts_beside_a_true_step_are_rare() -> None:
    rng = np.random.default_rng(5)
    extra = 0
    for _ in range(BAND_RUNS):
        values = np.sort(rng.normal(size=5000))
        customer = rng.random(5000) < np.where(values > 0.5, 0.16, 0.08)
        edges = [float(values[100 * place]) for place in range(1, 50)]
        bands = np.searchsorted(edges, values, side="right")
        leads, customers = np.bincount(bands), np.bincount(bands[customer], minlength=50)
        extra += len(merge_alike(edges, leads.tolist(), customers.tolist(), Merging())) > 1
    print(f"\none true step: further cuts in {extra} of {BAND_RUNS} runs")
    assert extra <= most(BAND_RUNS, promised=0.02)
