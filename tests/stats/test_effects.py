"""Has a level's effect changed, beside the overall move?"""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from calibrate.stats.effects import effect_changes, zelen_mid_p


def by_enumeration(customers: tuple[int, ...], leads: tuple[int, ...]) -> float:
    """Zelen's test in whole numbers."""
    (x1, y1, x2, y2), (n1, m1, n2, m2) = customers, leads
    ways = {
        k: comb(n2, k)
        * comb(m2, x2 + y2 - k)
        * comb(n1, x1 + x2 - k)
        * comb(m1, x1 + y1 - x1 - x2 + k)
        for k in range(x1 + x2 + 1)
        if x2 + y2 - k >= 0 and y1 - x2 + k >= 0
    }
    total, seen = sum(ways.values()), ways[x2]
    less = sum(way for way in ways.values() if way < seen)
    tied = sum(way for way in ways.values() if way == seen)
    return (less + tied / 2) / total


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    leads = tuple(draw(st.integers(1, 30)) for _ in range(4))
    return tuple(draw(st.integers(0, n)) for n in leads), leads


@given(tables())
def test_zelens_test_is_that_of_enumeration(table: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    assert zelen_mid_p(*table) == pytest.approx(by_enumeration(*table), rel=1e-6)


def test_with_many_leads_it_is_near_the_test_of_breslow_and_day() -> None:
    customers, leads = (620, 2100, 480, 2050), (2000, 10000, 1900, 11000)
    strata = [
        np.array([[x, n - x], [y, m - y]])
        for x, n, y, m in ((620, 2000, 2100, 10000), (480, 1900, 2050, 11000))
    ]
    expected = StratifiedTable(strata).test_equal_odds().pvalue
    assert zelen_mid_p(customers, leads) == pytest.approx(expected, rel=0.06)


@given(tables())
def test_then_and_now_may_change_places(table: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    (x1, y1, x2, y2), (n1, m1, n2, m2) = table
    then, now = ([x1], [n1]), ([x2], [n2])
    one = effect_changes(then, now, (x1 + y1, n1 + m1), (x2 + y2, n2 + m2))[0][0]
    other = effect_changes(now, then, (x2 + y2, n2 + m2), (x1 + y1, n1 + m1))[0][0]
    assert one == pytest.approx(other, abs=1e-9)
    assert 0 <= one <= 1


def test_a_level_that_is_all_leads_or_none_tells_nothing() -> None:
    p_values, q_values = effect_changes(([5, 0], [50, 0]), ([5, 1], [50, 9]), (5, 50), (5, 50))
    assert np.isnan(p_values).all()
    assert np.isnan(q_values).all()


@pytest.mark.parametrize("kind", ["odds", "rates"])
def test_a_move_of_all_is_nobodys_own(kind: str) -> None:
    """Whether it multiplies rates or odds, at high rates too."""
    rng = np.random.default_rng(20261122)
    found = []
    for _ in range(1500):
        rate, lift = rng.uniform(0.05, 0.4), rng.uniform(0.5, 2.0)
        then = np.array([min(rate * lift, 0.9), rate])
        odds = then / (1 - then) / 2
        now = odds / (1 + odds) if kind == "odds" else then / 2
        n = np.array([rng.integers(30, 500), 2000])
        x1, x2 = rng.binomial(n, then), rng.binomial(n, now)
        overall = [(int(x.sum()), int(n.sum())) for x in (x1, x2)]
        found.append(effect_changes(([x1[0]], [n[0]]), ([x2[0]], [n[0]]), *overall)[0][0])
    # 1 500 draws: 5 % and three standard errors of 0.56 %.
    assert np.mean(np.array(found) <= 0.05) <= 0.05 + 3 * 0.0056
