"""The counts of columns in a Postgres and on Spark: ours, against the same query by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.engines import counts, inputs

REPETITIONS = 1
_READY = "ready"

Parts = tuple[Callable[[], Any], Callable[[Any], Any]]


def make(folder: Path) -> None:
    """Put a tenth of the leads into a Postgres once, and into a Parquet file for Spark."""
    import duckdb
    import psycopg

    part = folder / "tenth.parquet"
    if not part.exists():
        query = f"FROM '{folder / 'leads.parquet'}' LIMIT {inputs.MODELLED}"
        duckdb.execute(f"COPY ({query}) TO '{folder / 'part-tenth.parquet'}'")
        (folder / "part-tenth.parquet").replace(part)
    if (folder / "postgres" / _READY).exists():
        return
    (folder / "postgres").mkdir(exist_ok=True)
    columns = ", ".join(f"{name} TEXT" for name in (*inputs.names(), "converted"))
    with psycopg.connect(_server(folder).get_uri()) as made, made.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS leads; CREATE TABLE leads ({columns})")
        listed = ", ".join((*inputs.names(), "converted"))
        with cursor.copy(f"COPY leads ({listed}) FROM STDIN") as rows:
            for batch in _batches(part, (*inputs.names(), "converted")):
                for row in batch:
                    rows.write_row(row)
    with psycopg.connect(_server(folder).get_uri(), autocommit=True) as made:
        made.execute("VACUUM ANALYZE leads")
    (folder / "postgres" / _READY).touch()


def _batches(path: Path, names: tuple[str, ...]) -> Any:
    from pyarrow import parquet

    for batch in parquet.ParquetFile(path).iter_batches(columns=list(names)):
        yield zip(*(batch.column(name).to_pylist() for name in names), strict=True)


def _server(folder: Path) -> Any:
    import pgserver

    return pgserver.get_server(folder / "postgres" / "server")


def ours_postgres(folder: Path) -> Parts:
    from calibrate import connect

    return _ours(connect(_server(folder).get_uri()), "leads")


def by_hand_postgres(folder: Path) -> Parts:
    import psycopg

    made = psycopg.connect(_server(folder).get_uri())

    def ask(query: str) -> Any:
        return made.execute(query).fetchall()

    return lambda: _by_hand(ask), counts.of_rows


def ours_spark(folder: Path) -> Parts:
    from calibrate import connect

    return _ours(connect(_session(folder)), "leads")


def by_hand_spark(folder: Path) -> Parts:
    session = _session(folder)

    def ask(query: str) -> Any:
        return session.sql(query).collect()

    return lambda: _by_hand(ask), counts.of_rows


def _session(folder: Path) -> Any:
    from pyspark.sql import SparkSession

    built = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = built.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    session.read.parquet(str(folder / "tenth.parquet")).createOrReplaceTempView("leads")
    return session


def _ours(connection: Any, table: str) -> Parts:
    from calibrate.engines.sql.relations import open_relation

    relation = open_relation(connection, table=table)
    return lambda: counts.held(relation), counts.of_held


def _by_hand(ask: Callable[[str], Any]) -> Any:
    return [
        (
            name,
            ask(
                f"SELECT {name}, COUNT(*), COUNT(*) FILTER (WHERE converted = 'yes') "
                f"FROM leads GROUP BY {name}"
            ),
        )
        for name in inputs.names()
    ]
