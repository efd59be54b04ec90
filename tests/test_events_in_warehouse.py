"""What leads did is read off a log in their database as off a file, to the last lead."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from calibrate import Leads, Scorecard, calibrate, read_leads
from calibrate.behaviours import BehaviourRecipe
from calibrate.cli import main
from calibrate.engines.sql import opening
from calibrate.engines.sql.connections import DuckDBConnection
from calibrate.engines.sql.parquet_files import open_parquet
from calibrate.engines.sql.relations import Relation, open_relation
from calibrate.errors import LeadsError, ScorecardError, SpecError
from calibrate.pipeline import Calibration
from calibrate.spec import Spec
from calibrate.validation import validate
from calibrate.warehouse import read_relation
from tests.test_later_in_warehouse import same_run, same_verdict
from tests.test_warehouse import ALL, plain

DATA = Path(__file__).parent.parent / "data"
START = pd.Timestamp("2026-01-01 08:00:00")


def in_tables(**frames: pd.DataFrame) -> DuckDBConnection:
    connection = duckdb.connect()
    for name, frame in frames.items():
        connection.register("frame", frame)
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM frame')
        connection.unregister("frame")
    return DuckDBConnection(connection=connection)


def both(leads: pd.DataFrame, log: pd.DataFrame, spec: dict[str, Any]) -> tuple[Leads, Leads]:
    """The same leads in a database and in memory."""
    connection = in_tables(leads=leads, events=log)
    relations = (open_relation(connection, table=name) for name in ("leads", "events"))
    return read_relation(next(relations), spec, events=next(relations)), read_leads(
        leads, spec, events=log
    )


def same_behaviours(
    there: Leads, here: Leads, log: str = "events in DuckDB", *, with_examples: bool = True
) -> None:
    """Compare every attribute, and leads and customers of its values in every shard."""
    assert [(one.name, one.kind, one.recipe) for one in there.attributes] == [
        (one.name, one.kind, one.recipe) for one in here.attributes
    ]
    for one in here.attributes:
        counts = [
            {
                value: (leads.tolist(), customers.tolist())
                for value, leads, customers in zip(
                    (*found.values, None), found.leads.T, found.customers.T, strict=True
                )
                if leads.any()
            }
            for found in (
                leads.engine.count_values(one.name, by_shard=True) for leads in (there, here)
            )
        ]
        assert counts[0] == counts[1], one.name
    assert there.outcome.left_out == here.outcome.left_out
    one, other = told(there, log), told(here, "DataFrame")
    if not with_examples:
        one, other = (
            [(code, says.partition("; the first")[0]) for code, says in said]
            for said in (one, other)
        )
    assert one == other


def told(leads: Leads, name: str) -> list[tuple[str, str]]:
    of_log = ("events-read", "unknown-leads", "events-incomplete")
    return [
        (one.code, re.sub(r"index (\d+)", _row, one.says.replace(name, "LOG")))
        for one in leads.findings
        if one.code in of_log
    ]


def _row(index: re.Match[str]) -> str:
    """A frame's rows go by their index, from 0."""
    return f"row {int(index[1]) + 1}"


def measures(leads: Leads) -> set[str]:
    return {one.recipe.as_ for one in leads.attributes if isinstance(one.recipe, BehaviourRecipe)}


def some_leads(rows: int = 200, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    created = START + pd.to_timedelta(rng.integers(0, 40 * 86_400, rows), unit="s")
    closed = pd.Series(created + pd.to_timedelta(rng.integers(0, 50 * 24, rows), unit="h"))
    return pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(rows)],
            "created_at": created,
            "closed_at": closed.where(rng.random(rows) < 0.5),
            "source": rng.choice(["Fair", "Web"], rows),
        }
    )


