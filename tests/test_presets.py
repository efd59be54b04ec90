"""Exports of the usual CRMs are known by their headers, and what they say is put to use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pytest

from calibrate import Leads, Spec, cli, read_leads
from calibrate.cli import arguments
from calibrate.draft import draft_spec
from calibrate.presets import PRESETS, find_preset, plain_name
from calibrate.spec import PresetName

ROOT = Path(__file__).parent.parent
N = 40

SOURCES = ["Fair", "Web", "Web", "Fair", "Web"] * (N // 5)
DAYS = [f"2026-01-{1 + place % 20:02}" for place in range(N)]
LATER = ["2026-02-15", None, None, None] * (N // 4)
STAGES = ["Closed Won", "Closed Lost", "Qualified", "Closed Lost"] * (N // 4)
IDS = range(1, N + 1)


def read(table: pd.DataFrame, **spec: Any) -> Leads:
    """Read leads of which all are old enough."""
    return read_leads(table, {"as_of": "2026-12-31", **spec})


HUBSPOT_CONTACTS = pd.DataFrame(
    {
        "Record ID": IDS,
        "First Name": ["Ada", "Bob"] * (N // 2),
        "Last Name": ["One", "Two"] * (N // 2),
        "Email": [f"{one}@example.com" for one in IDS],
        "Create Date": DAYS,
        "Became a Customer Date": LATER,
        "Lifecycle Stage": ["Customer", "Lead", "Lead", "Subscriber"] * (N // 4),
        "Lead Status": ["Connected", "New"] * (N // 2),
        "Contact owner": ["x", "y"] * (N // 2),
        "Recent Deal Amount": [100, None] * (N // 2),
        "Days To Close": [3, None] * (N // 2),
        "Original Source": SOURCES,
        "Job Title": ["CEO", "CTO"] * (N // 2),
    }
)
HUBSPOT_DEALS = pd.DataFrame(
    {
        "Record ID": IDS,
        "Deal Name": [f"Deal {one}" for one in IDS],
        "Deal Stage": ["Closed Won (Sales Pipeline)", "closedlost", "Demo", "closedlost"]
        * (N // 4),
        "Create Date": DAYS,
        "Close Date": DAYS[::-1],
        "Closed Lost Reason": [None, "Price"] * (N // 2),
        "Deal probability": [1.0, 0.0] * (N // 2),
        "Forecast amount": [5, 6] * (N // 2),
        "Deal Type": SOURCES,
    }
)
SALESFORCE_LEADS = pd.DataFrame(
    {
        "Lead ID": [f"00Q{one}" for one in IDS],
        "Lead Owner": ["x", "y"] * (N // 2),
        "Company / Account": [f"Company {one}" for one in IDS],
        "Created Date": [f"1/{1 + one % 20}/2026" for one in IDS],
        "Converted": [1, 0, 0, 0] * (N // 4),
        "Converted Date": ["2/15/2026", None, None, None] * (N // 4),
        "Converted Account ID": ["001", None, None, None] * (N // 4),
        "Converted Opportunity ID": ["006", None, None, None] * (N // 4),
        "Lead Status": ["Closed - Converted", "Open"] * (N // 2),
        "Lead Source": SOURCES,
        "Title": ["CEO", "CTO"] * (N // 2),
    }
)
SALESFORCE_OPPORTUNITIES = pd.DataFrame(
    {
        "Id": [f"006{one}" for one in IDS],
        "CreatedDate": [f"{day}T10:00:00.000+0000" for day in DAYS],
        "CloseDate": DAYS[::-1],
        "StageName": STAGES,
        "IsWon": ["true", "false", "false", "false"] * (N // 4),
        "Amount": [100, 200] * (N // 2),
        "ForecastCategoryName": ["Closed", "Omitted"] * (N // 2),
        "SystemModstamp": DAYS,
        "LastModifiedById": ["005"] * N,
        "LeadSource": SOURCES,
    }
)
PIPEDRIVE = pd.DataFrame(
    {
        "Deal - ID": IDS,
        "Deal - Title": [f"Deal {one}" for one in IDS],
        "Deal - Deal created": [f"{day} 10:00:00" for day in DAYS],
        "Deal - Won time": [day and f"{day} 10:00:00" for day in LATER],
        "Deal - Lost time": [None, "2026-02-01 10:00:00"] * (N // 2),
        "Deal - Lost reason": [None, "Price"] * (N // 2),
        "Deal - Deal closed on": [day and f"{day} 10:00:00" for day in LATER],
        "Deal - Status": ["Won", "Lost", "Open", "Lost"] * (N // 4),
        "Deal - Stage": ["Won", "Demo"] * (N // 2),
        "Deal - Channel": SOURCES,
        "Person - Job title": ["CEO", "CTO"] * (N // 2),
    }
)
ZOHO_LEADS = pd.DataFrame(
    {
        "Record Id": [f"zcrm_{one}" for one in IDS],
        "Lead Owner": ["x", "y"] * (N // 2),
        "Created Time": [f"{day} 10:00:00" for day in DAYS],
        "Modified Time": [f"{day} 11:00:00" for day in DAYS],
        "Converted Date Time": [day and f"{day} 10:00:00" for day in LATER],
        "Lead Status": ["Converted", "Lost Lead", "Contacted", "Junk Lead"] * (N // 4),
        "Last Activity Time": DAYS,
        "Unsubscribed Mode": [None, "x"] * (N // 2),
        "Lead Source": SOURCES,
    }
)
ZOHO_DEALS = pd.DataFrame(
    {
        "Record Id": [f"zcrm_{one}" for one in IDS],
        "Created Time": DAYS,
        "Closing Date": DAYS[::-1],
        "Stage": ["Closed Won", "Closed Lost to Competition", "Demo", "Closed Lost"] * (N // 4),
        "Reason For Loss": [None, "Price"] * (N // 2),
        "Sales Cycle Duration": [3, 9] * (N // 2),
        "Lead Source": SOURCES,
    }
)
EXPORTS = {
    "hubspot contacts": HUBSPOT_CONTACTS,
    "hubspot deals": HUBSPOT_DEALS,
    "salesforce leads": SALESFORCE_LEADS,
    "salesforce opportunities": SALESFORCE_OPPORTUNITIES,
    "pipedrive deals": PIPEDRIVE,
    "zoho leads": ZOHO_LEADS,
    "zoho deals": ZOHO_DEALS,
}


def tried(leads: Leads) -> list[str]:
    return [one.name for one in leads.attributes]


def finding(leads: Leads, code: str) -> str:
    return " ".join(f"{one.says} {one.fix}" for one in leads.findings if one.code == code)


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_known_by_its_headers(name: str) -> None:
    preset = find_preset(EXPORTS[name].columns)
    assert preset is not None
    assert preset.name == name.partition(" ")[0]


@pytest.mark.parametrize(
    ("name", "id_", "created", "outcome", "attributes"),
    [
        (
            "hubspot contacts",
            "Record ID",
            "Create Date",
            {"closed": "Became a Customer Date"},
            ["Contact owner", "Original Source", "Job Title"],
        ),
        (
            "hubspot deals",
            "Record ID",
            "Create Date",
            {
                "column": "Deal Stage",
                "customer": ("Closed Won (Sales Pipeline)",),
                "lost": ("closedlost",),
            },
            ["Deal Type"],
        ),
        (
            "salesforce leads",
            "Lead ID",
            "Created Date",
            {"closed": "Converted Date"},
            ["Lead Owner", "Lead Source", "Title"],
        ),
        (
            "salesforce opportunities",
            "Id",
            "CreatedDate",
            {"column": "StageName", "customer": ("Closed Won",), "lost": ("Closed Lost",)},
            ["LeadSource"],
        ),
        (
            "pipedrive deals",
            "Deal - ID",
            "Deal - Deal created",
            {"closed": "Deal - Won time"},
            ["Deal - Channel", "Person - Job title"],
        ),
        (
            "zoho leads",
            "Record Id",
            "Created Time",
            {"closed": "Converted Date Time"},
            ["Lead Owner", "Unsubscribed Mode", "Lead Source"],
        ),
        (
            "zoho deals",
            "Record Id",
            "Created Time",
            {
                "column": "Stage",
                "customer": ("Closed Won",),
                "lost": ("Closed Lost to Competition", "Closed Lost"),
            },
            ["Lead Source"],
        ),
    ],
)
def test_roles_are_found_and_what_knows_the_deal_is_set_aside(
    name: str, id_: str, created: str, outcome: dict[str, Any], attributes: Sequence[str]
) -> None:
    leads = read(EXPORTS[name])
    assert (leads.spec.leads.id, leads.spec.leads.created) == (id_, created)
    assert leads.spec.outcome is not None
    assert leads.spec.outcome.model_dump(exclude_unset=True) == outcome
    assert leads.spec.preset == name.partition(" ")[0]
    assert leads.customers == N // 4
    assert [one for one in tried(leads) if one != "Company / Account"] == list(attributes)


def test_what_was_concluded_is_said() -> None:
    leads = read_leads(HUBSPOT_DEALS)
    said = finding(leads, "preset")
    assert said.startswith(
        "Looks like a HubSpot export (`Closed Lost Reason`, `Deal probability`, `Forecast "
        "amount`), and was read as one. In `Deal Stage` `Closed Won (Sales Pipeline)` means "
        "customer, and `closedlost` lost. Fields the CRM keeps for itself are not tried: `Deal "
        "Name`."
    )
    assert "Write `preset: none` into the spec if it is not" in said
    after = finding(leads, "known-after")
    assert after.startswith("`Close Date`, `Closed Lost Reason`, `Deal probability`, `Forecast am")
    assert "`attributes: {Close Date: {}}`" in after
    declared = read_leads(HUBSPOT_DEALS, {"preset": "hubspot"})
    assert finding(declared, "preset").startswith("Read as a HubSpot export, as declared. In `D")


def test_the_line_that_is_named_brings_a_column_back() -> None:
    said = finding(read_leads(PIPEDRIVE), "known-after")
    line = re.findall(r"`(attributes: .*)`", said)[0]
    leads = read_leads(PIPEDRIVE.assign(**{"Deal - Lost time": SOURCES}), Spec.from_text(line))
    assert "Deal - Lost time" in line
    assert "Deal - Lost time" in tried(leads)
    assert "`Deal - Lost time`" not in finding(leads, "known-after")


def test_columns_named_alone_are_tried() -> None:
    leads = read(HUBSPOT_CONTACTS, only=["Contact owner", "Job Title"])
    assert tried(leads) == ["Contact owner", "Job Title"]
    assert finding(leads, "known-after") == ""


def test_a_lifecycle_stage_alone_tells_customers_from_all_others() -> None:
    contacts = HUBSPOT_CONTACTS.drop(columns=["Became a Customer Date"])
    leads = read_leads(contacts)
    assert leads.spec.outcome is not None
    assert leads.spec.outcome.customer == ("Customer",)
    assert leads.spec.outcome.lost == ("Lead", "Subscriber")
    assert (leads.counted, leads.customers) == (N, N // 4)


def test_a_close_date_of_contacts_is_the_day_of_the_deal() -> None:
    contacts = HUBSPOT_CONTACTS.rename(columns={"Became a Customer Date": "Close Date"})
    assert read(contacts).spec.outcome.closed == "Close Date"  # type: ignore[union-attr]


def test_what_is_declared_goes_before_the_preset() -> None:
    spec = {
        "leads": {"id": "Email", "created": "Create Date"},
        "outcome": {"column": "Lead Status", "customer": ["Connected"]},
    }
    leads = read_leads(HUBSPOT_CONTACTS, spec)
    assert (leads.spec.leads.id, leads.customers) == ("Email", N // 2)
    assert "Lifecycle Stage" not in tried(leads)


def test_none_is_no_preset() -> None:
    leads = read(HUBSPOT_CONTACTS, preset="none")
    withheld = {one.name for one in leads.withheld}
    assert withheld == {"Lead Status", "Lifecycle Stage", "Recent Deal Amount", "Days To Close"}
    assert finding(leads, "preset") == finding(leads, "known-after") == ""
    assert leads.spec.preset == "none"


def test_a_table_of_no_crm_has_no_preset() -> None:
    for path in (ROOT / "data").glob("*.csv"):
        assert find_preset(path.read_text("utf-8").splitlines()[0].split(",")) is None, path
    generic = "id created_at created_date converted converted_date stage status lead_source email"
    assert find_preset(generic.split()) is None


def test_headers_of_two_crms_decide_nothing() -> None:
    zoho = ["closing_date", "modified_time", "record_image"]
    hubspot = ["contact_owner", "lifecycle_stage", "days_to_close"]
    assert find_preset(zoho) is not None
    assert find_preset([*zoho, *hubspot]) is None
    assert find_preset([*zoho, *hubspot, "reason_for_loss"]) is not None


def test_a_field_is_either_of_a_person_or_of_the_deal() -> None:
    for preset in PRESETS:
        assert preset.known_after(["Last Name", "First Name", "Email", "Job Title"]) == []
        assert preset.its_own(["Job Title", "Lead Source", "Industry", "Country"]) == []


def test_a_spec_that_is_written_keeps_the_preset() -> None:
    text = draft_spec(read_leads(ZOHO_DEALS))
    assert "# Looks like a Zoho export" in text
    assert Spec.from_text(text).preset == "zoho"


def test_the_command_knows_the_presets_of_the_spec() -> None:
    assert set(arguments._PRESETS) == set(get_args(PresetName))
    assert {*(one.name for one in PRESETS), "none"} == set(arguments._PRESETS)


def test_a_preset_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    PIPEDRIVE.to_csv("deals.csv", index=False)
    assert cli.main(["init", "deals.csv", "--preset", "none", "--outcome", "Deal - Won time"]) == 2
    assert "the day each lead was created is needed" in " ".join(capsys.readouterr().err.split())
    assert cli.main(["init", "deals.csv", "--preset", "pipedrive"]) == 0
    assert Spec.load("spec.yaml").preset == "pipedrive"


def test_plain_names() -> None:
    assert plain_name(" Company / Account ") == "company_account"
    assert plain_name("ConvertedAccountId") == plain_name("Converted Account ID")
