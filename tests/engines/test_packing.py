"""Rows told apart by the bits of one number, against rows as they are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from calibrate.engines.packing import Packed

rows = st.lists(st.tuples(st.lists(st.integers(0, 5), min_size=30, max_size=30), st.booleans()))


@given(rows)
def test_distinct_rows_are_those_of_a_dictionary(leads: list[tuple[list[int], bool]]) -> None:
    """Thirty columns of six values do not fit into one number: rows are numbered on the way."""
    values = np.array([row for row, _ in leads], dtype=np.int64).reshape(-1, 30)
    customer = np.array([bought for _, bought in leads], dtype=np.bool_)
    worth = np.array([-2.5, -1.0, 0.0, 0.5, 1.0, 7.25])
    packed = Packed.of(len(leads)).with_columns((worth, one.__getitem__) for one in values.T)
    found, many, closed = packed.counted(customer)
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
    packed = Packed.of(3).with_columns([(np.array([4.0]), places.__getitem__)] * 100)
    rows, leads, customers = packed.counted(np.array([True, False, True]))
    assert rows.tolist() == [[4.0] * 100]
    assert (leads.tolist(), customers.tolist()) == ([3], [2])
