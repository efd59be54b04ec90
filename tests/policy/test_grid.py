"""Fit by engagement: quarters, ties, letters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import calibrate
from calibrate.engines.base import StandingCounts
from calibrate.policy.grid import grades, make_grid
from calibrate.stats.intervals import wilson

NAMES = [f"{letter}{number}" for letter in "ABCD" for number in range(1, 5)]


def counts(rows: list[tuple[int, int, int, int]]) -> StandingCounts:
    """From fit, engagement, leads and customers."""
    fit, engagement, leads, customers = np.array(rows, dtype=np.int64).T
    nobody = np.zeros(len(rows), dtype=np.int64)
    return StandingCounts(
        scores=fit + engagement,
        fit=fit,
        engagement=engagement,
        standing=nobody,
        leads=leads,
        customers=customers,
    )


def test_four_equal_parts_of_each_are_the_quarters() -> None:
    rows = [(fit, engagement, 10, fit) for fit in range(4) for engagement in (-5, 0, 5, 10)]
    grid = make_grid(counts(rows))
    assert grid is not None
    assert (grid.fit, grid.engagement) == ((3, 2, 1), (10, 5, 0))
    assert [cell.name for cell in grid.cells] == NAMES
    assert [cell.leads for cell in grid.cells] == [10] * 16
    assert [cell.customers for cell in grid.cells] == [3] * 4 + [2] * 4 + [1] * 4 + [0] * 4
    low, high = wilson(3, 10)
    assert grid.cells[0].close_rate == 0.3
    assert grid.cells[0].interval == pytest.approx((float(low), float(high)))


def test_of_two_cuts_as_near_the_lower_is_taken() -> None:
    rows = [(9, 0, 1, 0), (5, 1, 3, 0), (1, 0, 4, 0)]  # at or above: 12.5 %, 50 %, 100 %
    grid = make_grid(counts(rows))
    assert grid is not None
    assert grid.fit == (9, 5, 1)  # 25 %: 12.5 is nearer than 50; 75 %: 50 and 100 are as near
    tied = make_grid(counts([(9, 0, 2, 0), (5, 1, 1, 0), (1, 0, 5, 0)]))
    assert tied is not None
    assert tied.fit == (9, 5, 1)  # at or above: 25, 37.5, 100 %


def test_a_grid_whose_fit_or_engagement_is_the_same_for_all_is_none() -> None:
    assert make_grid(counts([(1, 1, 5, 1), (1, 2, 5, 1)])) is None
    assert make_grid(counts([(1, 1, 5, 1), (2, 1, 5, 1)])) is None


def test_the_letter_is_the_fit_and_a_cut_is_in_the_better_quarter() -> None:
    fit, engagement = np.array([8, 7, 5, 4, 2, 1]), np.array([5, 4, 3, 2, 1, 0])
    assert grades(fit, engagement, (8, 5, 2), (5, 3, 1)).tolist() == [
        *("A1", "B2", "B2", "C3", "C3", "D4"),
    ]


@given(
    st.lists(
        st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 50), st.integers(0, 1)),
        min_size=2,
        max_size=25,
    )
)
def test_every_lead_is_in_one_cell_and_cuts_are_as_near_as_can_be(
    rows: list[tuple[int, int, int, int]],
) -> None:
    grid = make_grid(counts(rows))
    fits = [fit for fit, *_ in rows]
    if len(set(fits)) == 1 or len({engagement for _, engagement, *_ in rows}) == 1:
        assert grid is None
        return
    assert grid is not None
    assert sum(cell.leads for cell in grid.cells) == sum(row[2] for row in rows)
    assert sum(cell.customers for cell in grid.cells) == sum(row[3] for row in rows)
    for number, cuts in ((0, grid.fit), (1, grid.engagement)):
        assert list(cuts) == sorted(cuts, reverse=True)
        share = {
            value: sum(row[2] for row in rows if row[number] >= value) / sum(row[2] for row in rows)
            for value in {row[number] for row in rows}
        }
        for part, cut in zip((0.25, 0.5, 0.75), cuts, strict=True):
            nearest = min(abs(one - part) for one in share.values())
            assert abs(share[cut] - part) == pytest.approx(nearest, abs=1e-9)


def test_only_points_under_their_group_count_and_caps_hold_in_the_grid_too() -> None:
    rng = np.random.default_rng(8)
    n = 600
    frame = pd.DataFrame(
        {name: rng.choice(["yes", "no"], n) for name in ("budget", "clicks", "weather")}
    )
    odds = -1 + sum((frame[name] == "yes") * 1.2 for name in frame)
    frame["converted"] = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(int)
    spec = {
        "attributes": {
            "budget": {"group": "budget"},
            "clicks": {"group": "behaviour"},
            "weather": {"group": "other"},
        },
        "points": {"caps": {"behaviour": 5}},
        "only": ["budget", "clicks", "weather"],
    }
    card = calibrate(frame, spec).scorecard
    scored = card.score(frame)
    points = {
        one.name: {level.level: level.points for level in one.levels} for one in card.attributes
    }
    assert scored["fit"].tolist() == [points["budget"][value] for value in frame["budget"]]
    clicks = [min(points["clicks"][value], 5) for value in frame["clicks"]]
    assert max(points["clicks"].values()) > 5
    assert scored["engagement"].tolist() == clicks
    assert card.grid is not None
    cells = {one.grade: one.leads for one in card.grid.cells if one.leads}
    assert scored["grade"].value_counts().to_dict() == cells
