"""`check` and `init` say of leads in a database what they say of the same leads in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from calibrate import check, read_leads
from calibrate.cli import main
from calibrate.draft import draft_spec
from calibrate.engines.sql.parquet_files import open_parquet
from calibrate.engines.sql.relations import open_relation
from calibrate.warehouse import read_anywhere
from tests.test_warehouse import SPECS, in_table, odd_leads


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("leads") / "odd.parquet"
    odd_leads().to_parquet(path, index=False)
    return path


def said(found: Any) -> str:
    return str(found).partition("\n")[2]


@pytest.mark.parametrize("name", ["found by itself", "declared", "a flag"])
def test_what_is_odd_is_told_alike(odd: Path, name: str) -> None:
    here = check(odd, SPECS[name])
    for relation in (
        open_parquet(odd),
        open_relation(in_table(pd.read_parquet(odd)), table="leads"),
    ):
        there = check(relation, SPECS[name])
        assert said(there) == said(here)
        assert there.findings == here.findings
        assert (there.cohorts, there.expires_days) == (here.cohorts, here.expires_days)


@pytest.mark.parametrize("name", ["found by itself", "declared", "a flag"])
def test_the_spec_is_drafted_alike(odd: Path, name: str) -> None:
    here = draft_spec(read_leads(odd, SPECS[name]))
    assert draft_spec(read_anywhere(open_parquet(odd), SPECS[name])) == here
    relation = open_relation(in_table(pd.read_parquet(odd)), table="leads")
    assert draft_spec(read_anywhere(relation, SPECS[name])) == here


@pytest.fixture
def crm(odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    frame = pd.read_parquet(odd)
    with duckdb.connect(str(tmp_path / "crm.db")) as database:
        database.register("frame", frame)
        database.execute('CREATE TABLE "my leads" AS FROM frame')
    frame.to_parquet(tmp_path / "leads.parquet", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


WHERE = ("--connect", "duckdb://crm.db", "--table", '"my leads"')


def test_the_commands_take_a_database(crm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", *WHERE, "--out", "there.yaml", "--html", "there.html"]) == 0
    told = capsys.readouterr().out
    after = "run --connect duckdb://crm.db --table '\"my leads\"' --spec there.yaml"
    assert told.strip().endswith(f"then: calibrate {after}")
    assert main(["init", "leads.parquet", "--out", "here.yaml"]) == 0
    assert (crm / "there.yaml").read_text() == (crm / "here.yaml").read_text()
    capsys.readouterr()
    assert main(["check", *WHERE, "--spec", "there.yaml", "--html", "check.html"]) == 0
    there = capsys.readouterr().out
    assert main(["check", "leads.parquet", "--spec", "here.yaml"]) == 0
    here = capsys.readouterr().out
    assert there.splitlines()[1:-2] == here.splitlines()[1:]
    assert (crm / "check.html").is_file()
    assert main(["check", *WHERE, "--outcome", "nothing"]) == 2
    assert "no column `nothing`" in capsys.readouterr().err


def test_parquet_can_be_looked_over_by_duckdb(
    crm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "leads.parquet", "--engine", "duckdb", "--memory", "300MB"]) == 0
    there = capsys.readouterr().out
    assert main(["check", "leads.parquet"]) == 0
    assert capsys.readouterr().out == there
    assert crm.is_dir()


@pytest.mark.parametrize("command", ["check", "init"])
def test_a_log_has_to_be_there_and_so_have_leads(
    crm: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    out = ("--html", "never.html")
    assert main([command, *WHERE, *out, "--events", "events.csv"]) == 2
    assert "DuckDB has no table `events.csv`" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([command])
    assert "name the leads" in capsys.readouterr().err
    assert not (crm / "never.html").exists()


def test_a_password_is_not_told_in_what_to_do_next(
    crm: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    relation = open_parquet(crm / "leads.parquet")
    monkeypatch.setattr("calibrate.engines.sql.connecting.connect", lambda url, memory: url)
    monkeypatch.setattr(
        "calibrate.engines.sql.relations.open_relation", lambda connection, table, query: relation
    )
    assert main(["init", "--connect", "postgres://me:hunter2@host/crm", "--table", "x"]) == 0
    told = capsys.readouterr().out
    assert "--connect postgres://me@host/crm --table x" in told
    assert "hunter2" not in told
