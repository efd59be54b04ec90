"""How a scorecard is laid out as YAML: keys in fixed order, one line for what belongs together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calibrate.files import Flow, FlowList


def card_document(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the card out for the file: one line for what belongs together, keys in fixed order."""
    document: dict[str, Any] = {key: plain[key] for key in ("schema", "name")}
    for key in ("made", "cohort", "overall", "points"):
        document[key] = _flow(plain[key])
    if not plain["cohort"]["set_aside"]:
        del document["cohort"]["set_aside"]
    for key in ("band_alpha", "max_bands", "max_attributes", "caps", "damping"):
        if not plain["points"][key]:
            del document["points"][key]
    if plain["missing"]:
        document["missing"] = FlowList(plain["missing"])
    if plain["reads"]:
        document["reads"] = _flow(_said(plain["reads"]))
    if plain["withheld"]:
        document["withheld"] = [_flow(one) for one in plain["withheld"]]
    document["attributes"] = [_attribute_document(one) for one in plain["attributes"]]
    document |= _policy_document(plain)
    document["threshold"] = _flow(_threshold_document(plain["threshold"]))
    if plain["auc"]:
        document["auc"] = _flow(_without_none(plain["auc"]))
    if plain["later"]:
        document["later"] = _flow(_without_none(plain["later"]))
    if plain["probability"]:
        rows = [_flow(row) for row in plain["probability"]["table"]]
        document["probability"] = {"method": plain["probability"]["method"], "table": rows}
    document["sweep"] = [_flow(cut) for cut in plain["sweep"]]
    if plain["findings"]:
        document["findings"] = list(plain["findings"])
    return document


def _policy_document(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Lay out what stands above the points, as far as there is any of it."""
    keys = ("vetoes", "gates", "must_contact", "standings", "size_prefix", "tiers", "grid")
    document: dict[str, Any] = {}
    for key in keys:
        value = plain[key]
        if key == "grid" and value:
            cells = [_flow(_said(_named(one))) for one in value["cells"]]
            document[key] = {k: _flow(value[k]) for k in ("fit", "engagement")} | {"cells": cells}
        elif isinstance(value, tuple) and value:
            document[key] = [_flow(_ends(_said(_named(one)))) for one in value]
        elif value:
            document[key] = _flow(_said(value))
    return document


def _named(value: Mapping[str, Any]) -> dict[str, Any]:
    """Put what leads are called before what is known of them."""
    first = {key: value[key] for key in ("standing", "name", "from", "grade") if key in value}
    return first | dict(value)


def _ends(value: Any) -> Any:
    """Write the ends of ranges as edges, wherever they stand."""
    if isinstance(value, dict):
        return {
            key: _edge(part) if key in ("from", "below") and part is not None else _ends(part)
            for key, part in value.items()
        }
    return [_ends(part) for part in value] if isinstance(value, tuple | list) else value


def _threshold_document(threshold: Mapping[str, Any]) -> dict[str, Any]:
    others = {name: _without_none(one) for name, one in threshold["alternatives"].items()}
    return {"rule": threshold["rule"]} | _without_none(threshold) | {"alternatives": others}


def _without_none(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if value is not None}


def _attribute_document(attribute: Mapping[str, Any]) -> dict[str, Any]:
    document = {key: value for key, value in attribute.items() if key != "levels"}
    document = {key: value for key, value in document.items() if value not in (None, ())}
    if "pooled" in document:
        document["pooled"] = FlowList(document["pooled"])
    for key in ("test", "made_from"):
        if key in document:
            document[key] = _flow(_said(document[key]))
    return document | {"levels": [_level_document(level) for level in attribute["levels"]]}


def _level_document(level: Mapping[str, Any]) -> dict[str, Any]:
    is_band = level["level"] is None
    named = {key: value for key, value in level.items() if value not in (None, ())}
    if not is_band:
        return {key: _flow(value) for key, value in named.items()}
    ends = {key: _edge(level[key]) for key in ("from", "below")}
    return Flow(ends | {key: _flow(value) for key, value in named.items() if key not in ends})


def _said(value: Any) -> Any:
    """Leave out what is not said: keys without a value."""
    if isinstance(value, dict):
        return {key: _said(part) for key, part in value.items() if part not in (None, (), {})}
    if isinstance(value, tuple | list):
        return [_said(part) for part in value]
    return value


def _edge(value: float | None) -> float | int | None:
    """Write 29.0 as 29: an edge reads as it stands in the leads."""
    return int(value) if value is not None and float(value).is_integer() else value


def _flow(value: Any) -> Any:
    if isinstance(value, dict):
        return Flow({key: _flow(part) for key, part in value.items()})
    if isinstance(value, tuple | list):
        return FlowList(_flow(part) for part in value)
    return value
