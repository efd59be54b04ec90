"""Leads in a real Postgres, asked through Ibis and by psycopg: the card of the same in memory."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

from calibrate import calibrate, connect
from calibrate.engines.sql.connections import Connection
from calibrate.engines.sql.relations import open_relation
from calibrate.engines.sql.through_ibis import IbisConnection
from calibrate.engines.sql.translation import translated
from calibrate.engines.sql.trial import try_out
from calibrate.errors import EngineError, LeadsError, MissingExtraError, SpecError
from calibrate.warehouse import read_relation
from tests.engines.postgres import Server, in_microseconds
from tests.engines.test_card_on_postgres import FRAME, SPECS, assert_same_card
from tests.test_warehouse import ALL

LOST = "^The connection to Postgres was lost: .* Nothing was changed there"


@pytest.fixture(scope="module")
def loaded(server: Server) -> Server:
    server.load(in_microseconds(FRAME), "taught")
    return server


@pytest.fixture(params=["Ibis", "psycopg"])
def connection(request: pytest.FixtureRequest, loaded: Server) -> Iterator[Connection]:
    """A fresh one: what is open sees the tables as they were."""
    import ibis

    if request.param == "Ibis":
        backend = ibis.connect(loaded.uri)
        yield connect(backend)
        backend.disconnect()
    else:
        found = connect(loaded.uri)
        yield found
        found.connection.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_the_card_is_the_same(connection: Connection, spec: dict[str, object]) -> None:
    relation = open_relation(connection, table="TAUGHT")
    card = calibrate(relation, spec).scorecard
    assert_same_card(card, calibrate(FRAME, spec).scorecard)
    assert card.made.leads == "TAUGHT in Postgres"


def test_an_open_connection_is_taken(loaded: Server) -> None:
    import psycopg

    with psycopg.connect(loaded.uri) as made:
        found = connect(made)
        assert open_relation(found, table="taught").name == "taught in Postgres"
        assert connect(found) is found


def test_a_query_is_in_its_own_sql(connection: Connection) -> None:
    query = (
        r"""SELECT *, E'a\\b' AS slash, visits::text || 'x' AS "a`b" FROM taught -- all of them;"""
    )
    found = open_relation(connection, query=query)
    assert found.leads == len(FRAME)
    assert {"slash", "a`b"} <= set(found.columns)


def test_names_of_tables_are_found(loaded: Server, connection: Connection) -> None:
    loaded.run(
        'CREATE SCHEMA IF NOT EXISTS "Sales"; '
        'CREATE TABLE IF NOT EXISTS "Sales"."order" AS SELECT * FROM taught;'
    )
    assert open_relation(connection, table='"Sales"."ORDER"').leads == len(FRAME)
    assert open_relation(connection, table="public.taught").leads == len(FRAME)
    with pytest.raises(LeadsError, match=r"Postgres has no table `tuaght`; did you mean `taught`"):
        open_relation(connection, table="tuaght")


def test_types_that_make_no_level_are_named_and_left_out(
    connection: Connection, loaded: Server
) -> None:
    loaded.run(
        "DROP TABLE IF EXISTS types; CREATE TABLE types AS SELECT i % 3 = 0 AS converted, "
        "i % 2 AS it, ARRAY[i] AS tags, json_build_object('a', i) AS more, make_interval(i) AS "
        "age, 'x'::bytea AS bytes, point(i, i) AS place, (i % 4)::numeric(9, 2) AS d, "
        "md5((i % 5)::text)::uuid AS known FROM generate_series(1, 300) AS r(i);"
    )
    found = read_relation(open_relation(connection, table="types"))
    said = [one.says for one in found.findings if one.code == "column-left-out"]
    assert [one.split("`")[1] for one in said] == ["tags", "more", "age", "bytes", "place"]
    assert "(integer[])" in said[0]
    assert set(found.engine.columns) == {"it", "d", "known"}


def test_a_table_without_rights_is_said(server: Server) -> None:
    import ibis

    server.run(
        "DROP TABLE IF EXISTS secret; CREATE TABLE secret (a int); DROP ROLE IF EXISTS guest; "
        "CREATE ROLE guest LOGIN;"
    )
    uri = server.uri.replace("postgres:@", "guest:@")
    backend = ibis.connect(uri)
    direct = connect(uri)
    try:
        for one in (connect(backend), direct):
            with pytest.raises(EngineError, match=r"^Postgres .*permission denied for table"):
                open_relation(one, query="SELECT * FROM secret")
    finally:
        backend.disconnect()
        direct.connection.close()  # type: ignore[attr-defined]


def test_a_connection_that_is_lost_midway_leaves_nothing_half_written(
    server: Server, tmp_path: Any
) -> None:
    import ibis

    server.load(in_microseconds(FRAME), "lost")
    backend = ibis.connect(server.uri)
    direct = connect(server.uri)
    try:
        for one in (connect(backend), direct):
            relation = open_relation(one, table="lost")
            leads = read_relation(relation, ALL)
            server.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
                "pg_backend_pid() AND query LIKE '%lost%';"
            )
            with pytest.raises(EngineError, match=LOST) as fault:
                leads.engine.count_shards()
            assert "\n" not in str(fault.value)
            with pytest.raises(EngineError, match=LOST):
                calibrate(relation, ALL).save(tmp_path / "run")
    finally:
        direct.connection.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_asks_a_real_server(loaded: Server, tmp_path: Any, command: Any) -> None:
    where = ["--connect", loaded.uri, "--table", "taught", "--holdout", "none"]
    done = command("run", *where, "--out", "there", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "taught in Postgres: 1 540 leads" in done.stdout


class _Fake:
    """As much of a backend of Ibis as is used."""

    __module__ = "ibis.backends.fake"

    def __init__(self, name: str, answer: Any) -> None:
        self.name, self.answer = name, answer

    def raw_sql(self, query: str) -> Any:
        return self.answer(query)


def _ibis(monkeypatch: pytest.MonkeyPatch, connects: Any) -> None:
    made = types.ModuleType("ibis")
    made.connect = connects  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ibis", made)


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("bigquery://project/crm", {}),
        ("snowflake://me:hunter2@account/db/crm", {"create_object_udfs": False}),
    ],
)
def test_ibis_is_given_the_url_and_tried_out(
    url: str, options: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can be run against neither here: what it is asked is checked to be of that SQL."""
    import sqlglot

    scheme, asked = url.partition("://")[0], []

    def connects(given: str, **more: Any) -> _Fake:
        assert (given, more) == (url, options)
        return _Fake(scheme, lambda query: asked.append(query) or _refuses(query))

    _ibis(monkeypatch, connects)
    with pytest.raises(EngineError, match=r"^(BigQuery|Snowflake) could not answer: no rights"):
        connect(url)
    assert sqlglot.parse_one(asked[0], read=scheme).find(sqlglot.exp.Select)


