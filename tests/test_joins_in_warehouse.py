"""Further tables of a database stand beside its leads as further files do beside a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate import calibrate, read_leads
from calibrate.engines.sql.parquet_files import open_parquet
from calibrate.engines.sql.relations import Relation, open_relation
from calibrate.errors import CalibrateError, LeadsError, ScorecardError, SpecError
from calibrate.validation import validate
from calibrate.warehouse import read_relation
from tests.test_events_in_warehouse import SPEC, in_tables, some_leads
from tests.test_later_in_warehouse import same_run
from tests.test_warehouse import plain

LEADS = some_leads(400).assign(number=np.arange(400))
CLOSED = set(LEADS.loc[LEADS["closed_at"].notna(), "lead_id"])


def deals(rows: int = 300, seed: int = 3) -> pd.DataFrame:
    """Of every second lead, and of some that are none; talks go before a close."""
    rng = np.random.default_rng(seed)
    names = pd.Series([f"L{row}" for row in range(0, 2 * rows, 2)])
    talks = rng.random(rows) < np.where(names.isin(CLOSED), 0.8, 0.2)
    return pd.DataFrame(
        {
            "lead_id": names,
            "source": np.where(talks, "Talk", "Ads"),
            "visits": rng.poisson(3, rows),
            "spent": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(10, 3, rows).round(2)),
            "since": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 9, rows), "D"),
        }
    )


def firms() -> pd.DataFrame:
    """Named by a number here and by a text there; a reserved word; a column of the leads' name."""
    rng = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "number": [f" {place}" for place in range(350)],
            "group": rng.choice(["a", "b"], 350),
            "visits": rng.poisson(1, 350),
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("joined")
    for name, frame in {"leads": LEADS, "deals": deals(), "firms": firms()}.items():
        frame.to_parquet(path / f"{name}.parquet", index=False)
    return path


JOINS = [
    {"path": "deals.parquet", "table": "main.deals", "on": "lead_id"},
    {"path": "firms.parquet", "table": "firms", "on": "number"},
]
JOINED: dict[str, Any] = SPEC | {"join": JOINS, "leads": {"id": "lead_id"}}


def in_database() -> Relation:
    connection = in_tables(leads=LEADS, deals=deals(), firms=firms())
    return open_relation(connection, table="leads")


@pytest.mark.parametrize("fit", [{"holdout": "none"}, {"holdout": "last:0.4"}], ids=["all", "some"])
def test_parquet_joined_by_duckdb_gives_the_same_card(folder: Path, fit: dict[str, str]) -> None:
    path, spec = folder / "leads.parquet", JOINED | {"fit": fit}
    here, there = calibrate(path, spec), calibrate(open_parquet(path), spec)
    if here.validation is None:
        assert there.scorecard.to_yaml() == here.scorecard.to_yaml()
    else:
        same_run(there, here)
    assert {"deals.source", "spent", "group", "firms.visits"} <= {
        one.name for one in here.leads.attributes
    }


def test_tables_joined_give_the_card_of_their_files(folder: Path) -> None:
    relation = in_database()
    here, there = calibrate(folder / "leads.parquet", JOINED), calibrate(relation, JOINED)
    assert plain(there.scorecard) == plain(here.scorecard)
    one = validate(there.scorecard, relation, spec=JOINED)
    other = validate(here.scorecard, folder / "leads.parquet", spec=JOINED)
    assert len(one.score_table.scores) > 1
    for part in ("verdict", "score_table", "tiers", "kept", "standings"):
        assert getattr(one, part) == getattr(other, part)


def test_tables_alone_are_named_by_themselves() -> None:
    joins = [{"table": "main.deals", "on": "lead_id"}]
    card = calibrate(in_database(), JOINED | {"join": joins}).scorecard
    assert card.reads is not None
    assert ("main.deals", "spent") in card.reads.columns.values()
    assert "deals.source" in card.reads.columns
    validate(card, in_database())


