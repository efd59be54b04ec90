"""Codes of Parquet files tell the same values of the same rows as Arrow does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from calibrate.engines.sql.parquet_codes import codes_of

ROWS = 3000
KINDS: dict[str, tuple[list[Any], float, pa.DataType]] = {
    "few": (["x", "yy", "", "Straße", "a\0b", "\U0001f600" * 50], 0.4, pa.string()),
    "many": ([f"text {place:04}" for place in range(900)], 0.01, pa.string()),
    "none": ([None], 1.0, pa.string()),
    "same": (["only"], 0.0, pa.string()),
    "decimals": ([1.5, -0.0, 0.0, float("nan"), float("inf"), 1e-300], 0.1, pa.float64()),
    "single": ([2.5, 3.25], 0.5, pa.float32()),
    "whole": (list(range(300)), 0.0, pa.int64()),
    "small": ([-3, 4], 0.02, pa.int8()),
    "unsigned": ([1, 2**32 - 1], 0.3, pa.uint32()),
    "large": ([1, 2**64 - 1], 0.3, pa.uint64()),
}


def leads(rows: int = ROWS) -> pa.Table:
    rng = np.random.default_rng(1)
    columns = {}
    for name, (values, gaps, kind) in KINDS.items():
        drawn = [values[place] for place in rng.integers(0, len(values), rows)]
        missing = rng.random(rows) < gaps
        told = [None if gone else one for one, gone in zip(drawn, missing, strict=True)]
        columns[name] = pa.array(sorted(told) if name == "same" else told, kind)
    return pa.table(columns)


def told(path: Path, name: str) -> tuple[list[Any], int]:
    """Tell all values by codes, and how many groups of rows have none."""
    about, values, without = parquet.read_metadata(path), [], 0
    for group in range(about.num_row_groups):
        found = codes_of(path, about, group, name)
        if found is None:
            without += 1
        else:
            listed = [None, *found.values.to_pylist()]
            values += [listed[code] for code in found.codes.tolist()]
    return values, without


def by_arrow(path: Path, name: str) -> list[Any]:
    return parquet.ParquetFile(path).read(columns=[name]).column(name).to_pylist()


@pytest.mark.parametrize("packed", ["none", "snappy", "gzip", "brotli", "zstd"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("page", [100, None])
def test_every_row_has_its_value(
    tmp_path: Path, packed: str, version: str, page: int | None
) -> None:
    path = tmp_path / "leads.parquet"
    parquet.write_table(
        leads(),
        path,
        compression=packed,
        data_page_version=version,
        data_page_size=page,
        row_group_size=1100,
    )
    for name in KINDS:
        values, without = told(path, name)
        assert without == 0, name
        assert repr(values) == repr(by_arrow(path, name)), name


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_so_it_has_in_files_of_a_database(tmp_path: Path, version: str) -> None:
    path, made = tmp_path / "leads.parquet", leads()
    duckdb.sql(f"COPY (FROM made) TO '{path}' (FORMAT parquet, PARQUET_VERSION {version})")
    assert made.num_rows == ROWS
    for name in ("few", "decimals", "whole", "unsigned"):
        values, without = told(path, name)
        assert without == 0, name
        assert repr(values) == repr(by_arrow(path, name)), name


@pytest.mark.parametrize(
    "way",
    [
        {"use_dictionary": False},
        {"compression": "lz4"},
        {"dictionary_pagesize_limit": 200, "data_page_size": 100, "write_batch_size": 50},
    ],
)
def test_values_that_stand_as_they_are_have_no_codes(tmp_path: Path, way: dict[str, Any]) -> None:
    path = tmp_path / "leads.parquet"
    parquet.write_table(leads(), path, **way)
    assert told(path, "many") == ([], 1)


def test_a_column_within_another_has_no_codes(tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    within = pa.array([{"a": "x"}, None, {"a": None}])
    listed = pa.array([["x"], [], None])
    parquet.write_table(pa.table({"within": within, "listed": listed, "a": ["y", "y", "z"]}), path)
    assert told(path, "within.a") == ([], 1)
    assert told(path, "listed.list.element") == ([], 1)
    assert told(path, "a") == (["y", "y", "z"], 0)


@settings(max_examples=60)
@given(
    st.lists(st.none() | st.sampled_from(["a", "b", ""]) | st.text(max_size=3), max_size=300),
    st.integers(1, 120),
    st.booleans(),
)
def test_any_texts(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str | None], group: int, gaps: bool
) -> None:
    path = tmp_path_factory.mktemp("texts") / "leads.parquet"
    texts = [one if gaps else one or "" for one in texts]
    schema = pa.schema([pa.field("text", pa.string(), nullable=gaps)])
    parquet.write_table(pa.table({"text": texts}, schema=schema), path, row_group_size=group)
    assert told(path, "text") == (texts, 0 if texts else parquet.read_metadata(path).num_row_groups)


def test_damaged_bytes_are_refused_and_never_make_up_a_value(tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    table = pa.table({"few": leads(400)["few"]})
    parquet.write_table(table, path)
    sound = path.read_bytes()
    about = parquet.read_metadata(path)
    end = about.row_group(0).column(0).total_compressed_size
    rng = np.random.default_rng(2)
    texts, refused = {None, *KINDS["few"][0]}, 0
    for place in range(4, 60):  # the header of the distinct values, they, and the rows' header
        damaged = bytearray(sound)
        damaged[place] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        try:
            found = codes_of(path, about, 0, "few")
        except (pa.ArrowException, OSError):
            refused += 1
            continue
        if found is None:
            refused += 1
        else:
            assert len(found.codes) == 400
            assert 0 <= found.codes.min() <= found.codes.max() <= len(found.values)
            assert len(found.values) <= len(texts)
    assert refused > 20
    path.write_bytes(sound[: 4 + end // 2])
    assert codes_of(path, about, 0, "few") is None
