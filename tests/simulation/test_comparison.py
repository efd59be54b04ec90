"""Planted drifts are found, and where nothing has moved next to nothing is reported."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from scipy.stats import binom

from calibrate.recalibration import Comparison, compare
from tests.two_quarters import NEW_SOURCE, SECOND, card_of, quarter

WHOLE = os.environ.get("CALIBRATE_SIMULATE") == "whole"
QUIET = 400 if WHOLE else 24
"""Pairs of quarters between which nothing has moved."""
PLANTED = 20 if WHOLE else 4

pytestmark = pytest.mark.simulation


def compared(runs: int, **drift: float) -> Iterator[Comparison]:
    for seed in range(runs):
        later = quarter(2 * seed + 1, SECOND, **drift)
        yield compare(card_of(quarter(2 * seed)), card_of(later), later)


def test_where_nothing_moved_hardly_anything_is_reported() -> None:
    alarms = sum(found.advice != "keep" or bool(found.moved) for found in compared(QUIET))
    # At 5 % a run, more than this comes in one simulation of a thousand.
    assert alarms <= binom.ppf(0.999, QUIET, 0.05)


def test_an_effect_that_is_gone_is_found_and_named() -> None:
    for found in compared(PLANTED, source_effect=0.0):
        assert found.advice == "rebuild"
        assert not found.holds
        named = {(one.attribute, one.level) for one in found.moved}
        assert {("source", "fair"), ("source", "cold list")} <= named
        assert {name for name, _ in named} <= {"source", "noise"}
        assert any("`source" in reason for reason in found.reasons)


def test_a_level_that_is_new_is_found_and_named() -> None:
    """Leads that the old card cannot score may also cost it its ranking: then it is rebuild."""
    rebuilt = 0
    for found in compared(PLANTED, new_level=0.08):
        new = [one for one in found.lists if one.what == "new"]
        assert [(one.attribute, one.level) for one in new] == [("source", NEW_SOURCE)]
        assert new[0].is_no_luck
        assert found.advice in ("refresh", "rebuild")
        rebuilt += found.advice == "rebuild"
        assert any(NEW_SOURCE in reason for reason in found.reasons)
    assert rebuilt <= binom.ppf(0.999, PLANTED, 0.05)


@pytest.mark.parametrize("drift", [{"odds": -0.85}, {"thinned": 0.5}], ids=["odds", "rates"])
def test_a_halved_overall_rate_is_told_from_effects_that_moved(drift: dict[str, float]) -> None:
    for found in compared(PLANTED, **drift):
        assert found.overall_p < 1e-9
        assert found.moved == ()
        # All the same the rates of levels are not what they were.
        assert sum(one.move == "rate" for one in found.levels) >= 8
        assert found.advice in ("refresh", "rebuild")
