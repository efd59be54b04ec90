"""From a view in Spark to a card: that of the same leads in memory. Run by `make test-full`."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from calibrate import calibrate, connect
from calibrate.engines.sql.phrases import as_value
from calibrate.engines.sql.relations import Relation, open_relation
from calibrate.errors import EngineError, LeadsError
from calibrate.warehouse import read_relation
from tests.engines.on_spark import ON_SPARK, opened, put_into_spark
from tests.engines.postgres import in_microseconds
from tests.engines.test_card_on_postgres import SPECS, assert_same_card
from tests.test_warehouse import ALL, odd_leads

FRAME = odd_leads(1500)

pytestmark = list(ON_SPARK)


@pytest.fixture(scope="module")
def relation(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Relation:
    put_into_spark(in_microseconds(FRAME), "leads", spark, tmp_path_factory.mktemp("leads"))
    return open_relation(connect(spark), table="LEADS")


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_the_card_is_the_same(relation: Relation, spec: dict[str, object]) -> None:
    assert_same_card(calibrate(relation, spec).scorecard, calibrate(FRAME, spec).scorecard)
    assert relation.name == "LEADS in Spark"


@pytest.mark.usefixtures("relation")
def test_the_settings_of_a_session_are_put_back(spark: Any) -> None:
    names = ("spark.sql.session.timeZone", "spark.sql.parser.escapedStringLiterals")
    before = [spark.conf.get(name, None) for name in names]
    assert before == ["America/New_York", None]
    connection = connect(spark)
    assert connection.ask("SELECT COUNT(*) AS n FROM leads AS t").column("n").to_pylist() == [1540]
    with pytest.raises(EngineError, match=r"^Spark could not answer: \[TABLE_OR_VIEW_NOT_FOUND\]"):
        connection.ask("SELECT * FROM nowhere")
    assert [spark.conf.get(name, None) for name in names] == before


def test_moments_are_read_in_utc_whatever_the_zone(spark: Any, tmp_path: Path) -> None:
    """In New York no clock shows half past two on 8 March 2026; both kinds of moment do."""
    hours = [dt.datetime(2026, 3, 8, hour % 24, 30) for hour in range(600)]
    hours[1] = dt.datetime(1969, 12, 31, 23, 59, 58, 500_000)
    frame = pa.table(
        {
            "lead_id": [f"L{place}" for place in range(600)],
            "created_at": pa.array(hours, pa.timestamp("us")),
            "zoned": pa.array(hours, pa.timestamp("us", "UTC")),
        }
    )
    put_into_spark(frame, "hours", spark, tmp_path)
    relation = open_relation(connect(spark), table="hours")
    kinds = {name: one.kind for name, one in relation.columns.items()}
    assert (kinds["created_at"], kinds["zoned"]) == ("moment", "zoned")
    shown = [as_value("moment", "created_at"), as_value("zoned", "zoned")]
    texts = relation.rows.ask(
        f"SELECT {shown[0]} AS a, {shown[1]} AS b FROM hours AS t WHERE t.lead_id = 'L2'"
    )
    assert texts == [["2026-03-08T02:30:00"]] * 2
    seconds = relation.rows.ask(
        "SELECT CAST(FLOOR(EPOCH(t.created_at)) AS BIGINT) AS a, CAST(FLOOR(EPOCH(t.zoned)) AS "
        "BIGINT) AS b FROM hours AS t WHERE t.lead_id IN ('L1', 'L2') ORDER BY a"
    )
    assert seconds == [[-2, 1_772_937_000]] * 2


def test_a_query_is_in_sparks_own_sql(spark: Any, relation: Relation) -> None:
    query = r"SELECT *, `visits twice` + 1 AS `a``b`, 'a\\b' AS slash FROM leads -- all; of them"
    found = open_relation(relation.connection, query=query)
    assert found.leads == 1540
    assert {"a`b", "slash"} <= set(found.columns)
    values = found.rows.ask(f"SELECT DISTINCT t.slash FROM {found.source} AS t")
    assert values == [["a\\b"]]
    path = spark.table("leads").inputFiles()[0].removeprefix("file://")
    assert open_relation(relation.connection, query=f"SELECT * FROM parquet.`{path}`").leads == 1540


def test_tables_of_other_schemas_are_found(spark: Any, relation: Relation, tmp_path: Path) -> None:
    spark.sql(f"CREATE DATABASE sales LOCATION '{tmp_path / 'sales'}'")
    try:
        spark.sql("CREATE TABLE sales.`order` USING parquet AS SELECT * FROM leads")
        found = open_relation(relation.connection, table='Sales."order"')
        assert found.leads == 1540
        with pytest.raises(LeadsError, match=r"no table `sales.ordre`; did you mean `sales.order`"):
            open_relation(relation.connection, table="sales.ordre")
        with pytest.raises(EngineError, match="SCHEMA_NOT_FOUND"):
            open_relation(relation.connection, table="nowhere.leads")
    finally:
        spark.sql("DROP DATABASE sales CASCADE")


def test_types_that_make_no_level_are_named_and_left_out(spark: Any) -> None:
    spark.sql(
        "SELECT id % 3 = 0 AS converted, CAST(id % 2 AS TINYINT) AS it, array(id) AS tags, "
        "named_struct('a', id) AS more, map('a', id) AS known, make_dt_interval(CAST(id AS INT)) "
        "AS age, CAST('x' AS BINARY) AS bytes, NULL AS nothing, CAST(id % 4 AS DECIMAL(9, 2)) AS d "
        "FROM range(300)"
    ).createOrReplaceTempView("types")
    found = read_relation(open_relation(connect(spark), table="types"))
    said = [one.says for one in found.findings if one.code == "column-left-out"]
    assert [one.split("`")[1] for one in said] == "tags more known age bytes nothing".split()
    assert "(array<bigint>)" in said[0]
    assert set(found.engine.columns) == {"it", "d"}


def test_a_task_that_fails_is_one_paragraph(spark: Any) -> None:
    query = "SELECT id, IF(id = 7, raise_error('no more'), 'a') AS a FROM range(9)"
    with pytest.raises(EngineError, match=r"^Spark could not answer: .*") as fault:
        read_relation(open_relation(connect(spark), query=query))
    assert "\n" not in str(fault.value)
    assert "o4" not in str(fault.value)


def test_a_session_of_the_process_is_taken_as_it_is(spark: Any) -> None:
    assert connect("spark").session is spark


def test_a_backend_of_ibis_gives_its_session(spark: Any) -> None:
    made = type("Backend", (), {"__module__": "ibis.backends.pyspark", "name": "pyspark"})()
    made._session = spark
    assert connect(made).session is spark


HERE = Path(__file__).parent.parent.parent


def command(*arguments: object, folder: Path, **environment: str) -> Any:
    return subprocess.run(
        [sys.executable, "-m", "calibrate", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(HERE), **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_line_opens_a_session_that_keeps_quiet(tmp_path: Path) -> None:
    from pyarrow import parquet

    parquet.write_table(in_microseconds(FRAME), tmp_path / "leads.parquet")
    # A few columns: of each Spark is asked a dozen questions, at a second each.
    columns = "lead_id, created_at, converted_at, source, visits"
    query = f"SELECT {columns} FROM parquet.`{tmp_path / 'leads.parquet'}`"
    where = ["--connect", "spark", "--query", query]
    done = command("run", *where, "--holdout", "none", "--out", "there", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "a query in Spark: 1 540 leads" in done.stdout
    assert {one.name for one in tmp_path.iterdir()} == {"leads.parquet", "there"}
    there = (tmp_path / "there" / "scorecard.yaml").read_text("utf-8")
    assert "leads: a query in Spark" in there
    assert str(tmp_path) not in there
    done = command("run", "--connect", "spark", "--table", "leads", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") <= 4
    assert "Spark has no table `leads`" in " ".join(done.stderr.split())


def test_without_java_it_says_what_to_do(tmp_path: Path) -> None:
    arguments = ["run", "--connect", "spark", "--table", "leads"]
    done = command(*arguments, folder=tmp_path, JAVA_HOME=str(tmp_path))
    said = " ".join(done.stderr.split())
    assert done.returncode == 2
    assert "Spark cannot be opened: it needs Java, which does not start" in said
    assert "Install Java 17, or let JAVA_HOME name the folder it is in." in said


def test_a_session_that_stops_meanwhile_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Last: it ends the session that the tests before it share."""
    with opened() as session:
        put_into_spark(in_microseconds(FRAME), "leads", session, tmp_path)
        relation = open_relation(connect(session), table="leads")
        leads = read_relation(relation, ALL)
        session.stop()
        with pytest.raises(EngineError, match=r"^Spark could not answer: its session has been"):
            leads.engine.count_shards()
        with pytest.raises(EngineError, match=r"^Spark could not answer: its session has been"):
            calibrate(relation, ALL).save(tmp_path / "run")
    assert not (tmp_path / "run").exists()
