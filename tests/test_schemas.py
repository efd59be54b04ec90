"""The JSON Schemas say what is read and what is not, as we do."""

from __future__ import annotations

import jsonschema
import pytest

from calibrate import Spec
from calibrate.errors import CalibrateError, SpecError
from calibrate.files import read_yaml
from calibrate.schemas import json_schema

GOOD = """
schema: calibrate/spec/1
leads: {id: lead_id, created: created_at}
outcome: {column: stage, customer: [Won], lost: [Lost]}
window_days: 90
as_of: 2026-09-30
missing: [Select]
exclude: [tags]
attributes: {visits: {kind: number, bands: [0, 1.5], group: behaviour, unit: visits}}
points: {measure: lift_ratio, estimate: raw, award: raises, overlap: false, scale: points}
levels: {country: {DACH: [DE, AT]}}
override: {source: {Partner: {points: 10, why: contract}}}
threshold: lowest_customer
"""
BAD = [
    "exclud: [a]",
    "min_leads: few",
    "min_leads: 0",
    "min_leads: true",
    "window_days: 1.5",
    "attributes: {a: {kind: shape}}",
    "attributes: {a: {colour: red}}",
    "points: {measure: odds}",
    "points: {overlap: maybe}",
    "points: {q_max: 2}",
    "override: {a: {b: {points: 1}}}",
    "levels: {a: {b: c}}",
    "threshold: best",
    "threshold: {customer_quantile: 2}",
    "schema: calibrate/spec/2",
    "outcome: [a]",
]


def document(text: str) -> object:
    return read_yaml(text, where="spec", error=CalibrateError)


@pytest.mark.parametrize("text", [GOOD, "{}", "threshold: {customer_quantile: 0.05}"])
def test_a_spec_that_we_read_follows_the_schema(text: str) -> None:
    Spec.from_text(text)
    jsonschema.validate(document(text), json_schema("spec"))


@pytest.mark.parametrize("text", BAD)
def test_a_spec_that_we_refuse_does_not_follow_the_schema(text: str) -> None:
    with pytest.raises(SpecError):
        Spec.from_text(text)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document(text), json_schema("spec"))


@pytest.mark.parametrize("name", ["spec", "scorecard"])
def test_a_schema_is_a_schema_and_names_its_format(name: str) -> None:
    schema = json_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == f"calibrate/{name}/1"
    assert schema["additionalProperties"] is False
