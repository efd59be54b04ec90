"""A database that fails, changes or means other days: said in one paragraph, nothing is left."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

import calibrate as cal
from calibrate.cli import main
from calibrate.engines.sql.connections import DuckDBConnection
from calibrate.errors import EngineError
from tests.test_warehouse import ALL, in_table, odd_leads, plain


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crm")
    frame = odd_leads(1200).rename(columns={"score": "interest"})
    frame.to_csv(folder / "leads.csv", index=False)
    with duckdb.connect(str(folder / "crm.db")) as database:
        database.register("frame", frame)
        database.execute("CREATE TABLE leads AS FROM frame")
        database.execute("CREATE VIEW half AS SELECT * FROM leads WHERE random() < 0.5")
    cal.calibrate(frame, {"fit": {"holdout": "none"}}).scorecard.save(folder / "card.yaml")
    return folder


@pytest.fixture
def crm(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


WHERE = ("--connect", "duckdb://crm.db", "--table", "leads")
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", *WHERE, "--out", "never"),
    "check": ("check", *WHERE, "--html", "never"),
    "init": ("init", *WHERE, "--out", "never"),
    "validate": ("validate", "card.yaml", *WHERE, "--html", "never"),
    "compare": ("compare", "card.yaml", "card.yaml", *WHERE, "--html", "never"),
    "rerun": ("rerun", "card.yaml", *WHERE, "--out", "never"),
    "threshold": ("threshold", "card.yaml", *WHERE),
    "score": ("score", "card.yaml", *WHERE, "--to", "never"),
}


@pytest.mark.parametrize("after", [1, 4, 12])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_connection_that_is_lost_midway_leaves_nothing(
    crm: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    after: int,
) -> None:
    before, ask, left = sorted(crm.iterdir()), DuckDBConnection.ask, [after]

    def asked(connection: DuckDBConnection, query: str) -> Any:
        left[0] -= 1
        if left[0] == 0:
            connection.connection.close()
        return ask(connection, query)

    monkeypatch.setattr(DuckDBConnection, "ask", asked)
    assert main(list(COMMANDS[name])) == 2
    assert left[0] <= 0
    said = capsys.readouterr()
    assert said.out == ""
    lines = " ".join(said.err.split())
    assert lines.startswith("calibrate: DuckDB could not answer: Connection Error")
    assert "Traceback" not in lines
    assert sorted(crm.iterdir()) == before


@pytest.mark.parametrize("name", ["run", "check", "validate", "compare", "rerun"])
def test_a_view_that_changes_while_it_is_read_is_refused(
    crm: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    before = sorted(crm.iterdir())
    assert main([{"leads": "half"}.get(one, one) for one in COMMANDS[name]]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert said.startswith("calibrate: The table changed while it was read: at first ")
    assert said.endswith("Run it on a copy, or when nobody writes.")
    assert sorted(crm.iterdir()) == before


def test_scores_of_a_view_that_changes_are_not_kept(
    crm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ["score", "card.yaml", *WHERE[:3], "half", "--to", "kept", "--as", "table"]
    assert main(ask) == 2
    assert "were scored: the table changed meanwhile" in " ".join(capsys.readouterr().err.split())
    with duckdb.connect("crm.db") as database:
        assert "kept" not in {name for (name,) in database.execute("SHOW TABLES").fetchall()}
    assert crm.is_dir()


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
def test_a_moment_with_a_zone_is_of_its_day_in_utc(zone: str) -> None:
    """As in memory, whatever zone the session or the frame is in."""
    frame = odd_leads(1200).drop(columns=["score"])
    for name in ("created_at", "converted_at"):
        frame[name] = frame[name].dt.tz_localize("UTC")
    moved = frame.copy()
    for name in ("created_at", "converted_at"):
        moved[name] = frame[name].dt.tz_convert(zone)
    spec = ALL | {"window_days": 30}
    here = plain(cal.calibrate(frame, spec).scorecard)
    assert plain(cal.calibrate(moved, spec).scorecard) == here
    connection = in_table(frame)
    connection.connection.execute(f"SET TimeZone = '{zone}'")
    kinds = dict(connection.columns("leads"))
    assert kinds["created_at"] == "TIMESTAMP WITH TIME ZONE"
    there = plain(cal.calibrate(cal.open_relation(connection, table="leads"), spec).scorecard)
    # Findings call a row by its place there, and by its index in a frame.
    assert [one["code"] for one in there.pop("findings")] == [
        one["code"] for one in here.pop("findings")
    ]
    assert there == here


def test_columns_named_by_reserved_words_are_scored(crm: Path) -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"order": rng.choice(["a", "b"], 600), "select": rng.normal(size=600), "group by": "x"}
    )
    frame["converted"] = (rng.random(600) < np.where(frame["order"] == "a", 0.6, 0.1)).astype(int)
    card = cal.calibrate(frame, ALL).scorecard
    connection = in_table(frame, "table")
    found = cal.write_scores(
        card, cal.open_relation(connection, table="table"), '"where"', way="table"
    )
    assert found.passing == int(card.score(frame)["passes"].sum())
    assert crm.is_dir()


def test_a_database_that_is_none_of_its_kind_is_said(crm: Path) -> None:
    with pytest.raises(EngineError, match=r"DuckDB cannot open .*leads.csv"):
        cal.connect(f"duckdb://{crm / 'leads.csv'}")
