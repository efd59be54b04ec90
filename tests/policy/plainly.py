"""Scoring and policy once more, a lead at a time, from the pages and not from the package's code.

A card is the mapping that its YAML file holds, a lead a mapping of columns to values.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

FIT = {"demographic", "firmographic", "budget", "authority", "need", "timing"}
ENGAGEMENT = {"behaviour", "email", "social"}
WORDS = {"yes": "yes", "true": "yes", "y": "yes", "t": "yes"} | dict.fromkeys(
    ("no", "false", "n", "f"), "no"
)

Doc = Mapping[str, Any]


def number_in(value: Any) -> float | None:
    """The number that a value is or says."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def text_of(value: Any, card: Doc, kind: str) -> str | None:
    """How a value is compared; None for nothing at all."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    folded = str(value).strip().lower()
    if folded in ("", "(missing)") or folded in [str(one).strip().lower() for one in missing(card)]:
        return None
    if kind == "boolean":
        return WORDS.get(folded, folded)
    number = number_in(folded)
    return folded if number is None else f"#{number!r}"


def missing(card: Doc) -> list[Any]:
    return list(card.get("missing", ()))


def level_of(value: Any, attribute: Doc, card: Doc) -> Doc | None:
    """The level of a value: None where the card has never seen it."""
    found = text_of(value, card, attribute["kind"])
    named = {
        str(one["level"]).strip().lower(): one for one in attribute["levels"] if "level" in one
    }
    if found is None:
        return named.get("(missing)")
    if attribute["kind"] == "number":
        number = number_in(value)
        for one in attribute["levels"]:
            if number is None or "level" in one:
                continue
            low, below = one["from"], one["below"]
            if (low is None or number >= low) and (below is None or number < below):
                return dict(one)
        return None
    for one in attribute["levels"]:
        names = [one["level"], *one.get("members", ())]
        if found in [text_of(name, {}, attribute["kind"]) for name in names]:
            return dict(one)
    if found in [text_of(name, {}, attribute["kind"]) for name in attribute.get("pooled", ())]:
        return named["(other)"]
    return None


def holds(condition: Doc, lead: Doc, card: Doc) -> bool:
    """Whether a condition holds for a lead."""
    ((name, test),) = condition.items()
    attribute = next(one for one in card["attributes"] if one["name"] == name)
    kind = attribute["kind"]
    found = text_of(lead[name], card, kind)
    if isinstance(test, Mapping):
        number = None if found is None else number_in(lead[name])
        low, below = test.get("from"), test.get("below")
        return (
            number is not None
            and (low is None or number >= low)
            and (below is None or number < below)
        )
    wanted: set[str | None] = set()
    for value in test:
        wanted.add(text_of(value, {}, kind))
        for one in attribute["levels"]:
            if str(one.get("level")).strip().lower() == str(value).strip().lower():
                wanted |= {text_of(member, {}, kind) for member in one.get("members", ())}
    return found in wanted


def conditions_of(gate: Doc) -> tuple[list[Doc], int]:
    """A gate's conditions, and how many of them must hold."""
    if "of" in gate:
        return gate["of"], gate["at_least"]
    if "all" in gate:
        return gate["all"], len(gate["all"])
    return gate["any"], 1


def capped(parts: list[tuple[str, int]], card: Doc) -> int:
    """Points of attributes by group, no group adding more than its cap."""
    caps = card["points"].get("caps", {})
    total = 0
    for group in {group for group, _ in parts}:
        sum_ = sum(points for one, points in parts if one == group)
        total += min(sum_, caps[group]) if group in caps else sum_
    return total


def told(lead: Doc, card: Doc, today: dt.date) -> dict[str, Any]:
    """What scoring tells of one lead; `standing` is veto, gate, must contact or points."""
    parts = []
    for attribute in card["attributes"]:
        level = level_of(lead[attribute["name"]], attribute, card)
        points = attribute["otherwise"] if level is None else level["points"]
        parts.append((attribute["group"], points))
    score = card["points"]["base"] + capped(parts, card)
    standing, says, place = standing_of(lead, card)
    tiers = card["tiers"]
    reached = [number for number, tier in enumerate(tiers) if score >= tier["from"]]
    tier = reached[-1] if reached and standing in ("points", "must contact") else None
    treated = len(tiers) - 1 if standing == "must contact" else tier
    gates = card.get("gates", [])
    return {
        "score": score,
        "passes": standing == "must contact"
        or (standing == "points" and score >= card["threshold"]["score"]),
        "close_rate": close_rate(score, card),
        "tier": None if tier is None else tiers[tier]["name"],
        "fit": capped([one for one in parts if one[0] in FIT], card),
        "engagement": capped([one for one in parts if one[0] in ENGAGEMENT], card),
        "gate": says if standing in ("veto", "gate") else "",
        "must_contact": says if standing == "must contact" else "",
        "stakes": 100 * sum(holds(one, lead, card) for one in conditions_of(gates[0])[0])
        + min(max(score, 0), 99)
        if gates
        else None,
        "shown": shown(score, lead, card),
        "action": None if treated is None else tiers[treated].get("action"),
        "due": None if treated is None else due(tiers[treated], today),
        "standing": (standing, place),
    }


def standing_of(lead: Doc, card: Doc) -> tuple[str, str, int]:
    """Vetoes first, then gates, then must-contact levels; the first that applies stays."""
    for place, veto in enumerate(card.get("vetoes", ())):
        if holds(veto, lead, card):
            return "veto", f"veto, {next(iter(veto))}: ", place
    for place, gate in enumerate(card.get("gates", ())):
        conditions, needs = conditions_of(gate)
        met = sum(holds(one, lead, card) for one in conditions)
        if met < needs:
            return "gate", f"{gate['name']}: {met} of {len(conditions)}, needs {needs}; ", place
    for place, one in enumerate(card.get("must_contact", ())):
        attribute = next(a for a in card["attributes"] if a["name"] == one["attribute"])
        level = level_of(lead[one["attribute"]], attribute, card)
        ends = ("level", "from", "below")
        if level is not None and all(level.get(key) == one.get(key) for key in ends):
            return "must contact", f"{one['attribute']}: ", place
    return "points", "", 0


def close_rate(score: int, card: Doc) -> float:
    """The row of the card's table at or next below a score; the first below all of them."""
    rows = card["probability"]["table"]
    below = [row for row in rows if row["score"] <= score]
    return float((below[-1] if below else rows[0])["close_rate"])


def shown(score: int, lead: Doc, card: Doc) -> int | None:
    """3062: the digit of the size, then the points from 0 to 999."""
    prefix = card.get("size_prefix")
    if prefix is None:
        return None
    digits = [
        digit
        for value, digit in prefix["digits"].items()
        if holds({prefix["attribute"]: [value]}, lead, card)
    ]
    return 1000 * (digits[0] if digits else 0) + min(max(score, 0), 999)


def due(tier: Doc, today: dt.date) -> str | None:
    hours = tier.get("within_hours")
    return None if hours is None else str(today + dt.timedelta(days=math.ceil(hours / 24)))


def grade(fit: int, engagement: int, card: Doc) -> str:
    """A letter for the quarter of fit, a number for that of engagement."""
    grid = card["grid"]
    letter = "ABCD"[sum(fit < cut for cut in grid["fit"])]
    return f"{letter}{1 + sum(engagement < cut for cut in grid['engagement'])}"
