"""A card as rules for HubSpot and Marketo: leads scored from the files alone, as a CRM would."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import jsonschema
import pandas as pd
import pytest

from calibrate import Scorecard
from calibrate.behaviours import BehaviourRecipe
from calibrate.errors import CalibrateError
from calibrate.export import export
from calibrate.export.hubspot import hubspot_schema
from calibrate.levels import Level, bands
from calibrate.recipes import EmailTypeRecipe, GivenRecipe, MemberRecipe
from calibrate.scorecard.parts import ReadsPart
from calibrate.spec import EventsPart, ExpirePart
from tests.odd_cards import attribute, card_of, odd_card, texts

TODAY = date(2026, 6, 30)
Lead = Mapping[str, Any]
Did = Mapping[str, list[int]]
"""By event, how many days ago."""


def grouped(card: Scorecard, **groups: str) -> Scorecard:
    parts = tuple(
        one.model_copy(update={"group": groups.get(one.name, "other")}) for one in card.attributes
    )
    return card.model_copy(update={"attributes": parts})


def crm_card(*, base: int = 12, caps: dict[str, int] | None = None) -> Scorecard:
    member = MemberRecipe(as_="member", column="topics", member="wolf", separator=";")
    did = BehaviourRecipe(as_="did", event="webinar")
    times = BehaviourRecipe(as_="times", event="page_view")
    given = GivenRecipe(as_="given", column="phone")
    yes_no = [Level(text="yes"), Level(text="no")]
    dach = Level(text="DACH", members=("DE", "AT"))
    card = card_of(
        attribute(
            "source",
            "category",
            [*texts("Fair", "=HYPERLINK(1)", "@x; y"), dach, Level(text="(other)")],
            otherwise=50,
            pooled=("Press", "Radio"),
        ),
        attribute("visits", "number", [*bands([0.0, 1.5, 7.0]), Level(text="(missing)")]),
        attribute("demo", "boolean", texts("yes", "no")),
        attribute("phone given", "boolean", yes_no, made_from=given),
        attribute("topics: wolf", "boolean", yes_no, made_from=member),
        attribute("webinar", "boolean", yes_no, made_from=did),
        attribute("page_view: times", "number", bands([1.0, 2.5, 6.0]), made_from=times),
        missing=("Select", "999"),
        threshold=30,
    )  # fmt: skip
    events = EventsPart(
        path="log.csv", lead="id", name="event", time="at", lookback_days=90,
        expire={"Page_View": ExpirePart(expires_days=30)},
    )  # fmt: skip
    reads = ReadsPart(id="id", created="created", events=events)
    points = card.points.model_copy(update={"base": base, "caps": caps or {}})
    made = grouped(
        card.model_copy(update={"reads": reads, "points": points}),
        source="demographic", visits="behaviour", demo="need",
        **{"webinar": "email", "page_view: times": "behaviour", "topics: wolf": "spam"},
    )  # fmt: skip
    return Scorecard.from_yaml(made.to_yaml())


def leads() -> list[dict[str, Any]]:
    sources = ["Fair", "=HYPERLINK(1)", "@x; y", "DACH", "DE", "Press", "new", None, "Select"]
    numbers = [-3, 0, 1, 1.5, 6.99, 7, 999, None]
    rest = [("yes", "1", "wolf"), ("no", None, "cat;wolf"), (None, "Select", "cat"),
            ("yes", "999", None)]  # fmt: skip
    return [
        {"source": s, "visits": n, "demo": d, "phone": p, "topics": t}
        for (s, n), (d, p, t) in product(product(sources, numbers), rest)
    ]


def histories(count: int) -> list[dict[str, list[int]]]:
    pages = [[], [1], [29], [30], [40, 50], [1, 2], [1, 2, 3], [0, 1, 2, 3, 4, 5], [3] * 9]
    webinars = [[], [0], [89], [90], [5, 100]]
    pairs = list(product(pages, webinars))
    return [
        {"page_view": pairs[n % len(pairs)][0], "webinar": pairs[n % len(pairs)][1]}
        for n in range(count)
    ]


def scores_of(card: Scorecard, rows: list[dict[str, Any]], did: list[Did]) -> list[int]:
    frame = pd.DataFrame(rows, dtype=object)
    frame["visits"] = frame["visits"].astype(float)
    frame["id"] = [f"L{n}" for n in range(len(frame))]
    frame["created"] = "2026-01-01"
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12)
    log = [
        {"id": f"L{n}", "event": event, "at": noon - timedelta(days=days)}
        for n, one in enumerate(did)
        for event, ages in one.items()
        for days in ages
    ]
    scored = card.score(frame, events=pd.DataFrame(log), as_of=TODAY)
    return [int(score) for score in scored["score"]]


# --- HubSpot


def meets(value: Any, operation: Mapping[str, Any]) -> bool:
    kind, operator = operation["operationType"], operation["operator"]
    if kind == "ALL_PROPERTY":
        return (value is not None) == (operator == "IS_KNOWN")
    if value is None:
        return bool(operation["includeObjectsWithNoValueSet"])
    if kind == "NUMBER":
        wanted = operation["value"]
        return bool(
            {
                "IS_EQUAL_TO": value == wanted,
                "IS_NOT_EQUAL_TO": value != wanted,
                "IS_LESS_THAN": value < wanted,
                "IS_GREATER_THAN_OR_EQUAL_TO": value >= wanted,
            }[operator]
        )
    held = set(value.split(";")) if kind == "ENUMERATION" else {value}
    found = bool(held & set(operation["values"]))
    return found == (operator in ("IS_EQUAL_TO", "IS_ANY_OF"))


def paid(calculation: Mapping[str, Any], lead: Lead, did: Did) -> float:
    if calculation["type"] == "CONSTANT":
        return float(calculation["value"])
    if calculation["type"] == "CONDITIONAL":
        conditions = calculation["whereCondition"]["conditions"]
        met = all(meets(lead.get(one["property"]), one["operation"]) for one in conditions)
        return float(calculation["value"]) if met else 0.0
    total = 0.0
    for entry in calculation["eventCalculators"]:
        days = entry["eventTimeframe"]["eventFilterOperation"]["numberOfDays"]
        often = sum(ago < days for ago in did.get(entry["eventTypeId"], []))
        ranges = entry["eventFrequencyCriteria"]["ranges"]
        total += sum(one["value"] for one in ranges if often >= one["from"])
    return total


def hubspot_score(request: Mapping[str, Any], lead: Lead, did: Did) -> float:
    score = 0.0
    for kind in request["allowedGroupTypes"]:
        own = [one for one in request["groupConfigs"] if one["groupCategory"] == kind]
        total = 0.0
        for group in own:
            rules = [one["configuration"]["calculation"] for one in group["ruleConfigurations"]]
            points = sum(paid(rule, lead, did) for rule in rules)
            total += min(max(points, group["minValue"]), group["maxValue"])
        score += min(total, request["maxScorePerCategory"])
    return score


@pytest.mark.parametrize(("base", "caps"), [(12, {}), (-9, {}), (0, {"behaviour": 2, "email": 0})])
def test_hubspot_rules_give_the_score_of_the_card(base: int, caps: dict[str, int]) -> None:
    card, rows = crm_card(base=base, caps=caps), leads()
    did = histories(len(rows))
    written = json.loads(str(export(card, "hubspot")))
    found = [
        hubspot_score(written["request"], row, one) for row, one in zip(rows, did, strict=True)
    ]
    assert found == scores_of(card, rows, did)
    assert written["threshold"] == 30


def test_the_hubspot_file_is_valid_and_its_schema_is_closed() -> None:
    schema = hubspot_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for card in (crm_card(), odd_card()):
        written = json.loads(str(export(card, "hubspot")))
        jsonschema.validate(written, schema)
        assert export(card, "hubspot") == export(card, "hubspot")
    for path in (("request",), ("request", "groupConfigs", 0)):
        broken = json.loads(str(export(crm_card(), "hubspot")))
        part = broken
        for step in path:
            part = part[step]
        part["points"] = 1
        with pytest.raises(jsonschema.ValidationError, match="points"):
            jsonschema.validate(broken, schema)


def test_hubspot_groups_are_fit_or_intent_with_the_caps_of_the_card() -> None:
    request = json.loads(str(export(crm_card(caps={"behaviour": 2}), "hubspot")))["request"]
    found = {one["groupName"]: (one["groupCategory"], one["maxValue"])
             for one in request["groupConfigs"]}  # fmt: skip
    assert found["behaviour"] == ("INTENT", 2)
    assert found["email"][0] == "INTENT"
    assert {found[name][0] for name in ("base", "demographic", "need", "spam", "other")} == {"FIT"}
    assert found["base"][1] == 12


def test_what_hubspot_cannot_say_is_noted() -> None:
    recipe = EmailTypeRecipe(as_="email_type", column="mail")
    kinds = [Level(text="company"), Level(text="free")]
    weight = BehaviourRecipe(as_="weight", event="page_view")
    card = card_of(
        attribute("mail type", "category", kinds, made_from=recipe),
        attribute("page_view: weight", "number", bands([1.0]), made_from=weight),
    ).model_copy(update={"vetoes": ({"mail type": ("free",)},)})
    for to in ("hubspot", "marketo"):
        said = str(export(card, to))
        for part in ("mail type", "page_view: weight", "in each half-life", "Vetoes, gates"):
            assert part in said
    text = str(export(odd_card(), "hubspot"))
    assert "<" not in text
    held = {value for one in conditions(json.loads(text)["request"])
            for value in one["operation"].get("values", [])}  # fmt: skip
    assert {"</script><script>alert(1)</script>", "new\nline", "🚀 Go"} <= held


@pytest.mark.parametrize("to", ["hubspot", "marketo", "pmml"])
def test_a_number_for_nothing_is_one_where_calibrate_counted_it(to: str) -> None:
    weight = BehaviourRecipe(as_="weight", event="page_view")
    made = card_of(attribute("x", "number", bands([1.0]), made_from=weight), missing=("999",))
    column = card_of(attribute("x", "number", bands([1.0])), missing=("999",))
    assert "999" not in str(export(made, to))
    assert "999" in str(export(column, to))


def conditions(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    calculations = [
        rule["configuration"]["calculation"]
        for group in request["groupConfigs"]
        for rule in group["ruleConfigurations"]
    ]
    return [
        condition
        for one in calculations
        if one["type"] == "CONDITIONAL"
        for condition in one["whereCondition"]["conditions"]
    ]


# --- Marketo


def marketo_rows(card: Scorecard) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(str(export(card, "marketo")), newline=""))
    return [{key: plain(value) for key, value in row.items()} for row in rows]


def plain(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "@", "+", "-") else cell


def marketo_score(rows: list[dict[str, str]], lead: Lead, did: Did) -> int:
    total = 0
    for row in rows:
        if row["type"] != "score":
            continue
        asked = [
            (row[f"operator {n}"], row[f"values {n}"])
            for n in range(1, 9)
            if row.get(f"operator {n}")
        ]
        if asked and asked[0][0] == "min. number of times":
            days = int(asked[1][1].removesuffix(" days"))
            often = sum(ago < days for ago in did.get(row["filter"], []))
            met = often >= int(asked[0][1])
        else:
            met = all(holds(lead.get(row["filter"]), *one) for one in asked)
        total += int(row["value"]) if met else 0
    return total


def holds(value: Any, operator: str, wanted: str) -> bool:
    if operator in ("is empty", "is not empty"):
        return (value is None) == (operator == "is empty")
    if value is None:
        return False
    listed = wanted.split("\n")
    if isinstance(value, int | float):
        number = float(wanted)
        tests = {"at least": value >= number, "less than": value < number,
                 "is": value == number, "is not": value != number}  # fmt: skip
        return bool(tests[operator])
    return (value in listed) == (operator == "is")


def test_marketo_rows_give_the_score_of_the_card() -> None:
    card, rows = crm_card(base=-7), leads()
    did = histories(len(rows))
    tokens = marketo_rows(card)
    # Marketo cannot ask for one value of a list: calibrate's own is read from a field.
    wolf = [{"topics: wolf": "yes" if "wolf" in (row["topics"] or "") else "no"} for row in rows]
    found = [
        marketo_score(tokens, {**row, **more}, one)
        for row, more, one in zip(rows, wolf, did, strict=True)
    ]
    assert found == scores_of(card, rows, did)


def test_marketo_tokens_have_names_of_their_own_and_nothing_runs() -> None:
    hostile = texts("=cmd|' /C calc'!A0", "{{my.x}}", "__my.X__", "@SUM(A1)", "a\x07")
    card = card_of(attribute("=1+1", "category", hostile, otherwise=9))
    text = str(export(card, "marketo"))
    assert text == export(card, "marketo")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len({len(row) for row in rows}) == 1
    assert not any(cell.startswith(("=", "@", "\t", "\r")) for row in rows for cell in row)
    tokens = [row[0] for row in rows[1:] if row[1] == "score"]
    assert len({token.lower() for token in tokens}) == len(tokens)
    assert all(token.startswith("{{my.") and token.endswith("}}") for token in tokens)
    assert not any(mark in token[2:-2] for token in tokens for mark in ("{", "}", "\x07"))
    values = [row[2] for row in rows[1:] if row[1] == "score"]
    assert all(value[0] in "+-" and int(value) for value in values)


def test_marketo_refuses_caps_and_values_of_several_lines() -> None:
    with pytest.raises(CalibrateError) as fault:
        export(crm_card(caps={"behaviour": 2, "authority": 4}), "marketo")
    assert fault.value.problems == ("the points of the group behaviour are capped at 2",)
    with pytest.raises(CalibrateError, match=r"`new\\nline` goes over several lines"):
        export(card_of(attribute("x", "category", texts("new\nline"))), "marketo")
