"""Every command takes what leads did, and further tables, from a database as from files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from calibrate import calibrate, compare
from calibrate.behaviours import BehaviourRecipe
from calibrate.checking import check
from calibrate.cli import main
from calibrate.cutting import cuts_for
from calibrate.draft import draft_spec
from calibrate.engines.sql.relations import Relation, open_relation
from calibrate.scorecard import Scorecard
from calibrate.spec import Spec
from calibrate.warehouse import read_anywhere
from tests.test_compared_in_warehouse import same_comparison
from tests.test_events_in_warehouse import DATA, in_tables, some_kinds

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
    """Every third lead of the sample as files, and as tables; with a further table.

    Their log has some kinds of events, and behaviours of every measure.
    """
    path = tmp_path_factory.mktemp("sample")
    leads = pd.read_csv(DATA / "leads.csv").iloc[::3].reset_index(drop=True)
    events = some_kinds(pd.read_csv(DATA / "events.csv"))
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
    moments: dict[str, list[str]] = {
        "leads": ["created_at", "converted_at"],
        "events": ["at"],
        "firms": [],
    }
    return {
        name: pd.read_csv(folder / f"{name}.csv", parse_dates=dates)
        for name, dates in moments.items()
    }


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


# ------------------------------------------------------------------ threshold, compare and rerun

UNTIL = "2026-01-31"


@pytest.fixture(scope="module")
def cards(folder: Path) -> tuple[Scorecard, Scorecard]:
    """Two that see what leads did from different moments; the old one with a further table."""
    join = [{"path": "firms.csv", "table": "firms", "on": "lead_id"}]
    old = spec_with(folder, join=join, fit={"until": UNTIL})
    later = old.document()["events"] | {"score_after_days": 20, "exclude": ["session"]}
    new = spec_with(folder).changed(events=later, fit={"holdout": "none"})
    path = folder / "leads.csv"
    made = tuple(calibrate(path, spec).scorecard for spec in (old, new))
    for card in made:
        logged = {one.name for one in card.attributes if isinstance(one.made_from, BehaviourRecipe)}
        assert card.scoring.needed & logged
    return made[0], made[1]


def test_two_cards_with_what_leads_did_are_compared_alike(
    folder: Path, cards: tuple[Scorecard, Scorecard]
) -> None:
    leads, events = there(folder)
    here = compare(*cards, folder / "leads.csv", events=folder / "events.csv")
    assert here.contest is not None
    same_comparison(compare(*cards, leads, events=events), here)


@pytest.mark.parametrize("rule", [None, {"capacity": 40}])
def test_thresholds_are_told_alike(
    folder: Path, cards: tuple[Scorecard, Scorecard], rule: dict[str, float] | None
) -> None:
    leads, events = there(folder)
    for card, log in zip(cards, (None, events), strict=True):
        here = cuts_for(card, folder / "leads.csv", rule)
        found = cuts_for(card, leads, rule, events=log)
        assert found.cuts == here.cuts
        assert (found.leads, found.leads_a_month) == (here.leads, here.leads_a_month)


def test_a_rerun_of_the_command_line_is_that_of_the_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    log = ("--events", "events")
    fit = ("--holdout", "none")
    assert main(["run", *FILES, *fit, "--out", "q1"]) == 0
    codes = [
        main(["rerun", "q1/scorecard.yaml", *leads, *fit, "--out", out])
        for leads, out in ((FILES, "here"), ((*WHERE, *log, "--spec", "spec.yaml"), "there"))
    ]
    assert codes[0] == codes[1]
    one, other = (Scorecard.load(folder / out / "scorecard.yaml") for out in ("here", "there"))
    assert other.attributes == one.attributes
    assert other.threshold == one.threshold
    capsys.readouterr()
    assert main(["threshold", "q1/scorecard.yaml", *WHERE]) == 2
    assert "or --events NAME" in " ".join(capsys.readouterr().err.split())
    assert main(["threshold", "q1/scorecard.yaml", *WHERE, *log]) == 0


# ------------------------------------------------------------------ scores written back


def test_what_scores_in_a_database_names_the_columns_it_needs(
    folder: Path,
    cards: tuple[Scorecard, Scorecard],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    card = cards[1]
    card.save("new.yaml")
    logged = [
        one.name
        for one in card.attributes
        if one.name in card.scoring.needed and isinstance(one.made_from, BehaviourRecipe)
    ]
    score = ["score", "new.yaml", *WHERE, "--to", "scored"]
    assert main(score) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "reads no log" in said
    assert ", ".join(f"`{name}`" for name in logged) in said
    assert main([*score, "--events", "events"]) == 2
    assert "--events events: what scores in a database" in " ".join(capsys.readouterr().err.split())
    with duckdb.connect("crm.db") as database:
        views = database.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal")
        assert views.fetchall() == []
