"""A card as a draft of HubSpot's Lead Scoring API, with notes for whom sets it up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from itertools import accumulate
from typing import Any

from calibrate.export.crm import Asked, Rule, rules_of
from calibrate.present.terminal import clean
from calibrate.scorecard import Scorecard
from calibrate.spec import ENGAGEMENT

SCHEMA = "calibrate/hubspot/1"

_CONTACTS = "0-1"
"""HubSpot's number of the objects that are people."""

_OPERATORS = {
    "any_of": "IS_EQUAL_TO",
    "none_of": "IS_NOT_EQUAL_TO",
    "has": "IS_ANY_OF",
    "lacks": "IS_NONE_OF",
    "at_least": "IS_GREATER_THAN_OR_EQUAL_TO",
    "below": "IS_LESS_THAN",
    "is": "IS_EQUAL_TO",
    "is_not": "IS_NOT_EQUAL_TO",
    "known": "IS_KNOWN",
    "unknown": "IS_UNKNOWN",
}


def hubspot(card: Scorecard) -> str:
    """Write a card for HubSpot.

    Parameters
    ----------
    card : Scorecard

    Returns
    -------
    str
        JSON after `hubspot_schema`: ``request`` is what HubSpot's API takes to make a draft of a
        score, ``notes`` say what it cannot hold.
    """
    found = rules_of(card, lists=True)
    groups = dict.fromkeys(rule.group for rule in found.rules if rule.attribute != "base")
    base = [rule for rule in found.rules if rule.attribute == "base"]
    configs = [_group("base", base, None)] if card.points.base else []
    configs += [
        _group(
            group,
            [rule for rule in found.rules if rule.group == group and rule not in base],
            card.points.caps.get(group),
        )
        for group in groups
    ]
    notes = list(found.notes)
    if any(rule.asked and rule.asked[0].how == "times" for rule in found.rules):
        notes.append(
            "`eventTypeId` has the event's name in the log; put HubSpot's id in its place."
        )
    if {"spam", "other"} & set(groups):
        notes.append("The groups spam and other stand under FIT; HubSpot knows FIT and INTENT.")
    most = {
        kind: sum(one["maxValue"] for one in configs if one["groupCategory"] == kind)
        for kind in ("FIT", "INTENT")
    }
    request = {
        "name": clean(card.name),
        "objectTypeId": _CONTACTS,
        "allowedGroupTypes": list(dict.fromkeys(one["groupCategory"] for one in configs)),
        "maxScorePerCategory": max(*most.values(), 1),
        "groupConfigs": configs,
    }
    written = {"schema": SCHEMA, "threshold": card.threshold.score, "request": request}
    text = json.dumps({**written, "notes": notes}, indent=2)
    return text.replace("<", "\\u003c") + "\n"


def hubspot_schema() -> dict[str, Any]:
    """Give the JSON Schema of the export."""
    text = files("calibrate.export").joinpath("hubspot.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _group(name: str, rules: Sequence[Rule], cap: int | None) -> dict[str, Any]:
    """Write a group; its ends are a cap, and what its points can come to."""
    low, high = _ends(rules)
    return {
        "groupName": name,
        "groupCategory": "INTENT" if name in ENGAGEMENT else "FIT",
        "maxValue": high if cap is None else cap,
        "minValue": low,
        "ruleConfigurations": [
            {"enabled": True, "configuration": {"calculation": _calculation(rule)}}
            for rule in rules
        ],
    }


def _ends(rules: Sequence[Rule]) -> tuple[int, int]:
    """Give bounds of what rules add up to: one rule of an attribute, or all steps up to one."""
    low = high = 0
    for name in dict.fromkeys(rule.attribute for rule in rules):
        own = [rule for rule in rules if rule.attribute == name]
        everybody = sum(rule.points for rule in own if not rule.asked)
        points = [rule.points for rule in own if rule.asked]
        is_stepped = any(asked.how == "times" for rule in own for asked in rule.asked)
        reached = [everybody + one for one in (0, *(accumulate(points) if is_stepped else points))]
        low, high = low + min(reached), high + max(reached)
    return min(low, 0), max(high, 0)


def _calculation(rule: Rule) -> dict[str, Any]:
    if not rule.asked:
        return {"type": "CONSTANT", "value": rule.points}
    if rule.asked[0].how == "times":
        return _event(rule, rule.asked[0])
    conditions = [
        {"type": "SINGLE", "property": rule.field, "operation": _operation(one)}
        for one in rule.asked
    ]
    where = {"type": "COMPOSITE", "operator": "AND", "conditions": conditions}
    return {"type": "CONDITIONAL", "value": rule.points, "whereCondition": where}


def _operation(asked: Asked) -> dict[str, Any]:
    kinds: dict[str, tuple[str, dict[str, Any]]] = {
        "any_of": ("MULTISTRING", {"values": list(asked.values)}),
        "none_of": ("MULTISTRING", {"values": list(asked.values)}),
        "has": ("ENUMERATION", {"values": list(asked.values)}),
        "lacks": ("ENUMERATION", {"values": list(asked.values)}),
        "at_least": ("NUMBER", {"value": asked.number}),
        "below": ("NUMBER", {"value": asked.number}),
        "is": ("NUMBER", {"value": asked.number}),
        "is_not": ("NUMBER", {"value": asked.number}),
    }
    kind, more = kinds.get(asked.how, ("ALL_PROPERTY", {}))
    return {
        "operationType": kind,
        "operator": _OPERATORS[asked.how],
        **more,
        "includeObjectsWithNoValueSet": False,
    }


def _event(rule: Rule, asked: Asked) -> dict[str, Any]:
    often = {"type": "AT_LEAST", "from": asked.least, "value": rule.points}
    within = {
        "operationType": "ROLLING_DATE_RANGE",
        "operator": "IS_LESS_THAN_X_DAYS_AGO",
        "numberOfDays": asked.days,
        "requiresTimeZoneConversion": False,
        "includeObjectsWithNoValueSet": False,
    }
    entry = {
        "eventTypeId": rule.field,
        "recordCalculation": {"type": "CONSTANT", "value": rule.points},
        "eventFrequencyCriteria": {"type": "BETWEEN", "ranges": [often]},
        "eventTimeframe": {"eventFilterOperation": within},
    }
    return {"type": "MULTI_UE", "eventCalculators": [entry]}
