"""The JSON Schemas of the files people hold."""

from __future__ import annotations

from typing import Any, Literal

from calibrate.scorecard import CARD_SCHEMA, Scorecard
from calibrate.spec import SPEC_SCHEMA, Spec


def json_schema(file_format: Literal["spec", "scorecard"]) -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a file format.

    Examples
    --------
    >>> json_schema("spec")["title"]
    'calibrate/spec/1'
    """
    model, title = (Spec, SPEC_SCHEMA) if file_format == "spec" else (Scorecard, CARD_SCHEMA)
    schema = model.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema | {"title": title}
