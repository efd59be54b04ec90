"""Scores written back into a DuckDB: by whom, over what, and what a stopped run leaves."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

import calibrate as cal
from calibrate.cli import main
from calibrate.errors import EngineError, SpecError
from calibrate.present.numbers import count_text
from tests.test_warehouse import ALL, in_table, odd_leads

Command = Callable[..., subprocess.CompletedProcess[str]]
SPEC = ALL | {"vetoes": [{"source": ["Radio"]}], "attributes": {"pets": {"kind": "list"}}}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return odd_leads(1500).rename(columns={"score": "interest"})


@pytest.fixture(scope="module")
def card(frame: pd.DataFrame) -> cal.Scorecard:
    return cal.calibrate(frame, SPEC, name="odd").scorecard


@pytest.fixture
def crm(frame: pd.DataFrame, card: cal.Scorecard, tmp_path: Path) -> Path:
    """A folder with a database of leads, and the card."""
    with duckdb.connect(str(tmp_path / "crm.db")) as database:
        database.register("frame", frame)
        database.execute("CREATE SCHEMA crm; CREATE TABLE leads AS FROM frame")
    card.save(tmp_path / "card.yaml")
    return tmp_path


WHERE = ("--connect", "duckdb://crm.db", "--table", "leads")


def rows_of(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "crm.db"), read_only=True) as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("way", ["view", "table"])
@pytest.mark.parametrize("name", ["lead_scores", '"a""; drop table leads;"', "crm.order"])
def test_the_scores_are_those_of_memory(crm: Path, command: Command, way: str, name: str) -> None:
    card, frame = cal.Scorecard.load(crm / "card.yaml"), odd_leads(1500)
    frame = frame.rename(columns={"score": "interest"})
    done = command("score", "card.yaml", *WHERE, "--to", name, "--as", way, folder=crm)
    assert (done.returncode, done.stderr) == (0, "")
    here = card.score(frame)
    name = name.replace("crm.order", 'crm.crm."order"')
    there = rows_of(crm, f"SELECT score, passes, tier, fit, gate FROM {name}")
    names = ["score", "passes", "tier", "fit", "gate"]
    assert sorted(map(repr, there)) == sorted(
        repr(tuple(None if pd.isna(cell) else cell for cell in row))
        for row in here[names].astype(object).itertuples(index=False)
    )
    assert f"; {count_text(int(here['passes'].sum()))} (" in done.stdout
    marks = rows_of(crm, f"SELECT column_name FROM (DESCRIBE {name})")[-2:]
    assert (marks == [("scored_on",), ("scored_by",)]) == (way == "table")


def test_empty_rows_are_no_leads_there_either(card: cal.Scorecard, frame: pd.DataFrame) -> None:
    connection = in_table(frame)
    connection.connection.execute("INSERT INTO leads (lead_id) VALUES (NULL), (NULL)")
    leads = cal.open_relation(connection, table="leads")
    found = cal.write_scores(card, leads, "scores", way="table")
    assert found.leads == len(frame)
    assert connection.connection.execute("SELECT COUNT(*) FROM scores").fetchone() == (1540,)


def test_a_query_is_scored_as_it_says(card: cal.Scorecard, frame: pd.DataFrame) -> None:
    connection = in_table(frame)
    query = "SELECT *, 'x' AS \"group\" FROM leads WHERE source = 'Web';"
    leads = cal.open_relation(connection, query=query)
    found = cal.write_scores(card, leads, "web scores".replace(" ", "_"))
    assert found.leads == int((frame["source"] == "Web").sum())
    assert found.to_frame()["leads"].sum() == found.leads


def test_columns_of_these_names_need_a_prefix(card: cal.Scorecard, frame: pd.DataFrame) -> None:
    connection = in_table(frame.assign(Tier="x"))
    leads = cal.open_relation(connection, table="leads")
    with pytest.raises(SpecError, match=r"leads in DuckDB has a column `tier` already.*--prefix"):
        cal.write_scores(card, leads, "scores")
    found = cal.write_scores(card, leads, "scores", prefix="lead_")
    assert found.passing == int(card.score(frame)["passes"].sum())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((*WHERE, "--to", "LEADS", "--replace"), "`LEADS` holds the leads themselves"),
        ((*WHERE, "--to", "main.leads", "--as", "table", "--replace"), "the leads themselves"),
        ((*WHERE, "--to", "a b"), "is no name of a table"),
        ((*WHERE, "--to", "nowhere.scores"), "DuckDB could not write: .*nowhere"),
        ((*WHERE, "--to", "other.main.scores"), "in another database than the leads"),
        ((*WHERE, "--to", "x", "--out", "x.csv"), "--out: for leads in a file"),
        ((*WHERE, "--to", "x", "--explain", "L1", "--missing-attributes", "as-missing"),
         "--explain, --missing-attributes: for leads in a file"),
        (WHERE, "say where the scores go: --to lead_scores"),
        (("leads.csv", "--to", "x"), "--to: belongs to a database"),
        (("leads.csv", *WHERE, "--to", "x"), "read from one place"),
        ((*WHERE[:2], "--query", "SELECT source FROM leads", "--to", "x"),
         "lacks columns that the card gives points for"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)  # fmt: skip
def test_what_cannot_be_written_is_said(
    crm: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.chdir(crm)
    before = rows_of(crm, "SELECT table_name FROM information_schema.tables")
    assert main(["score", "card.yaml", *arguments]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert re.search(says, said), said
    assert rows_of(crm, "SELECT table_name FROM information_schema.tables") == before


def test_without_leads_the_usage_is_said(crm: Path, command: Command) -> None:
    done = command("score", "card.yaml", folder=crm)
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert "name the leads: a file, or a database with --connect and --table" in said


def test_leads_may_still_come_after_the_options(
    crm: Path, frame: pd.DataFrame, command: Command
) -> None:
    frame.to_csv(crm / "leads.csv", index=False)
    done = command("score", "card.yaml", "--out", "scored.csv", "leads.csv", folder=crm)
    assert (done.returncode, done.stderr) == (0, "")
    assert (crm / "scored.csv").is_file()


def test_a_file_that_is_open_elsewhere_is_said(crm: Path, command: Command) -> None:
    script = "import duckdb, sys; d = duckdb.connect('crm.db'); print('open', flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", script], cwd=crm, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    other.stdout.readline()
    done = command("score", "card.yaml", *WHERE, "--to", "x", folder=crm)
    other.communicate(b"\n")
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert said.startswith(
        f"calibrate: DuckDB cannot open crm.db: another program has the file open (PID {other.pid})"
    )
    assert "Traceback" not in said


def test_a_file_that_is_open_here_is_said(crm: Path) -> None:
    url = f"duckdb://{crm / 'crm.db'}"
    reading = cal.connect(url)
    with pytest.raises(EngineError, match=r"open in this program already.*close"):
        cal.connect(url, writing=True)
    reading.close()  # type: ignore[attr-defined]
    card, writing = cal.Scorecard.load(crm / "card.yaml"), cal.connect(url, writing=True)
    leads = cal.open_relation(writing, table="leads")
    assert cal.write_scores(card, leads, "s").leads == 1540
    # What was written is seen by the next query of the same connection.
    assert cal.open_relation(writing, table="s").leads == 1540
    writing.close()  # type: ignore[attr-defined]


def test_a_view_is_replaced_by_a_view_alone(crm: Path, command: Command) -> None:
    ask = ("score", "card.yaml", *WHERE, "--to", "s")
    assert command(*ask, folder=crm).returncode == 0
    assert "has a view `s` already" in command(*ask, folder=crm).stderr
    done = command(*ask, "--as", "table", "--replace", folder=crm)
    assert "a table cannot take its place" in " ".join(done.stderr.split())
    assert "view s again" in command(*ask, "--replace", folder=crm).stdout


KILLED = """
import os, sys, calibrate as cal
from calibrate.engines.sql.connections import DuckDBConnection
ran = DuckDBConnection.run
def run(self, statement):
    ran(self, statement)
    if statement.startswith("INSERT"):
        os._exit(9)
