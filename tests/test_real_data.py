"""Real leads, end to end. They are not part of the package: skipped where they are not at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from calibrate import Scorecard, calibrate
from calibrate.pipeline import Calibration

BANK = {
    "outcome": {"column": "y"},
    "exclude": ["duration"],
    "missing": ["unknown"],
    "attributes": {"job": {"group": "demographic"}},
    "threshold": {"customer_quantile": 0.05},
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
    }
    run = calibrate(real_data / "maven_sales_pipeline.csv", spec)
    assert (run.counts.leads, run.counts.customers) == (6_711, 4_238)
    assert run.leads.left_out["open"] == 2_089
    assert "no-points" in [finding.code for finding in run.findings]
