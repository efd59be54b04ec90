"""From a table in a real Postgres to a card: that of the same leads in memory."""

from __future__ import annotations

import pytest

from calibrate import Scorecard, calibrate
from calibrate.engines.sql.dbapi import DbApiConnection
from calibrate.engines.sql.relations import Relation, open_relation
from calibrate.errors import EngineError, LeadsError, SpecError
from calibrate.warehouse import read_relation
from tests.engines.postgres import PostgresError, Server, in_microseconds
from tests.test_warehouse import ALL, odd_leads, plain

FRAME = odd_leads(1500)


def connected(server: Server) -> DbApiConnection:
    return DbApiConnection(connection=server, dialect="postgres", error=PostgresError)


@pytest.fixture(scope="module")
def relation(server: Server) -> Relation:
    server.load(in_microseconds(FRAME), "leads")
    return open_relation(connected(server), table="LEADS")


SPECS: dict[str, dict[str, object]] = {
    "found by itself": ALL,
    "declared": ALL | {
        "window_days": 60,
        "missing": ["n/a", "999"],
        "attributes": {"pets": {"kind": "list"}, "code": {"kind": "category"}},
        "vetoes": [{"source": ["Radio"]}],
        "leads": {"since": "2025-02-01"},
    },
    "newest judge": {},
    "some judge, by a policy": {"vetoes": [{"source": ["Radio"]}], "fit": {"holdout": "last:0.3"}},
}  # fmt: skip


def assert_same_card(there: Scorecard, here: Scorecard) -> None:
    """But for what depends on the order of rows: the values that findings show as examples."""
    card, other = plain(there), plain(here)
    for part in card:
        if part not in ("findings", "made", "reads"):
            assert card[part] == other[part], part
    assert [one["code"] for one in card["findings"]] == [one["code"] for one in other["findings"]]
    assert card["made"]["spec"] == other["made"]["spec"]


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_the_card_is_the_same(relation: Relation, spec: dict[str, object]) -> None:
    assert_same_card(calibrate(relation, spec).scorecard, calibrate(FRAME, spec).scorecard)


def test_the_card_names_table_and_engine(relation: Relation) -> None:
    assert calibrate(relation, ALL).scorecard.made.leads == "LEADS in Postgres"


@pytest.mark.usefixtures("relation")
def test_rows_without_an_order_are_said(server: Server) -> None:
    with pytest.raises(EngineError, match="need a column that names each lead"):
        calibrate(
            open_relation(connected(server), query="SELECT source, visits, converted_at, "
                          "created_at FROM leads")
        )  # fmt: skip
    server.run("CREATE TABLE again AS SELECT * FROM leads UNION ALL SELECT * FROM leads;")
    again = open_relation(connected(server), table="again")
    with pytest.raises(LeadsError, match=r"stand on several rows .*keeps one row of each; if"):
        read_relation(again)
    with pytest.raises(SpecError, match="gives its rows in no order"):
        read_relation(again, {"repeated": "first"})


def test_a_table_without_rights_is_said(server: Server) -> None:
    server.run(
        "DROP VIEW IF EXISTS asked; CREATE ROLE visitor; CREATE TABLE hidden (a int); "
        "SET ROLE visitor;"
    )
    try:
        with pytest.raises(EngineError, match="Postgres could not answer: permission denied"):
            open_relation(connected(server), query="SELECT * FROM hidden")
    finally:
        server.run("DROP VIEW IF EXISTS asked; RESET ROLE;")


@pytest.mark.usefixtures("relation")
def test_no_such_table_lists_what_is_there(server: Server) -> None:
    with pytest.raises(LeadsError, match=r"Postgres has no table `leds`; did you mean `leads`"):
        open_relation(connected(server), table="leds")
