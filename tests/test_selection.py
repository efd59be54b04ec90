"""Choices made from the user's own leads."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import calibrate as cal
from calibrate.reading import read_leads
from calibrate.scores import ScoreTable
from calibrate.selection import caught, parsimony


@pytest.fixture(scope="module")
def leads():
    rng = np.random.default_rng(2)
    n = 3000
    strong, weak = rng.choice(list("abc"), n), rng.choice(list("xyz"), n)
    columns = {"strong": strong, "copy": np.char.upper(strong), "weak": weak}
    columns |= {f"noise_{place}": rng.choice(list("pqrst"), n) for place in range(4)}
    push = 1.2 * (strong == "a") - 1.0 * (strong == "b") + 0.5 * (weak == "x")
    columns["converted"] = (rng.random(n) < 1 / (1 + np.exp(1.8 - push))).astype(int)
    return read_leads(pd.DataFrame(columns))


def test_25_methods_are_judged_on_unseen_leads(leads) -> None:
    found = cal.compare_methods(leads)
    frame = found.to_frame()
    assert len(frame) == 25
    assert frame.auc.is_monotonic_decreasing
    assert frame.auc.between(0.5, 1).all()
    assert frame.top_customers.between(0.2, 1).all()
    assert set(frame.measure) == {
        "lift_ratio", "lift_difference", "log_lift", "log_odds", "unit_weights",
    }  # fmt: skip


def test_the_same_leads_give_the_same_comparison(leads) -> None:
    assert cal.compare_methods(leads) == cal.compare_methods(leads)


def test_a_short_card_needs_the_strong_and_the_weak_but_not_the_copy(leads) -> None:
    found = parsimony(leads)
    assert found.attributes[0] in ("strong", "copy")
    assert found.attributes[1] == "weak"
    assert found.shortest == 2


def test_max_attributes_leaves_the_others_without_points(leads) -> None:
    rows = {name: column.texts for name, column in leads.engine.columns.items()}
    assert set(rows) >= {"strong", "weak"}
    settings = leads.spec.points.model_copy(update={"max_attributes": 2})
    points = cal.assign_points(cal.weigh(cal.count(leads)), settings, leads=leads)
    earning = {one.name for one in points.attributes if any(one.points)}
    assert len(earning) == 2
    assert "weak" in earning
    assert (points.lowest, points.highest) == (0, 100)


@pytest.mark.parametrize(("share", "expected"), [(0.2, 0.8), (0.1, 0.4), (0.6, 0.9), (1.0, 1.0)])
def test_customers_caught_takes_tied_leads_in_part(share: float, expected: float) -> None:
    table = ScoreTable(scores=(1, 2), leads=(80, 20), customers=(2, 8))
    assert caught(table, share) == pytest.approx(expected)
