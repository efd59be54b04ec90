"""Every command takes what leads did, and further tables, from a database as from files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from calibrate.checking import check
from calibrate.cli import main
from calibrate.draft import draft_spec
from calibrate.engines.sql.relations import Relation, open_relation
from calibrate.spec import Spec
from calibrate.warehouse import read_anywhere
from tests.test_events_in_warehouse import DATA, in_tables

FILES = ("leads.csv", "--spec", "spec.yaml")
WHERE = ("--connect", "duckdb://crm.db", "--table", "leads")


def firms(leads: pd.DataFrame) -> pd.DataFrame:
    """Of two leads in three, in what way they were found; it says a little of the outcome."""
    found = leads.iloc[[row for row in range(len(leads)) if row % 3]]
    closed = found["converted_at"].notna()
    lucky = closed & (found.index % 2 == 0)
    return pd.DataFrame(
        {"lead_id": found["lead_id"], "found_by": lucky.map({True: "talk", False: "search"})}
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every third lead of the sample as files, and as tables; with a further table."""
    path = tmp_path_factory.mktemp("sample")
    leads = pd.read_csv(DATA / "leads.csv").iloc[::3].reset_index(drop=True)
    events = pd.read_csv(DATA / "events.csv")
    leads.to_csv(path / "leads.csv", index=False)
    events[events["lead_id"].isin(leads["lead_id"])].to_csv(path / "events.csv", index=False)
    firms(leads).to_csv(path / "firms.csv", index=False)
    (path / "spec.yaml").write_bytes((DATA / "spec.yaml").read_bytes())
    with duckdb.connect(str(path / "crm.db")) as database:
        for name, frame in frames(path).items():
            database.register("frame", frame)
            database.execute(f"CREATE TABLE {name} AS FROM frame")
    return path


def frames(folder: Path) -> Mapping[str, pd.DataFrame]:
    return {name: pd.read_csv(folder / f"{name}.csv") for name in ("leads", "events", "firms")}


def there(folder: Path) -> tuple[Relation, Relation]:
    connection = in_tables(**frames(folder))
    leads, events = (open_relation(connection, table=name) for name in ("leads", "events"))
    return leads, events


def spec_with(folder: Path, **more: Any) -> Spec:
    """The sample's, which names the log's file and its table."""
    spec = Spec.load(folder / "spec.yaml")
    return spec.changed(events=spec.document()["events"] | {"table": "events"}, **more)


def without_names(text: str) -> str:
    """Leave out where leads and log are, as far as they are named, and how lines were broken."""
    for name in ("leads in DuckDB", "leads.csv"):
        text = text.replace(name, "LEADS")
    for name in ("events in DuckDB", "events.csv"):
        text = text.replace(name, "LOG")
    return " ".join(re.sub(r"row \d+", "ROW", text).split())  # a file's first row is its header


# ------------------------------------------------------------------ check and init


def test_what_is_odd_is_told_alike_of_leads_with_a_log_and_a_join(folder: Path) -> None:
    spec = spec_with(folder, join=[{"path": "firms.csv", "table": "firms", "on": "lead_id"}])
    read = [
        read_anywhere(one, spec.teaching_all()) for one in (there(folder)[0], folder / "leads.csv")
    ]
    found, here = (check(one) for one in read)
    assert here.keys
    assert here.ages
    assert without_names(str(found)) == without_names(str(here))
    assert (found.keys, found.cohorts) == (here.keys, here.cohorts)
    assert [one.levels for one in found.ages] == [one.levels for one in here.ages]
    drafts = [draft_spec(one) for one in read]
    assert without_names(drafts[0]) == without_names(drafts[1])
    assert "table: firms" in drafts[0]


def test_check_and_init_take_a_log_of_the_database(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    told = []
    for leads in (FILES, (*WHERE, "--events", "events", "--spec", "spec.yaml")):
        assert main(["check", *leads]) == 0
        told.append(without_names(capsys.readouterr().out))
    assert told[0] == told[1]
    assert main(["init", *WHERE, "--events", "events", "--out", "there.yaml"]) == 0
    assert main(["init", "leads.csv", "--events", "events.csv", "--out", "here.yaml"]) == 0
    said = [(folder / f"{one}.yaml").read_text() for one in ("there", "here")]
    assert "events: {table: events, " in said[0]
    said[0] = said[0].replace("{table: events, ", "{path: events.csv, ")
    assert without_names(said[0]) == without_names(said[1])
    capsys.readouterr()
    assert main(["check", *WHERE, "--events", "evnts"]) == 2
    assert "no table `evnts`; did you mean `events`" in " ".join(capsys.readouterr().err.split())