def some_events(leads: pd.DataFrame, rows: int = 900, seed: int = 0) -> pd.DataFrame:
    """Whole hours, so that many fall on one moment; some of nobody, too late, or unfinished."""
    rng = np.random.default_rng(seed)
    who = rng.integers(-3, len(leads), rows)
    known = who >= 0
    at = leads["created_at"].to_numpy()[who] - pd.to_timedelta(
        rng.integers(-60, 40 * 24, rows), unit="h"
    )
    names = ["mail sent", "Mail opened", "mail opened ", "view", "demo", "call"]
    name = rng.choice(names, rows, p=[0.4, 0.1, 0.1, 0.24, 0.08, 0.08])
    return pd.DataFrame(
        {
            "lead_id": np.where(known, np.char.add("L", who.astype(str)), "X9"),
            "event": np.where(rng.random(rows) < 0.02, None, name),
            "at": pd.Series(at).where(rng.random(rows) > 0.02),
            "object": rng.choice(["/a", "/A ", "/b", "", None], rows),
        }
    )


SPEC: dict[str, Any] = ALL | {
    "outcome": {"closed": "closed_at"},
    "window_days": 40,
    "as_of": "2026-12-31",
    "min_leads": 2,
}


def spec_of(**events: Any) -> dict[str, Any]:
    return SPEC | {"events": events}


@pytest.mark.parametrize(
    "events",
    [
        {},
        {"lookback_days": 9, "score_after_days": 3},
        {"expire": {"VIEW": {"half_life_days": 2.5}, "demo": {"expires_days": 5}}},
        {"exclude": ["Call"], "sequences": [["view", "demo"], ["demo", "mail sent"]]},
    ],
    ids=["plain", "landmark", "expire", "declared"],
)
@pytest.mark.parametrize("seed", range(2))
def test_odd_logs_are_read_alike(events: dict[str, Any], seed: int) -> None:
    leads = some_leads(seed=seed)
    there, here = both(leads, some_events(leads, seed=seed), spec_of(**events))
    same_behaviours(there, here)
    assert measures(there) >= {"did", "days_since", "first_event", "kinds", "rate"}
    codes = {one.code for one in there.findings}
    assert codes >= {"events-read", "unknown-leads", "events-incomplete"}


def test_every_measure_was_compared() -> None:
    """By the first seed, in which pairs of events that nobody declared are worth trying too."""
    leads = some_leads()
    log = some_events(leads)
    plain_ones, _ = both(leads, log, spec_of())
    expire = {"view": {"half_life_days": 2.5}}
    expiring, _ = both(leads, log, spec_of(expire=expire, lookback_days=40))
    assert measures(plain_ones) | measures(expiring) == {
        "did", "times", "weight", "days_since", "trend", "rate", "first_event", "kinds", "burst",
        "in_order", "days_between",
    }  # fmt: skip


def test_one_row_each_event_counts_twice_when_it_stands_twice() -> None:
    leads = some_leads()
    log = some_events(leads)
    same_behaviours(*both(leads, pd.concat([log, log.head(300)]), spec_of()))


def test_creation_by_the_day_makes_the_end_of_the_day_the_landmark() -> None:
    leads = some_leads()
    log = some_events(leads)
    leads["created_at"] = leads["created_at"].dt.normalize()
    there, here = both(leads, log, spec_of(score_after_days=2))
    same_behaviours(there, here)
    assert there.spec.events is not None
    assert there.spec.events.by_day


