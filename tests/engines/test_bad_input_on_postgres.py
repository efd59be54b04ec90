"""What goes wrong with leads in a real Postgres is said in one paragraph, and nothing is left."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest

import calibrate as cal
from calibrate.cli import main
from calibrate.engines.sql.dbapi import DbApiConnection
from calibrate.errors import EngineError, SpecError
from tests.engines.postgres import Server
from tests.test_warehouse import ALL, plain

Command = Callable[..., subprocess.CompletedProcess[str]]
MADE = """
DROP SCHEMA IF EXISTS bad CASCADE; CREATE SCHEMA bad; SET search_path = bad;
CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE DOMAIN mail AS text;
CREATE DOMAIN small AS numeric(6, 2);
CREATE TABLE leads AS SELECT
  'L' || i AS "order",
  CASE WHEN i % 5 < 2 THEN 'a' ELSE 'b' END AS "select",
  (CASE i % 3 WHEN 0 THEN 'glad' ELSE 'sad' END)::mood AS "group",
  ('x' || i % 4)::mail AS "Email",
  'y' || i % 3 AS email,
  (i % 97 / 8.0)::small AS "table",
  (i * 7919 % 100 < 20 + 50 * (i % 5 / 3)) AS converted,
  timestamptz '2026-01-01 22:30:00+00' + i * interval '47 minutes' AS created_at,
  ARRAY[i] AS tags, interval '1 day' * i AS age, '{}'::jsonb AS more, '1'::bytea AS bytes,
  1::money AS price, point(1, 2) AS place, now()::timetz AS clock
FROM generate_series(1, 1200) AS r(i);
CREATE MATERIALIZED VIEW kept AS SELECT * FROM leads;
"""
SPEC: dict[str, Any] = ALL | {"leads": {"id": "order", "created": "created_at"}}


@pytest.fixture(scope="module")
def url(server: Server) -> str:
    found = str(server.server.get_uri())
    with psycopg.connect(found, autocommit=True) as connection:
        connection.execute(MADE)
    return found


@pytest.fixture
def own(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url) as connection:
        yield connection
        if not connection.closed:
            connection.rollback()


def asked(own: psycopg.Connection[Any], table: str = "bad.leads") -> cal.Relation:
    connection = DbApiConnection(connection=own, dialect="postgres", error=psycopg.Error)
    return cal.open_relation(connection, table=table)


def frame_of(own: psycopg.Connection[Any]) -> pd.DataFrame:
    """The same leads in memory, without what no level is made of."""
    names = ["order", "select", "group", "Email", "email", "table", "converted", "created_at"]
    listed = ", ".join(f'"{name}"' for name in names[:-1])
    found = own.execute(f"SELECT {listed}, created_at AT TIME ZONE 'UTC' FROM bad.leads").fetchall()
    return pd.DataFrame(found, columns=names).astype({"table": float, "converted": int})


def test_names_and_types_of_all_kinds_give_the_card_of_memory(
    own: psycopg.Connection[Any],
) -> None:
    """Reserved words, names that differ by case alone, types of somebody's own."""
    card = cal.calibrate(asked(own), SPEC).scorecard
    other = plain(cal.calibrate(frame_of(own), SPEC).scorecard)
    for part in ("attributes", "points", "threshold", "cohort", "sweep", "overall"):
        assert plain(card)[part] == other[part], part
    assert {one.name for one in card.attributes} >= {"select", "group", "Email", "email", "table"}


def test_types_that_make_no_level_are_named_and_left_out(own: psycopg.Connection[Any]) -> None:
    leads = cal.check(asked(own), SPEC).leads
    said = [one.says for one in leads.findings if one.code == "column-left-out"]
    assert [one.split("`")[1] for one in said] == [
        "tags", "age", "more", "bytes", "price", "place", "clock",
    ]  # fmt: skip
    for one, kind in zip(said, ["integer[]", "interval", "jsonb", "bytea", "money"], strict=False):
        assert f"({kind})" in one


def test_a_materialised_view_is_a_table_like_any_other(own: psycopg.Connection[Any]) -> None:
    assert asked(own, "bad.kept").leads == 1200


def test_a_name_of_another_case_is_another_column(own: psycopg.Connection[Any]) -> None:
    for name, near in (("EMAIL", "Email"), ("Order", "order")):
        says = rf"bad.leads in Postgres has no column `{name}`; did you mean `{near}`"
        with pytest.raises(SpecError, match=says):
            cal.check(asked(own), SPEC | {"leads": {"id": name}})


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_the_session_s_time_zone_moves_no_day(own: psycopg.Connection[Any], zone: str) -> None:
    here = cal.read_leads(frame_of(own), SPEC | {"window_days": 5})
    own.rollback()
    own.execute(f"SET TIME ZONE '{zone}'")
    there = cal.check(asked(own), SPEC | {"window_days": 5}).leads
    assert (there.outcome.first, there.outcome.last) == (here.outcome.first, here.outcome.last)
    assert (there.counted, there.customers) == (here.counted, here.customers)
    assert there.as_of == here.as_of


