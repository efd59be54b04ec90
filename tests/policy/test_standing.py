"""Where leads stand: vetoes before gates before must-contact, and the first of each."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from calibrate import Calibration, calibrate


def leads() -> pd.DataFrame:
    """Every mix of three flags, 40 leads each; two in four close, of the sure ones all."""
    rows = [
        {"red": red, "need": need, "sure": sure, "n": number, "converted": int(number % 2 or sure)}
        for red in (0, 1)
        for need in (0, 1)
        for sure in (0, 1)
        for number in range(40)
    ]
    frame = pd.DataFrame(rows)
    for name in ("red", "need", "sure"):
        frame[name] = frame[name].map({0: "no", 1: "yes"})
    return frame.drop(columns="n")


WANTED: dict[str, Any] = {name: {"wanted": True} for name in ("red", "need", "sure")}
VETO = {"vetoes": [{"red": ["yes"]}]}
GATE = {"gates": [{"name": "stakes", "all": [{"need": ["yes"]}]}]}
SURE = {"must_contact": {"close_rate_low": 0.8}}


def run_with(**keys: Any) -> Calibration:
    return calibrate(leads(), {"attributes": WANTED, "only": list(WANTED)} | keys)


def scored(run: Calibration, **lead: str) -> dict[str, Any]:
    frame = run.scorecard.score(pd.DataFrame([lead]))
    found: dict[str, Any] = frame.iloc[0].to_dict()
    return found


def test_a_veto_comes_before_a_gate_and_a_gate_before_must_contact() -> None:
    run = run_with(**VETO, **GATE, **SURE)
    all_three = scored(run, red="yes", need="no", sure="yes")
    assert all_three["gate"] == "veto, red: yes"
    assert (all_three["passes"], all_three["must_contact"], all_three["tier"]) == (False, "", None)
    gated = scored(run, red="no", need="no", sure="yes")
    assert gated["gate"] == "stakes: 0 of 1, needs 1; lacks need: yes"
    assert (gated["passes"], gated["must_contact"], gated["tier"]) == (False, "", None)
    must = scored(run, red="no", need="yes", sure="yes")
    assert (must["gate"], must["must_contact"], must["passes"]) == ("", "sure: yes", True)
    other = scored(run, red="no", need="yes", sure="no")
    assert (other["gate"], other["must_contact"]) == ("", "")


def test_leads_are_counted_where_they_stand_and_nowhere_else() -> None:
    run = run_with(**VETO, **GATE, **SURE)
    assert [(one.standing, one.leads, one.customers) for one in run.scorecard.standings] == [
        ("veto, red: yes", 160, 120),
        ("stakes", 80, 60),
        ("must contact", 40, 40),
        ("points decide", 40, 20),
    ]


def test_of_two_vetoes_and_of_two_gates_the_first_is_the_reason() -> None:
    vetoes = [{"red": ["yes"]}, {"need": ["no"]}]
    run = run_with(vetoes=vetoes)
    assert scored(run, red="yes", need="no", sure="no")["gate"] == "veto, red: yes"
    assert scored(run, red="no", need="no", sure="no")["gate"] == "veto, need: no"
    turned = run_with(vetoes=vetoes[::-1])
    assert scored(turned, red="yes", need="no", sure="no")["gate"] == "veto, need: no"
    gates = [
        {"name": "first", "any": [{"red": ["no"]}]},
        {"name": "second", "any": [{"need": ["yes"]}, {"sure": ["yes"]}]},
    ]
    run = run_with(gates=gates)
    both = scored(run, red="yes", need="no", sure="no")
    assert both["gate"] == "first: 0 of 1, needs 1; lacks red: no"
    second = scored(run, red="no", need="no", sure="no")
    assert second["gate"] == "second: 0 of 2, needs 1; lacks need: yes; sure: yes"


def test_exactly_enough_conditions_are_enough() -> None:
    of = [{"red": ["no"]}, {"need": ["yes"]}, {"sure": ["yes"]}]
    run = run_with(gates=[{"name": "two", "at_least": 2, "of": of}])
    assert scored(run, red="no", need="yes", sure="no")["gate"] == ""
    assert scored(run, red="no", need="no", sure="no")["gate"] == (
        "two: 1 of 3, needs 2; lacks need: yes; sure: yes"
    )
    assert scored(run, red="no", need="yes", sure="no")["stakes"] // 100 == 2


def test_table_stakes_as_one_number() -> None:
    """435 is in and 282 is out: hundreds count conditions, the rest are points up to 99."""
    of = [{"red": ["no"]}, {"need": ["yes"]}, {"sure": ["yes"]}]
    run = run_with(gates=[{"name": "two", "at_least": 2, "of": of}])
    best = scored(run, red="no", need="yes", sure="yes")
    assert (best["score"], best["stakes"]) == (100, 399)
    worst = scored(run, red="yes", need="no", sure="no")
    assert (worst["score"], worst["stakes"]) == (0, 0)
    low = run_with(
        gates=[{"name": "two", "at_least": 2, "of": of}],
        override={"sure": {"no": {"points": -500, "why": "far below"}}},
    )
    below = scored(low, red="no", need="yes", sure="no")
    assert below["score"] < 0
    assert below["stakes"] == 200


def test_passing_is_reaching_the_threshold_unless_out_or_must_contact() -> None:
    run = run_with(threshold=50, **SURE)
    at = run.scorecard.model_copy(
        update={"threshold": run.scorecard.threshold.model_copy(update={"score": 0})}
    )
    lead = {"red": "no", "need": "no", "sure": "no"}
    score = scored(run, **lead)["score"]
    for threshold, passes in ((score - 1, True), (score, True), (score + 1, False)):
        part = at.threshold.model_copy(update={"score": int(threshold)})
        card = at.model_copy(update={"threshold": part})
        assert bool(card.score(pd.DataFrame([lead]))["passes"].iloc[0]) is passes
        sure = card.score(pd.DataFrame([lead | {"sure": "yes"}]))
        assert bool(sure["passes"].iloc[0])


def test_the_size_stands_before_points_from_0_to_999() -> None:
    run = run_with(
        size_prefix={"attribute": "need", "digits": {"yes": 3}},
        override={
            "sure": {
                "no": {"points": -500, "why": "far below"},
                "yes": {"points": 5000, "why": "far above"},
            }
        },
    )
    assert scored(run, red="no", need="yes", sure="no")["shown"] == 3000
    assert scored(run, red="no", need="yes", sure="yes")["shown"] == 3999
    assert scored(run, red="no", need="no", sure="no")["shown"] == 0
    assert scored(run, red="no", need="", sure="yes")["shown"] == 999


def test_columns_for_which_there_is_no_policy_are_left_out() -> None:
    names = "score passes close_rate tier fit engagement reasons".split()
    assert list(run_with().scorecard.score(leads())) == names
    assert not run_with().scorecard.standings
    full = run_with(**VETO, **GATE, **SURE, size_prefix={"attribute": "red", "digits": {"no": 1}})
    assert (
        list(full.scorecard.score(leads()))
        == (
            "score passes close_rate tier fit engagement gate must_contact stakes shown reasons"
        ).split()
    )


def test_a_must_contact_lead_is_treated_as_one_of_the_top_tier_and_named_by_its_own() -> None:
    card = run_with(
        **SURE,
        tiers={"low": -200, "high": 10},
        follow_up={"high": {"action": "call", "within_hours": 25}},
        override={"sure": {"yes": {"points": -90, "why": "to see it low"}}},
    ).scorecard
    frame = pd.DataFrame([{"red": "no", "need": "no", "sure": "yes"}])
    told = card.score(frame, as_of=dt.date(2026, 2, 27)).iloc[0]
    assert told["score"] < 10
    assert (told["passes"], told["tier"], told["action"]) == (True, "low", "call")
    assert told["due"] == "2026-03-01"  # 25 hours end within the second day
