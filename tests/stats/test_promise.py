"""A promise of customers kept, against statsmodels' Wilson interval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from calibrate.stats.promise import kept_promise

later = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(later, st.floats(0, 1))
def test_kept_unless_the_whole_interval_is_below(counts: tuple[int, int], promised: float) -> None:
    _, high = proportion_confint(*counts, method="wilson")
    if abs(high - promised) > 1e-12:
        assert kept_promise(*counts, promised) == (high > promised)


def test_more_than_promised_is_kept() -> None:
    assert kept_promise(990, 1000, 0.5)


@pytest.mark.parametrize(("kept", "wanted"), [(10_000, True), (9999, False)])
def test_a_promise_of_all_customers_breaks_on_one(kept: int, wanted: bool) -> None:
    assert kept_promise(kept, 10_000, 1.0) is wanted


def test_without_customers_it_is_neither_kept_nor_broken() -> None:
    assert kept_promise(0, 0, 0.9) is None
