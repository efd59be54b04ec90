"""The same leads give the same integers on every engine, to the last one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from calibrate.engines.base import Cap, ColumnPoints, ColumnValues, Needs, Scoring
from calibrate.engines.cells import from_arrow
from calibrate.engines.columns import NumberColumn, text_column
from calibrate.engines.memory import MemoryEngine
from calibrate.engines.sql.connecting import connect
from calibrate.engines.sql.connections import DuckDBConnection
from calibrate.engines.sql.dbapi import DbApiConnection
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.held import hold
from calibrate.engines.sql.phrases import as_id, column, kind_of, mark, text
from calibrate.engines.sql.rows import LeadRows
from calibrate.engines.sql.spark import SparkConnection
from calibrate.levels import MISSING, OTHER, Level, Levels, bands
from tests.engines.cases import CASES, customers
from tests.engines.on_spark import ON_SPARK, put_into_spark
from tests.engines.postgres import PostgresError, Server

Pair = tuple[MemoryEngine, SqlEngine]

NOT_IN = {
    "DuckDB": (),
    # A table of Postgres has no column that is nothing at all.
    "Postgres": ("empty", "no numbers"),
    "Ibis": ("empty", "no numbers"),
    # Spark has no time of day.
    "Spark": ("time",),
}

NOTHINGS = ("n/a", "NULL", "13", "0.1")


def in_memory(table: pa.Table, closed: list[bool], ids: list[str]) -> MemoryEngine:
    columns = {
        name: made.without(NOTHINGS)
        for name in table.column_names
        if (made := from_arrow(table.column(name))) is not None
    }
    return MemoryEngine(
        columns=columns, customer=np.array(closed), ids=from_arrow(pa.chunked_array([ids]))
    )


def in_duckdb(whole: pa.Table) -> Any:
    connection = duckdb.connect()
    connection.register("whole", whole)
    connection.execute('CREATE TABLE "the leads" AS SELECT * FROM whole')
    return DuckDBConnection(connection=connection)


def in_postgres(whole: pa.Table, server: Server) -> Any:
    server.load(whole, "the leads")
    return DbApiConnection(connection=server, dialect="postgres", error=PostgresError)


def through_ibis(whole: pa.Table, server: Server, request: pytest.FixtureRequest) -> Any:
    import ibis

    server.load(whole, "the leads")
    # One for each case: a server remembers what the columns of a table were.
    backend = ibis.connect(server.uri)
    request.addfinalizer(backend.disconnect)
    return connect(backend)


def in_spark(whole: pa.Table, spark: Any, folder: Path) -> Any:
    put_into_spark(whole, "the leads", spark, folder)
    return SparkConnection(session=spark)


def over(connection: Any, names: list[str]) -> SqlEngine:
    rows = LeadRows(
        connection=connection,
        source='"the leads"',
        customer=column("closed"),
        mark=mark(as_id("text", "lead's id")),
        order=column("place"),
    )
    kinds = {name: kind_of(kind) for name, kind in connection.columns('"the leads"')}
    held = {}
    for name in names:
        kind = kinds[name]
        assert kind is not None, name
        if (
            kind == "whole"
            and rows.ask(f'SELECT MAX(ABS({column(name)})) FROM "the leads" AS t')[0][0] > 2**53
        ):
            kind = "text"
        held[name] = hold(rows, name, kind, nothings=NOTHINGS)
    return SqlEngine(rows=rows, held=held)


EVERYWHERE = [*CASES, "nobody closed"]
ON = [
    pytest.param((engine, case), marks=marks, id=f"{engine} {case}")
    for engine, marks in (("DuckDB", ()), ("Postgres", ()), ("Ibis", ()), ("Spark", ON_SPARK))
    for case in EVERYWHERE
]


@pytest.fixture(scope="module", params=ON)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    engine, case = request.param
    table = CASES.get(case, CASES["plain"])()
    table = table.drop_columns([one for one in NOT_IN[engine] if one in table.column_names])
    closed = customers(table.num_rows, none=case not in CASES)
    ids = [f"L{place}" for place in range(table.num_rows)]
    beside = {"lead's id": ids, "closed": closed, "place": range(len(ids))}
    whole = table
    for name, values in beside.items():
        whole = whole.append_column(name, pa.array(values))
    if engine == "DuckDB":
        connection = in_duckdb(whole)
    elif engine == "Postgres":
        connection = in_postgres(whole, request.getfixturevalue("server"))
    elif engine == "Ibis":
        connection = through_ibis(whole, request.getfixturevalue("server"), request)
    else:
        folder = tmp_path_factory.mktemp("leads")
        connection = in_spark(whole, request.getfixturevalue("spark"), folder)
    return in_memory(table, closed, ids), over(connection, table.column_names)


def same(one: Any, other: Any) -> None:
    for name in type(one).__slots__ if hasattr(type(one), "__slots__") else vars(one):
        a, b = getattr(one, name), getattr(other, name)
        if isinstance(a, np.ndarray):
            assert a.shape == b.shape, name
            assert a.dtype == b.dtype, name
            np.testing.assert_array_equal(a, b, err_msg=name)
        else:
            assert a == b, name


def levels_of(engine: MemoryEngine, name: str) -> Levels:
    """Make levels as a card has them: some values, others pooled, some never seen."""
    found = engine.columns[name]
    texts = text_column(found).texts
    names = (*(Level(text=one) for one in sorted({t.strip() for t in texts})[::2]),)
    return Levels(
        kind="boolean" if name in ("words", "truth") else "category",
        levels=(*names, Level(text=OTHER), Level(text=MISSING)),
        pooled=texts[1:2],
        decimal_comma=None if isinstance(found, NumberColumn) else found.commas_are_decimal,
    )


def banded(engine: MemoryEngine, name: str) -> Levels:
    found = engine.columns[name]
    return Levels(
        kind="number",
        levels=(*bands(engine.cut_points(name, 7)), Level(text=MISSING)),
        decimal_comma=None if isinstance(found, NumberColumn) else found.commas_are_decimal,
    )


def all_levels(engine: MemoryEngine) -> list[tuple[str, Levels]]:
    return [
        (name, levels)
        for name in engine.columns
        for levels in (levels_of(engine, name), banded(engine, name))
    ]


def test_columns_are_described_alike(pair: Pair) -> None:
    memory, sql = pair
    assert sql.describe() == memory.describe()
    for name, column_ in memory.columns.items():
        if not isinstance(column_, NumberColumn):
            assert sql.columns[name].texts == column_.texts


@pytest.mark.parametrize("by_shard", [False, True])
def test_values_are_counted_alike(pair: Pair, by_shard: bool) -> None:
    memory, _sql = pair
    for name in memory.columns:
        one, other = (engine.count_values(name, by_shard=by_shard) for engine in pair)
        assert sorted(one.values) == sorted(other.values)
        place_of = {value: place for place, value in enumerate(other.values)}
        places = [*(place_of[value] for value in one.values), -1]
        assert one.leads.tolist() == other.leads[..., places].tolist()
        assert one.customers.tolist() == other.customers[..., places].tolist()


@pytest.mark.parametrize("parts", [2, 7, 10, 50])
def test_cut_points_are_the_same_doubles(pair: Pair, parts: int) -> None:
    memory, sql = pair
    for name in memory.columns:
        assert sql.cut_points(name, parts) == memory.cut_points(name, parts), name


@pytest.mark.parametrize("by_shard", [False, True])
def test_bands_are_counted_alike(pair: Pair, by_shard: bool) -> None:
    memory, sql = pair
    for name in memory.columns:
        for edges in ((), memory.cut_points(name, 10), (0.1, 0.30000000000000004, 2.5, 1e22)):
            same(
                memory.count_bands(name, edges, by_shard=by_shard),
                sql.count_bands(name, edges, by_shard=by_shard),
            )


@pytest.mark.parametrize("by_shard", [False, True])
def test_levels_are_counted_alike(pair: Pair, by_shard: bool) -> None:
    memory, sql = pair
    for name, levels in all_levels(memory):
        same(
            memory.count_levels(name, levels, by_shard=by_shard),
            sql.count_levels(name, levels, by_shard=by_shard),
        )


def test_shards_are_counted_alike(pair: Pair) -> None:
    for one, other in zip(*(engine.count_shards() for engine in pair), strict=True):
        assert one.tolist() == other.tolist()


def points_of(engine: MemoryEngine) -> list[ColumnPoints]:
    rng = np.random.default_rng(4)
    found = dict(all_levels(engine)[::-1][::3])
    return [
        ColumnPoints(
            column=name,
            levels=levels,
            points=tuple(int(one) for one in rng.integers(-9, 10, len(levels.levels))),
            otherwise=int(rng.integers(-3, 4)),
        )
        for name, levels in found.items()
    ]


@pytest.mark.parametrize("most", [10**6, 200])
def test_profiles_are_the_same_rows(pair: Pair, most: int) -> None:
    memory, sql = pair
    columns = [
        ColumnValues(
            column=one.column,
            levels=one.levels,
            values=tuple(0.1 * abs(points) for points in one.points),
        )
        for one in points_of(memory)
    ]
    for asked in (columns, columns[:1], []):
        same(memory.joint_profiles(asked, most), sql.joint_profiles(asked, most))


@pytest.mark.parametrize("most", [10**6, 150])
def test_profiles_by_shard_are_the_same_rows(pair: Pair, most: int) -> None:
    memory, sql = pair
    for asked in (points_of(memory), []):
        same(memory.shard_profiles(asked, most), sql.shard_profiles(asked, most))


def test_scores_are_tallied_alike(pair: Pair) -> None:
    memory, sql = pair
    for asked in (points_of(memory), []):
        same(memory.tally_scores(asked, 31), sql.tally_scores(asked, 31))


def test_standings_are_tallied_alike(pair: Pair) -> None:
    memory, sql = pair
    points = points_of(memory)
    conditions = [
        ColumnPoints(
            column=one.column,
            levels=one.levels,
            points=tuple(int(points > 4) for points in one.points),
            otherwise=0,
        )
        for one in points
    ]
    half = len(points) // 2
    capped = frozenset(one.column for one in points[:2])
    scorings = (
        Scoring(base=3, columns=tuple(points)),
        Scoring(
            base=-5,
            columns=tuple(points),
            caps=(Cap(columns=capped, most=2),) if len(capped) > 1 else (),
            fit=frozenset(one.column for one in points[: max(half, len(capped))]),
            engagement=frozenset(one.column for one in points[max(half, len(capped)) :]),
            vetoes=tuple(conditions[:1]),
            gates=(
                Needs(conditions=tuple(conditions), at_least=1),
                Needs(conditions=(), at_least=0),
            ),
            must_contact=tuple(conditions[-1:]),
        ),
    )
    for scoring in scorings:
        same(memory.tally_standings(scoring), sql.tally_standings(scoring))


def test_hostile_names_and_texts_are_only_ever_values(pair: Pair) -> None:
    _, sql = pair
    assert sql.rows.ask('SELECT COUNT(*) FROM "the leads"')[0][0] > 0
    assert text("'; DROP TABLE leads; --") == "'''; DROP TABLE leads; --'"
