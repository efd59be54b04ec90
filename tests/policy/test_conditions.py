"""Conditions: what they stand for, and what is refused."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from calibrate import Calibration, Spec, calibrate
from calibrate.errors import SpecError
from tests.policy.worlds import leads, policy

LEADS = leads(3)


def run_with(**keys: Any) -> Calibration:
    spec = policy(0)
    for key in (
        "vetoes",
        "gates",
        "must_contact",
        "size_prefix",
        "tiers",
        "follow_up",
        "threshold",
    ):
        spec.pop(key, None)
    return calibrate(LEADS, spec | {"points": {}} | keys)


def kept_out(condition: dict[str, Any]) -> set[str]:
    """The ids of leads that a veto with this condition keeps out."""
    run = run_with(vetoes=[condition])
    scored = run.scorecard.score(LEADS)
    return set(LEADS["lead_id"][scored["gate"] != ""])


def where(mask: pd.Series[bool]) -> set[str]:
    return set(LEADS["lead_id"][mask])


INDUSTRY = LEADS["industry"].str.strip().str.lower()
NOTHING = INDUSTRY.isna() | (INDUSTRY == "select")
MEANT = [
    ("values", {"industry": ["Software", "Retail"]}, INDUSTRY.isin(["software", "retail"])),
    ("another case", {"industry": [" SOFTWARE "]}, INDUSTRY == "software"),
    ("a group", {"industry": ["dach"]}, INDUSTRY.isin(["travel", "public"])),
    ("a member alone", {"industry": ["Travel"]}, INDUSTRY == "travel"),
    ("a group and a member", {"industry": ["DACH", "Travel"]}, INDUSTRY.isin(["travel", "public"])),
    ("a pooled value", {"industry": ["mining"]}, INDUSTRY == "mining"),
    ("no value", {"industry": ["(missing)"]}, NOTHING),
    ("no value, empty", {"industry": [""]}, NOTHING),
    ("yes", {"demo": ["yes"]}, LEADS["demo"] == "yes"),
    ("true", {"demo": [True]}, LEADS["demo"] == "yes"),
    ("y", {"demo": ["y"]}, LEADS["demo"] == "yes"),
    ("T", {"demo": ["T"]}, LEADS["demo"] == "yes"),
    ("f", {"demo": ["f"]}, LEADS["demo"] == "no"),
    ("n or nothing", {"demo": ["N", "(missing)"]}, LEADS["demo"] != "yes"),
    ("numbers", {"visits": [3, "4.0"]}, LEADS["visits"].isin([3, 4])),
    ("no number", {"visits": ["(missing)"]}, LEADS["visits"].isna()),
    ("from", {"visits": {"from": 4}}, LEADS["visits"] >= 4),
    ("below", {"visits": {"below": 4}}, LEADS["visits"] < 4),
    ("between", {"visits": {"from": 2, "below": 5}}, LEADS["visits"].between(2, 4)),
    ("half numbers", {"visits": {"from": 2.5}}, LEADS["visits"] >= 3),
    ("range of few numbers", {"rating": {"from": 4}}, LEADS["rating"] >= 4),
    ("few numbers", {"rating": [2, "3.0"]}, LEADS["rating"].isin([2, 3])),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "mask"), [m[1:] for m in MEANT], ids=[m[0] for m in MEANT])
def test_a_condition_holds_for_the_leads_it_names_and_no_others(
    condition: dict[str, Any], mask: pd.Series[bool]
) -> None:
    assert where(mask)
    assert kept_out(condition) == where(mask)


REFUSED = [
    ({"industry": ["Softwear"]}, "`industry` has no level `Softwear`; did you mean `Software`?"),
    ({"industri": ["Software"]}, "no attribute `industri`; did you mean `industry`?"),
    ({"industry": {"from": 1}}, "`industry` is no number; list the values that are meant"),
    ({"demo": {"below": 1}}, "`demo` is no number"),
    ({"visits": ["many"]}, "`visits` has no level `many`"),
    ({"demo": ["maybe"]}, "`demo` has no level `maybe`; there are `no`, `yes`"),
    ({"source": ["Radio"]}, "`source` has no level `Radio`"),
]


@pytest.mark.parametrize(("condition", "says"), REFUSED, ids=[r[1][:30] for r in REFUSED])
def test_what_no_lead_of_the_card_could_meet_is_refused_by_name(
    condition: dict[str, Any], says: str
) -> None:
    gate = {"name": "stakes", "all": [condition]}
    for keys, place in (({"vetoes": [condition]}, "vetoes"), ({"gates": [gate]}, "gates.stakes")):
        with pytest.raises(SpecError) as refused:
            run_with(**keys)
        assert f"{place}: {says}" in str(refused.value)


def test_all_problems_of_a_policy_are_listed_at_once() -> None:
    with pytest.raises(SpecError) as refused:
        run_with(
            vetoes=[{"industry": ["Softwear"]}, {"nope": ["x"]}],
            gates=[{"name": "a", "any": [{"source": ["Radio"]}, {"demo": ["maybe"]}]}],
            size_prefix={"attribute": "size", "digits": {"Tiny": 1}},
        )
    begins = [problem.partition(":")[0] for problem in refused.value.problems]
    assert begins == ["vetoes", "vetoes", "gates.a", "gates.a", "size_prefix"]


def test_why_an_attribute_is_none_is_said() -> None:
    frame = LEADS.assign(lost_reason=LEADS["converted"].map({1: "", 0: "price"}))
    spec = {"missing": ["Select"], "exclude": ["size"]}
    with pytest.raises(SpecError, match="`size` is under `exclude`"):
        calibrate(frame, spec | {"vetoes": [{"size": ["Small"]}]})
    with pytest.raises(SpecError, match="`lost_reason` is withheld as a leak; `wanted: true`"):
        calibrate(frame, spec | {"vetoes": [{"lost_reason": ["price"]}]})


BROKEN = [
    ("vetoes: [{a: [x], b: [y]}]", "one attribute a condition"),
    ("vetoes: [{}]", "one attribute a condition"),
    ("vetoes: [{a: []}]", "vetoes"),
    ("vetoes: [{a: {}}]", "name `from`, `below`, or both"),
    ("vetoes: [{a: {from: 3, below: 3}}]", "`from` must be smaller than `below`"),
    ("vetoes: [{a: {from: .nan}}]", "vetoes"),
    ("vetoes: [{a: ['(Other)']}]", "(other) is what was rare"),
    ("gates: [{name: g}]", "name one of `of` (with `at_least`), `all` and `any`"),
    ("gates: [{name: g, all: [{a: [x]}], any: [{a: [x]}]}]", "name one of"),
    ("gates: [{name: g, of: [{a: [x]}]}]", "`at_least` and `of` go together"),
    ("gates: [{name: g, at_least: 1, all: [{a: [x]}]}]", "`at_least` and `of` go together"),
    ("gates: [{name: g, at_least: 2, of: [{a: [x]}]}]", "`at_least: 2` of 1 can never be met"),
    ("gates: [{name: g, at_least: 0, of: [{a: [x]}]}]", "gates"),
    ("gates: [{name: g, all: []}]", "gates"),
    ("gates: [{name: g, all: [{a: [x]}]}, {name: ' G', all: [{a: [x]}]}]", "g stands there twice"),
    ("must_contact: {close_rate_low: 1}", "must_contact.close_rate_low"),
    ("must_contact: {close_rate_low: 0}", "must_contact.close_rate_low"),
    ("propose_vetoes: {close_rate_high: 1.5}", "propose_vetoes.close_rate_high"),
    ("size_prefix: {attribute: a, digits: {}}", "size_prefix.digits"),
    ("size_prefix: {attribute: a, digits: {x: 10}}", "size_prefix.digits"),
    ("size_prefix: {attribute: a, digits: {x: 0}}", "size_prefix.digits"),
    ("size_prefix: {attribute: a, digits: {x: 1, X: 2}}", "x stands there twice"),
    ("tiers: {}", "tiers"),
    ("tiers: thirds", "tiers"),
    ("tiers: {a: 1, b: 1}", "a and b begin at the same score"),
    ("tiers: {a: 1, A: 2}", "a stands there twice"),
    ("tiers: {a: 1.5}", "tiers"),
    ("tiers: {a: {close_rate: 1}}", "tiers"),
    ("follow_up: {a: {action: call, within_hours: 1, within_days: 1}}", "not both"),
    ("follow_up: {a: {within_hours: 1}}", "follow_up"),
    ("follow_up: {a: {action: call, within_days: 0}}", "follow_up"),
]


@pytest.mark.parametrize(("text", "says"), BROKEN, ids=[one[0] for one in BROKEN])
def test_a_policy_that_cannot_be_meant_is_refused_before_any_lead_is_read(
    text: str, says: str
) -> None:
    with pytest.raises(SpecError) as refused:
        Spec.from_text(text)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
