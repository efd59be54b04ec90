"""A card as PMML: what stands in it, and what is refused; `test_pmml_in_an_engine` runs it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Scorecard
from calibrate.errors import CalibrateError
from calibrate.export import export
from calibrate.export.pmml_elements import can_hold
from calibrate.levels import Level, bands
from calibrate.recipes import MemberRecipe, SpamSignsRecipe
from tests.odd_cards import NAMES, attribute, card_of, odd_card, texts

IN = "{http://www.dmg.org/PMML-4_4}"


def written(card: Scorecard) -> ElementTree.Element:
    return ElementTree.fromstring(str(export(card, "pmml")))


def test_an_attribute_is_a_characteristic_with_a_score_for_each_level() -> None:
    source = attribute("source", "category", texts("Fair", "Radio"), otherwise=9)
    visits = attribute("visits", "number", bands([1.0, 5.0]), otherwise=-4)
    root = written(card_of(source, visits, threshold=6))
    scorecard = root.find(f"{IN}Scorecard")
    assert root.get("version") == "4.4"
    assert scorecard is not None
    assert scorecard.get("reasonCodeAlgorithm") == "pointsBelow"
    assert scorecard.get("initialScore") == "0"
    found = {
        one.get("reasonCode"): (
            one.get("baselineScore"),
            [attribute.get("partialScore") for attribute in one],
        )
        for one in scorecard.iter(f"{IN}Characteristic")
    }
    # No value first, a value never seen last; the best that can be had is the baseline.
    assert found == {
        "source": ("9", ["3", "1", "-2", "9"]),
        "visits": ("3", ["-4", "1", "-2", "3", "-4"]),
    }
    last = [list(one)[-1][0].tag for one in scorecard.iter(f"{IN}Characteristic")]
    assert last == [f"{IN}True"] * 2
    outputs = [one.get("name") for one in scorecard.iter(f"{IN}OutputField")]
    assert outputs == ["score", "passes", "reason_1", "reason_2"]


def test_hostile_texts_come_back_from_the_file_as_they_are() -> None:
    root = written(odd_card())
    held = {one.get("value") for one in root.iter(f"{IN}SimplePredicate")}
    held |= {
        name
        for one in root.iter(f"{IN}Array")
        if one.get("type") == "string"
        for name in (one.text or "")[1:-1].split('" "')
    }
    assert {name.strip().lower() for name in NAMES} <= held
    assert "<script>" not in str(export(odd_card(), "pmml"))
    fields = [one.get("name") for one in root.iter(f"{IN}DataField")]
    assert 'a "quoted" `name`; -- x' in fields
    # The card reads a column `score`.
    assert [one.get("name") for one in root.iter(f"{IN}OutputField")][:2] == [
        "calibrate_score",
        "passes",
    ]


@given(st.text(max_size=9), st.text(min_size=1, max_size=9))
def test_any_name_is_held_or_refused_and_always_the_same_bytes(level: str, name: str) -> None:
    if level.strip().lower() in ("", "(missing)"):
        level = "x"
    card = card_of(attribute(name, "category", texts(level), otherwise=3))
    folded = level.strip().lower()
    if sum(map(folded.count, "σς")) > 6 or not (can_hold(folded) and can_hold(name)):
        with pytest.raises(CalibrateError, match=r"^[^\n]*$"):
            export(card, "pmml")
        return
    text = str(export(card, "pmml"))
    assert text == export(card, "pmml")
    root = ElementTree.fromstring(text)
    assert [one.get("name") for one in root.iter(f"{IN}DataField")] == [name]
    names = [one.get("name") for one in root.iter(f"{IN}DerivedField")]
    assert len(set(names) | {name}) == len(names) + 1


def test_derived_fields_never_take_the_name_of_a_column() -> None:
    card = card_of(
        attribute("x", "category", texts("a"), otherwise=3),
        attribute("x (value)", "category", texts("b"), otherwise=5),
    )
    root = written(card)
    names = [one.get("name") for one in root.iter(f"{IN}DerivedField")]
    names += [one.get("name") for one in root.iter(f"{IN}DataField")]
    assert len(names) == len(set(names))


def test_what_pmml_would_score_another_way_is_refused_all_at_once() -> None:
    signs = SpamSignsRecipe(as_="spam_signs", column="name")
    member = MemberRecipe(as_="member", column="topics", member="wolf", separator="; ")
    yes_no = [Level(text="yes"), Level(text="no")]
    card = card_of(
        attribute("name: spam", "boolean", yes_no, made_from=signs),
        attribute("topics: wolf", "boolean", yes_no, made_from=member),
        attribute("rating", "category", texts("1", "1.0"), otherwise=3),
        attribute("bell", "category", texts("a\x07b"), otherwise=3),
    )
    with pytest.raises(CalibrateError) as fault:
        export(card, "pmml")
    assert len(fault.value.problems) == 4
    for part in ("signs of spam", "`; `", "`1` and `1.0`", r"`a\x07b`", "--to python"):
        assert part in str(fault.value)
    empty = card_of(attribute("x", "category", [Level(text="a")]))
    nothing = empty.attributes[0].levels[0].model_copy(update={"points": 0})
    part = empty.attributes[0].model_copy(update={"levels": (nothing,)})
    with pytest.raises(CalibrateError, match="no attribute earns points"):
        export(card_of(part), "pmml")
