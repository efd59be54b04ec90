"""Parquet of every type gives the same leads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from calibrate import Leads, read_leads
from calibrate.engines.tables import open_table
from calibrate.errors import LeadsError

Check = Callable[[Leads], None]
Read = Callable[..., Leads]


@pytest.fixture(scope="session")
def table(cells: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(cells, preserve_index=False)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Leads]:
    def write(table: pa.Table, **options: Any) -> Leads:
        path = tmp_path / "leads.parquet"
        parquet.write_table(table, path, **options)
        return read_leads(path)

    return write


def retyped(table: pa.Table, name: str, kind: pa.DataType) -> pa.Table:
    place = table.column_names.index(name)
    return table.set_column(place, name, table[name].cast(kind))


@pytest.mark.parametrize(
    "options",
    [{}, {"row_group_size": 37}, {"use_dictionary": False}, {"compression": "zstd"}],
    ids=str,
)
def test_ways_to_write(
    options: dict[str, Any], table: pa.Table, written: Read, expect_same: Check
) -> None:
    expect_same(written(table, **options))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("source", pa.large_string()),
        ("source", pa.string_view()),
        ("source", pa.binary()),
        ("source", pa.large_binary()),
        ("source", pa.dictionary(pa.int32(), pa.string())),
        ("visits", pa.int8()),
        ("visits", pa.uint64()),
        ("visits", pa.float32()),
        ("visits", pa.decimal128(20, 0)),
        ("visits", pa.string()),
        ("visits", pa.dictionary(pa.int8(), pa.int64())),
        ("revenue", pa.decimal128(20, 2)),
        ("converted", pa.bool_()),
        ("converted", pa.string()),
        ("converted", pa.float64()),
    ],
    ids=str,
)
def test_types(
    name: str, kind: pa.DataType, table: pa.Table, written: Read, expect_same: Check
) -> None:
    if pa.types.is_dictionary(kind):
        place = table.column_names.index(name)
        coded = table.set_column(place, name, table[name].dictionary_encode())
    else:
        coded = retyped(table, name, kind)
    expect_same(written(coded))


def test_whole_numbers_with_gaps_stay_whole(table: pa.Table, written: Read) -> None:
    stars = pa.array([1, 2, None] * 80, pa.int64())
    leads = written(table.append_column("stars", stars))
    (attribute,) = [one for one in leads.attributes if one.name == "stars"]
    assert attribute.kind == "category"
    assert set(leads.engine.count_values("stars").values) == {"1", "2"}


def test_lists_structs_and_maps_are_left_out_and_said(
    table: pa.Table, written: Read, expect_same: Check
) -> None:
    n = table.num_rows
    wide = (
        table.append_column("tags", pa.array([["a", "b"]] * n))
        .append_column("address", pa.array([{"city": "Graz"}] * n))
        .append_column("raw", pa.array([b"\xff\xfe"] * n))
        .append_column("nothing", pa.nulls(n))
    )
    leads = written(wide)
    expect_same(leads)
    left = [one.says for one in leads.findings if one.code == "column-left-out"]
    assert [said.split()[0] for said in left] == ["`tags`", "`address`", "`raw`"]
    assert "struct<city: string>" in left[1]
    assert any("`nothing` is empty" in one.says for one in leads.findings)


def test_dates_and_times_with_a_zone(written: Read) -> None:
    hours = pd.date_range("2026-01-01", periods=40, freq="12h")
    table = pa.table(
        {
            "created_at": pa.array(hours, pa.timestamp("ns", tz="America/New_York")),
            "converted_at": pa.array([hours[5].date() if n % 4 == 0 else None for n in range(40)]),
            "source": ["a", "b"] * 20,
        }
    )
    leads = written(table)
    # Created in rows 0 to 5 by the 3rd of January in UTC; later ones "closed" before they came.
    assert leads.left_out["closed_before_created"] == 8
    assert leads.customers == 2


def test_row_names_of_a_frame_are_no_attribute(
    cells: pd.DataFrame, tmp_path: Path, expect_same: Check
) -> None:
    path = tmp_path / "leads.parquet"
    cells.set_index(pd.Index([row * 7 % 240 for row in range(240)])).to_parquet(path)
    assert "__index_level_0__" in open_table(path).unusable
    expect_same(read_leads(path))


def test_rows_without_any_value_are_no_leads(table: pa.Table, written: Read) -> None:
    empty = pa.table(
        {
            name: pa.nulls(3, kind.type)
            for name, kind in zip(table.column_names, table.schema, strict=True)
        }
    )
    assert written(pa.concat_tables([table, empty])).total == 240
    with pytest.raises(LeadsError, match="has columns but no rows"):
        written(empty)


def test_the_outcome_must_be_usable(table: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    parquet.write_table(table.append_column("won", pa.array([[1]] * 240)), path)
    for spec in ({"outcome": {"column": "won"}}, {"leads": {"id": "won"}}):
        with pytest.raises(LeadsError, match="column `won` cannot be used: its values are neither"):
            read_leads(path, spec)


def test_repeated_names_are_refused(written: Read) -> None:
    table = pa.Table.from_arrays([pa.array([1, 0])] * 2, names=["converted", "converted"])
    with pytest.raises(LeadsError, match="`converted` in the columns 1, 2"):
        written(table)


def test_texts_that_are_no_utf_8_are_refused(table: pa.Table, written: Read) -> None:
    broken = pa.array([b"gro\xdf"] * 240).view(pa.string())
    with pytest.raises(LeadsError, match=r"cannot be read as Parquet.*UTF8"):
        written(table.append_column("size", broken))


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_a_damaged_file_is_refused(keep: int, table: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    parquet.write_table(table, path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(LeadsError, match="cannot be read as Parquet"):
        read_leads(path)
