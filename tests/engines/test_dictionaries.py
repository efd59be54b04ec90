"""Texts counted by the dictionaries of Parquet files are those that the database groups."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from calibrate.engines import code_counts
from calibrate.engines.sql import coded, coding, dictionaries, held
from calibrate.engines.sql.coded import Coded
from calibrate.engines.sql.connections import DuckDBConnection
from calibrate.engines.sql.dictionaries import Standings, count_texts
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.held import hold, hold_all
from calibrate.engines.sql.parquet_files import open_parquet
from calibrate.engines.sql.relations import Relation, open_relation
from calibrate.engines.sql.rows import LeadRows
from calibrate.errors import EngineError

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


def standings_of(path: Path, of_row: list[int]) -> Standings:
    return Standings(files=(path,), rows=len(of_row), look=lambda: np.array(of_row, dtype=np.uint8))


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
    hold(rows, "number", "float")
    assert len(asked) == 2, "how many rows there are, and who of them is counted, are asked once"
    assert "GROUP BY" not in "".join(asked)


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
    assert rows.count_numbers("text") is None
    assert rows.count_numbers("won") is None
    assert sum(hold(rows, "text", "text").leads) == 800


def test_bytes_that_are_no_text_are_left_to_the_database(tmp_path: Path) -> None:
    broken = pa.array([b"ab", b"\xff\xfe", b"ab"], pa.binary())
    path = tmp_path / "leads.parquet"
    parquet.write_table(pa.table({"text": broken.view(pa.string()), "n": [1, 2, 3]}), path)
    standings = standings_of(path, [1, 1, 1])
    assert count_texts(standings, "text") is None


def test_a_file_that_grew_is_left_to_the_database(tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    parquet.write_table(leads(1), path)
    standings = standings_of(path, [1] * 399)
    assert count_texts(standings, "text") is None


NUMBERS = [0.0, 1.5, 2.0, -3.25, 1e300, float("inf"), float("-inf"), float("nan"), 99.0, None]


@pytest.fixture
def numbers(tmp_path: Path) -> LeadRows:
    for part in range(3):
        rng = np.random.default_rng(part)
        places = rng.integers(0, len(NUMBERS), 400)
        # Of one file a number is whole, and of the next it has decimals.
        mixed = rng.integers(-5, 5, 400) if part else rng.integers(-5, 5, 400) / 4
        table = pa.table(
            {
                "odd": pa.array([NUMBERS[place] for place in places], pa.float64()),
                "single": pa.array(rng.integers(0, 9, 400) / 10, pa.float32()),
                "mixed": mixed,
                "many": pa.array(rng.normal(size=400).round(2), mask=rng.random(400) < 0.1),
                "small": pa.array(rng.integers(0, 9, 400), pa.uint8()),
                "kept": rng.integers(0, 2, 400).astype(bool),
                "won": rng.choice(["yes", "no"], 400),
            }
        )
        parquet.write_table(table, tmp_path / f"{part}.parquet", row_group_size=90)
    return some(open_parquet(tmp_path / "*.parquet"), "TRUE")


@pytest.mark.parametrize("where", ["TRUE", "t.kept", "NOT t.kept AND t.small > 4", "FALSE"])
@pytest.mark.parametrize("name", ["odd", "single", "mixed", "many", "small"])
@pytest.mark.parametrize("most", [10_000, 4])
def test_numbers_are_those_that_the_database_groups(
    numbers: LeadRows, name: str, where: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "MOST_NUMBERS", most)
    monkeypatch.setattr(held, "_ENDS", 3)
    rows = replace(numbers, where=where)
    kind = "number" if name == "small" else "float"
    by_files = hold(rows, name, kind, nothings=["99", "-", "1,5"])
    by_query = hold(replace(rows, files=()), name, kind, nothings=["99", "-", "1,5"])
    assert by_files.values == by_query.values
    assert by_files.leads.tolist() == by_query.leads.tolist()
    assert by_files.customers.tolist() == by_query.customers.tolist()
    assert by_files.profile == by_query.profile
    assert by_files.is_whole == by_query.is_whole
    assert by_files.value == by_query.value


@pytest.mark.parametrize("dictionary", [True, False])
def test_what_is_no_number_is_no_value_for_the_database_too(
    tmp_path: Path, *, dictionary: bool
) -> None:
    path = tmp_path / "leads.parquet"
    # The file says that its numbers go from 1 to 3: that leaves out what is none.
    table = pa.table(
        {"n": [1.0, float("nan"), 3.0, float("nan")], "won": ["no", "no", "yes", "no"]}
    )
    parquet.write_table(table, path, use_dictionary=dictionary)
    rows = some(open_parquet(path), "TRUE")
    by_files, by_query = hold(rows, "n", "float"), hold(replace(rows, files=()), "n", "float")
    assert by_files.values == by_query.values == (1.0, 3.0, None)
    cut = SqlEngine(rows=rows, held={"n": by_files}).count_by(
        [coding.coded(by_files, np.array([0, 1, 2]), 0, lookup=rows.connection.lookup, place=0)]
    )
    assert cut[1].tolist() == [1, 1, 2]


@pytest.mark.parametrize("most", [10_000, 1])
def test_nan_that_a_view_of_files_overlooks_is_said(
    tmp_path: Path, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "MOST_NUMBERS", most)
    path = tmp_path / "leads.parquet"
    parquet.write_table(pa.table({"n": [1.0, float("nan"), 3.0], "won": ["no", "no", "yes"]}), path)
    for options, says in (("", r"`n` has NaN.*can_have_nan = true"), (", can_have_nan = true", "")):
        connection = duckdb.connect()
        connection.execute(f"CREATE VIEW leads AS FROM read_parquet('{path}'{options})")
        made = DuckDBConnection(connection=connection)
        rows = open_relation(made, table="leads").rows
        if says:
            with pytest.raises(EngineError, match=says):
                hold(rows, "n", "float")
        else:
            assert set(hold(rows, "n", "float").values) == {1.0, 3.0, None}


@pytest.mark.parametrize("most", [10_000, 4])
@pytest.mark.parametrize("name", ["odd", "many"])
def test_bands_of_numbers_that_are_all_known_need_no_query(
    numbers: LeadRows, name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "MOST_NUMBERS", most)
    by_files = SqlEngine(rows=numbers, held={name: hold(numbers, name, "float")})
    apart = replace(numbers, files=())
    by_query = SqlEngine(rows=apart, held={name: hold(apart, name, "float")})
    cuts = by_query.cut_points(name, 7)
    wanted = by_query.count_bands(name, cuts)

    def refused(*_: object) -> None:
        raise AssertionError("a query")

    monkeypatch.setattr(type(numbers.connection), "ask", refused)
    found = by_files.count_bands(name, by_files.cut_points(name, 7))
    assert len(cuts) > 2
    assert by_files.cut_points(name, 7) == cuts
    assert found.leads.tolist() == wanted.leads.tolist()
    assert found.customers.tolist() == wanted.customers.tolist()


def test_too_many_numbers_are_left_to_the_database(
    numbers: LeadRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionaries, "MOST_VALUES", 20)
    assert numbers.count_numbers("many") is None
    assert numbers.count_numbers("small") is not None
    assert sum(hold(numbers, "many", "float").leads) == 1200


@pytest.mark.parametrize("beneath", [0, 2**30, -(2**31)])
def test_codes_beneath_gaps_are_not_relied_upon(beneath: int) -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(1, 6, 1000).astype(np.int32)  # not 0 where nothing is
    gaps = rng.random(1000) < 0.3
    codes[gaps] += beneath
    found = pa.array(codes, mask=gaps)
    assert (np.frombuffer(found.buffers()[1], dtype=np.int32)[gaps] != 0).all()
    told = Coded.of(pa.array(list("abcde")), found)
    assert told.codes.tolist() == np.where(gaps, 0, codes).tolist()
    assert told.counted.tolist() == [gaps.sum(), *np.bincount(codes[~gaps])[1:].tolist()]


@given(
    st.integers(1, 40).flatmap(
        lambda most: st.tuples(st.just(most), st.lists(st.integers(0, most), max_size=60))
    ),
    st.integers(1, 41),
    st.integers(1, 9),
)
def test_rows_of_codes_are_counted_one_or_two_at_a_time(
    of: tuple[int, list[int]], in_twos: int, block: int
) -> None:
    most, codes = of
    texts = pa.array(map(str, range(most)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coded, "_IN_TWOS", in_twos)
        patch.setattr(code_counts, "_BLOCK", block)
        told = Coded.of(texts, pa.array([one or None for one in codes], pa.int32()))
    assert told.counted.tolist() == np.bincount(codes, minlength=most + 1).tolist()


@pytest.mark.parametrize("most", [1, 2, 126, 127, 128, 300])
@pytest.mark.parametrize("rows", [0, 1, 131_073, 300_000])
def test_long_columns_of_codes_are_counted(most: int, rows: int) -> None:
    codes = np.random.default_rng(most).integers(0, most + 1, rows).astype(np.int32)
    told = Coded.of(pa.array(map(str, range(most))), pa.array(codes, mask=codes == 0))
    assert told.counted.tolist() == np.bincount(codes, minlength=most + 1).tolist()


def test_codes_beyond_the_values_are_refused() -> None:
    codes = pa.array(np.array([1, 2, 3], dtype=np.int32))
    with pytest.raises(OSError, match="a code of no value"):
        Coded.of(pa.array(["a", "b"]), codes)


def test_zeros_and_nothings_of_any_sign_are_one_value_each(tmp_path: Path) -> None:
    other = np.array([0x7FF0000000000001, 0xFFF8000000000000], dtype=np.uint64).view(np.float64)
    values = [0.0, float("nan"), 1.0, -0.0, *other, 1.0, -0.0]
    path = tmp_path / "leads.parquet"
    parquet.write_table(pa.table({"n": values}), path, row_group_size=3)
    found = dictionaries.count_numbers(standings_of(path, [1] * 8), "n")
    assert found is not None
    assert found.listed == [0.0, 1.0, None]
    assert found.leads.tolist() == [3, 2, 3]


def test_a_column_is_read_while_the_customers_are_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, is_read = tmp_path / "leads.parquet", Event()
    parquet.write_table(leads(1), path)
    read = dictionaries._coded
    monkeypatch.setattr(dictionaries, "_coded", lambda *of: is_read.set() or read(*of))

    def look() -> Any:
        assert is_read.wait(timeout=60)
        return np.ones(400, dtype=np.uint8)

    found = count_texts(Standings(files=(path,), rows=400, look=look), "text")
    assert found is not None
    assert found.leads.sum() == 400


@pytest.mark.parametrize("fault", [EngineError("no rights"), KeyboardInterrupt()])
def test_who_cannot_be_looked_up_is_told_and_looked_up_again(
    tmp_path: Path, fault: BaseException
) -> None:
    path, faults = tmp_path / "leads.parquet", [fault, fault]
    parquet.write_table(leads(1), path)

    def look() -> Any:
        if faults:
            raise faults.pop()
        return np.ones(400, dtype=np.uint8)

    standings = Standings(files=(path,), rows=400, look=look)
    for _ in range(2):
        with pytest.raises(type(fault)):
            count_texts(standings, "text")
    found = count_texts(standings, "text")
    assert found is not None
    assert found.leads.sum() == 400
    standings.pool.shutdown()  # nobody waits


@given(st.lists(st.integers(0, 40), max_size=400), st.integers(1, 30))
def test_codes_come_in_the_order_of_their_first_rows(codes: list[int], looked_at: int) -> None:
    texts = pa.array(map(str, range(40)))
    told = Coded.of(texts, pa.array([one or None for one in codes], pa.int32()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coded, "_LOOKED_AT", looked_at)
        assert told.order().tolist() == list(dict.fromkeys(codes))


def test_the_next_column_is_counted_ahead_and_once(
    relation: Relation, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    count = dictionaries._pieces
    monkeypatch.setattr(dictionaries, "_pieces", lambda *of: counted.append(of[1]) or count(*of))
    rows = some(relation, "t.number > 3")
    columns = [("text", "text"), ("number", "float"), ("late", "text")]
    together = list(hold_all(rows, columns, nothings=["plain"]))
    assert set(Counter(counted).values()) == {len(rows._standings.groups)}
    apart = [hold(replace(rows), name, kind, nothings=["plain"]) for name, kind in columns]
    for one, other in zip(together, apart, strict=True):
        assert one.values == other.values
        assert one.customers.tolist() == other.customers.tolist()


def test_more_values_than_are_held_at_a_time_are_added_up(
    numbers: LeadRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = numbers.count_numbers("many")
    assert whole is not None
    monkeypatch.setattr(dictionaries, "MOST_VALUES", len(whole.values))
    monkeypatch.setattr(dictionaries, "_AT_A_TIME", 1)
    again = numbers.count_numbers("many")
    assert again is not None
    assert again.listed == whole.listed
    assert again.leads.tolist() == whole.leads.tolist()


def test_numbers_written_as_texts_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    parquet.write_table(pa.table({"n": ["1", "1.0", None, "-2.5e1", "7", "1.00"]}), path)
    standings = standings_of(path, [1, 2, 1, 1, 0, 1])
    found = dictionaries.count_numbers(standings, "n", [7.0])
    assert found is not None
    assert found.listed == [-25.0, 1.0, None]
    assert found.leads.tolist() == [1, 3, 1]
    assert found.customers.tolist() == [0, 1, 0]


@pytest.mark.parametrize("odd", [" 1", "1,5", "", "one"])
def test_texts_that_may_be_no_numbers_are_left_to_the_database(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "leads.parquet"
    parquet.write_table(pa.table({"n": ["1", odd]}), path)
    standings = standings_of(path, [1, 1])
    assert dictionaries.count_numbers(standings, "n") is None
