"""Folders that name a column, as engines write them: the column is there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from calibrate import calibrate, open_files
from tests.test_warehouse import SPECS, odd_leads


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """Leads by the month of their creation, below a folder that only looks like a partition."""
    folder = tmp_path_factory.mktemp("stage=raw")
    frame = odd_leads(1500)
    frame["month"] = frame["created_at"].dt.strftime("%Y-%m")
    frame = frame.sort_values("month", kind="stable", ignore_index=True)
    for month, rows in frame.groupby("month"):
        there = folder / "leads" / f"month={month}"
        there.mkdir(parents=True)
        rows.drop(columns="month").to_parquet(there / "rows.parquet", index=False)
    return folder, frame


@pytest.mark.parametrize("pattern", ["leads/month=*/*.parquet", "leads/**/*.parquet"])
def test_partitions_are_a_column(parts: tuple[Path, pd.DataFrame], pattern: str) -> None:
    folder, frame = parts
    relation = open_files(folder / pattern)
    assert set(relation.columns) == set(frame.columns)
    there = calibrate(relation, SPECS["found by itself"]).scorecard
    here = calibrate(frame, SPECS["found by itself"]).scorecard
    one, other = ({a.name: a for a in card.attributes} for card in (here, there))
    assert one == other


def test_folders_above_a_pattern_are_no_column(parts: tuple[Path, pd.DataFrame]) -> None:
    folder, frame = parts
    alone = next((folder / "leads").iterdir())
    assert "month" not in open_files(alone / "*.parquet").columns
    assert "month" not in open_files(alone / "rows.parquet").columns
    assert "stage" not in open_files(folder / "leads/month=*/*.parquet").columns
    assert frame["month"].nunique() > 5
