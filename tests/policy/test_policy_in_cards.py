"""The policy in the files people hold: keys, schemas, what is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema
import pandas as pd
import pytest

from calibrate import Scorecard, Spec, calibrate
from calibrate.errors import CalibrateError, ScorecardError
from calibrate.files import read_yaml, yaml_text
from calibrate.schemas import json_schema
from tests.policy.worlds import leads, policy

FULL: dict[str, Any] = policy(0) | {
    "vetoes": [{"industry": ["Retail", "Mining"]}, {"visits": {"from": 11}}],
    "gates": [
        {"name": "stakes", "at_least": 1, "of": [{"size": ["Large"]}, {"visits": {"from": 2.5}}]},
        {"name": "known", "any": [{"industry": ["DACH", "(missing)"]}, {"rating": {"below": 6}}]},
        {"name": "both", "all": [{"rating": {"from": 1}}]},
    ],
    "must_contact": {"close_rate_low": 0.5},
    "propose_vetoes": {"close_rate_high": 0.02},
    "size_prefix": {"attribute": "size", "digits": {"Small": 1, "Large": 3}},
    "points": {"caps": {"firmographic": 12, "behaviour": 9}},
    "tiers": {"cold": 0, "warm": 20, "hot": {"close_rate": 0.55}},
    "follow_up": {
        "hot": {"action": "call", "within_hours": 24},
        "warm": {"action": "automatic e-mail", "within_days": 7},
    },
    "threshold": "lowest_customer",
}


@cache
def card() -> Scorecard:
    return calibrate(leads(0), FULL).scorecard


def document() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(card().to_yaml(), where="card", error=CalibrateError)
    return found


def test_the_keys_of_the_policy_stand_in_the_card_as_the_format_says() -> None:
    found = document()
    keys = list(found)
    policy_keys = "vetoes gates must_contact standings size_prefix tiers grid threshold".split()
    assert [key for key in keys if key in policy_keys] == policy_keys
    assert keys.index("attributes") < keys.index("vetoes")
    assert found["vetoes"] == [{"industry": ["Retail", "Mining"]}, {"visits": {"from": 11}}]
    assert found["gates"] == FULL["gates"]
    assert found["size_prefix"] == FULL["size_prefix"]
    assert [tier["name"] for tier in found["tiers"]] == ["cold", "warm", "hot"]
    assert [tier["from"] for tier in found["tiers"]][:2] == [0, 20]
    assert found["tiers"][2]["action"] == "call"
    assert found["tiers"][2]["within_hours"] == 24
    assert found["tiers"][1]["within_hours"] == 7 * 24
    assert "action" not in found["tiers"][0]
    first = found["must_contact"][0]
    assert {"attribute", "level", "close_rate", "interval"} == set(first)
    assert first["interval"][0] >= 0.5
    assert found["points"]["caps"] == {"firmographic": 12, "behaviour": 9}
    cells = found["grid"]["cells"]
    assert [cell["grade"] for cell in cells] == [f"{a}{b}" for a in "ABCD" for b in range(1, 5)]
    standings = [one["standing"] for one in found["standings"]]
    assert standings == [
        "veto, industry: Retail or Mining",
        "veto, visits: 11 or more",
        "stakes",
        "known",
        "both",
        "must contact",
        "points decide",
    ]
    assert sum(one["leads"] for one in found["standings"]) == found["cohort"]["leads"]
    assert sum(one["customers"] for one in found["standings"]) == found["cohort"]["customers"]


def test_a_card_without_a_policy_has_no_keys_of_it() -> None:
    spec = {"only": ["source"]}
    found = read_yaml(
        calibrate(leads(0), spec).scorecard.to_yaml(), where="card", error=CalibrateError
    )
    assert isinstance(found, dict)
    assert not {"vetoes", "gates", "must_contact", "standings", "size_prefix", "grid"} & set(found)
    assert "caps" not in found["points"]


def test_both_files_follow_their_schemas() -> None:
    jsonschema.validate(document(), json_schema("scorecard"))
    text = yaml_text(FULL)
    Spec.from_text(text)
    jsonschema.validate(read_yaml(text, where="spec", error=CalibrateError), json_schema("spec"))
    for tiers in ("fifths", "buying_stages"):
        jsonschema.validate({"tiers": tiers}, json_schema("spec"))


@pytest.mark.parametrize("name", ["spec", "scorecard"])
def test_every_key_of_the_policy_is_in_the_schema_and_said_what_it_is(name: Any) -> None:
    schema = json_schema(name)
    wanted = {"vetoes", "gates", "must_contact", "size_prefix", "tiers"}
    wanted |= (
        {"propose_vetoes", "follow_up", "threshold"}
        if name == "spec"
        else {"standings", "grid", "threshold", "sweep", "probability"}
    )
    assert wanted <= set(schema["properties"])
    gate = schema["$defs"]["GatePart"]
    assert set(gate["properties"]) == {"name", "at_least", "of", "all", "any"}
    assert gate["additionalProperties"] is False


BAD_SPECS = [
    "gates: [{name: g, al: [{a: [x]}]}]",
    "gates: [{all: [{a: [x]}]}]",
    "gates: [{name: g, at_least: two, of: [{a: [x]}]}]",
    "gates: {name: g}",
    "vetoes: {a: [x]}",
    "vetoes: [{a: x}]",
    "vetoes: [{a: {form: 3}}]",
    "must_contact: 0.8",
    "must_contact: {close_rate_low: 2}",
    "propose_vetoes: {close_rate: 0.1}",
    "size_prefix: {digits: {x: 1}}",
    "size_prefix: {attribute: a, digits: {x: 12}}",
    "tiers: 5",
    "tiers: [a, b]",
    "tiers: {a: {rate: 0.1}}",
    "follow_up: {a: call}",
    "follow_up: {a: {action: call, within_hours: 0}}",
    "points: {caps: {emails: 3}}",
    "points: {caps: {email: -1}}",
    "points: {caps: {email: 1.5}}",
]


@pytest.mark.parametrize("text", BAD_SPECS)
def test_a_broken_spec_is_refused_by_us_and_by_its_schema(text: str) -> None:
    with pytest.raises(CalibrateError) as refused:
        Spec.from_text(text)
    assert "\n" not in str(refused.value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            read_yaml(text, where="spec", error=CalibrateError), json_schema("spec")
        )


Change = Callable[[dict[str, Any]], Any]


def turn_tiers(found: dict[str, Any]) -> None:
    found["tiers"].reverse()


def same_tiers(found: dict[str, Any]) -> None:
    found["tiers"][1]["from"] = found["tiers"][0]["from"]


BROKEN: dict[str, tuple[Change, str]] = {
    "tiers fall": (turn_tiers, "tiers must rise"),
    "tiers coincide": (same_tiers, "tiers must rise"),
    "must-contact level": (
        lambda found: found["must_contact"][0].update(level="Nobody"),
        "must_contact names a level that is not on the card",
    ),
    "must-contact attribute": (
        lambda found: found["must_contact"][0].update(attribute="nope"),
        "no attribute `nope`",
    ),
    "gate level": (
        lambda found: found["gates"][0]["of"].append({"size": ["Huge"]}),
        "`size` has no level `Huge`",
    ),
    "gate attribute": (
        lambda found: found["gates"][1]["any"].append({"nope": ["x"]}),
        "no attribute `nope`",
    ),
    "veto level": (
        lambda found: found["vetoes"].append({"industry": ["Softwear"]}),
        "`industry` has no level `Softwear`; did you mean `Software`?",
    ),
    "prefix level": (
        lambda found: found["size_prefix"]["digits"].update(Huge=4),
        "`size` has no level `Huge`",
    ),
    "prefix digit": (lambda found: found["size_prefix"]["digits"].update(Small=0), "size_prefix"),
    "gate never met": (lambda found: found["gates"][0].update(at_least=3), "can never be met"),
    "unknown key": (lambda found: found["tiers"][0].update(to=10), "unknown key"),
    "half a point": (lambda found: found["tiers"][0].update({"from": 0.5}), "tiers"),
    "rate over 1": (lambda found: found["standings"][0].update(close_rate=1.2), "standings"),
    "leads below 0": (lambda found: found["grid"]["cells"][0].update(leads=-1), "grid"),
    "interval falls": (
        lambda found: found["threshold"].update(interval=[50, 40]),
        "the interval's ends must rise",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_card_whose_policy_does_not_fit_is_refused_in_one_paragraph(name: str) -> None:
    change, says = BROKEN[name]
    found = copy.deepcopy(document())
    change(found)
    with pytest.raises(ScorecardError) as refused:
        Scorecard.from_yaml(yaml_text(found), where="card.yaml")
    assert says in str(refused.value)
    assert str(refused.value).startswith("card.yaml")
    assert "\n" not in str(refused.value)


def test_several_problems_of_a_policy_are_listed_at_once() -> None:
    found = copy.deepcopy(document())
    for name in ("tiers fall", "gate level", "must-contact attribute"):
        BROKEN[name][0](found)
    with pytest.raises(ScorecardError) as refused:
        Scorecard.from_yaml(yaml_text(found))
    for says in ("tiers must rise", "`size` has no level `Huge`", "no attribute `nope`"):
        assert says in str(refused.value)


def test_a_column_that_only_the_policy_needs_must_be_there() -> None:
    """Of no points, but a gate stands on it: silently failing or passing all would be wrong."""
    frame = leads(0).assign(noise=[f"n{row % 3}" for row in range(700)])
    spec: dict[str, Any] = {
        "only": ["source", "noise"],
        "gates": [{"name": "g", "any": [{"noise": ["n1"]}]}],
    }
    made = calibrate(frame, spec).scorecard
    (noise,) = (one for one in made.attributes if one.name == "noise")
    assert not any(level.points for level in noise.levels)
    with pytest.raises(ScorecardError, match="`noise`"):
        made.score(frame.drop(columns=["noise"]))
    assert made.score(frame)["gate"].astype(bool).tolist() == [row % 3 != 1 for row in range(700)]


def test_scores_are_the_same_whatever_the_order_of_attributes_and_levels_in_the_file() -> None:
    found = copy.deepcopy(document())
    found["attributes"].reverse()
    for one in found["attributes"]:
        if one["kind"] != "number":
            one["levels"].reverse()
    turned = Scorecard.from_yaml(yaml_text(found))
    frame = leads(5)
    pd.testing.assert_frame_equal(
        turned.score(frame).drop(columns=["reasons"]),
        card().score(frame).drop(columns=["reasons"]),
    )
