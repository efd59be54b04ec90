"""Texts counted by the dictionaries of Parquet files are those that the database groups."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from calibrate.engines.sql import dictionaries
from calibrate.engines.sql.dictionaries import Standings, count_texts
from calibrate.engines.sql.held import hold
from calibrate.engines.sql.relations import Relation, open_parquet
from calibrate.engines.sql.rows import LeadRows

ODD = [
    "plain",
    "",
    " plain",
    "Plain",
    "Straße",
    "a\nb",
    "it's",
    'say "x"',
    "\\",
    "ünïcödé \U0001f600",
]


def leads(seed: int, rows: int = 400) -> pa.Table:
    rng = np.random.default_rng(seed)
    texts = [None if place < 0 else ODD[place] for place in rng.integers(-1, len(ODD), rows)]
    return pa.table(
        {
            "text": pa.array(texts, pa.string()),
            "number": rng.integers(0, 9, rows).astype(float),
            "late": pa.array([None] * (rows - 3) + ["z", "a", "z"], pa.string()),
            "won": rng.choice(["yes", "no"], rows),
        }
    )


@pytest.fixture
def relation(tmp_path: Path) -> Relation:
    for part in range(3):
        # Small pages and groups: many dictionaries, some of which are given up for plain texts.
        parquet.write_table(
            leads(part),
            tmp_path / f"{part}.parquet",
            row_group_size=90,
            data_page_size=64,
            dictionary_pagesize_limit=40,
        )
    return open_parquet(tmp_path / "*.parquet")


def some(relation: Relation, where: str) -> LeadRows:
    return replace(relation.rows, where=where, customer="t.won = 'yes'")


@pytest.mark.parametrize("where", ["TRUE", "t.number > 3", "t.late IS NOT NULL", "FALSE"])
@pytest.mark.parametrize("name", ["text", "late"])
def test_they_are_the_same_in_the_same_order(relation: Relation, name: str, where: str) -> None:
    rows = some(relation, where)
    by_files = hold(rows, name, "text", nothings=["plain"])
    by_query = hold(replace(rows, files=()), name, "text", nothings=["plain"])
    assert by_files.values == by_query.values
    assert by_files.leads.tolist() == by_query.leads.tolist()
    assert by_files.customers.tolist() == by_query.customers.tolist()
    assert by_files.profile == by_query.profile


def test_no_query_groups_the_texts(relation: Relation, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = some(relation, "TRUE")
    asked: list[str] = []
    answer = type(rows.connection).ask
    monkeypatch.setattr(
        type(rows.connection), "ask", lambda self, query: asked.append(query) or answer(self, query)
    )
    hold(rows, "text", "text")
    hold(rows, "late", "text")
    assert len(asked) == 1, "who is counted is asked once"
    assert "GROUP BY" not in asked[0]


def test_too_many_texts_are_left_to_the_database(
    relation: Relation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionaries, "MOST_VALUES", len(ODD) - 1)
    rows = some(relation, "TRUE")
    assert rows.count_texts("text") is None
    assert rows.count_texts("late") is not None
    assert sum(hold(rows, "text", "text").leads) == 1200


def test_what_files_do_not_hold_as_texts_is_left_to_the_database(tmp_path: Path) -> None:
    table = leads(1)
    parquet.write_table(table, tmp_path / "a.parquet")
    parquet.write_table(table.drop_columns("text"), tmp_path / "b.parquet")
    rows = open_parquet(tmp_path / "*.parquet").rows
    assert rows.count_texts("text") is None
    assert rows.count_texts("number") is None
    assert sum(hold(rows, "text", "text").leads) == 800


def test_bytes_that_are_no_text_are_left_to_the_database(tmp_path: Path) -> None:
    broken = pa.array([b"ab", b"\xff\xfe", b"ab"], pa.binary())
    path = tmp_path / "leads.parquet"
    parquet.write_table(pa.table({"text": broken.view(pa.string()), "n": [1, 2, 3]}), path)
    standings = Standings(files=(path,), of_row=np.ones(3, dtype=np.uint8))
    assert count_texts(standings, "text") is None


def test_a_file_that_grew_is_left_to_the_database(tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    parquet.write_table(leads(1), path)
    standings = Standings(files=(path,), of_row=np.ones(399, dtype=np.uint8))
    assert count_texts(standings, "text") is None
