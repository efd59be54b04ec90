"""What another threshold would do: the command as a person runs it, against counting by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrate import Scorecard, SpecError, calibrate, cli
from calibrate.cutting import cuts_for

ALL_TEACH = {"fit": {"holdout": "none"}}


@pytest.fixture(scope="module")
def leads() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    n = 3000
    source, size = rng.choice(list("abcdef"), n), rng.choice(list("xyz"), n)
    rate = 0.05 + 0.05 * (source == "a") + 0.2 * (source == "b") + 0.1 * (size == "x")
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 365, n), "D")
    return pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(n)],
            "created_at": days.strftime("%Y-%m-%d"),
            "source": source,
            "size": size,
            "converted": (rng.random(n) < rate).astype(int),
        }
    )


@pytest.fixture(scope="module")
def card(leads: pd.DataFrame) -> Scorecard:
    return Scorecard.from_yaml(calibrate(leads, ALL_TEACH).scorecard.to_yaml())


def test_the_cohort_is_read_back_from_the_sweep(card: Scorecard, leads: pd.DataFrame) -> None:
    table = calibrate(leads, ALL_TEACH).score_table
    assert card.score_table_taught == table


def test_a_capacity_lets_no_more_pass_in_a_month(card: Scorecard, leads: pd.DataFrame) -> None:
    scores = card.score(leads)["score"]
    cut = cuts_for(card, leads, {"capacity": 100}).cuts[0]
    months = 365 / (365.2425 / 12)
    passing = (scores >= cut.taught.score).sum()
    assert cut.leads == passing
    assert cut.leads_a_month == pytest.approx(passing / months)
    assert passing / months <= 100
    below = scores[scores < cut.taught.score].max()
    assert (scores >= below).sum() / months > 100


def test_new_leads_are_counted_and_customers_are_those_of_the_card(
    card: Scorecard, leads: pd.DataFrame
) -> None:
    few = leads.head(300).drop(columns="converted")
    found = cuts_for(card, few, {"share": 0.5})
    assert found.leads == 300
    taught = card.score(leads).assign(customer=leads["converted"])
    passing = taught[taught["score"] >= found.cuts[0].taught.score]
    assert found.cuts[0].taught.customers == passing["customer"].sum()
    assert [one.rule for one in found.cuts] == [
        "share_0.5",
        "lowest_customer",
        "customer_quantile_0.05",
        "share_0.2",
        "max_f1",
        "youden",
    ]


def test_without_days_there_is_no_month(card: Scorecard, leads: pd.DataFrame) -> None:
    undated = leads.drop(columns="created_at")
    assert cuts_for(card, undated).leads_a_month is None
    with pytest.raises(SpecError, match="how many leads come in a month"):
        cuts_for(card, undated, {"capacity": 3})


def test_the_command(
    card: Scorecard,
    leads: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    card.save("card.yaml")
    leads.to_csv("leads.csv", index=False)
    assert cli.main(["threshold", "card.yaml", "leads.csv", "--capacity", "100"]) == 0
    said = capsys.readouterr().out
    cut = cuts_for(card, leads, {"capacity": 100}).cuts[0]
    assert f"From score {cut.taught.score} on (capacity_100)" in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 80
    assert cli.main(["threshold", "card.yaml", "leads.csv", "--capacity", "1"]) == 0
    assert "No score meets the rule; this one comes nearest." in " ".join(
        capsys.readouterr().out.split()
    )
    assert cli.main(["threshold", "card.yaml", "leads.csv", "--share", "3"]) == 2
    assert "threshold.share: found 3.0" in capsys.readouterr().err
