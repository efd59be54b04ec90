"""Scores written back into a real Postgres, by its own driver and from the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest

import calibrate as cal
from calibrate.engines.sql.dbapi import DbApiConnection
from calibrate.errors import EngineError, SpecError
from tests.engines.postgres import Server, in_microseconds
from tests.test_warehouse import SAMPLE

Command = Callable[..., subprocess.CompletedProcess[str]]
SPEC: dict[str, Any] = {
    "fit": {"holdout": "none"},
    "vetoes": [{"country": ["FR"]}],
    "must_contact": {"close_rate_low": 0.2},
    "exclude": ["lead_id"],
}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.read_csv(SAMPLE, parse_dates=["created_at", "converted_at"])


@pytest.fixture(scope="module")
def card(frame: pd.DataFrame) -> cal.Scorecard:
    known = frame[frame["lead_source"] != "AI assistant"]
    return cal.calibrate(known, SPEC, name="leads").scorecard


@pytest.fixture(scope="module")
def url(server: Server, frame: pd.DataFrame) -> str:
    server.run('CREATE SCHEMA IF NOT EXISTS "written";')
    server.load(in_microseconds(frame), "crm leads")
    return str(server.server.get_uri())


@pytest.fixture
def database(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
        connection.execute(
            "DROP SCHEMA written CASCADE; CREATE SCHEMA written; "
            'DROP VIEW IF EXISTS lead_scores; DROP TABLE IF EXISTS "order"'
        )


class Postgres:
    """Opens the leads, and closes what it opened."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opened: list[Any] = []

    def leads(self, *, writing: bool = True) -> cal.Relation:
        made = cal.connect(self.url, writing=writing)
        self.opened.append(made)
        return cal.open_relation(made, table='"crm leads"')


@pytest.fixture
def crm(url: str) -> Iterator[Postgres]:
    found = Postgres(url)
    yield found
    for one in found.opened:
        one.close()


def same_scores(
    connection: psycopg.Connection[Any], name: str, card: cal.Scorecard, frame: pd.DataFrame
) -> None:
    names = ["score", "passes", "tier", "fit", "engagement", "gate", "must_contact", "close_rate"]
    found = connection.execute(f"SELECT lead_id, {', '.join(names)} FROM {name}").fetchall()
    there = pd.DataFrame(found, columns=["lead_id", *names]).set_index("lead_id")
    here = card.score(frame).set_axis(frame["lead_id"])
    there = there.loc[here.index]
    for one in names[:-1]:
        assert [str(a) for a in there[one]] == [str(b) for b in here[one]], one
    assert np.allclose(there["close_rate"].astype(float), here["close_rate"].astype(float))


def test_a_query_is_scored_as_it_says(
    url: str, card: cal.Scorecard, frame: pd.DataFrame, database: psycopg.Connection[Any]
) -> None:
    made = cal.connect(url, writing=True)
    query = """SELECT * FROM "crm leads" WHERE country LIKE 'D%' -- Postgres' own words"""
    leads = cal.open_relation(made, query=query)
    written = cal.write_scores(card, leads, "written.scores", way="table")
    made.connection.close()
    wanted = card.score(frame[frame["country"].str.startswith("D", na=False)])["score"]
    found = database.execute("SELECT score FROM written.scores").fetchall()
    assert written.leads == len(wanted) > 0
    assert sorted(one for (one,) in found) == sorted(wanted)


def test_a_view_has_the_scores_of_memory(
    crm: Postgres, database: psycopg.Connection[Any], card: cal.Scorecard, frame: pd.DataFrame
) -> None:
    found = cal.write_scores(card, crm.leads(), "lead_scores")
    same_scores(database, "lead_scores", card, frame)
    here = card.score(frame)
    assert (found.leads, found.passing) == (len(frame), int(here["passes"].sum()))
    here["tier"] = here["tier"].fillna("out")
    for one in found.tiers:
        passes = here["passes"][here["tier"] == (one.tier or "out")]
        assert (one.leads, one.passing) == (len(passes), int(passes.sum()))
    assert sum(one.leads for one in found.tiers) == len(frame)
    assert found.tiers[-1].tier is None  # those that a veto keeps out
    (unseen,) = found.unseen
    assert (unseen.attribute, unseen.example) == ("lead_source", "AI assistant")
    assert unseen.leads == int((frame["lead_source"] == "AI assistant").sum())


def test_a_table_is_replaced_only_when_asked_and_keeps_its_readers(
    crm: Postgres, database: psycopg.Connection[Any], card: cal.Scorecard, frame: pd.DataFrame
) -> None:
    cal.write_scores(card, crm.leads(), 'written."Lead Scores"', way="table")
    same_scores(database, 'written."Lead Scores"', card, frame)
    database.execute('CREATE ROLE analyst; GRANT SELECT ON written."Lead Scores" TO analyst')
    database.execute('DELETE FROM written."Lead Scores" WHERE score > 50')
    with pytest.raises(SpecError, match=r"has a table `written.*already. To replace"):
        cal.write_scores(card, crm.leads(), 'written."Lead Scores"', way="table")
    again = cal.write_scores(card, crm.leads(), 'written."Lead Scores"', way="table", replace=True)
    assert again.replaced
    same_scores(database, 'written."Lead Scores"', card, frame)
    (may,) = database.execute(
        "SELECT has_table_privilege('analyst', 'written.\"Lead Scores\"', 'SELECT')"
    ).fetchone() or (None,)
    assert may is True
    marks = database.execute('SELECT DISTINCT scored_by FROM written."Lead Scores"').fetchall()
    assert marks == [(f"leads {card.fingerprint}",)]


