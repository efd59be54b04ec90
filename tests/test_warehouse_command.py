"""`calibrate run` on leads that stay where they are, as a person runs it."""

from __future__ import annotations

import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyarrow import parquet

from calibrate.cli import main
from calibrate.engines.sql import opening
from calibrate.engines.sql.connecting import connect
from calibrate.engines.sql.connections import DuckDBConnection
from calibrate.engines.sql.damage import damaged_of
from calibrate.engines.sql.opening import open_files
from calibrate.errors import EngineError, MissingExtraError
from tests.test_warehouse import odd_leads


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same leads in a DuckDB, as Parquet and as CSV."""
    folder = tmp_path_factory.mktemp("crm")
    frame = odd_leads(1500)
    frame.to_parquet(folder / "leads.parquet", index=False)
    frame.to_csv(folder / "leads.csv", index=False)
    with duckdb.connect(str(folder / "crm.db")) as connection:
        connection.register("frame", frame)
        connection.execute("CREATE SCHEMA sales; CREATE TABLE sales.leads AS FROM frame")
    return folder


@pytest.fixture
def here(crm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(crm)
    return tmp_path


def card_of(folder: Path) -> str:
    return (folder / "scorecard.yaml").read_text("utf-8")


def run(*arguments: Any) -> int:
    return main(["run", *map(str, arguments)])


def test_a_database_gives_a_run_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--connect", "duckdb://crm.db", "--table", "sales.leads"]
    assert run(*where, "--out", here / "there") == 0
    said = capsys.readouterr()
    assert "sales.leads in DuckDB: 1 540 leads" in said.out
    assert said.err == ""
    assert "leads: sales.leads in DuckDB" in card_of(here / "there")
    assert "crm.db" not in "".join(
        one.read_text("utf-8")
        for one in (here / "there").iterdir()
        if one.suffix != ".xlsx" and one.is_file()
    )


def test_the_outcome_can_be_named(here: Path) -> None:
    where = ["--connect", "duckdb://crm.db", "--query", "SELECT * EXCLUDE status FROM sales.leads"]
    assert run(*where, "--outcome", "converted_at", "--out", here / "there") == 0
    assert "closed: converted_at" in (here / "there" / "spec.yaml").read_text("utf-8")


@pytest.mark.parametrize("asked", [["--holdout", "none"], []])
def test_parquet_by_duckdb_gives_the_same_folder(here: Path, asked: list[str]) -> None:
    assert run("leads.parquet", *asked, "--out", here / "memory") == 0
    more = ["--engine", "duckdb", "--memory", "300MB"]
    assert run("leads.parquet", *asked, *more, "--out", here / "duckdb") == 0
    differ = {
        one.name
        for one in (here / "memory").rglob("*")
        if one.is_file()
        and one.suffix != ".xlsx"
        and one.read_bytes() != (here / "duckdb" / one.relative_to(here / "memory")).read_bytes()
    }
    assert differ == set()


def test_large_parquet_goes_by_duckdb_unasked(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(opening, "SHARE_OF_MEMORY", 2**60)
    monkeypatch.setattr(
        "calibrate.engines.sql.parquet_files.DuckDBConnection.opened",
        classmethod(lambda cls, **given: opened.append(given) or cls(connection=duckdb.connect())),
    )
    assert run("leads.parquet", "--out", here / "a") == 0
    assert len(opened) == 1
    # What needs leads one by one is done in memory all the same.
    assert run("leads.parquet", "--scores", "--out", here / "b") == 0
    assert run("leads.parquet", "--engine", "memory", "--out", here / "c") == 0
    assert len(opened) == 1


def test_csv_by_duckdb_gives_the_same_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["leads.csv", "--holdout", "none"]
    assert run(*asked, "--out", here / "memory") == 0
    monkeypatch.setattr(opening, "SHARE_OF_MEMORY", 2**60)
    assert run(*asked, "--memory", "300MB", "--out", here / "large") == 0
    for name in ("scorecard.yaml", "spec.yaml", "evidence.csv", "report.html"):
        assert (here / "large" / name).read_bytes() == (here / "memory" / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--table", "leads"], "name it with --connect"),
        (["leads.csv", "--connect", "duckdb://crm.db"], "read from one place"),
        (["--connect", "duckdb://crm.db"], "one of the two"),
        (["--connect", "duckdb://nothing.db", "--table", "leads"], "no file nothing.db"),
        (["--connect", "duckdb://leads.csv", "--table", "leads"], "DuckDB cannot open leads.csv"),
        (["--connect", "duckdb://crm.db", "--table", "laeds"], "there are `sales.leads`"),
        (["--connect", "duckdb://crm.db", "--table", "leads"], "did you mean `sales.leads`?"),
        (["--connect", "oracle://me:secret@host/crm", "--table", "x"], "`oracle://host/crm` is of"),
        (["leads.xlsx", "--engine", "duckdb"], "workbooks and other archives are read into memory"),
        (["leads.csv.zip", "--engine", "duckdb"], "workbooks and other archives are read into"),
        (["lead.csv", "--engine", "duckdb"], "lead.csv: no such file. Did you mean `leads.csv`?"),
        (["part-*.csv", "--engine", "duckdb"], "no file matches this pattern"),
        (["s3://bucket/leads/*.parquet"], "by its extension httpfs, which cannot be loaded"),
        (["az://box/leads.parquet"], "by its extension azure, which cannot be loaded"),
        (["s3://bucket/leads.csv"], "only Parquet is read from an object store"),
        (["s3://me:secret@bucket/leads.parquet"], "is written without keys"),
        (["s3://bucket/leads.parquet?s3_secret_access_key=secret"], "is written without keys"),
        (["s3://bucket/leads.parquet", "--scores"], "--scores: needs leads in memory"),
        (["leads.parquet", "--engine", "duckdb", "--scores"], "--scores: needs leads in memory"),
        (["leads.parquet", "--engine", "duckdb", "--memory", "much"], "DuckDB cannot open"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_what_does_not_go_together_is_said(
    arguments: list[str],
    says: str,
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(here))  # where DuckDB has no extensions
    assert run(*arguments, "--out", here / "never") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert says in said
    assert "secret" not in said
    assert "Traceback" not in said
    assert not (here / "never").exists()


def test_without_leads_the_usage_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run()
    said = capsys.readouterr().err
    assert said.startswith("usage: calibrate run")
    assert "name the leads: a file, or a database with --connect and --table" in said


def test_nothing_is_left_beside_the_leads(here: Path, crm: Path) -> None:
    before = sorted(crm.iterdir())
    more = ["--engine", "duckdb", "--memory", "40MB"]
    assert run("leads.parquet", *more, "--out", here / "run") == 0
    where = ["--connect", "duckdb://crm.db", "--table", "Sales.Leads"]
    assert run(*where, "--out", here / "there") == 0
    assert sorted(crm.iterdir()) == before


def test_damaged_parquet_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = here / "bad.parquet"
    path.write_bytes(b"PAR1 nothing of the kind PAR1")
    assert run(path, "--engine", "duckdb", "--out", here / "never") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "bad.parquet cannot be read as Parquet (" in said
    assert said.endswith("Export the leads again.")


@pytest.mark.parametrize("place", ["head", "what it holds"])
@pytest.mark.parametrize("beside", [[], ["a.parquet", "c.parquet"]])
def test_parquet_with_a_damaged_page_is_named(
    here: Path, beside: list[str], place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = Path("leads.parquet").read_bytes()
    page = parquet.read_metadata("leads.parquet").row_group(0).column(0).dictionary_page_offset
    start = page if place == "head" else page + 40
    for name in beside:
        (here / name).write_bytes(sound)
    (here / "b.parquet").write_bytes(sound[:start] + b"\xee" * 8 + sound[start + 8 :])
    assert run(here / "*.parquet", "--engine", "duckdb", "--out", here / "never") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "b.parquet cannot be read as Parquet (" in said
    assert said.endswith("Export the leads again.")
    assert not (here / "never").exists()


def test_what_is_no_damage_is_told_as_it_is(here: Path) -> None:
    file = here / "damaged.parquet"
    file.write_bytes(b"PAR1 nothing of the kind PAR1")
    assert damaged_of([file], duckdb.Error("Out of buffer")) == file
    said = f"Invalid Input Error: Parquet file ({file}) corrupted: Offset less than 0"
    assert damaged_of([file], duckdb.InvalidInputException(said)) == file
    assert damaged_of([file], duckdb.OutOfMemoryException("Out of buffer")) is None
    assert damaged_of([file], duckdb.IOException("IO Error: no space left")) is None
    assert damaged_of([Path("leads.parquet")], duckdb.Error("Out of buffer")) is None


@pytest.mark.parametrize(
    "fault",
    [RuntimeError("Query interrupted"), duckdb.Error("Invalid Input Error: KeyboardInterrupt: ")],
)
def test_a_query_is_stopped_by_ctrl_c(fault: Exception) -> None:
    def stopped(_: str) -> None:
        raise fault

    connection = DuckDBConnection(connection=types.SimpleNamespace(sql=stopped, execute=stopped))
    with pytest.raises(KeyboardInterrupt):
        connection.ask("SELECT 1")
    with pytest.raises(KeyboardInterrupt):
        connection.run("COMMIT")


@pytest.mark.usefixtures("here")
def test_files_that_are_not_read_alike_twice_are_named() -> None:
    rows = open_files("leads.parquet").rows
    said = str(rows.changed("column `age` has new values"))
    assert said.startswith("leads.parquet was read twice, and not alike: column `age` has new")
    more = replace(rows, files=(Path("a.parquet"), Path("b.parquet")))
    assert str(more.changed("...")).startswith("One of 2 files was read twice")


def test_parquet_that_is_not_there_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "folder.parquet").mkdir()
    (here / "leads.parquet").touch()
    for name, said in (
        ("lead.parquet", "no such file. Did you mean `leads.parquet`?"),
        ("folder.parquet", "is a folder; name the file in it that holds the leads."),
    ):
        assert run(here / name, "--engine", "duckdb", "--out", here / "never") == 2
        assert said in " ".join(capsys.readouterr().err.split())
    assert not (here / "never").exists()


class _FaultError(Exception):
    pass


def _psycopg(connects: Any) -> types.ModuleType:
    made = types.ModuleType("psycopg")
    made.Error, made.connect = _FaultError, connects  # type: ignore[attr-defined]
    made.IsolationLevel = types.SimpleNamespace(REPEATABLE_READ=3)  # type: ignore[attr-defined]
    return made


def test_a_postgres_is_only_read(monkeypatch: pytest.MonkeyPatch) -> None:
    given = types.SimpleNamespace()
    monkeypatch.setitem(sys.modules, "psycopg", _psycopg(lambda url: given))
    assert connect("postgres://host/crm").engine == "Postgres"
    assert (given.read_only, given.isolation_level) == (True, 3)


def test_a_password_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(url: str) -> None:
        raise _FaultError(f'connection to "{url}" failed\nmore')

    monkeypatch.setitem(sys.modules, "psycopg", _psycopg(refuses))
    with pytest.raises(EngineError, match="Postgres at host cannot be reached") as fault:
        connect("postgres://me:hunter2@host/crm")
    assert "hunter2" not in str(fault.value)


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"calibrate-leads\[postgres\]"):
        connect("postgres://host/crm")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError, match=r"calibrate-leads\[sql\]"):
        connect("duckdb://:memory:")


def test_help_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    assert "--connect URL" in capsys.readouterr().out
