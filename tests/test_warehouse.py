"""Leads in a database give the card that the same leads give in a file, to the last byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml

from calibrate import calibrate
from calibrate.engines.sql.connections import DuckDBConnection
from calibrate.engines.sql.parquet_files import open_parquet
from calibrate.engines.sql.relations import open_relation
from calibrate.errors import CalibrateError, EngineError, LeadsError, NoRowsError, SpecError
from calibrate.reading import read_leads
from calibrate.warehouse import read_relation

SAMPLE = Path(__file__).parent.parent / "data" / "leads.csv"


def odd_leads(rows: int = 3000, seed: int = 5) -> pd.DataFrame:
    """Leads with all that is remarked on: copies, gaps, late columns, slow levels, people."""
    rng = np.random.default_rng(seed)
    created = pd.Timestamp("2025-01-01") + pd.to_timedelta(
        np.sort(rng.integers(0, 400 * 24, rows)), unit="h"
    )
    source = rng.choice(["Fair", "fair ", "Web", "Partner", "Radio", "Google"], rows)
    source[rng.random(rows) < 0.01] = "Goggle"
    closes = rng.random(rows) < np.where(source == "Partner", 0.5, 0.15)
    wait = rng.integers(0, 60, rows) + np.where(source == "Radio", 70, 0)
    closed = pd.Series(created + pd.to_timedelta(wait, unit="D")).where(closes)
    closed[3] = created[3] - pd.Timedelta(days=1)
    score = rng.normal(50, 20, rows)
    score[rng.random(rows) < 0.1] = np.nan
    late = np.where(np.arange(rows) > rows // 2, rng.choice(["a", "b"], rows), None)
    frame = pd.DataFrame(
        {
            "lead_id": [f"L{place}" for place in range(rows)],
            "created_at": created,
            "converted_at": closed,
            "source": source,
            "source copy": np.char.upper(np.char.strip(source.astype(str))),
            "code": rng.integers(1, 9, rows) * 10 + rng.integers(0, 9, rows),
            "score": score,
            "visits": rng.poisson(2, rows),
            "visits twice": 0,
            "filled late": late,
            "phone": [f"+49 30 {place:07d}" if place % 3 else None for place in range(rows)],
            "email": [
                f"u{place}@{'gmail.com' if place % 4 else 'acme.com'}" for place in range(rows)
            ],
            "status": rng.choice(["unknown", "n/a", "x"], rows),
            "rating": rng.choice([1, 2, 999], rows),
            "pets": rng.choice(["cat; wolf", "cat", "wolf;dog", None], rows),
            "only": "same",
            "won_reason": np.where(closes, rng.choice(["price", "fit"], rows), None),
            "mixed": rng.choice(["1", "2", "3", "4", "5", "6", "7", "8", "9", "many"], rows),
        }
    )
    frame["visits twice"] = frame["visits"] * 2
    for place in range(3):
        frame[f"gap {place}"] = np.where(rng.random(rows) < 0.3, None, rng.choice(["p", "q"], rows))
    return pd.concat([frame, frame.tail(40).assign(lead_id=[f"R{n}" for n in range(40)])])


ALL: dict[str, Any] = {"fit": {"holdout": "none"}}
"""All leads teach; tests/test_later_in_warehouse.py sets some aside."""

SPECS: dict[str, dict[str, Any]] = {
    "found by itself": ALL,
    "declared": ALL | {
        "window_days": 60,
        "missing": ["n/a", "999"],
        "attributes": {"pets": {"kind": "list"}, "code": {"kind": "category"}},
        "levels": {"source": {"Google": ["Google", "Goggle"]}},
        "vetoes": [{"source": ["Radio"]}],
        "must_contact": {"close_rate_low": 0.4},
        "leads": {"since": "2025-02-01"},
    },
    "a flag": ALL | {
        "outcome": {"column": "status", "customer": ["x"], "lost": ["unknown"]},
        "window_days": 30,
        "exclude": ["converted_at"],
    },
    "published": ALL | {
        "points": {"measure": "lift_ratio", "award": "raises", "overlap": False,
                   "scale": "points", "points_per_unit": 1, "estimate": "raw"},
        "threshold": {"capacity": 40},
    },
}  # fmt: skip


def plain(card: Any) -> dict[str, Any]:
    """Give a card without what tells where it was made."""
    found: dict[str, Any] = yaml.safe_load(card.to_yaml())
    found["made"] = {k: v for k, v in found["made"].items() if k not in ("leads", "fingerprint")}
    del found["name"]
    return found


def in_table(frame: pd.DataFrame, name: str = "leads") -> DuckDBConnection:
    connection = duckdb.connect()
    connection.register("frame", frame)
    connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM frame')
    connection.unregister("frame")
    return DuckDBConnection(connection=connection)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("leads") / "odd.parquet"
    odd_leads().to_parquet(path, index=False)
    return path


@pytest.mark.parametrize("name", SPECS)
def test_parquet_read_by_duckdb_gives_the_same_card(odd: Path, name: str) -> None:
    card = calibrate(odd, SPECS[name]).scorecard
    assert calibrate(open_parquet(odd), SPECS[name]).scorecard.to_yaml() == card.to_yaml()


def test_the_odd_leads_are_odd(odd: Path) -> None:
    """The equality above is worth something only if what could differ is there."""
    codes = {one.code for one in calibrate(open_parquet(odd), SPECS["found by itself"]).findings}
    assert codes >= {
        "closed-before-created", "exact-copies", "filled-lately", "leak-withheld",
        "mostly-numbers", "near-duplicates", "personal-data", "placeholders", "repeated-rows",
        "sentinel", "slow-level", "spellings-joined",
    }  # fmt: skip


def test_a_table_gives_the_card_of_its_file(odd: Path) -> None:
    relation = open_relation(in_table(pd.read_parquet(odd)), table="leads")
    assert plain(calibrate(relation, ALL).scorecard) == plain(calibrate(odd, ALL).scorecard)


def test_several_files_give_the_card_of_one(odd: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(odd)
    for number, part in enumerate(np.array_split(np.arange(len(frame)), 3)):
        frame.iloc[part].to_parquet(tmp_path / f"part-{number}.parquet", index=False)
    pattern = tmp_path / "part-*.parquet"
    assert (
        calibrate(open_parquet(pattern), ALL).scorecard.to_yaml()
        == calibrate(pattern, ALL).scorecard.to_yaml()
    )


@pytest.mark.parametrize("typed", [True, False])
def test_the_sample_leads_give_the_same_card(typed: bool, tmp_path: Path) -> None:
    """Dates are dates in one, and texts in the other, as in a table that was loaded from CSV."""
    dates = ["created_at", "converted_at"] if typed else []
    path = tmp_path / "leads.parquet"
    pd.read_csv(SAMPLE, parse_dates=dates).to_parquet(path, index=False)
    relation = open_parquet(path)
    assert calibrate(relation, ALL).scorecard.to_yaml() == calibrate(path, ALL).scorecard.to_yaml()


def test_without_an_id_the_place_decides_the_shard(odd: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.parquet"
    pd.read_parquet(odd).drop(columns=["lead_id"]).to_parquet(path, index=False)
    card = calibrate(path, ALL).scorecard
    assert calibrate(open_parquet(path), ALL).scorecard.to_yaml() == card.to_yaml()


@pytest.mark.parametrize("wins", ["first", "last"])
def test_of_a_lead_on_several_rows_the_same_one_wins(wins: str, odd: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(odd)
    frame.loc[frame.index[::7], "lead_id"] = "L5"
    path = tmp_path / "odd.parquet"
    frame.to_parquet(path, index=False)
    spec = ALL | {"repeated": wins}
    card = calibrate(open_parquet(path), spec).scorecard
    assert card.to_yaml() == calibrate(path, spec).scorecard.to_yaml()
    with pytest.raises(LeadsError, match=r"values? stand.* on several rows .such as `L5`"):
        read_relation(open_parquet(path))


def test_a_query_gives_the_same_points(odd: Path) -> None:
    """Its rows have no order, so what is shown as an example may be another value."""
    connection = in_table(pd.read_parquet(odd))
    relation = open_relation(connection, query="SELECT * FROM leads WHERE lead_id <> 'L0';")
    card = plain(calibrate(relation, ALL).scorecard)
    frame = pd.read_parquet(odd)
    other = plain(calibrate(frame[frame["lead_id"] != "L0"], ALL).scorecard)
    for part in ("attributes", "points", "threshold", "sweep", "auc", "cohort", "overall"):
        assert card[part] == other[part]


def test_the_run_folder_is_written(odd: Path, tmp_path: Path) -> None:
    result = calibrate(open_parquet(odd))
    folder = result.save(tmp_path / "run")
    assert {one.name for one in folder.iterdir()} >= {"scorecard.yaml", "report.html", "spec.yaml"}
    assert repr(result)


def test_the_card_names_table_and_engine_and_nothing_else(odd: Path) -> None:
    card = calibrate(open_relation(in_table(pd.read_parquet(odd)), table="leads")).scorecard
    assert card.made.leads == "leads in DuckDB"
    assert card.name == "leads"
    assert card.made.fingerprint.startswith("sha256:")


def test_other_leads_have_another_fingerprint(odd: Path) -> None:
    frame = pd.read_parquet(odd)
    prints = {
        read_relation(open_relation(in_table(one), table="leads")).fingerprint
        for one in (frame, frame, frame.iloc[1:], frame.assign(visits=frame["visits"] + 1))
    }
    assert len(prints) == 3


def test_names_are_quoted_and_need_not_be(odd: Path) -> None:
    frame = pd.read_parquet(odd)
    connection = in_table(frame, "Leads 2026")
    for name in ('"Leads 2026"', '"leads 2026"', 'main."Leads 2026"'):
        assert open_relation(connection, table=name).leads == len(frame)
    with pytest.raises(SpecError, match="no name of a table"):
        open_relation(connection, table="leads; DROP TABLE leads")


def test_reserved_words_name_columns_and_tables() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"select": rng.choice(["a", "b"], 500), 'gr"oup': rng.normal(size=500), "order": range(500)}
    )
    frame["converted"] = (rng.random(500) < np.where(frame["select"] == "a", 0.6, 0.1)).astype(int)
    relation = open_relation(in_table(frame, "order"), table="order")
    assert plain(calibrate(relation, ALL).scorecard) == plain(calibrate(frame, ALL).scorecard)


def test_a_type_that_makes_no_level_is_named_and_left_out() -> None:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE leads AS SELECT i % 3 = 0 AS converted, i % 2 AS it, [i, i] AS tags, "
        "INTERVAL (i) DAY AS age, {'a': i} AS more FROM range(300) AS r(i)"
    )
    found = read_relation(open_relation(DuckDBConnection(connection=connection), table="leads"))
    said = [one.says for one in found.findings if one.code == "column-left-out"]
    assert [one.split("`")[1] for one in said] == ["tags", "age", "more"]
    assert "(interval)" in said[1]


def test_no_such_table_says_which_are_near(odd: Path) -> None:
    with pytest.raises(LeadsError, match=r"DuckDB has no table `laeds`; did you mean `leads`\?"):
        open_relation(in_table(pd.read_parquet(odd)), table="laeds")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"query": "SELECT * FROM nowhere"}, "DuckDB could not answer: .*nowhere"),
        ({"query": "DROP TABLE leads"}, "DuckDB could not answer"),
        ({}, "one of the two"),
        ({"table": "leads", "query": "SELECT 1"}, "one of the two"),
    ],
)
def test_what_cannot_be_asked_is_said(odd: Path, given: dict[str, str], says: str) -> None:
    connection = in_table(pd.read_parquet(odd).head(50))
    with pytest.raises(CalibrateError, match=says):
        open_relation(connection, **given)
    assert "leads" in connection.tables()


def test_an_empty_table_has_no_rows() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE leads (a INTEGER, converted BOOLEAN)")
    with pytest.raises(NoRowsError, match="columns but no rows"):
        open_relation(DuckDBConnection(connection=connection), table="leads")


def test_a_column_that_is_not_there_is_named_as_for_a_file(odd: Path) -> None:
    spec = {"leads": {"id": "led_id"}, "exclude": ["sauce"]}
    for read in (read_leads, lambda *given: read_relation(open_parquet(given[0]), given[1])):
        with pytest.raises(SpecError, match="no column `led_id`; did you mean `lead_id`") as fault:
            read(odd, spec)
        assert len(fault.value.problems) == 2


def test_a_table_that_changes_meanwhile_is_not_counted_on(odd: Path) -> None:
    connection = in_table(pd.read_parquet(odd))
    leads = read_relation(open_relation(connection, table="leads"), {"window_days": 60})
    connection.connection.execute("DELETE FROM leads WHERE visits = 1")
    with pytest.raises(EngineError, match="changed while it was read: at first"):
        leads.engine.count_shards()


def test_a_connection_that_is_lost_is_said(odd: Path) -> None:
    connection = in_table(pd.read_parquet(odd))
    leads = read_relation(open_relation(connection, table="leads"))
    connection.connection.close()
    with pytest.raises(EngineError, match=r"DuckDB could not answer: .*closed"):
        leads.engine.count_shards()


def test_leads_in_a_database_are_not_taken_apart(odd: Path) -> None:
    result = calibrate(open_parquet(odd))
    with pytest.raises(EngineError, match=r"Export a part of them"):
        result.choices()
    with pytest.raises(EngineError, match="cannot be taken apart"):
        result.leads.only(np.ones(3, dtype=bool))


def test_ids_that_are_missing_are_leads_all_the_same(odd: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(odd)
    frame.loc[frame.index[:200], "lead_id"] = None
    frame.iloc[300:310] = None
    path = tmp_path / "odd.parquet"
    frame.to_parquet(path, index=False)
    card = calibrate(path, ALL).scorecard
    assert calibrate(open_parquet(path), ALL).scorecard.to_yaml() == card.to_yaml()


def test_more_dates_as_texts_than_can_be_looked_up_are_refused() -> None:
    times = pd.date_range("2024-01-01", periods=20_100, freq="37min").strftime("%d.%m.%Y %H:%M")
    frame = pd.DataFrame({"created_at": times, "converted_at": None, "a": ["x", "y"] * 10_050})
    frame.loc[::3, "converted_at"] = "2024-12-31"
    relation = open_relation(in_table(frame), table="leads")
    with pytest.raises(LeadsError, match=r"20000 different dates as texts.*CAST"):
        read_relation(relation)
