"""What leads did, from a log in Spark: as from the same log in memory. By `make test-full`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calibrate import connect, read_leads
from calibrate.engines.sql.relations import Relation, open_relation
from calibrate.warehouse import read_relation
from tests.engines.on_spark import ON_SPARK, put_into_spark
from tests.engines.postgres import in_microseconds
from tests.engines.test_events_on_postgres import DECLARED, LEADS
from tests.engines.test_events_on_postgres import LOG as WHOLE
from tests.test_events_in_warehouse import measures, same_behaviours, spec_of

LOG = WHOLE[WHOLE["event"].isin(["view", "demo", "call"])].drop(columns="object")
"""Spark takes a second for each question, and there are some for each behaviour."""

pytestmark = list(ON_SPARK)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("events")


def both(spark: Any, folder: Path) -> tuple[Relation, Relation]:
    for name, frame in (("people", LEADS), ("doings", LOG)):
        put_into_spark(in_microseconds(frame), name, spark, folder)
    connection = connect(spark)
    return open_relation(connection, table="people"), open_relation(connection, table="doings")


def test_behaviours_are_the_same(spark: Any, folder: Path) -> None:
    leads, log = both(spark, folder)
    spec = spec_of(**DECLARED) | {"exclude": ["number"]}
    there, here = read_relation(leads, spec, events=log), read_leads(LEADS, spec, events=LOG)
    same_behaviours(there, here, log="doings in Spark", with_examples=False)
    assert measures(there) >= {"did", "weight", "days_since", "first_event", "in_order"}


def test_times_as_texts_and_numbers_name_the_same_leads(spark: Any, folder: Path) -> None:
    leads, _ = both(spark, folder)
    log = LOG.assign(lead_id=" " + LOG["lead_id"].str[1:])
    log["at"] = log["at"].dt.strftime("%Y-%m-%dT%H:%M:%S+02:00")
    spec = spec_of() | {"leads": {"id": "number"}, "exclude": ["lead_id"]}
    put_into_spark(in_microseconds(log), "texts", spark, folder)
    there = read_relation(leads, spec, events=open_relation(leads.connection, table="texts"))
    here = read_leads(LEADS, spec, events=log)
    same_behaviours(there, here, log="texts in Spark", with_examples=False)
