"""Leads in a database are held against two cards as the same leads in a file are."""

from __future__ import annotations

import json
import shutil
from contextlib import chdir
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from calibrate import calibrate, compare, rerun
from calibrate.cli import main
from calibrate.cutting import cuts_for
from calibrate.engines.sql.parquet_files import open_parquet
from calibrate.engines.sql.relations import Relation, open_relation
from calibrate.errors import LeadsError
from calibrate.present.values import plain_values
from calibrate.recalibration import Comparison
from calibrate.scorecard import Scorecard
from tests.later_quarters import SPEC, quarters
from tests.test_warehouse import in_table, plain

UNTIL = "2026-04-01"
POLICY: dict[str, Any] = {
    "vetoes": [{"source": ["cold list"]}],
    "must_contact": {"close_rate_low": 0.15},
    "tiers": {"cold": 0, "warm": 30, "hot": 60},
}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Two quarters, with a value that is new in the second, and who was worked."""
    found = quarters(3, taught=2500, later=1500, later_odds=0.3)
    found.loc[found.index[3000:3050], "source"] = "podcast"
    found["worked"] = np.where(found["visits"] > 3, "yes", "no")
    found.loc[found.index[::50], "created_at"] = ""
    return found


@pytest.fixture(scope="module", params=["plain", "policy"])
def cards(request: pytest.FixtureRequest, frame: pd.DataFrame) -> tuple[Scorecard, Scorecard]:
    spec = SPEC | {"fit": {"holdout": "none"}} | (POLICY if request.param == "policy" else {})
    first = frame[frame["created_at"] < UNTIL]
    return (
        calibrate(first, spec).scorecard,
        calibrate(frame[frame["created_at"] < "2026-05-01"], spec).scorecard,
    )


def there(frame: pd.DataFrame) -> Relation:
    return open_relation(in_table(frame), table="leads")


def same_comparison(one: Comparison, other: Comparison) -> None:
    left, right = (plain_values(found.summary()) for found in (one, other))
    left["leads_table"] = right["leads_table"] = ""
    assert_near(left, right)
    assert one.findings == other.findings
    assert one.months == other.months
    assert one.tiers == other.tiers
    assert one.worked == other.worked
    assert one.shares == other.shares


def assert_near(one: Any, other: Any) -> None:
    """Equal, but for the last digits of an AUC that was added up in another order."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_near(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for each in zip(one, other, strict=True):
            assert_near(*each)
    elif isinstance(one, float):
        assert one == pytest.approx(other, abs=1e-9)
    else:
        assert one == other


def test_what_moved_is_told_alike(
    frame: pd.DataFrame, cards: tuple[Scorecard, Scorecard], tmp_path: Path
) -> None:
    here = compare(*cards, frame)
    same_comparison(compare(*cards, there(frame)), here)
    assert here.contest is not None
    assert here.contest.paired is not None
    assert here.worked is not None
    assert len(here.months) > 4
    assert "unseen-level" in {one.code for one in here.findings}
    frame.to_parquet(tmp_path / "leads.parquet", index=False)
    same_comparison(compare(*cards, open_parquet(tmp_path / "leads.parquet")), here)


def test_leads_that_taught_both_are_told_alike(
    frame: pd.DataFrame, cards: tuple[Scorecard, Scorecard]
) -> None:
    first = frame[(frame["created_at"] < UNTIL)]
    here = compare(*cards, first)
    assert {one.code for one in here.findings} >= {"leads-shared", "no-leads-for-both"}
    same_comparison(compare(*cards, there(first)), here)


def test_leads_without_dates_are_told_alike(frame: pd.DataFrame) -> None:
    spec = {"outcome": {"column": "won", "customer": ["1"], "lost": ["0"]}, "exclude": ["lead_id"]}
    flagged = frame.drop(columns=["created_at", "closed_at", "worked"])
    flagged["won"] = (frame["closed_at"] != "").astype(int).astype(str)
    cards = [calibrate(part, spec | {"fit": {"holdout": "none"}}).scorecard for part in
             (flagged.head(2000), flagged)]  # fmt: skip
    here = compare(cards[0], cards[1], flagged)
    assert here.months == ()
    same_comparison(compare(cards[0], cards[1], there(flagged)), here)


@pytest.mark.parametrize("rule", [None, {"share": 0.2}, {"customer_quantile": 0.1},
                                  {"capacity": 200}])  # fmt: skip
def test_thresholds_are_told_alike(
    frame: pd.DataFrame, cards: tuple[Scorecard, Scorecard], rule: dict[str, float] | None
) -> None:
    here = cuts_for(cards[0], frame, rule)
    found = cuts_for(cards[0], there(frame), rule)
    assert found.cuts == here.cuts
    assert (found.leads, found.leads_a_month, found.is_met) == (
        here.leads, here.leads_a_month, here.is_met,
    )  # fmt: skip


def test_a_policy_that_decides_about_everybody_is_said(frame: pd.DataFrame) -> None:
    spec = SPEC | {"fit": {"holdout": "none"}, "vetoes": [{"source": ["cold list"]}]}
    card = calibrate(frame[frame["created_at"] < UNTIL], spec).scorecard
    only = frame[frame["source"] == "cold list"]
    with pytest.raises(LeadsError, match="decides about every lead"):
        cuts_for(card, there(only))


