"""Thresholds and findings under a policy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate import Calibration, calibrate
from calibrate.calls import call_list
from calibrate.cutting import cuts_for
from calibrate.errors import LeadsError, SpecError
from calibrate.explaining import explain


def leads() -> pd.DataFrame:
    """The worst source has one customer, and it is a partner's; sure leads score low."""
    rng = np.random.default_rng(4)
    rows = [
        (source, channel, int(number < share * 200))
        for source, share in (("cold", 0.005), ("web", 0.2), ("fair", 0.5))
        for channel in ("direct", "direct", "partner")
        for number in rng.permutation(200)
    ]
    rows += [("cold", "referral", 1)] * 40
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 90, len(rows)), unit="D")
    frame = pd.DataFrame(rows, columns=["source", "channel", "converted"])
    return frame.assign(created=days.strftime("%Y-%m-%d"))


LEADS = leads()


def run_with(**keys: Any) -> Calibration:
    return calibrate(
        LEADS,
        {
            "only": ["source", "channel"],
            "leads": {"created": "created"},
            "outcome": {"column": "converted"},
            "attributes": {"channel": {"wanted": True}},
            "fit": {"holdout": "none"},
        }
        | keys,
    )


def codes(run: Calibration) -> list[str]:
    return [one.code for one in run.findings]


def lowest_by_hand(run: Calibration, mask: pd.Series[bool]) -> int:
    scores = run.scorecard.score(LEADS)["score"]
    return int(scores[mask & (LEADS["converted"] == 1)].min())


def test_the_lowest_customer_is_one_whose_points_decide() -> None:
    alone = run_with()
    assert alone.threshold.score == lowest_by_hand(alone, LEADS["source"] != "")
    gate = {"name": "known", "all": [{"source": ["web", "fair"]}]}
    gated = run_with(gates=[gate])
    assert gated.threshold.score == lowest_by_hand(gated, LEADS["source"] != "cold")
    assert gated.threshold.score > alone.threshold.score
    sure = run_with(must_contact={"close_rate_low": 0.9})
    assert [one.label for one in sure.scorecard.must_contact] == ["referral"]
    assert sure.threshold.score == lowest_by_hand(sure, LEADS["channel"] != "referral")


def test_vetoed_customers_set_no_threshold_either() -> None:
    run = run_with(vetoes=[{"source": ["cold"]}])
    assert run.threshold.score == lowest_by_hand(run, LEADS["source"] != "cold")
    assert sum(run.decision.deciding.leads) == int((LEADS["source"] != "cold").sum())


@pytest.mark.parametrize("share", [0.25, 0.3, 0.5])
def test_a_share_is_of_all_leads_and_must_contact_ones_are_among_those_that_pass(
    share: float,
) -> None:
    run = run_with(
        threshold={"share": share},
        must_contact={"close_rate_low": 0.9},
        vetoes=[{"channel": ["partner"]}],
    )
    scored = run.scorecard.score(LEADS)
    assert "threshold-not-met" not in codes(run)
    assert scored["passes"].mean() <= share + 1e-9
    # One score lower would let too many pass.
    by_points = (scored["gate"] == "") & (scored["must_contact"] == "")
    lower = [score for score in set(scored["score"][by_points]) if score < run.threshold.score]
    if lower:
        more = (by_points & (scored["score"] >= max(lower))) | (scored["must_contact"] != "")
        assert more.mean() > share


def test_a_capacity_leaves_room_for_must_contact_leads() -> None:
    months = 90 / 30.4375  # of about three months
    run = run_with(threshold={"capacity": 200}, must_contact={"close_rate_low": 0.9})
    passing = run.scorecard.score(LEADS)["passes"].sum() / months
    assert passing <= 200 * 1.02
    alone = run_with(threshold={"capacity": 200})
    assert alone.threshold.score <= run.threshold.score


def test_when_must_contact_leads_alone_are_too_many_that_is_said() -> None:
    run = run_with(threshold={"share": 0.01}, must_contact={"close_rate_low": 0.9})
    assert "threshold-not-met" in codes(run)


def test_no_customer_left_is_refused_with_where_they_are() -> None:
    conditions = [{"source": ["cold"]}, {"channel": ["(missing)"]}]
    with pytest.raises(LeadsError) as refused:
        run_with(gates=[{"name": "impossible", "all": conditions}])
    customers = int(LEADS["converted"].sum())
    assert f"impossible: {customers}" in str(refused.value)
    assert "Loosen the vetoes, gates or `must_contact`" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_gate_that_keeps_out_leads_who_close_as_often_as_any_is_remarked() -> None:
    run = run_with(gates=[{"name": "no fairs", "any": [{"source": ["cold", "web"]}]}])
    (finding,) = (one for one in run.findings if one.code == "gate-loses-customers")
    assert finding.says.startswith("`no fairs` keeps 600 leads out, of which 50.0 % closed")
    assert "gate-loses-customers" not in codes(run_with(vetoes=[{"source": ["cold"]}]))
    vetoed = run_with(vetoes=[{"source": ["fair"]}])
    assert any("`veto, source: fair`" in one.says for one in vetoed.findings)


