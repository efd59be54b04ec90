"""How many numbers there are is asked only where there may be too many to bring them back."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from calibrate.engines.sql import held
from calibrate.engines.sql.connections import DuckDBConnection
from calibrate.engines.sql.held import hold_number
from calibrate.engines.sql.rows import LeadRows

LEADS = 50
VALUE = 't."number"'


class Asked(DuckDBConnection):
    """Remembers what it was asked."""

    def ask(self, query: str):  # type: ignore[no-untyped-def]
        QUERIES.append(query)
        return super().ask(query)


QUERIES: list[str] = []


@pytest.fixture
def rows() -> LeadRows:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE leads AS SELECT r % 3 = 0 AS closed, "
        "CASE WHEN r % 7 = 0 THEN NULL ELSE r % 20 + 0.5 END AS number "
        f"FROM range({LEADS}) AS made(r)"
    )
    QUERIES.clear()
    return LeadRows(
        connection=Asked(connection=connection), source='"leads"', customer='t."closed"'
    )


def test_of_few_leads_no_number_is_counted_first_and_the_same_comes(rows: LeadRows) -> None:
    counted = hold_number(rows, "number", VALUE)
    assert len(QUERIES) == 2
    few = hold_number(replace(rows, most=LEADS), "number", VALUE)
    assert len(QUERIES) == 3
    assert few.values == counted.values
    assert few.leads.tolist() == counted.leads.tolist()
    assert few.customers.tolist() == counted.customers.tolist()
    assert few.profile == counted.profile
    assert few.is_whole


@pytest.mark.parametrize("most", [None, LEADS])
def test_of_more_leads_only_the_ends_of_many_numbers_come(
    rows: LeadRows, most: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "MOST_NUMBERS", 10)
    monkeypatch.setattr(held, "_ENDS", 2)
    found = hold_number(replace(rows, most=most), "number", VALUE)
    assert not found.is_whole
    assert found.profile.distinct == 20
    assert set(found.values) == {None, 0.5, 1.5, 18.5, 19.5}