@pytest.mark.parametrize("damping", [False, True])
def test_a_rerun_is_that_of_the_file(frame: pd.DataFrame, damping: bool) -> None:
    spec = {key: value for key, value in SPEC.items() if key != "fit"}
    first = frame[frame["created_at"] < UNTIL]
    card = calibrate(there(first), spec | {"as_of": "2026-06-15"}).scorecard
    here, found = (rerun(card, leads, spec=None, damping=damping) for leads in
                   (frame, there(frame)))  # fmt: skip
    assert plain(found.scorecard) == plain(here.scorecard)
    assert found.dropped == here.dropped
    same_comparison(found.comparison, here.comparison)


@pytest.fixture(scope="module")
def first_quarter(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first quarter's card with its spec, and a table to which the second came."""
    folder = tmp_path_factory.mktemp("crm")
    (folder / "spec.yaml").write_text(
        json.dumps(SPEC | {"as_of": "2026-07-19", "fit": {"until": "2026-03-31"}})
    )
    first = frame[frame["created_at"] < "2026-05-01"]
    with chdir(folder):
        with duckdb.connect("crm.db") as database:
            database.register("frame", first)
            database.execute("CREATE TABLE leads AS FROM frame")
        frame.to_csv("leads.csv", index=False)
        assert main(["run", *WHERE, "--spec", "spec.yaml", "--out", "q1"]) == 0
    return folder


@pytest.fixture
def crm(first_quarter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to work in."""
    shutil.copytree(first_quarter, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


WHERE = ("--connect", "duckdb://crm.db", "--table", "leads")


def more_leads(frame: pd.DataFrame) -> None:
    with duckdb.connect("crm.db") as database:
        database.register("frame", frame[frame["created_at"] >= "2026-05-01"])
        database.execute("INSERT INTO leads FROM frame")


def test_a_rerun_on_the_same_table_changes_nothing(crm: Path) -> None:
    assert main(["rerun", "q1/scorecard.yaml", *WHERE, "--out", "q2"]) == 0
    assert (crm / "q2/scorecard.yaml").read_bytes() == (crm / "q1/scorecard.yaml").read_bytes()


def test_a_rerun_on_more_leads_is_of_now(
    crm: Path, frame: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    """The leads that taught are the same: it is those that came since who make another table."""
    more_leads(frame)
    capsys.readouterr()
    main(["rerun", "q1/scorecard.yaml", *WHERE, "--out", "q2", "--json"])
    values = json.loads(capsys.readouterr().out)
    assert values["dropped"] == [
        "as_of 2026-07-19 (the day the data were taken)",
        "fit.until 2026-03-31 (the last day of the leads that taught)",
    ]
    card = Scorecard.load(crm / "q2/scorecard.yaml")
    assert card.made.fingerprint != Scorecard.load(crm / "q1/scorecard.yaml").made.fingerprint


def test_the_fingerprint_is_of_the_table_whoever_teaches(frame: pd.DataFrame) -> None:
    other = frame.assign(visits=np.roll(frame["visits"], 1))
    later = frame.copy()
    later.loc[frame.index[-1], "noise"] = "zz"
    prints = [there(one).fingerprint for one in (frame, frame[::-1], other, later, frame[1:])]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 4
    specs = [SPEC, SPEC | {"fit": {"until": "2026-03-01"}}, SPEC | {"fit": {"holdout": "none"}}]
    assert {calibrate(there(frame), one).scorecard.made.fingerprint for one in specs} == {prints[0]}


def test_the_commands_take_a_database(
    crm: Path, frame: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    more_leads(frame)
    main(["rerun", "q1/scorecard.yaml", *WHERE, "--out", "q2"])
    capsys.readouterr()
    ask = ["q1/scorecard.yaml", "q2/scorecard.yaml"]
    codes, told = [], []
    for leads in (["leads.csv"], list(WHERE)):
        codes.append(main(["compare", *ask, *leads, "--html", "c.html", "--json"]))
        told.append(json.loads(capsys.readouterr().out) | {"leads_table": ""})
        codes.append(main(["threshold", ask[0], *leads, "--share", "0.3", "--json"]))
        told.append(json.loads(capsys.readouterr().out) | {"leads_table": ""})
    assert codes[:2] == codes[2:]
    assert_near(told[0], told[2])
    assert told[1] == told[3]
    assert (crm / "c.html").is_file()
    assert main(["compare", *ask]) in (0, 1)  # the cards alone


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("rerun", *WHERE, "--notebook", "q.ipynb"), "--notebook: needs leads in memory"),
        (("rerun", *WHERE, "--events", "e.csv"), "DuckDB has no table `e.csv`"),
        (("compare", "q1/scorecard.yaml", "--table", "leads"), "name it with --connect"),
        (("compare", "q1/scorecard.yaml", *WHERE, "--events", "e.csv"), "DuckDB has no table"),
        (("threshold", *WHERE, "--events", "e.csv"), "DuckDB has no table `e.csv`"),
        (("threshold", "leads.csv", *WHERE), "read from one place"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_what_needs_leads_one_by_one_is_refused(
    crm: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    command, *others = arguments
    capsys.readouterr()
    before = sorted(crm.rglob("*"))
    assert main([command, "q1/scorecard.yaml", *others]) == 2
    assert says in " ".join(capsys.readouterr().err.split())
    assert sorted(crm.rglob("*")) == before


@pytest.mark.parametrize("command", ["rerun", "threshold"])
def test_without_leads_the_usage_is_said(
    crm: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit):
        main([command, str(crm / "q1/scorecard.yaml")])
    assert "name the leads: a file, or a database" in " ".join(capsys.readouterr().err.split())
