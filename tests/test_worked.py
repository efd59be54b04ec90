"""Leads that sales worked, and those it did not: what the old score has done to close rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate import Calibration, Comparison, calibrate, compare, rerun, validate
from calibrate.scorecard import Scorecard
from tests.two_quarters import FIRST, SECOND, SPEC, card_of, quarter


@pytest.fixture(scope="module")
def old() -> Scorecard:
    return card_of(quarter(1, FIRST))


@pytest.fixture(scope="module")
def later(old: Scorecard) -> pd.DataFrame:
    """Give leads of which those below the old threshold were hardly called, and hardly closed."""
    frame = quarter(2, SECOND)
    passes = old.score(frame)["passes"].to_numpy()
    called = passes | (np.random.default_rng(3).random(len(frame)) < 0.2)
    # Nobody buys who is not called.
    return frame.assign(contacted=np.where(called, "yes", ""), converted=frame.converted * called)


@pytest.fixture(scope="module")
def run(later: pd.DataFrame) -> Calibration:
    return calibrate(later, SPEC)


@pytest.fixture(scope="module")
def found(old: Scorecard, run: Calibration, later: pd.DataFrame) -> Comparison:
    return compare(old, run.scorecard, later)


def test_that_a_lead_was_called_earns_nothing(run: Calibration) -> None:
    assert "contacted" not in [one.name for one in run.scorecard.attributes]
    (said,) = [one for one in run.findings if one.code == "worked-aside"]
    assert "`contacted` says which leads were worked" in said.says


@pytest.mark.parametrize("change", [{"attributes": {"contacted": {"kind": "category"}}}])
def test_it_is_tried_when_it_is_named(later: pd.DataFrame, change: dict[str, Any]) -> None:
    named = calibrate(later, SPEC | change)
    assert "contacted" in [one.name for one in named.scorecard.attributes]
    assert "worked-aside" not in [one.code for one in named.findings]


def test_comparing_says_who_was_worked_by_the_old_score(
    found: Comparison, old: Scorecard, later: pd.DataFrame
) -> None:
    one = found.worked
    assert one is not None
    scored = old.score(later)
    called = (later["contacted"] == "yes").to_numpy()
    assert (one.column, one.above) == ("contacted", 1.0)
    assert one.below == pytest.approx(called[~scored["passes"]].mean())
    assert one.unworked.customers == 0
    assert (one.worked.leads, one.worked.customers) == (called.sum(), later["converted"].sum())
    by_tier = {part.name: part for part in one.by_score}
    for tier, rows in later.groupby(scored["tier"].to_numpy()):
        part = by_tier[str(tier)]
        worked = rows[rows["contacted"] == "yes"]
        assert (part.leads, part.worked.leads) == (len(rows), len(worked))
        assert part.worked.customers == worked["converted"].sum()


def test_the_finding_says_what_the_new_card_takes_over(found: Comparison) -> None:
    (said,) = [one for one in found.findings if one.code == "worked-by-score"]
    assert said.severity == "warning"
    assert "takes over what the old one thought" in said.says


def test_the_close_rate_below_the_threshold_fell_for_that_reason_alone(
    found: Comparison, old: Scorecard
) -> None:
    """What the column is good for: among worked leads the lowest tier closes as it used to."""
    assert found.worked is not None
    (then,) = [one for one in old.tiers if one.from_ == min(tier.from_ for tier in old.tiers)]
    lowest = found.worked.by_score[0]
    assert lowest.name == then.name
    assert then.interval is not None
    all_of_them = lowest.worked.customers / lowest.leads
    assert all_of_them < then.interval[0]
    assert lowest.worked.interval is not None
    assert lowest.worked.interval[1] > (then.close_rate or 0)


def test_without_the_column_it_is_said_what_cannot_be_known(
    old: Scorecard, run: Calibration, later: pd.DataFrame
) -> None:
    plain = later.drop(columns="contacted")
    told = compare(old, run.scorecard, plain)
    assert told.worked is None
    (said,) = [one for one in told.findings if one.code == "worked-unknown"]
    assert "cannot be known from this table" in said.says
    # Without leads nothing is asked.
    assert "worked-unknown" not in [one.code for one in compare(old, run.scorecard).findings]


def test_a_column_of_a_further_table_counts_too(
    old: Scorecard, later: pd.DataFrame, tmp_path: Path
) -> None:
    later[["lead_id", "contacted"]].to_csv(tmp_path / "calls.csv", index=False)
    later.drop(columns="contacted").to_csv(tmp_path / "leads.csv", index=False)
    spec = SPEC | {"join": [{"path": "calls.csv", "on": "lead_id"}]}
    new = calibrate(tmp_path / "leads.csv", spec).scorecard
    assert "contacted" not in [one.name for one in new.attributes]
    for worked in (
        compare(old, new, tmp_path / "leads.csv").worked,
        validate(new, tmp_path / "leads.csv").worked,
    ):
        assert worked is not None
        assert worked.worked.leads == (later["contacted"] == "yes").sum()


def test_a_rerun_shows_it_on_screen_page_and_in_the_summary(
    old: Scorecard, later: pd.DataFrame, tmp_path: Path
) -> None:
    later.to_csv(tmp_path / "q2.csv", index=False)
    again = rerun(old, tmp_path / "q2.csv")
    text = " ".join(repr(again).split())
    assert "By `contacted`, 100.0 % of leads that pass were worked" in text
    again.save(tmp_path / "run")
    page = (tmp_path / "run" / "comparison.html").read_text("utf-8")
    assert "<h2>Was every lead worked?</h2>" in page
    assert (
        "contacted"
        not in (tmp_path / "run" / "scorecard.yaml").read_text("utf-8").split("findings:")[0]
    )
    told = again.comparison.summary()["worked"]
    assert told["share_above"] == 1.0
    assert sum(one["leads"] for one in told["by_score"]) == again.comparison.now.leads


def test_a_card_without_tiers_is_told_by_its_threshold(old: Scorecard, later: pd.DataFrame) -> None:
    plain = old.model_copy(update={"tiers": ()})
    one = validate(plain, later).worked
    assert one is not None
    cut = plain.threshold.score
    assert [part.name for part in one.by_score] == [f"below {cut}", f"{cut} and more"]
    assert [part.share for part in one.by_score] == [pytest.approx(one.below), one.above]