DuckDBConnection.run = run
leads = cal.open_relation(cal.connect("duckdb://crm.db", writing=True), table="leads")
cal.write_scores(cal.Scorecard.load("card.yaml"), leads, "s", way="table", replace=True)
"""


def test_a_killed_run_leaves_the_old_table(crm: Path, command: Command) -> None:
    ask = ("score", "card.yaml", *WHERE, "--to", "s", "--as", "table")
    assert command(*ask, folder=crm).returncode == 0
    with duckdb.connect(str(crm / "crm.db")) as database:
        database.execute("DELETE FROM s WHERE source = 'Web'")
    before = rows_of(crm, "SELECT COUNT(*) FROM s")
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=crm, check=False)
    assert done.returncode == 9
    assert rows_of(crm, "SELECT COUNT(*) FROM s") == before
    assert command(*ask, "--replace", folder=crm).returncode == 0
    assert rows_of(crm, "SELECT COUNT(*) FROM s") == [(1540,)]


def test_scores_made_of_the_scores_to_be_replaced_are_refused(
    card: cal.Scorecard, frame: pd.DataFrame
) -> None:
    """The leads are a view over the very table that goes: not a row of it is lost."""
    connection = in_table(frame)
    leads = cal.open_relation(connection, table="leads")
    cal.write_scores(card, leads, "s", way="table", prefix="a_")
    names = ", ".join(f'"{one}"' for one in frame.columns)
    connection.connection.execute(f"CREATE VIEW again AS SELECT {names} FROM s")
    again = cal.open_relation(connection, table="again")
    with pytest.raises(EngineError, match=r"1 540 leads, and 0 were scored.*Nothing was changed"):
        cal.write_scores(card, again, "s", way="table", replace=True, prefix="a_")
    assert connection.connection.execute("SELECT COUNT(*) FROM s").fetchone() == (1540,)


def test_a_transaction_of_one_s_own_is_not_ended(card: cal.Scorecard, frame: pd.DataFrame) -> None:
    connection = in_table(frame)
    connection.connection.begin()
    leads = cal.open_relation(connection, table="leads")
    with pytest.raises(EngineError, match=r"DuckDB could not write: .*transaction"):
        cal.write_scores(card, leads, "s")
    connection.connection.rollback()


def test_files_and_other_engines_are_told_what_to_do(
    card: cal.Scorecard, frame: pd.DataFrame, tmp_path: Path
) -> None:
    frame.to_parquet(tmp_path / "leads.parquet", index=False)
    with pytest.raises(SpecError, match=r"written back into DuckDB and Postgres.*--to sql"):
        cal.write_scores(card, cal.open_files(tmp_path / "leads.parquet"), "s")
    leads = cal.open_relation(in_table(frame), table="leads")
    with pytest.raises(SpecError, match="did you mean `table`"):
        cal.write_scores(card, leads, "s", way="tabel")


def test_what_is_shown_is_what_was_counted(card: cal.Scorecard, frame: pd.DataFrame) -> None:
    strange = frame.assign(source=frame["source"].mask(frame["source"] == "Web", "\x1b[31mNew"))
    found = cal.write_scores(card, cal.open_relation(in_table(strange), table="leads"), "s")
    said = str(found)
    assert "have a value the card has never seen" in said
    assert "\x1b" not in said
    assert found.summary()["passing"] == found.passing == found.to_frame()["passing"].sum()
