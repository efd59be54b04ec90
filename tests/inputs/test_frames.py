"""DataFrames of every type give the same leads as the plain one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from calibrate import Leads, count, read_leads
from calibrate.engines.columns import NumberColumn
from calibrate.engines.tables import open_table
from calibrate.errors import LeadsError

Check = Callable[[Leads], None]
Change = Callable[[pd.DataFrame], pd.DataFrame]


def test_the_plain_frame_is_counted_as_pandas_counts_it(cells: pd.DataFrame) -> None:
    leads = read_leads(cells)
    assert (leads.total, leads.counted, leads.customers) == (240, 240, cells["converted"].sum())
    frame = count(leads).to_frame()
    counted = {(row.attribute, row.level): (row.leads, row.customers) for row in frame.itertuples()}
    for column in ("source", "country", "opted_in"):
        groups = cells.fillna("(missing)").groupby(column)["converted"]
        for level, customers in groups.sum().items():
            assert counted[column, level] == (groups.size()[level], customers)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.astype(object),
        lambda f: f.convert_dtypes(),
        lambda f: f.convert_dtypes(dtype_backend="pyarrow"),
        lambda f: f.assign(
            source=f["source"].astype(pd.CategoricalDtype(["Zoo", *sorted(set(f["source"]))])),
            country=f["country"].astype("category"),
            visits=f["visits"].astype("category"),
        ),
        lambda f: f.assign(
            visits=f["visits"].astype("Int16"),
            opted_in=(f["opted_in"] == "yes").astype("boolean"),
            converted=f["converted"].astype("boolean"),
            country=f["country"].astype("string"),
        ),
        lambda f: f.assign(opted_in=f["opted_in"] == "yes", converted=f["converted"] == 1),
        lambda f: f.assign(converted=f["converted"].map({1: "Won", 0: "LOST "})),
        lambda f: f.assign(
            visits=[str(v) if row % 2 else v for row, v in enumerate(f["visits"])],
            country=[
                value or [None, np.nan, pd.NA, pd.NaT, "", "  "][row % 6]
                for row, value in enumerate(f["country"].where(f["country"].notna(), None))
            ],
        ),
        lambda f: f.assign(revenue=[Decimal(str(value)) for value in f["revenue"]]),
        lambda f: f.assign(visits=pd.arrays.SparseArray(f["visits"])),
        lambda f: f.assign(visits=f["visits"].astype(np.uint8), revenue=f["revenue"].astype("f8")),
        lambda f: f.set_index(pd.Index([f"k{row % 7}" for row in range(len(f))])),
        lambda f: f.set_index(pd.MultiIndex.from_product([range(2), range(len(f) // 2)])),
        lambda f: f.iloc[::-1].iloc[::-1],
    ],
    ids=[
        "object",
        "nullable",
        "pyarrow",
        "categories, one unused",
        "nullable boolean",
        "bool",
        "won and lost",
        "numbers among texts, gaps of all kinds",
        "decimal",
        "sparse",
        "small whole numbers",
        "repeated index",
        "two-level index",
        "turned around twice",
    ],
)
def test_types(change: Change, cells: pd.DataFrame, expect_same: Check) -> None:
    expect_same(read_leads(change(cells)))


def test_names_may_be_anything_that_has_a_text(cells: pd.DataFrame) -> None:
    names = [*cells.columns[:3], 4, ("a", 1), dt.date(2026, 1, 1), "converted"]
    frame = cells.set_axis(pd.Index(names, dtype=object), axis="columns")
    found = [one.name for one in read_leads(frame).attributes]
    assert found == ["source", "country", "4", "('a', 1)", "2026-01-01"]


def test_names_that_come_out_the_same_are_refused(cells: pd.DataFrame) -> None:
    frame = cells.assign(**{"1": 1}).rename(columns={"source": 1})
    with pytest.raises(LeadsError, match="`1` in the columns 2, 8"):
        read_leads(frame)


def test_lists_and_dicts_are_left_out_and_said(cells: pd.DataFrame) -> None:
    odd = {"lists": [[1]] * 240, "dicts": [{"a": 1}, "b"] * 120, "arrays": [np.ones(2)] * 240}
    leads = read_leads(cells.assign(**odd))
    left = [one.says for one in leads.findings if one.code == "column-left-out"]
    assert [name in said for name, said in zip(odd, left, strict=True)] == [True] * 3
    assert "neither texts, numbers, dates nor yes and no (object)" in left[0]


def test_intervals_periods_bytes_and_half_letters_are_texts(cells: pd.DataFrame) -> None:
    frame = cells[["lead_id", "converted"]].assign(
        band=pd.cut(cells["visits"], [-1, 5, 60]),
        month=pd.Series(["2026-01", "2026-02"] * 120).astype("period[M]"),
        raw=[b"x", "Ö".encode()] * 120,
        broken=pd.Series(["\ud800", "b"] * 120, dtype=object),
    )
    spec = {"attributes": {"month": {"kind": "category"}}}
    levels = set(count(read_leads(frame, spec)).to_frame()["level"])
    assert {"(-1, 5]", "(5, 60]", "2026-01", "x", "Ö", "?"} <= levels


def test_durations_are_seconds() -> None:
    table = open_table(
        pd.DataFrame({"took": pd.to_timedelta([90, None, 0.5], "s"), "b": [1, 2, 3]})
    )
    column = table.columns["took"]
    assert isinstance(column, NumberColumn)
    np.testing.assert_array_equal(column.numbers, [90, np.nan, 0.5])


def test_large_ids_stay_apart() -> None:
    first = 2**60
    ids = [first + row for row in range(40)]
    frame = pd.DataFrame({"id": ids, "source": ["a", "b"] * 20, "converted": [1, 0, 0, 0] * 10})
    for column in (
        ids,
        pd.array(ids, "Int64"),
        pd.Series(ids, dtype=object),
        [i << 9 for i in ids],
    ):
        assert read_leads(frame.assign(id=column)).counted == 40


@pytest.mark.parametrize(
    ("created", "closed"),
    [
        ("datetime64[ns]", "datetime64[s]"),
        ("datetime64[us, UTC]", "datetime64[ns, Europe/Berlin]"),
        ("object", "object"),
        ("date32[day][pyarrow]", "timestamp[ms][pyarrow]"),
    ],
)
def test_dates_of_every_type(created: str, closed: str) -> None:
    came = pd.Series(pd.date_range("2026-01-01", periods=40, freq="12h"))
    went = (came + pd.Timedelta(days=10)).where(np.arange(40) % 3 == 0)
    if closed.endswith("Berlin]"):
        came, went = came.dt.tz_localize("UTC"), went.dt.tz_localize("UTC")
    if created.startswith("date32"):
        came = came.dt.normalize()
    if closed == "object":
        went = pd.Series([None if value is pd.NaT else value for value in went], dtype=object)
    frame = pd.DataFrame(
        {
            "created_at": came.astype(created),
            "converted_at": went.astype(closed),
            "source": ["a", "b"] * 20,
        }
    )
    leads = read_leads(frame, {"window_days": 30, "as_of": "2026-03-31"})
    assert (leads.counted, leads.customers) == (40, 14)


def test_a_bad_date_is_called_by_its_index() -> None:
    frame = pd.DataFrame(
        {
            "created_at": ["2026-01-01", "soon", "2026-01-03"],
            "converted_at": ["2026-01-09", None, None],
            "source": list("aba"),
        },
        index=["x", "y", "z"],
    )
    with pytest.raises(LeadsError, match="the DataFrame, index y, column `created_at`: `soon`"):
        read_leads(frame)


@pytest.mark.parametrize(
    "thing",
    [{"a": [1]}, [1, 2], np.ones((2, 2)), pa.table({"a": [1]}), None, 7, pd.Series([1])],
    ids=["dict", "list", "array", "arrow", "none", "number", "series"],
)
def test_what_is_neither_path_nor_frame_is_refused(thing: Any) -> None:
    with pytest.raises(LeadsError, match="path or a pandas DataFrame; found"):
        read_leads(thing)


def test_an_empty_frame_is_refused() -> None:
    with pytest.raises(LeadsError, match="has columns but no rows"):
        read_leads(pd.DataFrame({"a": [], "converted": []}))
    with pytest.raises(LeadsError, match="no column"):
        read_leads(pd.DataFrame(index=[1, 2]))


def test_the_frame_is_left_as_it_was(cells: pd.DataFrame) -> None:
    before = cells.copy(deep=True)
    read_leads(cells)
    pd.testing.assert_frame_equal(cells, before)