def as_ints(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = frame["lead_id"].str[1:].astype(int)
    return frame.assign(lead_id=numbers)


def as_floats(frame: pd.DataFrame) -> pd.DataFrame:
    found = as_ints(frame)
    return found.assign(lead_id=found["lead_id"].astype(float).mask(found.index % 50 == 7))


def as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    found = as_ints(frame)
    return found.assign(lead_id=found["lead_id"].astype(str))


def in_blanks(frame: pd.DataFrame) -> pd.DataFrame:
    odd = frame.index % 3
    padded = np.where(odd == 1, "\t" + frame["lead_id"] + "\u00a0", frame["lead_id"])
    return frame.assign(lead_id=np.where(odd == 2, padded.astype(object) + " ", padded))


def in_another_case(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        lead_id=frame["lead_id"].str.lower().where(frame.index % 2 == 0, frame["lead_id"])
    )


def with_nobody(frame: pd.DataFrame) -> pd.DataFrame:
    names = frame["lead_id"].copy()
    for place, said in enumerate((None, "", "  ")):
        names[frame.index % 40 == place] = said
    return frame.assign(lead_id=names)


@pytest.mark.parametrize(
    ("of_leads", "of_log"),
    [
        (as_ints, as_ints), (as_ints, as_texts), (as_texts, as_ints), (as_floats, as_texts),
        (as_ints, as_floats), (as_texts, as_floats), (in_blanks, in_blanks),
        (in_another_case, in_another_case), (with_nobody, with_nobody),
    ],
    ids=lambda one: one.__name__,
)  # fmt: skip
def test_leads_are_named_alike(of_leads: Any, of_log: Any) -> None:
    leads = some_leads()
    log = some_events(leads)
    same_behaviours(*both(of_leads(leads), of_log(log), SPEC | {"leads": {"id": "lead_id"}}))


def test_ids_too_large_for_a_float_are_kept_apart() -> None:
    leads = as_ints(some_leads())
    log = as_ints(some_events(leads.assign(lead_id="L" + leads["lead_id"].astype(str))))
    leads["lead_id"] += 2**60
    log["lead_id"] += 2**60
    same_behaviours(*both(leads, log, SPEC))


@pytest.mark.parametrize(
    "write",
    [
        lambda at: at.dt.strftime("%Y-%m-%dT%H:%M:%S"),
        lambda at: at.dt.strftime("%d.%m.%Y %H:%M"),
        lambda at: at.dt.strftime("%Y-%m-%d"),
        lambda at: at.dt.tz_localize("America/New_York", ambiguous=True),
        lambda at: at.astype("datetime64[s]").astype("int64").astype(float).where(at.notna()),
        lambda at: at.dt.date,
    ],
    ids=["ISO", "german", "text days", "zoned", "since 1970", "days"],
)
def test_times_are_read_alike_however_they_are_written(write: Any) -> None:
    leads = some_leads()
    log = some_events(leads)
    log["at"] = write(log["at"])
    same_behaviours(*both(leads, log, spec_of(lookback_days=30)))


def test_very_many_times_as_texts_are_read_in_the_database() -> None:
    """Too many to be looked up one by one; some with a zone, some without seconds."""
    rng = np.random.default_rng(1)
    leads = some_leads(400)
    rows = 30_000
    who = rng.integers(0, len(leads), rows)
    at = pd.Series(
        leads["created_at"].to_numpy()[who]
        - pd.to_timedelta(rng.integers(0, 50 * 86_400, rows), unit="s")
    )
    forms = [
        "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S+02:00", "%Y-%m-%dT%H:%M:%S-0530",
        " %Y-%m-%d %H:%M ", "%Y-%m-%dT%H:%M:%S.123456", "%Y-%m-%d",
    ]  # fmt: skip
    written = pd.concat([at[place::6].dt.strftime(form) for place, form in enumerate(forms)])
    written = written.sort_index()
    written[::100] = "n/a"
    log = pd.DataFrame(
        {
            "lead_id": leads["lead_id"].to_numpy()[who],
            "event": rng.choice(["view", "demo", "call"], rows),
            "at": written,
        }
    )
    assert log["at"].nunique() > 20_000
    spec = spec_of(lookback_days=30) | {"missing": ["N/A"]}
    same_behaviours(*both(leads, log, spec))
    log.loc[5, "at"] = "05/06/2026"
    with pytest.raises(LeadsError, match=r"20000 different dates as texts.*such as `05/06/2026`"):
        both(leads, log, spec)


def test_of_a_lead_on_several_rows_the_one_that_wins_has_its_events() -> None:
    leads = some_leads()
    log = some_events(leads)
    twice = pd.concat([leads, leads.head(20).assign(created_at=START)], ignore_index=True)
    for wins in ("first", "last"):
        same_behaviours(*both(twice, log, spec_of() | {"repeated": wins}))


def test_columns_are_found_alike_and_can_be_declared() -> None:
    leads = some_leads()
    log = some_events(leads).rename(
        columns={"lead_id": "contact_id", "event": "activity", "at": "occurred_at", "object": "url"}
    )
    log["date"] = "no date at all"
    log.insert(0, "timestamp", np.arange(len(log)))
    same_behaviours(*both(leads, log, spec_of()))
    named = {"lead": "contact_id", "name": "url", "time": "occurred_at"}
    same_behaviours(*both(leads, log, spec_of(**named)))
    with pytest.raises(SpecError, match=r"events\.time: events in DuckDB has no column `occured"):
        both(leads, log, spec_of(**named | {"time": "occured_at"}))
    with pytest.raises(SpecError, match=r"events\.exclude: events in DuckDB has no event `cal`"):
        both(leads, log, spec_of(exclude=["cal"]))
    with pytest.raises(LeadsError, match=r"no column of the event log plainly says when"):
        both(leads, log.drop(columns=["occurred_at"]), spec_of())


def test_names_that_mean_something_to_a_database_are_names() -> None:
    leads = some_leads()
    log = some_events(leads)
    log["event"] = log["event"].replace({"view": "x'); DROP TABLE leads; --", "demo": 'a "b"'})
    log["object"] = log["object"].replace({"/b": "O'Neill\n; --"})
    same_behaviours(*both(leads, log, spec_of()))


def test_a_flag_for_an_outcome_leaves_the_landmark_unchecked() -> None:
    leads = some_leads()
    log = some_events(leads)
    leads["won"] = leads.pop("closed_at").notna()
    spec = ALL | {"outcome": {"column": "won"}, "events": {"score_after_days": 3}}
    there, here = both(leads, log, spec)
    same_behaviours(there, here)
    assert "landmark-unchecked" in {one.code for one in there.findings}


def test_leads_of_a_query_have_no_order_and_are_told_by_their_key() -> None:
    leads = some_leads()
    log = some_events(leads)
    connection = in_tables(leads=leads, events=log)
    events = open_relation(connection, table="events")
    query = open_relation(connection, query="SELECT * FROM leads")
    spec = SPEC | {"leads": {"id": "lead_id"}}
    there, here = read_relation(query, spec, events=events), read_leads(leads, spec, events=log)
    same_behaviours(there, here)
    twice = (
        "SELECT * FROM leads UNION ALL SELECT * REPLACE (' L1 ' AS lead_id) FROM leads LIMIT 201"
    )
    with pytest.raises(LeadsError, match="names some leads on several rows, but for blanks"):
        read_relation(open_relation(connection, query=twice), spec, events=events)


def test_a_log_in_several_files_is_one(tmp_path: Path) -> None:
    leads = some_leads()
    log = some_events(leads)
    leads.to_parquet(tmp_path / "leads.parquet", index=False)
    for place in range(3):
        log.iloc[place::3].to_parquet(tmp_path / f"log-{place}.parquet", index=False)
    path, spec = tmp_path / "leads.parquet", spec_of(path="log-*.parquet")
    here, there = read_leads(path, spec), read_relation(open_parquet(path), spec)
    assert told(there, "") == told(here, "")
    assert there.findings == here.findings


# ------------------------------------------------------------------ whole runs


def some_kinds(events: pd.DataFrame) -> pd.DataFrame:
    """Of the events of the sample, as few kinds as are needed for a behaviour of every measure."""
    return events[events["event"].isin(SOME_KINDS)].reset_index(drop=True)


SOME_KINDS = (
    "demo_request", "email_clicked", "email_sent", "page_view", "pricing_view", "session",
)  # fmt: skip


def written(folder: Path, events: pd.DataFrame) -> Path:
    """The sample leads and a log as Parquet, beside a spec that names it."""
    pd.read_csv(DATA / "leads.csv").to_parquet(folder / "leads.parquet", index=False)
    events.to_parquet(folder / "events.parquet", index=False)
    text = (DATA / "spec.yaml").read_text("utf-8")
    (folder / "spec.yaml").write_text(text.replace("events.csv", "events.parquet"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    events = pd.read_csv(DATA / "events.csv")
    return written(tmp_path_factory.mktemp("sample"), some_kinds(events))


@pytest.fixture(scope="module")
def of_sample(sample: Path) -> Calibration:
    """Its card, made in memory."""
    return calibrate(sample / "leads.parquet", sample / "spec.yaml")


def test_the_sample_gives_the_same_card_and_verdict(of_sample: Calibration, tmp_path: Path) -> None:
    """The whole of it; what follows has fewer kinds of events, and all that is made of them."""
    whole = written(tmp_path, pd.read_csv(DATA / "events.csv"))
    path, spec = whole / "leads.parquet", whole / "spec.yaml"
    here = calibrate(path, spec)
    same_run(calibrate(open_parquet(path), spec), here)
    earning = {one.name for one in here.scorecard.attributes if one.made_from is not None}
    assert earning
    assert measures(here.leads) == measures(of_sample.leads)


def relations_of(sample: Path) -> tuple[Relation, Relation]:
    connection = in_tables(
        **{name: pd.read_parquet(sample / f"{name}.parquet") for name in ("leads", "events")}
    )
    leads, events = (open_relation(connection, table=name) for name in ("leads", "events"))
    return leads, events


def test_tables_give_the_card_of_their_files(sample: Path) -> None:
    """A spec may name the file and the table: the one that is where the leads are is read."""
    leads, events = relations_of(sample)
    spec = Spec.load(sample / "spec.yaml")
    spec = spec.changed(events=spec.document()["events"] | {"table": "events"})
    here = calibrate(sample / "leads.parquet", spec)
    there = calibrate(leads, spec)
    one, other = plain(there.scorecard), plain(here.scorecard)
    for card in (one, other):
        for finding in card["findings"]:
            for name in ("events in DuckDB", "events.parquet"):
                finding["says"] = finding["says"].replace(name, "LOG")
    assert one == other
    assert there.validation is not None
    assert here.validation is not None
    assert there.validation.score_table == here.validation.score_table
    again = validate(there.scorecard, leads, spec=spec)
    assert again.verdict == there.validation.verdict
    same_verdict(
        validate(there.scorecard, leads, events=events),
        validate(here.scorecard, sample / "leads.parquet"),
    )


def test_an_empty_log_is_one_of_leads_that_did_nothing(
    sample: Path, of_sample: Calibration
) -> None:
    card = of_sample.scorecard
    frame = pd.read_parquet(sample / "events.parquet")
    connection = in_tables(leads=pd.read_parquet(sample / "leads.parquet"), nothing=frame.head(0))
    card = card.model_copy(
        update={"reads": card.reads.model_copy(
            update={"events": card.reads.events.model_copy(update={"table": "nothing"})}
        )}
    )  # fmt: skip
    there = validate(card, open_relation(connection, table="leads"))
    frame.head(0).to_csv(sample / "nothing.csv", index=False)
    here = validate(card, sample / "leads.parquet", events=sample / "nothing.csv")
    assert there.score_table == here.score_table
    assert there.standings == here.standings


def test_a_log_has_to_be_where_the_leads_are(sample: Path, of_sample: Calibration) -> None:
    leads, events = relations_of(sample)
    other, _ = relations_of(sample)
    path, spec = sample / "leads.parquet", sample / "spec.yaml"
    for source, log, says in (
        (leads, None, r"their log has to be a table there: `events: \{table: NAME\}`"),
        (leads, path, "has to be where the leads are: a table of the same database"),
        (other, events, "opened by one connection"),
        (path, events, "the log is in a database and the leads are not"),
        (open_parquet(path), DATA / "events.csv", r"events\.csv is no Parquet"),
    ):
        with pytest.raises(SpecError, match=says):
            calibrate(source, spec, events=log)
    with pytest.raises(SpecError, match="its `table` is in a database, and the leads are not"):
        calibrate(path, {"events": {"table": "events"}})
    with pytest.raises(LeadsError, match="DuckDB has no table `evnts`; did you mean `events`"):
        calibrate(leads, {"events": {"table": "evnts"}})
    card = of_sample.scorecard
    with pytest.raises(SpecError, match="their log has to be a table there"):
        validate(card, leads)
    assert card.reads is not None
    query = "SELECT *, created_at AS came_at FROM leads"
    renamed = open_relation(leads.connection, query=query)
    other_day = {"outcome": {"closed": "converted_at"}, "leads": {"created": "came_at"}}
    with pytest.raises(ScorecardError, match=r"sees what leads did from `created_at` on"):
        validate(card, renamed, spec=other_day, events=events)


# ------------------------------------------------------------------ on the command line


@pytest.fixture
def crm(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with duckdb.connect("crm.db") as connection:
        connection.execute("CREATE SCHEMA sales")
        for name in ("leads", "events"):
            connection.execute(f"CREATE TABLE sales.{name} AS FROM '{sample / name}.parquet'")
    (tmp_path / "spec.yaml").write_text((DATA / "spec.yaml").read_text("utf-8"), "utf-8")


@pytest.mark.usefixtures("crm")
def test_the_sample_runs_whole_in_a_database(
    of_sample: Calibration, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--connect", "duckdb://crm.db", "--table", "sales.leads"]
    assert main(["run", *where, "--spec", "spec.yaml", "--out", "there"]) == 2
    assert "`events: {table: NAME}`, or --events NAME" in " ".join(capsys.readouterr().err.split())
    events = ["--events", "sales.events"]
    assert main(["run", *where, *events, "--spec", "spec.yaml", "--out", "there"]) == 0
    said = capsys.readouterr().out
    assert "sales.leads in DuckDB: 6 000 leads" in said
    there = Scorecard.load("there/scorecard.yaml")
    here = of_sample.scorecard
    assert there.attributes == here.attributes
    assert there.later == here.later
    card = str(Path("there") / "scorecard.yaml")
    assert main(["validate", card, *where, *events]) == 0
    assert "READY" in capsys.readouterr().out
    with duckdb.connect("crm.db") as connection:
        assert len(connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()) == 2


def test_large_parquet_with_a_parquet_log_goes_by_duckdb(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sample)
    run = ["run", "leads.parquet", "--spec", "spec.yaml"]
    assert main([*run, "--out", str(tmp_path / "memory")]) == 0
    assert main([*run, "--out", str(tmp_path / "duckdb"), "--engine", "duckdb"]) == 0
    cards = [(tmp_path / one / "scorecard.yaml").read_bytes() for one in ("memory", "duckdb")]
    assert cards[0] == cards[1]
    monkeypatch.setattr(opening, "SHARE_OF_MEMORY", 2**60)
    opened = []
    monkeypatch.setattr(
        "calibrate.engines.sql.parquet_files.DuckDBConnection.opened",
        classmethod(lambda cls, **given: opened.append(given) or cls(connection=duckdb.connect())),
    )
    assert main([*run, "--out", str(tmp_path / "large")]) == 0
    assert len(opened) == 1
    assert main([*run, "--out", str(tmp_path / "csv"), "--events", str(DATA / "events.csv")]) == 0
    assert len(opened) == 1