def test_other_columns_make_another_table(
    crm: Postgres, database: psycopg.Connection[Any], card: cal.Scorecard, frame: pd.DataFrame
) -> None:
    cal.write_scores(card, crm.leads(), "written.s", way="table")
    database.execute("ALTER TABLE written.s DROP COLUMN country")
    cal.write_scores(card, crm.leads(), "written.s", way="table", replace=True)
    same_scores(database, "written.s", card, frame)


def test_what_holds_no_scores_is_never_replaced(
    crm: Postgres, database: psycopg.Connection[Any], card: cal.Scorecard
) -> None:
    database.execute("CREATE TABLE written.customers AS SELECT 1 AS customer")
    with pytest.raises(SpecError, match="holds no scores of this kind"):
        cal.write_scores(card, crm.leads(), "written.customers", way="table", replace=True)
    assert database.execute("SELECT * FROM written.customers").fetchall() == [(1,)]
    for name in ('"crm leads"', 'public."crm leads"'):
        with pytest.raises(SpecError, match="holds the leads themselves"):
            cal.write_scores(card, crm.leads(), name, way="table", replace=True)


def test_names_mean_what_the_engine_makes_of_them(
    crm: Postgres, database: psycopg.Connection[Any], card: cal.Scorecard
) -> None:
    cal.write_scores(card, crm.leads(), "Written.SCORES")
    cal.write_scores(card, crm.leads(), '"order"', way="table")
    cal.write_scores(card, crm.leads(), 'written."a"";DROP TABLE x--"')
    listed = database.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'written'"
    ).fetchall()
    assert set(listed) == {("scores",), ('a";DROP TABLE x--',)}


@pytest.mark.parametrize("autocommit", [False, True])
def test_when_anything_fails_the_old_table_stays(
    url: str,
    crm: Postgres,
    database: psycopg.Connection[Any],
    card: cal.Scorecard,
    autocommit: bool,
) -> None:
    """A connection of one's own, with or without transactions; the server dies half-way."""
    cal.write_scores(card, crm.leads(), "written.s", way="table")
    database.execute("DELETE FROM written.s WHERE score > 50")
    before = database.execute("SELECT COUNT(*) FROM written.s").fetchone()
    own = psycopg.connect(url, autocommit=autocommit)

    class Dying(DbApiConnection):
        def run(self, statement: str) -> None:
            if statement.startswith("INSERT"):
                database.execute("SELECT pg_terminate_backend(%s)", [own.info.backend_pid])
            super().run(statement)

    dying = Dying(connection=own, dialect="postgres", error=psycopg.Error)
    leads = cal.open_relation(dying, table='"crm leads"')
    with pytest.raises(EngineError, match="Postgres could not write: terminating connection"):
        cal.write_scores(card, leads, "written.s", way="table", replace=True)
    assert database.execute("SELECT COUNT(*) FROM written.s").fetchone() == before


def test_rights_are_the_server_s_to_give(
    url: str, crm: Postgres, database: psycopg.Connection[Any], card: cal.Scorecard
) -> None:
    with pytest.raises(EngineError, match=r"read-only transaction. Open it with `connect"):
        cal.write_scores(card, crm.leads(writing=False), "written.s")
    database.execute('CREATE ROLE reader; GRANT SELECT ON "crm leads" TO reader')
    connection = psycopg.connect(url)
    connection.execute("SET ROLE reader")
    leads = cal.open_relation(
        DbApiConnection(connection=connection, dialect="postgres", error=psycopg.Error),
        table='"crm leads"',
    )
    with pytest.raises(EngineError, match="Postgres could not write: permission denied for schema"):
        cal.write_scores(card, leads, "written.s")
    connection.close()


def test_the_command_writes_them(
    database: psycopg.Connection[Any], crm: Postgres, card: cal.Scorecard, command: Command,
    tmp_path: Path,
) -> None:  # fmt: skip
    card.save(tmp_path / "card.yaml")
    where = ("--connect", crm.url, "--table", '"crm leads"', "--to", "lead_scores")
    done = command("score", "card.yaml", *where, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"crm leads" in Postgres: 6 000 leads scored there' in done.stdout
    same_scores(database, "lead_scores", card, pd.read_csv(SAMPLE, parse_dates=["created_at"]))
    done = command("score", "card.yaml", *where, "--replace", "--json", folder=tmp_path)
    assert json.loads(done.stdout)["replaced"] is True