def _refuses(query: str) -> None:  # noqa: ARG001 (as Ibis has it)
    raise OSError("no rights\nmore")


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for scheme in ("bigquery", "snowflake"):
        with pytest.raises(MissingExtraError, match=rf"calibrate-leads\[{scheme}\]'\.$"):
            connect(f"{scheme}://project/crm")  # Ibis is here, and no driver of theirs
    monkeypatch.setitem(sys.modules, "ibis", None)
    with pytest.raises(MissingExtraError, match=r"through Ibis and its driver"):
        connect("bigquery://project/crm")


def test_a_missing_pyspark_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(MissingExtraError, match=r"calibrate-leads\[spark\]"):
        connect("spark")


def test_no_secret_is_in_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "snowflake://me:hun%20ter@account/db?warehouse=wh&token=s3cretkey"

    def refuses(given: str, create_object_udfs: bool) -> None:
        assert not create_object_udfs
        raise ValueError(f"{'x' * 260} hun ter hun%20ter s3cretkey {given}")

    _ibis(monkeypatch, refuses)
    with pytest.raises(EngineError, match="Snowflake cannot be opened") as fault:
        connect(url)
    for secret in ("hun ter", "hun%20ter", "s3cret", "hun"):
        assert secret not in str(fault.value)
    with pytest.raises(SpecError, match="`oracle://host/crm` is of no kind") as fault:
        connect("oracle://me:hunter2@host/crm?token=abcdef")
    assert "abcdef" not in str(fault.value)

    def denies(query: str) -> None:  # noqa: ARG001
        raise ValueError(f"{url} is denied to hun ter by s3cretkey")

    _ibis(monkeypatch, lambda *_, **__: _Fake("snowflake", denies))
    with pytest.raises(
        EngineError, match=r"^Snowflake could not answer: \.\.\. is denied"
    ) as fault:
        connect(url)
    for secret in ("hun", "s3cret"):
        assert secret not in str(fault.value)
    backend = _Fake("snowflake", _refuses)
    backend.password = "hunter2"  # type: ignore[attr-defined]
    assert "hunter2" not in repr(IbisConnection(backend=backend))


