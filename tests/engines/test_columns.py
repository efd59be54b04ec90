"""Numbers written as texts: the same whether they were counted or sorted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.engines.columns import NumberColumn

numbers = st.lists(
    st.one_of(st.integers(0, 70_000).map(float), st.just(float("nan")), st.just(-0.0)), max_size=40
)


@given(numbers, st.booleans())
def test_every_number_gets_its_own_text(found: list[float], with_fraction: bool) -> None:
    values = np.array([*found, *([0.5] if with_fraction else [])])
    texts = NumberColumn(numbers=values).as_texts()
    again = [float(texts.texts[code - 1]) if code else np.nan for code in texts.codes]
    np.testing.assert_array_equal(again, values)
    assert len(set(texts.texts)) == len(texts.texts) == len(np.unique(values[~np.isnan(values)]))


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [7.0], [3.0, np.nan, 3.0, 1.0]])
def test_texts_come_in_the_order_of_the_numbers(values: list[float]) -> None:
    texts = NumberColumn(numbers=np.array(values, dtype=float)).as_texts().texts
    assert list(texts) == [f"{value:g}" for value in sorted({v for v in values if not np.isnan(v)})]