def test_a_veto_is_proposed_on_levels_that_surely_close_too_rarely_and_only_when_asked() -> None:
    frame = pd.DataFrame(
        [("bot", 0)] * 500 + [("web", n % 2) for n in range(500)] + [("few", 0)] * 20,
        columns=["source", "converted"],
    )
    spec: dict[str, Any] = {"propose_vetoes": {"close_rate_high": 0.02}}
    assert "veto-proposed" not in codes(calibrate(frame, {"only": ["source"]}))
    run = calibrate(frame, {"only": ["source"]} | spec)
    (finding,) = (one for one in run.findings if one.code == "veto-proposed")
    # 0 of 500 is under .8 % at the upper end, 0 of 20 under 16 %.
    assert "`source: bot` (0 of 500 leads)" in finding.says
    assert "few" not in finding.says
    assert not run.scorecard.vetoes
    declared = calibrate(frame, {"only": ["source"], "vetoes": [{"source": ["Bot"]}]} | spec)
    assert "veto-proposed" not in codes(declared)


def test_must_contact_is_the_lower_wilson_end() -> None:
    """20 of 20 has .839."""
    frame = pd.DataFrame(
        [("sure", 1)] * 20 + [("web", n % 4 == 0) for n in range(400)],
        columns=["source", "converted"],
    )
    spec: dict[str, Any] = {"only": ["source"], "attributes": {"source": {"wanted": True}}}
    at = calibrate(frame, spec | {"must_contact": {"close_rate_low": 0.838}}).scorecard
    assert [one.label for one in at.must_contact] == ["sure"]
    over = calibrate(frame, spec | {"must_contact": {"close_rate_low": 0.84}}).scorecard
    assert not over.must_contact


def test_neither_nothing_nor_the_rest_must_be_contacted() -> None:
    rows = [(None, 1)] * 60 + [(f"rare {n}", 1) for n in range(60)]
    rows += [("web", n % 4 == 0) for n in range(400)]
    frame = pd.DataFrame(rows, columns=["source", "converted"])
    card = calibrate(
        frame,
        {
            "only": ["source"],
            "attributes": {"source": {"wanted": True}},
            "must_contact": {"close_rate_low": 0.8},
        },
    ).scorecard
    assert {level.level for level in card.attributes[0].levels} == {"web", "(other)", "(missing)"}
    assert not card.must_contact


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (0, "every lead reaches 0"),
        (-5, "every lead reaches -5"),
        (101, "no lead can reach 101; scores run from 0 to 100"),
    ],
)
def test_a_declared_threshold_out_of_reach_is_refused(rule: int, says: str) -> None:
    with pytest.raises(SpecError, match=says):
        run_with(threshold=rule)


@pytest.mark.parametrize("rule", [1, 37])
def test_a_declared_threshold_is_itself_whether_a_lead_has_that_score_or_not(rule: int) -> None:
    run = run_with(threshold=rule)
    assert run.scorecard.threshold.score == rule
    scored = run.scorecard.score(LEADS)
    assert scored["passes"].tolist() == (scored["score"] >= rule).tolist()


def test_leads_that_points_do_not_decide_about_have_no_threshold() -> None:
    card = run_with(vetoes=[{"source": ["cold"]}]).scorecard
    cold = LEADS[LEADS["source"] == "cold"]
    with pytest.raises(LeadsError, match="decides about every lead"):
        cuts_for(card, cold, {"share": 0.2})


def test_other_thresholds_on_new_leads_count_must_contact_ones() -> None:
    card = run_with(must_contact={"close_rate_low": 0.9}, vetoes=[{"channel": ["partner"]}])
    found = cuts_for(card.scorecard, LEADS, {"share": 0.3})
    scored = card.scorecard.score(LEADS)
    by_points = (scored["gate"] == "") & (scored["must_contact"] == "")
    sure = scored["must_contact"] != ""
    for one in found.cuts:
        passing = (by_points & (scored["score"] >= one.taught.score)) | sure
        assert one.leads == int(passing.sum())
    assert found.cuts[0].leads <= 0.3 * len(LEADS)


def test_a_gate_whose_leads_may_well_close_less_often_is_not_remarked() -> None:
    """The interval reaches over the overall rate on both sides: nothing is known."""
    run = run_with(vetoes=[{"channel": ["partner"]}])
    (kept_out, *_) = run.decision.standings.each
    low, high = kept_out.interval or (0.0, 0.0)
    assert low < run.evidence.overall.close_rate < high
    assert "gate-loses-customers" not in codes(run)


LITTLE = {"channel": {"referral": {"points": 1, "why": "to see it low"}}}


def test_must_contact_leads_are_called_before_leads_with_a_higher_score() -> None:
    card = run_with(must_contact={"close_rate_low": 0.9}, override=LITTLE).scorecard
    found = call_list(card, LEADS.drop(columns=["converted"]))
    is_sure = [bool(one) for one in found.told["must_contact"]]
    sure = is_sure.index(False)
    assert sure == 40
    assert not any(is_sure[sure:])
    assert min(found.told["score"][:sure]) < max(found.told["score"][sure:])


def test_no_share_of_new_leads_is_passed_by_must_contact_ones() -> None:
    card = run_with(must_contact={"close_rate_low": 0.9}).scorecard
    for share in np.arange(0.3, 0.9, 0.01):
        found = cuts_for(card, LEADS, {"share": float(share)})
        assert not found.is_met or found.cuts[0].leads <= share * len(LEADS) + 1e-9


def test_the_strongest_points_are_named_first_whichever_way_they_go() -> None:
    card = run_with(override=LITTLE).scorecard
    points = [one.points for one in explain(card, LEADS.tail(1), "index 1839").reasons]
    assert len(points) == 2
    assert points[0] < 0 < points[1] < -points[0]
