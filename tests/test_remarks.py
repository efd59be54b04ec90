"""Findings about a card."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import calibrate as cal


def codes(result: cal.Calibration) -> set[str]:
    return {one.code for one in result.findings}


def test_two_customers_give_no_points_and_the_reason() -> None:
    rows = pd.DataFrame({"source": list("ab") * 200, "converted": [1, 1] + [0] * 398})
    result = cal.calibrate(rows)
    (finding,) = [one for one in result.findings if one.code == "no-points"]
    assert "2 of one kind of outcome" in finding.says
    assert not any(any(one.points) for one in result.points.attributes)


def test_few_scores_are_remarked() -> None:
    rows = pd.DataFrame({"source": list("ab") * 200, "converted": [1, 0, 1, 0, 0, 0, 1, 0] * 50})
    assert "scores-bunch" in codes(cal.calibrate(rows))


def test_bunched_scores_are_remarked_and_spread_ones_are_not() -> None:
    rng = np.random.default_rng(5)
    n = 6000
    rare = {f"r{place}": np.where(rng.random(n) < 0.03, "yes", "no") for place in range(6)}
    push = sum(2.0 * (column == "yes") for column in rare.values())
    rows = pd.DataFrame({**rare, "converted": rng.random(n) < 1 / (1 + np.exp(2.5 - push))})
    bunched = cal.calibrate(rows.astype({"converted": int}))
    (finding,) = [one for one in bunched.findings if one.code == "scores-bunch"]
    assert "Half of the leads" in finding.says or "different scores" in finding.says

    spread = {f"s{place}": rng.choice(list("abcde"), n) for place in range(6)}
    push = sum(
        np.select([column == "a", column == "b", column == "c"], [1.0, 0.5, -0.5], -0.9)
        for column in spread.values()
    )
    rows = pd.DataFrame({**spread, "converted": (rng.random(n) < 1 / (1 + np.exp(1.5 - push)))})
    assert "scores-bunch" not in codes(cal.calibrate(rows.astype({"converted": int})))


def test_a_dropped_attribute_of_a_short_card_is_named() -> None:
    rng = np.random.default_rng(9)
    n = 3000
    one, two = rng.choice(list("ab"), n), rng.choice(list("xy"), n)
    push = 1.0 * (one == "a") + 0.8 * (two == "x")
    rows = pd.DataFrame({"one": one, "two": two, "converted": rng.random(n) < 0.1 + 0.1 * push})
    result = cal.calibrate(rows.astype({"converted": int}), {"points": {"max_attributes": 1}})
    (finding,) = [found for found in result.findings if found.code == "short-card"]
    assert "`two`" in finding.says


@pytest.mark.parametrize(
    "points",
    [{"q_max": 0}, {"q_max": 1.5}, {"band_alpha": 0}, {"max_bands": 1}, {"max_attributes": 0}],
)
def test_settings_out_of_range_are_refused(points: dict[str, float]) -> None:
    (name,) = points
    with pytest.raises(cal.SpecError, match=rf"points\.{name}"):
        cal.calibrate(pd.DataFrame({"a": [1]}), {"points": points})