def test_without_the_right_to_read_it_is_said(
    url: str, own: psycopg.Connection[Any], command: Command, tmp_path: Path
) -> None:
    own.execute("CREATE ROLE visitor LOGIN; GRANT USAGE ON SCHEMA bad TO visitor")
    own.commit()
    try:
        user = url.replace("postgres:@", "visitor@")
        for what in (("--table", "bad.leads"), ("--query", "SELECT * FROM bad.leads")):
            done = command("run", "--connect", user, *what, "--out", "never", folder=tmp_path)
            assert (done.returncode, done.stdout) == (2, "")
            assert " ".join(done.stderr.split()) == (
                "calibrate: Postgres could not answer: permission denied for table leads. Ask "
                "whoever keeps the database for the right to read it."
            )
            assert not (tmp_path / "never").exists()
    finally:
        own.execute("DROP OWNED BY visitor; DROP ROLE visitor")
        own.commit()


class Ending:
    """Ends the backend of a connection as its n-th query begins, as a server that stops does."""

    def __init__(self, url: str, after: int) -> None:
        self.left, self.url = after, url
        self.rows = DbApiConnection._rows

    def __call__(self, connection: DbApiConnection, query: str) -> Any:
        self.left -= 1
        if self.left == 0:
            with psycopg.connect(self.url, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid]
                )
        return self.rows(connection, query)


@pytest.mark.parametrize("after", [1, 2, 9, 25, 40])
def test_a_connection_that_is_lost_midway_is_said(
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    after: int,
) -> None:
    ending = Ending(url, after)
    opened: list[Any] = []
    connect = psycopg.connect

    def rows(connection: DbApiConnection, query: str) -> Any:
        return ending(connection, query)

    monkeypatch.setattr(DbApiConnection, "_rows", rows)
    monkeypatch.setattr(
        "psycopg.connect",
        lambda *given, **more: opened.append(connect(*given, **more)) or opened[-1],
    )
    (tmp_path / "spec.yaml").write_text("leads: {id: order}\n")
    where = ["--connect", url, "--table", "bad.leads", "--spec", str(tmp_path / "spec.yaml")]
    code = main(["run", *where, "--out", str(tmp_path / "never")])
    said = " ".join(capsys.readouterr().err.split())
    for one in opened:
        one.close()
    assert ending.left <= 0
    assert code == 2, said
    assert said.startswith("calibrate: The connection to Postgres was lost: terminating connection")
    assert said.endswith("nothing is kept of this run; start it again.")
    assert not (tmp_path / "never").exists()


def test_rows_that_change_while_they_are_read_are_not_counted_on(
    own: psycopg.Connection[Any],
) -> None:
    connection = DbApiConnection(connection=own, dialect="postgres", error=psycopg.Error)
    changing = cal.open_relation(connection, query="SELECT * FROM bad.leads WHERE RANDOM() < 0.5")
    with pytest.raises(EngineError, match=r"changed while it was read: at first \d+ leads"):
        cal.calibrate(changing, SPEC)


def test_leads_written_meanwhile_are_not_seen(url: str) -> None:
    """What `connect` opens sees the tables as they were at its first query."""
    connection = cal.connect(url)
    leads = cal.open_relation(connection, table="bad.leads")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("CREATE TABLE bad.more AS SELECT * FROM bad.leads LIMIT 5")
        other.execute("INSERT INTO bad.leads SELECT * FROM bad.more")
        assert cal.check(leads, SPEC).leads.total == 1200
        other.execute("DELETE FROM bad.leads WHERE ctid IN (SELECT ctid FROM bad.leads "
                      "ORDER BY ctid DESC LIMIT 5)")  # fmt: skip
    connection.close()  # type: ignore[attr-defined]


def test_leads_without_an_id_are_counted_and_shown(own: psycopg.Connection[Any]) -> None:
    own.execute('UPDATE bad.leads SET "order" = NULL WHERE "Email" = \'x1\'')
    frame = frame_of(own)
    assert frame["order"].isna().sum() == 300
    here, there = cal.read_leads(frame, SPEC), cal.check(asked(own), SPEC).leads
    assert (there.counted, there.customers) == (here.counted, here.customers) == (
        1200, int(np.sum(frame["converted"])),
    )  # fmt: skip
