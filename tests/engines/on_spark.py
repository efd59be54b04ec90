"""Leads for Spark: as it reads them from a Parquet file, in a view."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

ON_SPARK = (
    pytest.mark.full,
    # Spark's own modules use what newer Pythons and pandas advise against.
    pytest.mark.filterwarnings("ignore"),
)


@contextmanager
def opened(**settings: str) -> Iterator[Any]:
    """Open a session of two cores, in a zone whose clocks jump, strict about what it casts."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "America/New_York",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
        **settings,
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()


def put_into_spark(table: pa.Table, name: str, spark: Any, folder: Path) -> None:
    """Let a view show a table."""
    from pyarrow import parquet

    path = folder / f"{name}.parquet"
    parquet.write_table(table, path)
    spark.read.parquet(str(path)).createOrReplaceTempView(f"`{name}`")
