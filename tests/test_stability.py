"""Points resampled by shard scatter as points resampled lead by lead do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import calibrate as cal
from calibrate.engines.places import level_rows
from calibrate.values import measured


@pytest.fixture(scope="module")
def result() -> cal.Calibration:
    rng = np.random.default_rng(6)
    n = 8000
    columns = {f"a{place}": rng.choice(list("abcde"), n) for place in range(8)}
    push = sum(0.5 * (values == "a") - 0.4 * (values == "b") for values in columns.values())
    columns["converted"] = (rng.random(n) < 1 / (1 + np.exp(2 - push))).astype(int)
    return cal.calibrate(pd.DataFrame(columns))


def test_mean_ratio_of_standard_deviations_to_the_row_bootstrap(result) -> None:
    """Both are bootstraps of the same statistic, here of 40 levels with 400 row resamples each.

    A standard deviation from 400 resamples has a relative error of 3.5 %, and the 200 shards add
    one of 5 % to each level's; over 40 levels, alike in part, the mean stays within 5 %.
    """
    rng = np.random.default_rng(0)
    engine = result.leads.engine
    n = len(engine.customer)
    draws = [np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(400)]
    overall = np.array([[(w * engine.customer).sum() / n] for w in draws])
    ratios = []
    for points, evidence, stable in zip(
        result.points.attributes, result.evidence.attributes, result.stability, strict=True
    ):
        rows = level_rows(engine.columns[points.name], points.levels)
        size = len(points.given)
        counted = tuple(
            np.array([np.bincount(rows, weights=w * who, minlength=size) for w in draws])
            for who in (1, engine.customer)
        )
        redrawn = measured(counted, evidence.m, overall, result.points.settings)
        by_row = np.quantile(redrawn, [0.025, 0.975], axis=0)
        scale = result.points.multiplier * points.overlap.factor
        for place, one in enumerate(stable):
            if one is not None:
                ratios.append((one.high - one.low) / scale / np.ptp(by_row[:, place]))
    assert len(ratios) >= 16
    assert np.mean(ratios) == pytest.approx(1, abs=0.05)


def test_intervals_hold_the_exact_points_and_signs_are_kept(result) -> None:
    for points, stable in zip(result.points.attributes, result.stability, strict=True):
        for given, one in zip(points.given, stable, strict=True):
            if one is None:
                assert given.value == 0
                continue
            exact = result.points.multiplier * points.overlap.factor * given.value
            assert one.low < exact < one.high
            assert 0.5 < one.keeps_sign <= 1


def test_the_same_leads_give_the_same_intervals(result) -> None:
    from calibrate.stability import stability

    again = stability(result.points, result.evidence, result.leads)
    assert again == result.stability
