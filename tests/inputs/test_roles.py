"""The id, the dates and the outcome are found when they say so plainly; else the error helps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from calibrate import Leads, Spec, read_leads
from calibrate.engines.tables import open_table
from calibrate.errors import LeadsError, SpecError
from calibrate.roles import Roles, find_roles, outcome_of
from calibrate.spec import OutcomePart, as_spec

Read = Callable[..., Leads]
N = 30


def frame(**columns: list[object]) -> pd.DataFrame:
    """Thirty leads; each list is repeated down its column."""
    return pd.DataFrame({name: (values * N)[:N] for name, values in columns.items()})


def roles(leads: pd.DataFrame, **spec: Any) -> Roles:
    return find_roles(open_table(leads), as_spec(spec))


def refusal(leads: pd.DataFrame, **spec: Any) -> str:
    with pytest.raises(LeadsError) as fault:
        read_leads(leads, spec)
    return str(fault.value)


@pytest.mark.parametrize("name", ["lead_id", "Lead ID", "leadId", "LEAD-ID", "Contact ID", "id"])
def test_ids_by_name(name: str) -> None:
    assert roles(frame(**{name: list(range(N)), "won": [1, 0, 0]})).id == name


@pytest.mark.parametrize(
    ("created", "closed"),
    [
        ("created_at", "converted_at"),
        ("Created Date", "Converted Date"),
        ("Create Date", "Became a Customer Date"),
        ("first_contact_date", "won_date"),
    ],
)
def test_dates_by_name(created: str, closed: str) -> None:
    leads = frame(**{created: ["2026-01-01"], closed: ["2026-01-09", "", ""]})
    found = roles(leads)
    assert (found.created, found.outcome.closed) == (created, closed)


@pytest.mark.parametrize("name", ["converted", "IsConverted", "Is Customer", "won", "Outcome"])
def test_flags_by_name(name: str) -> None:
    assert roles(frame(**{name: ["yes", "no"]})).outcome == OutcomePart(column=name)


def test_a_close_date_says_more_than_a_flag_when_it_can_be_measured() -> None:
    columns: dict[str, list[object]] = {"won": [1, 0], "won_at": ["2026-01-09", ""]}
    assert roles(frame(**columns)).outcome.column == "won"
    found = roles(frame(created_at=["2026-01-01"], **columns))
    assert found.outcome.closed == "won_at"
    assert found.alike == ("won",)


def test_only_what_tells_the_outcome_is_set_aside_for_its_name() -> None:
    leads = frame(converted=[1, 0, 0], customer=["Acme", "Cid"], won_date=["2026-01-09", ""])
    assert roles(leads).alike == ("won_date",)
    wanted = roles(leads, attributes={"won_date": {"kind": "category"}})
    assert wanted.alike == ()


def test_a_name_with_other_values_is_no_outcome() -> None:
    assert "no column says plainly" in refusal(frame(customer=["Acme", "Beta", "Cid"]))


def test_what_is_excluded_is_not_found() -> None:
    leads = frame(id=[1], lead_id=list(range(N)), converted=[1, 0], won=[0, 1])
    found = roles(leads, exclude=["lead_id", "converted"])
    assert (found.id, found.outcome.column) == ("id", "won")


def test_a_stage_is_proposed_with_the_line_to_write() -> None:
    leads = frame(
        lead_id=list(range(N)),
        gender=["f", "m"],
        deal_stage=["Lost", "Won", "Engaging"],
        visits=list(range(N)),
    )
    said = refusal(leads)
    assert "These columns could: `deal_stage` (Lost, Won, Engaging), `gender` (f, m)." in said
    assert "`outcome: {column: deal_stage, customer: [Won], lost: [Lost]}`" in said
    assert "lead_id" not in said
    assert "visits" not in said
    spec = Spec.from_text(said.rpartition("--spec: `")[2].rstrip("`."))
    assert read_leads(leads, spec).left_out["open"] == 10


def test_a_plain_flag_under_another_name_is_proposed_for_the_command_line() -> None:
    said = refusal(frame(housing=["yes", "no"], y=["no", "yes"]))
    assert "`y` (no, yes), `housing` (yes, no). For `y` add --outcome y." in said
    assert 'add --outcome "opted in"' in refusal(frame(**{"opted in": ["yes", "no"]}))


def test_two_values_that_say_nothing_are_proposed_to_be_explained() -> None:
    said = refusal(frame(plan=["basic", "pro"]))
    assert "`outcome: {column: plan, customer: [pro]}`" in said


def test_dates_are_proposed() -> None:
    said = refusal(frame(created_at=["2026-01-01"], close_date=["2026-01-09", ""], a=["x", "y"]))
    assert "`close_date` (dates)" in said
    assert "For `close_date` add --outcome close_date" in said
    assert "created_at" not in said


def test_without_any_candidate_it_says_what_to_add() -> None:
    leads = frame(lead_id=list(range(N)), visits=list(range(N)), source=["a", "b", "c"])
    said = refusal(leads)
    assert "None of `lead_id`, `visits`, `source` has two values" in said
    assert "Add a column that tells it: 1 or 0, yes or no" in said


def test_many_candidates_are_not_all_listed() -> None:
    said = refusal(frame(**{f"flag{place}": ["yes", "no"] for place in range(40)}))
    assert "and 35 more" in said
    assert len(said) < 400


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"start": ["2026-01-01"]}, r"If it is `start`, write .* `leads: {created: start}`"),
        ({"created_at": [45000, 45001]}, r"but `created_at` holds no dates \(45000, 45001\)"),
        ({}, "no column holds it. Add one, or name a flag column"),
    ],
    ids=["another date", "numbers", "none"],
)
def test_a_close_date_needs_a_creation_date(columns: dict[str, list[object]], says: str) -> None:
    with pytest.raises(LeadsError, match=says):
        read_leads(frame(converted_at=["2026-01-09", ""], source=["a", "b", "c"], **columns))


def test_names_of_the_spec_that_are_not_there_are_all_listed_with_near_ones() -> None:
    leads = frame(source=["a", "b"], country=["x", "y", "z"], converted=[1, 0])
    with pytest.raises(SpecError) as fault:
        read_leads(leads, {"exclude": ["contry"], "attributes": {"sorce": {}}, "only": ["zzz"]})
    assert [problem.split(":")[0] for problem in fault.value.problems] == [
        "exclude",
        "only",
        "attributes",
    ]
    assert "did you mean `country`?" in fault.value.problems[0]
    assert "there are `source`, `country`, `converted`" in fault.value.problems[1]


def test_the_column_named_on_the_command_line() -> None:
    table = open_table(
        frame(done=["2026-01-09", ""], stage=["Won", "Lost", "Open"], tags=[[1], [2]])
    )
    assert outcome_of(table, "done") == OutcomePart(closed="done")
    assert outcome_of(table, "stage") == OutcomePart(column="stage")
    with pytest.raises(SpecError, match="no column `stag`; did you mean `stage`"):
        outcome_of(table, "stag")
    with pytest.raises(LeadsError, match="column `tags` cannot be used"):
        outcome_of(table, "tags")


def test_repeated_ids_are_named_with_their_rows(read: Read) -> None:
    text = "lead_id,source,converted\nL1,a,1\n\nL2,b,0\nL1,a,0\nL3,b,0\nL3,b,1\n"
    with pytest.raises(LeadsError) as fault:
        read(text)
    assert "2 of its values stand on several rows (the first, `L1`, in row 2 and row 5)" in str(
        fault.value
    )
    with pytest.raises(LeadsError, match=r"one of its values stands on several rows \(`L3`, in"):
        read(text.replace("L1,a,0", "L4,a,0"))
    assert read(text, spec={"exclude": ["lead_id"]}).counted == 5


def test_empty_ids_are_no_repeated_ids(read: Read) -> None:
    assert read("lead_id,source,converted\n,a,1\n,b,0\nL1,a,0\n").counted == 3