@pytest.mark.parametrize("wins", ["first", "last"])
def test_of_several_rows_the_same_one_wins(wins: str, tmp_path: Path) -> None:
    frame = pd.concat([deals(), deals(40, seed=9), deals(30, seed=5)], ignore_index=True)
    frame.loc[5, "lead_id"] = None
    LEADS.to_parquet(tmp_path / "leads.parquet", index=False)
    frame.to_parquet(tmp_path / "deals.parquet", index=False)
    spec = SPEC | {"join": JOINS[:1], "leads": {"id": "lead_id"}}
    path = tmp_path / "leads.parquet"
    said = []
    for read, source in ((read_leads, path), (read_relation, open_parquet(path))):
        with pytest.raises(LeadsError, match="should name each lead once, and `L0` stands") as one:
            read(source, spec)  # type: ignore[operator]
        said.append(str(one.value))
    assert said[0] == said[1]
    spec |= {"repeated": wins}
    card = calibrate(path, spec).scorecard
    assert calibrate(open_parquet(path), spec).scorecard.to_yaml() == card.to_yaml()


def test_a_table_of_customers_alone_is_a_leak_there_too(tmp_path: Path) -> None:
    closed = LEADS[LEADS["closed_at"].notna()]
    won = pd.DataFrame({"lead_id": closed["lead_id"], "plan": "big", "seats": range(len(closed))})
    LEADS.to_parquet(tmp_path / "leads.parquet", index=False)
    won.to_parquet(tmp_path / "won.parquet", index=False)
    spec = SPEC | {"join": [{"path": "won.parquet", "on": "lead_id"}], "window_days": 60}
    path = tmp_path / "leads.parquet"
    here, there = read_leads(path, spec), read_relation(open_parquet(path), spec)
    assert there.findings == here.findings
    assert there.withheld == here.withheld
    assert any("has a row for customers alone" in one.says for one in there.findings)


@pytest.mark.parametrize(
    ("join", "says"),
    [
        ({"path": "deals.csv", "on": "lead_id"}, "deals.csv has to be a table there"),
        ({"table": "deels", "on": "lead_id"}, "no table `deels`; did you mean `deals`"),
        ({"table": "deals", "on": "led_id"}, "leads in DuckDB has no column `led_id`; did you"),
        ({"table": "firms", "on": "lead_id"}, "firms in DuckDB has no column `lead_id`"),
        ({"on": "lead_id"}, "name the `path` of its file, or its `table`"),
    ],
)
def test_what_cannot_be_joined_is_said(join: dict[str, str], says: str) -> None:
    with pytest.raises(CalibrateError, match=says):
        read_relation(in_database(), SPEC | {"join": [join]})


def test_a_card_of_joined_files_says_which_tables_it_needs(folder: Path) -> None:
    card = calibrate(folder / "leads.parquet", JOINED).scorecard
    with pytest.raises(ScorecardError, match=r"join: \[\{path: deals.parquet, table: NAME"):
        validate(card, in_database(), spec=SPEC)
    with pytest.raises(SpecError, match="its `table` is in a database, and the leads are not"):
        read_leads(folder / "leads.parquet", SPEC | {"join": [{"table": "x", "on": "lead_id"}]})


def test_rows_without_an_order_have_no_first() -> None:
    frame = pd.concat([deals(), deals(40, seed=9)], ignore_index=True)
    connection = in_tables(leads=LEADS, again=frame)
    connection.connection.execute("CREATE VIEW deals AS SELECT * FROM again")
    relation = open_relation(connection, table="leads")
    spec = SPEC | {"join": [{"table": "deals", "on": "lead_id"}]}
    with pytest.raises(LeadsError, match="stands in one of its rows and another"):
        read_relation(relation, spec)
    with pytest.raises(SpecError, match="none is the first; give a view that keeps one row"):
        read_relation(relation, spec | {"repeated": "first"})
