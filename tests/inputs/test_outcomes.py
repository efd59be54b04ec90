"""Who became a customer and who is counted, at every boundary that METHOD 1 draws."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate import Leads, read_leads
from calibrate.engines.tables import open_table
from calibrate.errors import LeadsError, SpecError
from calibrate.outcomes import read_outcome
from calibrate.roles import find_roles
from calibrate.spec import Spec, as_spec

Read = Callable[..., Leads]


def flagged(*values: object) -> pd.DataFrame:
    """Leads with these outcomes, and an attribute."""
    return pd.DataFrame(
        {"source": (["a", "b", "b"] * len(values))[: len(values)], "bought": values}
    )


def dated(*leads: tuple[object, object]) -> pd.DataFrame:
    """Leads created and closed so."""
    frame = pd.DataFrame(leads, columns=["created_at", "converted_at"])
    return frame.assign(source=(["a", "b", "b"] * len(leads))[: len(leads)])


def outcome_of(frame: pd.DataFrame, **spec: Any) -> tuple[list[bool], list[bool], dict[str, int]]:
    """Give who is a customer, who is counted, and who is left out why."""
    table, declared = open_table(frame), as_spec(spec)
    outcome = read_outcome(table, find_roles(table, declared), declared)
    return outcome.customer.tolist(), outcome.counted.tolist(), outcome.left_out


@pytest.mark.parametrize(
    ("customer", "lost"),
    [
        ("1", "0"),
        (1, 0),
        (1.0, 0.0),
        ("1.0", "0.0"),
        (True, False),
        ("true", "FALSE"),
        ("yes", "No"),
        ("Y", "n"),
        ("Won", "LOST"),
        ("closed won", "Closed Lost"),
        ("closedwon", "closedlost"),
        (" Converted ", "not converted"),
    ],
)
def test_plain_flags(customer: object, lost: object) -> None:
    found = outcome_of(flagged(customer, lost, lost), outcome={"column": "bought"})
    assert found[:2] == ([True, False, False], [True] * 3)


@pytest.mark.parametrize(
    ("values", "declared", "customer", "open_leads"),
    [
        (["Won", "Lost", "Engaging", ""], {"customer": ["won"], "lost": ["LOST"]}, 1, 2),
        (["A", "B", "B"], {"customer": ["A"]}, 1, 0),
        ([2, 1, 1], {"customer": [2]}, 1, 0),
        (["2.0", "1.0", ""], {"customer": ["2"]}, 1, 1),
        (["Won", "Signed", "Lost"], {"customer": ["Won", "Signed"], "lost": ["Lost"]}, 2, 0),
        (["won", "yes", "no"], {"customer": ["won", "yes"]}, 2, 0),
        (["x", None, None], {"customer": ["x"], "lost": ["(missing)"]}, 1, 0),
        (["x", None, "z"], {"customer": ["x"], "lost": ["", "z"]}, 1, 0),
    ],
    ids=[
        "open values",
        "the other value is lost",
        "numbers",
        "numbers with a point",
        "several mean customer",
        "plain words beside",
        "an empty cell means lost",
        "an empty cell and a value",
    ],
)
def test_declared_values(
    values: list[object], declared: dict[str, Any], customer: int, open_leads: int
) -> None:
    found = outcome_of(flagged(*values), outcome={"column": "bought", **declared})
    assert (sum(found[0]), found[2]["open"]) == (customer, open_leads)


def test_what_is_missing_in_the_spec_is_open() -> None:
    found = outcome_of(
        flagged("yes", "no", "Select"), outcome={"column": "bought"}, missing=["select"]
    )
    assert found[1] == [True, True, False]


def test_stages_beside_won_and_lost_are_open_and_said() -> None:
    frame = flagged("Closed - Won", "closed_lost", "Open", "Open", "Proposal")
    leads = read_leads(frame, {"outcome": {"column": "bought"}})
    assert (leads.counted, leads.customers, leads.left_out["open"]) == (2, 1, 3)
    (finding,) = [one for one in leads.findings if one.code == "open-values"]
    assert "`Open` (2), `Proposal` (1) mean neither won nor lost" in finding.says


def test_a_third_value_is_an_error_that_proposes_the_line() -> None:
    frame = flagged("Closed Won", "Disqualified", "Open", "Open", "Proposal")
    with pytest.raises(LeadsError) as fault:
        read_leads(frame, {"outcome": {"column": "bought"}})
    said = str(fault.value)
    assert "`Open` (2 leads), `Closed Won` (1 lead)" in said
    assert "`outcome: {column: bought, customer: [Closed Won], lost: [Disqualified]}`" in said
    spec = Spec.from_text(said.split("for example `")[1].split("`", maxsplit=1)[0])
    assert read_leads(frame, spec).left_out["open"] == 3


def test_many_values_are_no_outcome() -> None:
    with pytest.raises(LeadsError, match=r"14 other values\. An outcome has few values"):
        read_leads(flagged(*range(20)), {"outcome": {"column": "bought"}})


def test_a_declared_value_that_no_lead_has() -> None:
    with pytest.raises(LeadsError, match=r"no lead has `Wonn` in column `bought`.*mean `Won`"):
        read_leads(flagged("Won", "Lost"), {"outcome": {"column": "bought", "customer": ["Wonn"]}})


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([0, 0, 0], "none of them is a customer"),
        ([1, 1, 1], "all of them are customers"),
        ([1, 1, None], r"`outcome: {column: bought, customer: \[\"1\"\], lost: \[\(missing\)\]}`"),
    ],
)
def test_one_class(values: list[object], says: str) -> None:
    with pytest.raises(LeadsError, match=says):
        read_leads(flagged(*values), {"outcome": {"column": "bought"}})


def test_the_line_for_flags_that_are_only_ever_ticked_works() -> None:
    frame = flagged(*([1] * 20 + [None] * 40))
    with pytest.raises(LeadsError) as fault:
        read_leads(frame, {"outcome": {"column": "bought"}})
    line = str(fault.value).split("into the spec: `")[1].split("`")[0]
    leads = read_leads(frame, Spec.from_text(line))
    assert (leads.counted, leads.customers) == (60, 20)


@pytest.mark.parametrize(
    ("created", "closed", "customer"),
    [
        ("2026-01-01", "2026-01-01", True),
        ("2026-01-01", "2026-01-31", True),
        ("2026-01-01", "2026-02-01", False),
        ("2026-01-01T12:00:00", "2026-01-31T12:00:00", True),
        ("2026-01-01T12:00:00", "2026-01-31T12:00:01", False),
        ("2026-01-01T23:59:00", "2026-01-01", True),
        ("2026-01-01T23:59:00", "2026-01-31", True),
        ("2026-01-01", "2026-01-31T23:59:00", True),
        ("2026-01-01T00:00:01+02:00", "2026-01-30T22:00:01Z", True),
        ("2026-01-01T00:00:01+02:00", "2026-01-30T22:00:02Z", False),
        ("2026-01-01", None, False),
    ],
)
def test_the_window_to_the_second(created: str, closed: str | None, customer: bool) -> None:
    # The second lead makes two classes, with or without times as the first has them.
    came = "2026-01-02T06:00:00" if "T" in created else "2026-01-02"
    went = "2026-01-03T06:00:00" if "T" in str(closed) else "2026-01-03"
    rows = [(created, closed), (came, None if customer else went)]
    found = outcome_of(dated(*rows), window_days=30, as_of="2026-06-30")
    assert found[0] == [customer, not customer]


def test_leads_are_mature_from_the_day_on_that_is_a_window_before() -> None:
    rows = [
        ("2026-05-31", "2026-06-01"),
        ("2026-06-01T23:59:59", None),
        ("2026-06-02", "2026-06-03"),
        ("2027-01-01", None),
    ]
    customer, counted, left_out = outcome_of(dated(*rows), window_days=30, as_of="2026-07-01")
    assert counted == [True, True, False, False]
    assert customer == [True, False, True, False]
    assert left_out["immature"] == 2


def test_who_closed_before_it_came_and_who_has_no_date_is_left_out_and_said() -> None:
    rows = [
        ("2026-01-05", "2026-01-04"),
        (None, "2026-01-06"),
        (None, None),
        ("2026-01-01", "2026-01-02"),
        *[("2026-01-02", None)] * 2,
    ]
    leads = read_leads(dated(*rows), {"window_days": 30, "as_of": "2026-06-30"})
    assert leads.left_out == {
        "immature": 0,
        "open": 0,
        "closed_before_created": 1,
        "without_created_date": 2,
    }
    (finding,) = [one for one in leads.findings if one.code == "closed-before-created"]
    assert "the first, in index 0, was created 2026-01-05" in finding.says


def test_a_close_after_the_window_is_no_customer_of_it() -> None:
    rows = [("2026-01-01", "2026-05-01"), ("2026-01-01", "2026-01-09"), ("2026-01-01", None)]
    assert outcome_of(dated(*rows), window_days=30, as_of="2026-06-30")[0] == [False, True, False]


def test_the_newest_date_not_after_the_file_is_when_the_data_were_taken(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    rows = ["2026-01-01,2026-01-20,a", "2026-02-01,,b", "2026-03-01,,b", "2031-01-01,,b"]
    path.write_text("\n".join(["created_at,converted_at,source", *rows]))
    noon = pd.Timestamp("2026-04-01T12:00:00").timestamp()
    os.utime(path, (noon, noon))
    leads = read_leads(path, {"window_days": 28})
    # 28 days before the 1st of March the second lead came; the date of 2031 is a slip.
    assert (str(leads.as_of), leads.counted, leads.left_out["immature"]) == ("2026-03-01", 2, 2)


def test_the_advised_window_is_where_nine_tenths_of_the_closes_have_come() -> None:
    """Ten of twenty leads close, on days 1 to 10, and all are watched for 100 days."""
    came = pd.Timestamp("2026-01-01")
    rows = [(came, came + pd.Timedelta(days=day)) for day in range(1, 11)] + [(came, None)] * 10
    leads = read_leads(dated(*rows), {"as_of": "2026-04-11"})
    assert leads.window_days == 9
    assert leads.customers == 9
    (finding,) = [one for one in leads.findings if one.code == "window-advised"]
    assert "9 days were taken" in finding.says


def test_flags_with_a_window_leave_young_leads_out() -> None:
    frame = flagged(1, 0, 1, 0, None).assign(
        created_at=["2026-01-01", "2026-01-31", "2026-02-01", None, "2026-01-01"]
    )
    spec = {"outcome": {"column": "bought"}, "window_days": 30, "as_of": "2026-03-02"}
    customer, counted, left_out = outcome_of(frame, **spec)
    assert counted == [True, True, False, False, False]
    assert left_out == {
        "immature": 1,
        "open": 1,
        "closed_before_created": 0,
        "without_created_date": 1,
    }
    # The plain rate counts the young customer too.
    assert read_leads(frame, spec).total_customers == sum(customer) == 2


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"window_days": 3000}, "too young for the window of 3000 days at 2026-01-02.*shorter"),
        ({"as_of": "2020-01-01", "window_days": 9}, "for the window of 9 days at 2020-01-01"),
    ],
)
def test_nobody_is_mature(spec: dict[str, Any], says: str) -> None:
    with pytest.raises(LeadsError, match=says):
        read_leads(dated(("2026-01-01", "2026-01-02"), ("2026-01-01", None)), spec)


def test_a_window_beyond_a_lifetime_is_refused() -> None:
    with pytest.raises(SpecError, match="window_days"):
        read_leads(dated(("2026-01-01", "2026-01-02")), {"window_days": 10**20})


def test_nobody_has_closed_yet() -> None:
    with pytest.raises(LeadsError, match=r"none of them is a customer \(column `converted_at`"):
        read_leads(dated(("2026-01-01", None), ("2026-01-05", np.nan)))
