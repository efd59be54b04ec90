"""AUC against every pair of leads."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.stats.auc import auc

tallies = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=12
)  # customers and others, scores rising


@given(tallies)
def test_auc_is_the_share_of_pairs_ranked_right(rows: list[tuple[int, int]]) -> None:
    customers = [score for score, (x, _) in enumerate(rows) for _ in range(x)]
    others = [score for score, (_, o) in enumerate(rows) for _ in range(o)]
    found = auc([x + o for x, o in rows], [x for x, _ in rows])
    if not customers or not others:
        assert math.isnan(found)
        return
    wins = sum((a > b) + (a == b) / 2 for a in customers for b in others)
    assert found == pytest.approx(wins / (len(customers) * len(others)))


def test_auc_of_millions_does_not_overflow() -> None:
    assert auc([10**9, 10**9], [0, 10**9]) == 1.0
