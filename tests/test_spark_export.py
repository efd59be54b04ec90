"""A card as SQL gives the scores of calibrate on Spark too: run by `make test-full`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from calibrate import Scorecard
from calibrate.export import export
from calibrate.levels import Level, bands
from tests.odd_cards import attribute, card_of, odd_card, odd_table, policy_card, texts, wanted_of

pytestmark = [
    pytest.mark.full,
    # Spark's own modules use what newer Pythons and pandas advise against.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "1").getOrCreate()
    yield session
    session.stop()


def check(spark: Any, card: Scorecard, table: pa.Table, folder: Any) -> None:
    from pyarrow import parquet

    parquet.write_table(table, folder / "leads.parquet")
    spark.read.parquet(str(folder / "leads.parquet")).createOrReplaceTempView("leads")
    found = spark.sql(export(card, "sql", dialect="spark"))
    rows = sorted(found.collect())
    wanted = wanted_of(card, table)
    for name, place in zip(wanted, range(table.num_columns, len(found.columns)), strict=True):
        assert found.columns[place].endswith(name)
        assert [row[place] for row in rows] == wanted[name], name


@pytest.mark.parametrize("ansi", ["false", "true"])
def test_ten_thousand_odd_leads_score_as_in_calibrate(spark: Any, ansi: str, tmp_path: Any) -> None:
    spark.conf.set("spark.sql.ansi.enabled", ansi)
    check(spark, policy_card(), odd_table(10_000, 1, nul=True), tmp_path)


def test_a_table_that_has_such_a_column_is_refused(spark: Any, tmp_path: Any) -> None:
    table = pa.table({"row": [0], "a": ["y"], "tier": ["x"]})
    with pytest.raises(Exception, match=r"AMBIGUOUS_REFERENCE.*`tier`"):
        check(spark, card_of(attribute("a", "category", texts("y"))), table, tmp_path)


@pytest.mark.parametrize("place", range(len(odd_card().attributes)))
def test_every_attribute_alone(spark: Any, place: int, tmp_path: Any) -> None:
    one = odd_card().model_copy(update={"attributes": (odd_card().attributes[place],)})
    table = odd_table(1000, 2)
    if one.attributes[0].name != "score":  # else no column of that name could be added
        table = table.drop_columns(["score"])
    check(spark, one, table, tmp_path)


@pytest.mark.parametrize("written", [["1,5", "x"], ["1,234", "1.5"], ["1.234,5", "1.500"]])
def test_commas_are_read_as_the_whole_column_allows(
    spark: Any, written: list[str], tmp_path: Any
) -> None:
    by_band = attribute("x", "number", bands([0.0, 1.5, 3.0, 1000.0]), otherwise=40)
    by_name = attribute("y", "category", [*texts("1.5", "1234"), Level(text="x")], otherwise=90)
    table = pa.table({"row": range(len(written)), "x": written, "y": written})
    check(spark, card_of(by_band, by_name), table, tmp_path)
