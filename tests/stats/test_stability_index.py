"""The stability index against scipy's entropies, and what it promises for few leads."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency, entropy

from calibrate.stats.stability_index import stability_index

counts = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=12)


def both(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([a for a, _ in rows]), np.array([b for _, b in rows])


@given(counts)
def test_it_is_the_sum_of_both_relative_entropies(rows: list[tuple[int, int]]) -> None:
    then, now = both(rows)
    if not then.sum() or not now.sum():
        assert math.isnan(stability_index(then, now).index)
        return
    seen = then + now > 0
    # scipy divides by the sums itself.
    half = 0.5 / min(then.sum(), now.sum())
    p, q = (one[seen] / one.sum() + half for one in (then, now))
    found = stability_index(then, now)
    assert found.index == pytest.approx(entropy(p, q) + entropy(q, p), abs=1e-12)
    assert found.df == seen.sum() - 1
    luck = 1 / then.sum() + 1 / now.sum()
    if found.df:
        assert found.limit == pytest.approx(chi2.ppf(0.95, found.df) * luck)
        assert found.p_value == pytest.approx(chi2.sf(found.index / luck, found.df), abs=1e-12)


@given(counts, st.randoms())
def test_levels_may_come_in_any_order_and_sides_change_places(
    rows: list[tuple[int, int]], dealer
) -> None:
    one = stability_index(*both(rows))
    shuffled = stability_index(*both(dealer.sample(rows, len(rows))))
    mirrored = stability_index(*both(rows)[::-1])
    for other in (shuffled, mirrored):
        assert (other.index, other.limit, other.df) == pytest.approx(
            (one.index, one.limit, one.df), nan_ok=True
        )


@given(counts)
def test_it_is_0_for_equal_shares_and_only_for_them(rows: list[tuple[int, int]]) -> None:
    then, now = both(rows)
    if not then.sum() or not now.sum():
        return
    equal = (then * now.sum() == now * then.sum()).all()
    found = stability_index(then, now).index
    assert found >= 0
    assert (found == 0) == equal


@given(st.lists(st.integers(0, 300), min_size=1, max_size=12), st.integers(1, 9))
def test_more_leads_of_the_same_shares_are_no_change(then: list[int], times: int) -> None:
    if sum(then):
        found = stability_index(then, np.array(then) * times)
        assert (found.index, found.p_value) == (0.0, 1.0)


def test_with_many_leads_it_is_the_published_formula() -> None:
    """By hand: (.3-.2) ln(.3/.2) + (.3-.3) ln 1 + (.4-.5) ln(.4/.5)."""
    by_hand = 0.1 * math.log(1.5) - 0.1 * math.log(0.8)
    found = stability_index([200_000, 300_000, 500_000], [300_000, 300_000, 400_000])
    assert found.index == pytest.approx(by_hand, rel=1e-4)


def test_with_many_leads_its_law_is_that_of_pearson() -> None:
    then, now = [5000, 3000, 2000], [2450, 1560, 990]
    pearson = chi2_contingency([then, now], correction=False)
    assert stability_index(then, now).p_value == pytest.approx(pearson.pvalue, rel=0.01)


@pytest.mark.parametrize(("then", "now"), [([900, 100, 0], [900, 0, 100]), ([1, 0], [0, 1])])
def test_new_and_vanished_levels_leave_it_finite(then: list[int], now: list[int]) -> None:
    assert 0 < stability_index(then, now).index < math.inf


def test_a_level_without_leads_on_both_sides_is_no_level() -> None:
    assert stability_index([50, 0, 50], [40, 0, 60]) == stability_index([50, 50], [40, 60])


def test_a_single_level_cannot_shift() -> None:
    found = stability_index([70], [3])
    assert (found.index, found.df, found.limit, found.p_value) == (0.0, 0, 0.0, 1.0)


def test_without_leads_on_one_side_nothing_is_known() -> None:
    found = stability_index([0, 0], [3, 4])
    assert all(math.isnan(one) for one in (found.index, found.limit, found.p_value))
