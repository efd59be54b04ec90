"""How often a run reads a database: docs/warehouse.md says so, and it must not creep up."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks.growth import Counted, Made, cost
from calibrate import calibrate
from calibrate.engines.sql.connections import DuckDBConnection
from calibrate.engines.sql.relations import open_relation

SAMPLE = Path(__file__).parent.parent / "data" / "leads.csv"


def test_a_run_on_the_sample_reads_it_so_often() -> None:
    database = duckdb.connect()
    database.execute(f"CREATE TABLE leads AS FROM '{SAMPLE}'")
    counted = Counted(inner=DuckDBConnection(connection=database), source='"leads"')
    calibrate(open_relation(counted, table="leads"), {"fit": {"holdout": "none"}})
    assert counted.passes == 109


@pytest.mark.parametrize("leads", [20_000, 40_000])
def test_passes_do_not_grow_with_leads(leads: int, tmp_path: Path) -> None:
    assert cost(Made(leads, 3, 2, 10), tmp_path).passes == 28
