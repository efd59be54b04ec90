"""Real leads, end to end. They are not part of the package: skipped where they are not at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from calibrate import Scorecard, calibrate, validate
from calibrate.engines.sql.parquet_files import open_parquet
from calibrate.pipeline import Calibration

BANK = {
    "outcome": {"column": "y"},
    "exclude": ["duration"],
    "missing": ["unknown"],
    "attributes": {"job": {"group": "demographic"}},
    "threshold": {"customer_quantile": 0.05},
}
OLIST = {
    "leads": {"id": "mql_id", "created": "first_contact_date"},
    "outcome": {"closed": "won_date"},
    "join": [{"path": "deals.csv", "on": "mql_id"}],
    "only": ["origin", "landing_page_id"],
    "window_days": 90,
}
SHOPPERS = {"outcome": {"column": "Revenue"}}


def run_on(path: Path, spec: dict[str, Any], folder: Path) -> Calibration:
    """Calibrate, and hold the card that was written against the run that wrote it."""
    run = calibrate(path, spec)
    run.save(folder)
    card = Scorecard.load(folder / "scorecard.yaml")
    assert card == run.scorecard
    scored = card.score(path)
    table = run.score_table
    assert scored["score"].value_counts().to_dict() == dict(
        zip(table.scores, table.leads, strict=True)
    )
    assert int(scored["passes"].sum()) == run.threshold.cut.leads
    assert scored.attrs["unseen"] == {}
    return run


def test_bank_customers(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "uci_bank_full.csv"
    run = run_on(path, BANK, tmp_path)
    assert (run.counts.leads, run.counts.customers) == (45_211, 5_289)
    frame = pd.read_csv(path, sep=";")
    jobs = run.counts.to_frame().set_index(["attribute", "level"]).loc["job"]
    wanted = frame["job"].replace("unknown", "(missing)").value_counts()
    assert jobs["leads"].to_dict() == wanted.to_dict()
    assert run.score_table.auc > 0.7
    assert (run.points.lowest, run.points.highest) == (0, 100)
    again = run.scorecard.score(frame)["score"]
    assert again.tolist() == run.scorecard.score(path)["score"].tolist()


def test_online_shoppers(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "online_shoppers_intention.csv"
    run = run_on(path, SHOPPERS, tmp_path)
    assert (run.counts.leads, run.counts.customers) == (12_330, 1_908)
    assert run.score_table.auc > 0.8
    again = run.scorecard.score(pd.read_csv(path))["score"]
    assert again.tolist() == run.scorecard.score(path)["score"].tolist()


def test_leads_of_a_made_up_company_say_nothing(real_data: Path) -> None:
    """A natural null: product, agent and account of the deals carry no evidence."""
    spec = {
        "outcome": {"column": "deal_stage", "customer": ["Won"], "lost": ["Lost"]},
        "only": ["product", "sales_agent", "account"],
        "fit": {"holdout": "none"},
    }
    run = calibrate(real_data / "maven_sales_pipeline.csv", spec)
    assert (run.counts.leads, run.counts.customers) == (6_711, 4_238)
    assert run.leads.left_out["open"] == 2_089
    assert "no-points" in [finding.code for finding in run.findings]


# ------------------------------------------------------------------------------- later leads


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("uci_bank_full", "times as often as those that taught the card"),
        ("uci_bank_additional", "does not tell customers from others"),
    ],
)
def test_both_banks_in_time_order_are_not_ready(
    real_data: Path, tmp_path: Path, name: str, says: str
) -> None:
    """The first half of the file teaches, the second judges; a random half would show .79."""
    frame = pd.read_csv(real_data / f"{name}.csv", sep=";", dtype=str)
    half = len(frame) // 2
    for part, rows in (("first", frame[:half]), ("second", frame[half:])):
        rows.to_csv(tmp_path / f"{part}.csv", index=False)
    card = calibrate(tmp_path / "first.csv", BANK).scorecard
    found = validate(card, tmp_path / "second.csv")
    assert found.verdict == "not ready"
    assert not found.holds
    score = card.score(frame[half:])["score"]
    customer = frame["y"][half:] == "yes"
    assert found.auc.auc == pytest.approx(roc_auc_score(customer, score))
    assert found.auc.auc < 0.6
    assert any(says in reason for reason in found.reasons)


def test_olist_judged_from_march_to_may_by_hand(real_data: Path, tmp_path: Path) -> None:
    """Fitted to February 2018; every figure counted again with pandas alone."""
    leads = pd.read_csv(
        real_data / "olist_marketing_qualified_leads_dataset.csv", dtype=str, keep_default_na=False
    )
    deals = pd.read_csv(real_data / "olist_closed_deals_dataset.csv", dtype=str)
    deals[["mql_id", "won_date"]].to_csv(tmp_path / "deals.csv", index=False)
    early = leads["first_contact_date"] <= "2018-02-28"
    leads.to_csv(tmp_path / "all.csv", index=False)
    leads[early].to_csv(tmp_path / "early.csv", index=False)
    card = calibrate(tmp_path / "early.csv", OLIST | {"fit": {"holdout": "none"}}).scorecard
    found = validate(card, tmp_path / "all.csv")

    both = leads[~early].merge(deals[["mql_id", "won_date"]], on="mql_id", how="left")
    days = pd.to_datetime(both["won_date"]) - pd.to_datetime(both["first_contact_date"])
    both = both[~(days < pd.Timedelta(0))]
    customer = days[both.index] <= pd.Timedelta(days=90)
    assert (found.now.leads, found.now.customers) == (len(both), customer.sum())
    assert (str(found.jury.first), str(found.jury.last)) == ("2018-03-01", "2018-05-31")

    score = pd.Series(card.points.base, index=both.index)
    for attribute in card.attributes:
        points = {str(one.level).casefold(): one.points for one in attribute.levels}
        points |= {name.casefold(): attribute.otherwise for name in attribute.pooled}
        values = both[attribute.name].str.casefold().replace("", "(missing)")
        score += values.map(points).fillna(attribute.otherwise).astype(int)
    assert found.auc.auc == pytest.approx(roc_auc_score(customer, score))

    # In one run the same leads teach, and the same judge.
    at_once = calibrate(tmp_path / "all.csv", OLIST | {"fit": {"until": "2018-02-28"}}).validation
    assert at_once is not None
    assert (at_once.auc, at_once.now) == (found.auc, found.now)
    passes = score >= card.threshold.score
    assert (found.kept.above.leads, found.kept.above.customers) == (
        passes.sum(),
        (passes & customer).sum(),
    )
    starts = [one.from_ for one in card.tiers]
    tier = pd.cut(score, [*starts, np.inf], right=False, labels=False)
    for place, one in enumerate(found.tiers):
        rows = tier == place
        assert (one.leads, one.customers) == (rows.sum(), (rows & customer).sum())
    assert found.verdict == "ready"
    assert found.published.difference > 0
    assert found.published.p_value < 0.001
    # Half as many closed before, for deals were not recorded then; and a third of pages are new.
    assert found.now.close_rate is not None
    assert found.then.close_rate is not None
    assert 1.5 < found.now.close_rate / found.then.close_rate < 2
    assert "unseen-level" in [one.code for one in found.findings]


def test_a_card_that_says_nothing_of_deals_is_told_so(real_data: Path, tmp_path: Path) -> None:
    """On a dated table that holds nothing: the first half of the CRM's year against the second."""
    frame = pd.read_csv(real_data / "crm_export_leads.csv", dtype=str).sort_values("created_at")
    frame[:470].to_csv(tmp_path / "first.csv", index=False)
    frame.to_csv(tmp_path / "all.csv", index=False)
    card = calibrate(tmp_path / "first.csv", {"fit": {"holdout": "none"}}).scorecard
    found = validate(card, tmp_path / "all.csv")
    assert found.verdict == "not ready"
    assert found.reasons[0] == "Every lead has the same score: there is nothing to rank by."


@pytest.mark.parametrize(
    ("name", "separator", "spec"),
    [("uci_bank_full", ";", BANK), ("online_shoppers_intention", ",", SHOPPERS)],
)
def test_duckdb_gives_the_same_card(
    name: str, separator: str, spec: dict[str, Any], real_data: Path, tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.parquet"
    pd.read_csv(real_data / f"{name}.csv", sep=separator).to_parquet(path, index=False)
    declared = spec | {"fit": {"holdout": "none"}}
    card = calibrate(open_parquet(path), declared).scorecard
    assert card.to_yaml() == calibrate(path, declared).scorecard.to_yaml()
