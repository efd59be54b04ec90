"""Leads whose flaws are known: real tables, and the sample with its planted traps.

The real tables are not part of the package: their tests are skipped where they are not at hand.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate import calibrate, check
from calibrate.checking import Check
from calibrate.errors import Finding
from calibrate.pipeline import Calibration

SAMPLE = Path(__file__).parent.parent / "data"


def said(found: Check | Calibration, code: str) -> Finding:
    (one,) = [one for one in found.findings if one.code == code]
    return one


def warned(found: Check) -> set[str]:
    return {one.code for one in found.findings if one.severity == "warning"}


def withheld(found: Check) -> set[str]:
    return {one.name for one in found.leads.withheld}


def tried(found: Check) -> list[str]:
    return [one.name for one in found.leads.attributes]


# ------------------------------------------------------------------ bank customers


@pytest.fixture(scope="module")
def bank(real_data: Path) -> Check:
    return check(real_data / "uci_bank_full.csv", {"outcome": {"column": "y"}})


def test_bank_the_length_of_the_call_is_withheld(bank: Check) -> None:
    assert withheld(bank) == {"duration"}
    assert said(bank, "leak-withheld").says.startswith("`duration` was probably filled in after")


def test_bank_the_drift_is_seen(bank: Check) -> None:
    assert "3.4 %, 5.6 %, 6.1 %, 11.8 %, 31.6 % by fifth" in said(bank, "close-rate-drifts").says


def test_bank_unknown_is_a_placeholder(bank: Check, real_data: Path) -> None:
    says = said(bank, "placeholders").says
    frame = pd.read_csv(real_data / "uci_bank_full.csv", sep=";")
    for name, count in (frame == "unknown").sum().items():
        assert (f"`{name}` ({count:,} leads)".replace(",", " ") in says) == (count > 0)
    assert said(bank, "placeholders").fix == "If so: `missing: [unknown]`."


def test_bank_never_called_before_is_a_sentinel(bank: Check, real_data: Path) -> None:
    assert "`pdays` is -1 on 36 954 leads" in said(bank, "sentinel").says
    other = check(real_data / "uci_bank_additional.csv", {"outcome": {"column": "y"}})
    assert "`pdays` is 999 on 39 673 leads" in said(other, "sentinel").says
    assert withheld(other) == {"duration"}


def test_bank_nothing_else_is_accused(bank: Check) -> None:
    assert warned(bank) == {"leak-withheld", "placeholders", "sentinel", "close-rate-drifts"}
    assert len(bank.findings) == 4


# ------------------------------------------------------------------ Olist, two tables


OLIST: dict[str, Any] = {
    "outcome": {"closed": "won_date"},
    "join": [{"path": "olist_closed_deals_dataset.csv", "on": "mql_id"}],
}


@pytest.fixture(scope="module")
def olist_path(real_data: Path) -> Path:
    return real_data / "olist_marketing_qualified_leads_dataset.csv"


@pytest.fixture(scope="module")
def olist(olist_path: Path) -> Check:
    return check(olist_path, OLIST)


def test_olist_every_column_of_the_deals_is_withheld(olist: Check, real_data: Path) -> None:
    deals = pd.read_csv(real_data / "olist_closed_deals_dataset.csv", nrows=1)
    assert withheld(olist) == set(deals.columns) - {"mql_id", "won_date"}
    assert tried(olist) == ["landing_page_id", "origin"]
    says = said(olist, "leak-withheld").says
    assert says.startswith("olist_closed_deals_dataset.csv has a row for customers alone")


def test_olist_all_deals_are_of_known_leads(olist: Check) -> None:
    assert "842 of 8 000 leads have a row there" in said(olist, "joined").says
    assert "belong to no lead" not in said(olist, "joined").says


def test_olist_one_lead_closed_before_it_was_created(olist: Check) -> None:
    assert olist.leads.left_out["closed_before_created"] == 1
    says = said(olist, "closed-before-created").says
    assert says.startswith("1 lead closed before it was created")
    assert "2018-03-08" in says
    assert "2018-03-06" in says


def test_olist_early_cohorts_are_truncated(olist: Check, olist_path: Path) -> None:
    finding = said(olist, "truncated-cohorts")
    assert "the first on 2017-12-05" in finding.says
    assert "`leads: {since: 2018-01-01}`" in finding.fix
    settled = check(olist_path, OLIST | {"leads": {"since": dt.date(2018, 1, 1)}})
    assert "truncated-cohorts" not in warned(settled)
    assert "close-rate-drifts" not in warned(settled)


def test_olist_the_window_is_advised(olist: Check, olist_path: Path) -> None:
    assert said(olist, "window-advised").fix.startswith("Write `window_days: 267`")
    short = said(check(olist_path, OLIST | {"window_days": 90}), "window-cuts")
    assert "90 days cuts off 24.9 %" in short.says
    assert "`window_days: 267`" in short.fix
    assert "window-cuts" not in warned(check(olist_path, OLIST | {"window_days": 267}))


# ------------------------------------------------------------------ made-up companies: no evidence


def test_maven_open_deals_are_left_out_and_nothing_earns_points(real_data: Path) -> None:
    spec = {"outcome": {"column": "deal_stage"}, "fit": {"holdout": "none"}}
    run = calibrate(real_data / "maven_sales_pipeline.csv", spec)
    assert run.leads.left_out["open"] == 2_089
    assert (run.counts.leads, run.counts.customers) == (6_711, 4_238)
    assert "`Engaging` (1 589), `Prospecting` (500)" in said(run, "open-values").says
    assert not any(any(one.points) for one in run.points.attributes)
    assert said(run, "no-points").severity == "warning"
    assert [one.name for one in run.leads.withheld] == ["close_value"]


def test_maven_days_come_first_in_its_dates(real_data: Path) -> None:
    """20-10-16 is in October 2016."""
    leads = check(
        real_data / "maven_sales_pipeline.csv", {"outcome": {"column": "deal_stage"}}
    ).leads
    frame = pd.read_csv(real_data / "maven_sales_pipeline.csv")
    decided = frame[frame["deal_stage"].isin(["Won", "Lost"])]
    days = pd.to_datetime(decided["engage_date"], format="%d-%m-%y")
    assert (leads.first, leads.last) == (days.min().date(), days.max().date())


def test_crm_export_earns_no_points(real_data: Path) -> None:
    run = calibrate(real_data / "crm_export_leads.csv", {"fit": {"holdout": "none"}})
    assert not any(any(one.points) for one in run.points.attributes)
    warnings = {one.code for one in run.findings if one.severity == "warning"}
    assert warnings == {"no-points"}
    says = said(run, "personal-data").says
    for part in ("`first_name` (name)", "`last_name` (name)", "`email` (e-mail address)"):
        assert part in says


# ------------------------------------------------------------------ online shoppers


SHOPPERS: dict[str, Any] = {"outcome": {"column": "Revenue"}}
CODED = ("Browser", "Region", "TrafficType")


def test_shoppers_coded_categories_are_seen(real_data: Path) -> None:
    found = check(real_data / "online_shoppers_intention.csv", SHOPPERS)
    finding = said(found, "numeric-code")
    assert finding.says.startswith("`Browser`, `Region`, `TrafficType` hold whole numbers")
    counts = ("Administrative", "Informational", "ProductRelated")
    assert not any(f"`{name}`" in finding.says for name in counts)
    assert found.leads.withheld == ()


def test_shoppers_levels_on_one_row_are_pooled(real_data: Path) -> None:
    path = real_data / "online_shoppers_intention.csv"
    coded = {name: {"kind": "category"} for name in CODED}
    run = calibrate(path, SHOPPERS | {"attributes": coded})
    frame = pd.read_csv(path)
    for name in (*CODED, "OperatingSystems"):
        sizes = frame[name].value_counts()
        (found,) = [one for one in run.evidence.attributes if one.name == name]
        assert set(found.levels.pooled) == {str(code) for code in sizes.index[sizes < 10]}
    assert (frame["Browser"].value_counts() == 1).any()


# ------------------------------------------------------------------ the sample's traps


@pytest.fixture(scope="module")
def sample() -> Check:
    return check(SAMPLE / "leads.csv", events=SAMPLE / "events.csv")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return pd.read_csv(SAMPLE / "leads.csv", dtype=str, keep_default_na=False)


def test_sample_the_leak_is_withheld(sample: Check) -> None:
    assert withheld(sample) == {"onboarding_call_minutes"}


def test_sample_the_placeholder_is_seen(sample: Check) -> None:
    finding = said(sample, "placeholders")
    assert finding.says.count("`") == 2 * len(("Select", "budget", "need"))
    for name in ("`Select`", "`budget`", "`need`"):
        assert name in finding.says
    assert finding.fix == "If so: `missing: [Select]`."


def test_sample_the_sentinel_is_seen(sample: Check) -> None:
    assert said(sample, "sentinel").says.startswith("`company_age_years` is 999 on ")


def test_sample_the_spellings_are_joined(sample: Check) -> None:
    says = said(sample, "spellings-joined").says
    for text in ("`GOOGLE `", "`Google`", "`google`"):
        assert text in says
    assert says.startswith("`lead_source`: ")


def test_sample_one_lead_stands_twice(sample: Check, rows: pd.DataFrame) -> None:
    lines = [int(rows.index[rows["lead_id"] == name][0]) + 2 for name in ("L02401", "L02402")]
    says = said(sample, "repeated-rows").says
    assert says.startswith("1 row repeats another in everything but `lead_id`")
    assert f"row {lines[0]} and row {lines[1]}" in says


def test_sample_the_slow_level_is_seen_and_no_other(sample: Check) -> None:
    says = said(sample, "slow-level").says
    assert "`lead_source` Newsletter (" in says
    assert says.count(" closes, ") == 2  # of all, and of that level
    assert " more" not in says


def test_sample_young_leads_are_left_out(sample: Check, rows: pd.DataFrame) -> None:
    window = sample.leads.window_days
    assert window is not None
    assert 80 <= window <= 90
    latest = np.datetime64("2026-09-30") - np.timedelta64(window, "D")
    created = rows["created_at"].to_numpy().astype("datetime64[D]")
    assert sample.leads.left_out["immature"] == int((created > latest).sum())
    assert sample.leads.as_of == dt.date(2026, 9, 30)


def test_sample_strangers_are_counted(sample: Check) -> None:
    assert "60 events belong to no lead" in said(sample, "unknown-leads").says


def test_sample_help_pages_are_nobodys_evidence(sample: Check) -> None:
    log = pd.read_csv(SAMPLE / "events.csv")
    assert log["object"].str.startswith("/help").sum() > 100
    assert not [name for name in tried(sample) if "/help" in name]


def test_sample_nothing_else_is_accused(sample: Check) -> None:
    assert warned(sample) == {
        *("leak-withheld", "placeholders", "sentinel", "repeated-rows", "slow-level")
    }
    assert {one.code for one in sample.findings if one.severity == "info"} == {
        *("roles-found", "window-advised", "events-read", "unknown-leads", "spellings-joined"),
        "rare-values",
    }


def test_sample_as_declared_leaves_only_what_no_spec_settles() -> None:
    found = check(SAMPLE / "leads.csv", SAMPLE / "spec.yaml")
    assert warned(found) == {"repeated-rows", "slow-level"}
    assert found.leads.left_out["closed_before_landmark"] > 0


def test_sample_an_empty_job_title_and_rare_levels() -> None:
    run = calibrate(SAMPLE / "leads.csv", SAMPLE / "spec.yaml")
    by_name = {one.name: one for one in run.evidence.attributes}
    verdicts = {one.level.label: one.verdict for one in by_name["job_title"].evidence}
    assert verdicts["(missing)"] == "lowers"
    assert {"Radio", "Press", "Bus stop"} <= set(by_name["lead_source"].levels.pooled)
    assert {"Mining", "Fishery"} <= set(by_name["industry"].levels.pooled)
    variants = {one.level.label for one in by_name["landing_variant"].evidence}
    assert {"07", "1e3", "no"} <= variants
    assert "NO" in {one.level.label for one in by_name["country"].evidence}


def test_sample_what_says_nothing_earns_nothing() -> None:
    run = calibrate(SAMPLE / "leads.csv", SAMPLE / "spec.yaml")
    earning = {one.name for one in run.points.attributes if any(one.points)}
    noise = (
        "campaign search_term landing_variant browser assigned_team newsletter_box ad_cost "
        "distance_km form_seconds landing_view session white_paper contact_form email_sent "
        "email_opened email_clicked newsletter_click reply forward unsubscribe social_share"
    ).split()
    accused = [name for name in earning if name.partition(":")[0].partition(" on ")[0] in noise]
    assert accused == []
    assert {"demo_request", "trial", "pricing_view", "webinar"} <= earning
