"""Tiers: fifths, buying stages, declared ones and those by close rate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Calibration, Spec, calibrate
from calibrate.errors import CalibrateError, SpecError
from calibrate.policy.tiers import FIFTHS, Tier, make_tiers
from calibrate.probability import fit_probability
from calibrate.scores import ScoreTable

SHARES = (0.05, 0.15, 0.3, 0.45, 0.6, 0.7)


@pytest.fixture(scope="module")
def run() -> Calibration:
    """A card that runs from 0 to 100."""
    rows = [
        (name, int(number < share * 100))
        for name, share in zip("abcdef", SHARES, strict=True)
        for number in range(100)
    ]
    return calibrate(pd.DataFrame(rows, columns=["source", "converted"]))


def made(run: Calibration, table: ScoreTable, **keys: Any) -> tuple[Tier, ...]:
    tiers, _ = make_tiers(Spec(**keys), run.points, table, fit_probability(table))
    return tiers


def starts(tiers: tuple[Tier, ...]) -> list[tuple[str, int]]:
    return [(one.name, one.start) for one in tiers]


def test_fifths_of_ten_equal_scores_are_two_scores_each(run: Calibration) -> None:
    table = ScoreTable(scores=tuple(range(0, 100, 10)), leads=(10,) * 10, customers=(1,) * 10)
    tiers = made(run, table)
    assert starts(tiers) == list(zip(FIFTHS[::-1], (0, 20, 40, 60, 80), strict=True))
    assert [(one.leads, one.customers) for one in tiers] == [(20, 2)] * 5


def test_where_fifths_coincide_the_higher_name_stays_and_every_lead_has_one(
    run: Calibration,
) -> None:
    table = ScoreTable(scores=(10, 40, 90), leads=(70, 20, 10), customers=(1, 5, 9))
    tiers = made(run, table)
    # At or above: 100 %, 30 %, 10 %. Nearest to 20 % are 30 % and 10 %: the lower score; 30 % is
    # nearest to 40 % and 60 % too.
    assert starts(tiers) == [("fourth fifth", 0), ("top fifth", 40)]
    assert [one.leads for one in tiers] == [70, 30]


def test_the_lowest_fifth_begins_where_scores_can_begin(run: Calibration) -> None:
    """A later lead may score lower than all that taught; it is out of no tier."""
    table = ScoreTable(scores=tuple(range(30, 80, 10)), leads=(10,) * 5, customers=(1,) * 5)
    tiers = made(run, table)
    assert run.points.lowest == 0
    assert starts(tiers)[0] == ("bottom fifth", 0)
    assert sum(one.leads for one in tiers) == 50


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 30)), min_size=1, max_size=12).filter(
        lambda rows: any(min(one) for one in rows)
    )
)
def test_fifths_rise_share_out_all_leads_and_are_cut_as_near_as_can_be(
    run: Calibration, rows: list[tuple[int, int]]
) -> None:
    table = ScoreTable(
        scores=tuple(range(5, 5 + 7 * len(rows), 7)),
        leads=tuple(leads for leads, _ in rows),
        customers=tuple(min(leads, customers) for leads, customers in rows),
    )
    tiers = made(run, table)
    assert [one.start for one in tiers] == sorted({one.start for one in tiers})
    assert sum(one.leads for one in tiers) == sum(table.leads)
    assert sum(one.customers for one in tiers) == sum(table.customers)
    all_leads = sum(table.leads)
    kept = {score: sum(table.leads[place:]) / all_leads for place, score in enumerate(table.scores)}
    top = tiers[-1].start if len(tiers) > 1 else table.scores[0]
    assert top in kept or len(tiers) == 1
    assert abs(kept[top] - 0.2) == pytest.approx(min(abs(one - 0.2) for one in kept.values()))


def test_four_buying_stages(run: Calibration) -> None:
    table = ScoreTable(scores=(25, 26, 50, 51, 75, 76), leads=(1,) * 6, customers=(0, 1) * 3)
    tiers = made(run, table, tiers="buying_stages")
    assert starts(tiers) == [
        ("awareness", 0),
        ("interest", 26),
        ("evaluation", 51),
        ("decision", 76),
    ]
    assert [one.leads for one in tiers] == [1, 2, 2, 1]


def test_declared_tiers_come_lowest_first_whatever_their_order(run: Calibration) -> None:
    table = ScoreTable(scores=(39, 40, 70), leads=(5, 6, 7), customers=(1, 2, 3))
    tiers = made(run, table, tiers={"hot": 70, "cold": 0, "warm": 40})
    assert starts(tiers) == [("cold", 0), ("warm", 40), ("hot", 70)]
    assert [(one.leads, one.customers) for one in tiers] == [(5, 1), (6, 2), (7, 3)]


def test_leads_under_the_lowest_declared_tier_are_in_none() -> None:
    card = calibrate_with(tiers={"warm": 40})
    scored = card.score(pd.DataFrame({"source": list("abcdef")}))
    assert (scored["tier"] == "warm").tolist() == (scored["score"] >= 40).tolist()
    assert scored["tier"].isna().tolist() == (scored["score"] < 40).tolist()
    assert scored["tier"].isna().any()


def calibrate_with(**keys: Any) -> Any:
    rows = [
        (name, int(number < share * 100))
        for name, share in zip("abcdef", SHARES, strict=True)
        for number in range(100)
    ]
    return calibrate(pd.DataFrame(rows, columns=["source", "converted"]), keys).scorecard


def test_a_tier_by_close_rate_begins_at_the_lowest_score_that_closes_so_often() -> None:
    card = calibrate_with(tiers={"rest": 0, "hot": {"close_rate": 0.4}})
    table = card.probability.table
    (hot,) = (one for one in card.tiers if one.name == "hot")
    assert hot.from_ == min(row.score for row in table if row.close_rate >= 0.4)
    assert any(row.close_rate < 0.4 for row in table)


def test_a_tier_that_closes_exactly_so_often_is_met(run: Calibration) -> None:
    table = ScoreTable(scores=(0, 50), leads=(100, 100), customers=(0, 50))
    found = fit_probability(table)
    exact = replace(found, close_rates=(0.1, 0.5), scores=(0, 50), lows=(0, 0.4), highs=(0.2, 0.6))
    tiers, findings = make_tiers(
        Spec(tiers={"rest": 0, "half": {"close_rate": 0.5}}), run.points, table, exact
    )
    assert starts(tiers) == [("rest", 0), ("half", 50)]
    assert not findings


def test_a_tier_that_no_score_meets_is_left_out_and_said() -> None:
    rows = [(name, int(number < 10 * (1 + place))) for place, name in enumerate("ab")
            for number in range(100)]  # fmt: skip
    run = calibrate(
        pd.DataFrame(rows, columns=["source", "converted"]),
        {
            "tiers": {"rest": 0, "sure": {"close_rate": 0.99}},
            "follow_up": {"sure": {"action": "call"}},
        },
    )
    assert [one.name for one in run.scorecard.tiers] == ["rest"]
    (finding,) = (one for one in run.findings if one.code == "tier-not-met")
    assert "99.0 %" in finding.says
    assert "`sure`" in finding.says


def test_where_no_tier_is_met_there_is_none_and_leads_are_scored_all_the_same() -> None:
    card = calibrate_with(
        tiers={"sure": {"close_rate": 0.99}}, follow_up={"sure": {"action": "call"}}
    )
    assert not card.tiers
    scored = card.score(pd.DataFrame({"source": list("abcdef")}))
    assert scored["tier"].isna().all()
    assert scored["passes"].any()


REFUSED = [
    ({"tiers": {"hot": 101}}, "tiers.hot: no lead can reach 101; scores run from 0 to 100"),
    ({"tiers": {"cold": 0, "x": 0}}, "cold and x begin at the same score"),
    ({"follow_up": {"hot": {"action": "call"}}}, "follow_up: there is no tier `hot`"),
    (
        {"tiers": {"cold": 0, "warm": 40}, "follow_up": {"wram": {"action": "call"}}},
        "there is no tier `wram`; did you mean `warm`?",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "says"), REFUSED)
def test_tiers_that_cannot_be_are_refused(keys: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError) as refused:
        calibrate_with(**keys)
    assert says in str(refused.value)


def test_tiers_that_coincide_are_one_and_said() -> None:
    card = calibrate_with(tiers={"cold": 0, "x": {"close_rate": 0.000001}})
    assert [one.name for one in card.tiers] == ["cold"]
    (finding,) = [one for one in card.findings if one.code == "tier-not-met"]
    assert "`x` would begin where `cold` does" in finding.says


def test_tiers_by_score_and_by_rate_that_change_places_are_said() -> None:
    card = calibrate_with(tiers={"cold": 0, "warm": 99, "hot": {"close_rate": 0.1}})
    assert [one.name for one in card.tiers][-1] == "warm"
    assert "tiers-out-of-order" in {one.code for one in card.findings}


def test_a_follow_up_of_a_fifth_that_coincided_with_another_waits_for_it() -> None:
    """Leads share few scores: of five fifths some are no tier, this quarter."""
    rows = [(name, int(number < share)) for name, share in (("a", 5), ("b", 60))
            for number in range(100)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["source", "converted"])
    run = calibrate(frame, {"follow_up": {"third fifth": {"action": "wait"}}})
    assert "third fifth" not in [one.name for one in run.decision.tiers]
    with pytest.raises(CalibrateError, match="there is no tier `sixth fifth`"):
        calibrate(frame, {"follow_up": {"sixth fifth": {"action": "wait"}}})


def test_the_highest_score_may_begin_a_tier_and_one_more_may_not() -> None:
    assert calibrate_with(tiers={"cold": 0, "top": 100}).tiers[-1].from_ == 100
    with pytest.raises(SpecError, match="no lead can reach 101"):
        calibrate_with(tiers={"cold": 0, "top": 101})
