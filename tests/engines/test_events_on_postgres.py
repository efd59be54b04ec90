"""What leads did, from a log in a real Postgres: as from the same log in memory."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from calibrate import calibrate, read_leads
from calibrate.engines.sql.dbapi import DbApiConnection
from calibrate.engines.sql.relations import Relation, open_relation
from calibrate.warehouse import read_relation
from tests.engines.postgres import Server, in_microseconds
from tests.engines.test_card_on_postgres import connected
from tests.test_events_in_warehouse import (
    measures,
    same_behaviours,
    some_events,
    some_leads,
    spec_of,
)
from tests.test_warehouse import plain

LEADS = some_leads().assign(number=range(200))
LOG = some_events(LEADS)
DECLARED = {
    "lookback_days": 40,
    "score_after_days": 2,
    "expire": {"view": {"half_life_days": 2.5}, "demo": {"expires_days": 20}},
    "exclude": ["call"],
    "sequences": [["view", "demo"]],
}


def loaded(server: Server, connection: DbApiConnection, frame: pd.DataFrame, name: str) -> Relation:
    server.load(in_microseconds(frame), name)
    return open_relation(connection, table=name)


@pytest.fixture(scope="module")
def relations(server: Server) -> tuple[Relation, Relation]:
    connection = connected(server)
    return loaded(server, connection, LEADS, "people"), loaded(server, connection, LOG, "doings")


@pytest.mark.parametrize(
    "events",
    [{}, DECLARED],
    ids=["plain", "declared"],
)
def test_behaviours_are_the_same(
    relations: tuple[Relation, Relation], events: dict[str, Any]
) -> None:
    leads, log = relations
    spec = spec_of(**events) | {"exclude": ["number"]}
    there, here = read_relation(leads, spec, events=log), read_leads(LEADS, spec, events=LOG)
    same_behaviours(there, here, log="doings in Postgres", with_examples=False)
    assert measures(there) >= {"did", "days_since", "first_event", "kinds", "rate", "in_order"}


def test_the_card_is_the_same_and_judged_alike(relations: tuple[Relation, Relation]) -> None:
    leads, _ = relations
    spec = spec_of(table="doings") | {"exclude": ["number"], "fit": {"holdout": "last:0.4"}}
    there, here = calibrate(leads, spec), calibrate(LEADS, spec, events=LOG)
    one, other = plain(there.scorecard), plain(here.scorecard)
    for part in one:
        if part not in ("findings", "made"):
            assert one[part] == other[part], part


def test_texts_and_numbers_name_the_same_leads(
    server: Server, relations: tuple[Relation, Relation]
) -> None:
    """And times are texts, with a zone or without."""
    leads, _ = relations
    log = LOG.assign(lead_id=" " + LOG["lead_id"].str[1:])
    log["at"] = log["at"].dt.strftime("%Y-%m-%dT%H:%M:%S+02:00")
    spec = spec_of() | {"leads": {"id": "number"}, "exclude": ["lead_id"]}
    there = read_relation(
        leads,
        spec,
        events=loaded(server, leads.connection, log, "texts"),  # type: ignore[arg-type]
    )
    here = read_leads(LEADS, spec, events=log)
    same_behaviours(there, here, log="texts in Postgres", with_examples=False)