def test_a_fault_of_this_program_is_none_of_a_known_drivers(backend: Any) -> None:
    """It is seen as what it is; of a backend whose driver is not known any fault may be its own."""
    known, unknown = IbisConnection(backend=backend), IbisConnection(backend=_Fake("trino", _fails))
    with pytest.raises(ZeroDivisionError):
        known._said(lambda: 1 // 0)
    with pytest.raises(EngineError, match=r"^Trino could not answer: integer division"):
        unknown.ask("SELECT 1")


def _fails(query: str) -> float:
    return len(query) // 0


def test_a_database_that_reads_otherwise_is_refused(backend: Any) -> None:
    """One whose texts are equal whatever their capitals, as a MySQL's are unless it is told."""

    def folds(query: str) -> Any:
        return backend.raw_sql(query.replace("COLLATE \"C\" = 'l1'", "= 'L1'"))

    assert try_out(connect(backend)).engine == "Postgres"
    with pytest.raises(EngineError, match=r"^Postgres reads capital letters otherwise than"):
        connect(_Fake("postgres", folds))
    with pytest.raises(SpecError, match=r"a object is no connection that can be asked"):
        connect(object())


@pytest.mark.parametrize("dialect", ["bigquery", "snowflake", "spark", "postgres"])
def test_what_engines_say_otherwise_is_written_their_way(dialect: str) -> None:
    written = {
        "bigquery": (
            "SELECT IF(IS_NAN(t.a), NULL, t.a)",
            "SELECT UNIX_SECONDS(TIMESTAMP(t.a))",
            "SELECT FORMAT_TIMESTAMP('%Y-%m-%d', TIMESTAMP(t.a), 'UTC')",
        ),
        "snowflake": (
            "SELECT NULLIF(t.a, CAST('NaN' AS DOUBLE))",
            "SELECT EXTRACT(epoch_second FROM t.a)",
            "SELECT TO_CHAR(CONVERT_TIMEZONE('UTC', t.a), 'yyyy-mm-DD')",
        ),
        "spark": (
            "SELECT NULLIF(t.a, CAST('NaN' AS DOUBLE))",
            "SELECT UNIX_SECONDS(CAST(t.a AS TIMESTAMP))",
            "SELECT DATE_FORMAT(FROM_UTC_TIMESTAMP(t.a, 'UTC'), 'yyyy-MM-dd')",
        ),
        "postgres": (
            "SELECT NULLIF(t.a, CAST('NaN' AS DOUBLE PRECISION))",
            "SELECT DATE_PART('epoch', t.a)",
            "SELECT TO_CHAR(t.a AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
        ),
    }[dialect]
    asked = (
        "SELECT NULLIF(t.a, CAST('NaN' AS DOUBLE))",
        "SELECT EPOCH(t.a)",
        "SELECT STRFTIME(t.a AT TIME ZONE 'UTC', '%Y-%m-%d')",
    )
    assert tuple(translated(one, dialect) for one in asked) == written


def test_what_stands_within_a_changed_part_is_changed_too() -> None:
    value = "CAST(t.a AS VARCHAR) COLLATE \"C\" || STRFTIME(t.b AT TIME ZONE 'UTC', '%Y')"
    asked = f"SELECT CAST('0x' || SUBSTR(MD5({value}), 1, 8) AS BIGINT)"
    assert translated(asked, "spark") == (
        "SELECT CAST(CONV(SUBSTRING(MD5(CAST(t.a AS STRING) || "
        "DATE_FORMAT(FROM_UTC_TIMESTAMP(t.b, 'UTC'), 'yyyy')), 1, 8), 16, 10) AS BIGINT)"
    )
