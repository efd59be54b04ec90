"""Rows told apart by the bits of one number, against rows as they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.engines import packing
from calibrate.engines.packing import Packed, told_apart

rows = st.lists(st.tuples(st.lists(st.integers(0, 5), min_size=30, max_size=30), st.booleans()))


@given(rows)
def test_distinct_rows_are_those_of_a_dictionary(leads: list[tuple[list[int], bool]]) -> None:
    """Thirty columns of six values do not fit into one number: rows are numbered on the way."""
    values = np.array([row for row, _ in leads], dtype=np.int64).reshape(-1, 30)
    customer = np.array([bought for _, bought in leads], dtype=np.bool_)
    worth = np.array([-2.5, -1.0, 0.0, 0.5, 1.0, 7.25])
    packed = Packed.of(len(leads)).with_columns((6, one.__getitem__) for one in values.T)
    places, many, closed = packed.counted(customer)
    found = worth[places].T
    wanted: dict[tuple[float, ...], list[int]] = {}
    for row, bought in leads:
        counts = wanted.setdefault(tuple(worth[row].tolist()), [0, 0])
        counts[0] += 1
        counts[1] += bought
    assert [tuple(row) for row in found.tolist()] == sorted(wanted)
    assert [list(one) for one in zip(many.tolist(), closed.tolist(), strict=True)] == [
        wanted[row] for row in sorted(wanted)
    ]


def test_a_column_of_one_value_takes_no_room() -> None:
    places = np.zeros(3, dtype=np.int8)
    packed = Packed.of(3).with_columns([(1, places.__getitem__)] * 100)
    rows, leads, customers = packed.counted(np.array([True, False, True]))
    assert rows.tolist() == [[0]] * 100
    assert (leads.tolist(), customers.tolist()) == ([3], [2])


@pytest.mark.parametrize(("values", "as_they_are"), [(3, False), (2000, True)])
def test_leads_that_nearly_all_differ_are_left_as_they_are(
    monkeypatch: pytest.MonkeyPatch, values: int, as_they_are: bool
) -> None:
    """Of many leads; the rows say the same of them either way."""
    rng = np.random.default_rng(values)
    drawn = rng.integers(0, values, (4, 5000))
    customer = rng.random(5000) < 0.2
    columns = [(values, one.__getitem__) for one in drawn]
    wanted = told_apart(columns, customer)
    assert wanted[0].T.tolist() == np.unique(drawn.T, axis=0).tolist()
    monkeypatch.setattr(packing, "MANY", 5000)
    places, leads, customers = told_apart(columns, customer)
    assert places.dtype == wanted[0].dtype
    if as_they_are:
        assert (places.tolist(), customers.tolist()) == (drawn.tolist(), customer.tolist())
        assert (leads == 1).all()
    else:
        for one, other in zip((places, leads, customers), wanted, strict=True):
            assert one.tolist() == other.tolist()


def test_leads_without_columns_are_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MANY", 40)
    places, leads, customers = told_apart([], np.arange(50) < 7)
    assert (places.shape, leads.tolist(), customers.tolist()) == ((0, 1), [50], [7])
