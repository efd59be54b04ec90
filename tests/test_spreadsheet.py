"""The workbook of a card: texts stay texts, formulas keep Excel's limits, values are looked up."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Scorecard, calibrate
from calibrate.behaviours import BehaviourRecipe
from calibrate.errors import MissingExtraError, OutputError
from calibrate.export.lookup import Lookup, lookup_of
from calibrate.export.questions import question
from calibrate.export.spreadsheet import save_workbook, workbook
from calibrate.levels import MISSING, fold, parse_number
from calibrate.present.sheets.page import label_of
from calibrate.recipes import (
    EmailTypeRecipe,
    FilledRecipe,
    GivenRecipe,
    MemberRecipe,
    SpamSignsRecipe,
)
from calibrate.rules import GatePart
from tests.odd_cards import policy_card

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "-2+3",
    "http://example.com/",
    "mailto:ann@example.com",
    "{=A1}",
    "x" * 300,
    'a"b',
    "bell\x07",
    "_x0041_",
    "two\nlines",
    "a*",
    "ΑΣ",
    "İ",
]
SPEC: dict[str, Any] = {
    "missing": ["Select", "999"],
    "attributes": {"source": {"kind": "category"}, "=1+1": {"kind": "number", "bands": [2, 5]}},
    "points": {"award": "all", "scale": "points", "points_per_unit": 100},
    "min_leads": 5,
}


@pytest.fixture(scope="module")
def card() -> Scorecard:
    rows = [
        (name, number % 8, int(number < 1 + place % 14))
        for place, name in enumerate([*HOSTILE, None])
        for number in range(15)
    ]
    frame = pd.DataFrame(rows, columns=["source", "=1+1", "converted"])
    return Scorecard.from_yaml(calibrate(frame, SPEC).scorecard.to_yaml())


@pytest.fixture(scope="module")
def content(card: Scorecard) -> bytes:
    return workbook(card, rows=3)


def opened(content: bytes, *, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def formulas(content: bytes) -> list[str]:
    """All formulas of the workbook, as they stand in its cells."""
    found = []
    for sheet in opened(content):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    value = cell.value
                    found.append(value if isinstance(value, str) else value.text)
    return found


# ------------------------------------------------------------------ what stands in it


def test_the_same_card_is_the_same_bytes(card: Scorecard, content: bytes) -> None:
    assert workbook(card, rows=3) == content


def test_the_sheets_are_there_and_the_lists_hidden(content: bytes) -> None:
    states = {sheet.title: sheet.sheet_state for sheet in opened(content)}
    assert states == dict.fromkeys(
        ["Read me first", "Card", "Policy", "Score a lead", "Score many", "Evidence", "Sweep"],
        "visible",
    ) | {"Lists": "hidden"}


def test_the_card_sheet_holds_the_points_and_their_evidence(
    card: Scorecard, content: bytes
) -> None:
    sheet = opened(content)["Card"]
    found = {
        (row[0].value, str(row[1].value)): [cell.value for cell in row[2:5]]
        for row in sheet.iter_rows(min_row=4)
        if row[1].value is not None
    }
    bands = next(one for one in card.attributes if one.name == "=1+1").levels
    for level in bands:
        evidence = level.evidence
        assert found["=1+1", level.as_level.label] == [
            level.points,
            evidence.leads,
            evidence.customers,
        ]


def test_the_evidence_sheet_is_the_cards_frame(card: Scorecard, content: bytes) -> None:
    sheet = opened(content)["Evidence"]
    frame = card.to_frame()
    assert [cell.value for cell in sheet[1]] == [name.replace("_", " ") for name in frame.columns]
    rates = [row[list(frame.columns).index("close_rate")].value for row in sheet.iter_rows(2)]
    assert rates == frame["close_rate"].tolist()


def test_texts_of_leads_are_texts_and_never_formulas_or_links(
    content: bytes, judging: bytes
) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = parts.namelist()
        sheets = [parts.read(name).decode() for name in names if "worksheets/sheet" in name]
    assert not any("hyperlink" in sheet.lower() or "vba" in sheet.lower() for sheet in sheets)
    assert not [name for name in names if "externalLink" in name or "connections" in name]
    texts = {
        cell.value
        for sheet in opened(content)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "s"
    }
    assert {'=HYPERLINK("http://x","y")', "@SUM(A1)", "=1+1", "http://example.com/"} <= texts
    known = {"CHAR", "COUNT", "COUNTA", "EXACT", "FIND", "GESTEP", "ISBLANK", "ISERROR", "IF"}
    known |= {"INDEX", "ISLOGICAL", "ISNUMBER", "ISTEXT", "LEFT", "LEN", "MATCH", "MAX", "MID"}
    known |= {"MIN", "NA", "NOT", "AND", "OR", "RIGHT", "ROW", "SUBSTITUTE", "SUM", "SUMPRODUCT"}
    known |= {"VALUE", "ABS", "MMULT"}
    for formula in [*formulas(content), *formulas(judging)]:
        assert set(re.findall(r"([A-Z.]+)\(", formula)) <= known, formula
        assert "http" not in formula


def test_formulas_keep_within_the_limits_of_excel(content: bytes) -> None:
    check_limits(formulas(content))


def check_limits(found: list[str]) -> None:
    assert found
    for formula in found:
        assert len(formula) <= 8192
        assert all(len(text) <= 255 for text in re.findall(r'"((?:[^"]|"")*)"', formula))
        depth = deepest = 0
        for letter in re.sub(r'"(?:[^"]|"")*"', "", formula):
            depth += (letter == "(") - (letter == ")")
            deepest = max(deepest, depth)
        assert depth == 0
        assert deepest <= 64


def test_many_bands_keep_within_the_limits_of_excel(card: Scorecard) -> None:
    edges = [None, *range(1, 400), None]
    bands = [
        {**level.model_dump(by_alias=True), "level": None, "from": low, "below": below}
        for (low, below), level in zip(
            pairwise(edges), made_attribute([str(n) for n in range(400)]).levels, strict=True
        )
    ]
    many = made_attribute([], kind="number", levels=bands)
    content = workbook(card.model_copy(update={"attributes": (many,)}), rows=1)
    assert max(map(len, formulas(content))) <= 8192


def test_a_workbook_shows_the_score_of_an_unknown_lead_before_it_is_reckoned(
    card: Scorecard, content: bytes
) -> None:
    sheet = opened(content, values=True)["Score a lead"]
    unknown = pd.DataFrame({"source": [None], "=1+1": [None]})
    scored = card.score(unknown)
    assert sheet["B6"].value == scored["score"][0]
    assert (sheet["B7"].value == "passes") == scored["passes"][0]


def test_a_card_without_points_gives_every_lead_its_base() -> None:
    frame = pd.DataFrame({"source": ["a", "b"] * 40, "converted": [1, 1, 0, 0] * 20})
    card = calibrate(frame).scorecard
    sheet = opened(workbook(card, rows=2), values=True)["Score a lead"]
    assert sheet["B6"].value == card.points.base


def test_a_workbook_is_written_whole_or_not_at_all(card: Scorecard, tmp_path: Path) -> None:
    path = save_workbook(card, tmp_path / "card.xlsx", rows=1)
    assert path.read_bytes() == workbook(card, rows=1)
    with pytest.raises(OutputError, match="cannot be written"):
        save_workbook(card, tmp_path / "nowhere" / "card.xlsx", rows=1)


# ------------------------------------------------------------------ the policy


@pytest.fixture(scope="module")
def judging() -> bytes:
    """The workbook of a card with all that can stand above the points."""
    return workbook(policy_card(), rows=2)


def changed(card: Scorecard, **parts: Any) -> Scorecard:
    return Scorecard.from_yaml(card.model_copy(update=parts).to_yaml())


@pytest.mark.parametrize("needs", [2, 7])
def test_a_lead_of_which_nothing_is_known_is_judged_before_it_is_reckoned(needs: int) -> None:
    card = policy_card()
    gate = card.gates[0].model_copy(update={"at_least": needs})
    card = changed(card, gates=(gate, *card.gates[1:]))
    sheet = opened(workbook(card, rows=1), values=True)["Score a lead"]
    # Nothing is asked of the columns that attributes are made from, but of the attributes.
    plain = [one.model_copy(update={"made_from": None}) for one in card.attributes]
    card = changed(card, attributes=tuple(plain))
    told = card.score(pd.DataFrame({one.name: [None] for one in plain})).loc[0]
    shown = {row[0].value: row[1].value for row in sheet.iter_rows(6, 18)}
    assert shown["Score"] == told["score"]
    assert shown["Result"] == ("passes" if told["passes"] else "does not pass")
    assert shown["Close rate"] == told["close_rate"]
    assert (shown["Kept out by"] or "") == label_of(told["gate"])
    assert (told["gate"] != "") == (needs == 7)
    assert [shown["Stakes"], shown["Grade"]] == [told["stakes"], told["grade"]]


def test_what_only_the_policy_needs_is_asked_for_and_earns_nothing(judging: bytes) -> None:
    sheet = opened(judging, values=True)["Score a lead"]
    points = {row[0].value: row[2].value for row in sheet.iter_rows(18)}
    assert points["day"] == 0
    said = [row[0].value for row in opened(judging)["Card"].iter_rows()]
    assert any("asked for by the policy: `day`" in str(text) for text in said)


def test_formulas_of_a_policy_keep_within_the_limits_of_excel(judging: bytes) -> None:
    check_limits(formulas(judging))


def test_a_long_policy_makes_no_formula_longer(card: Scorecard) -> None:
    names = [f"name {number}" for number in range(600)]
    any_of = {"name": "g", "any": [{"source": [name]} for name in names[300:]]}
    long = changed(
        card,
        attributes=(made_attribute(names),),
        vetoes=tuple({"source": (name,)} for name in names[:300]),
        gates=(GatePart.model_validate(any_of),),
    )
    check_limits(formulas(workbook(long, rows=1)))


def test_the_policy_sheet_says_rules_standings_tiers_and_the_grid() -> None:
    frame = pd.DataFrame(
        {
            "source": ["a", "b", "c", "d"] * 100,
            "visits": [number % 7 for number in range(400)],
            "converted": [
                int(number % 4 == 0 or (number % 7 > 4 and number % 3 > 0)) for number in range(400)
            ],
        }
    )
    spec = {
        "attributes": {"source": {"group": "firmographic"}, "visits": {"group": "behaviour"}},
        "points": {"award": "all"},
        "vetoes": [{"source": ["b"]}],
        "gates": [{"name": "came", "all": [{"visits": {"from": 1}}]}],
        "must_contact": {"close_rate_low": 0.8},
    }
    card = calibrate(frame, spec).scorecard
    rows = [
        [cell.value for cell in row]
        for row in opened(workbook(card, rows=1))["Policy"].iter_rows(max_col=9)
    ]
    assert ["A veto keeps out", "source: b"] in [row[:2] for row in rows]
    assert ["came: needs 1 of 1", "visits: 1 or more"] in [row[:2] for row in rows]
    (sure,) = card.must_contact
    assert [sure.attribute, sure.label, sure.close_rate, *sure.interval] in [r[:5] for r in rows]
    for standing in card.standings:
        assert [standing.standing, None, standing.leads, standing.customers] in [
            row[:4] for row in rows
        ]
    for tier in card.tiers:
        found = next(row for row in rows if row[0] == tier.name)
        assert found[2:5] == [tier.leads, tier.customers, tier.close_rate]
        assert found[7] == tier.from_
    assert card.grid is not None
    rates = [one.close_rate for one in card.grid.cells]
    letters = [row[2:6] for row in rows if row[0] in list("ABCD")]
    assert [rate for row in letters[:4] for rate in row] == rates
    assert [leads for row in letters[4:] for leads in row] == [one.leads for one in card.grid.cells]


def test_the_extra_is_named_where_it_is_missing(
    card: Scorecard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(MissingExtraError, match=r"calibrate-leads\[excel\]"):
        workbook(card)


# ------------------------------------------------------------------ what is looked up


def place_of(lookup: Lookup, text: str) -> int:
    """Find a text as the formulas do: trimmed, its letters made small, then looked up."""
    small = text.strip()
    for old, new in lookup.capitals:
        small = small.replace(old, new)
    return lookup.texts.get(small, 0) if small else lookup.missing


letters = st.text(st.sampled_from("aAiIİıKkKσΣςßẞéÉǅǆ ob*?~1.ſ\u0307\t"), min_size=1, max_size=6)


@given(st.lists(letters.filter(lambda t: t.strip()), min_size=1, max_size=5), letters)
def test_texts_find_the_level_that_the_card_finds(names: list[str], text: str) -> None:
    names = list({fold(name): name for name in names if parse_number(name) is None}.values())
    if not names or parse_number(text) is not None:
        return
    attribute = made_attribute(names)
    lookup = lookup_of(attribute, ())
    for asked in [text, *names, *(name.upper() for name in names), *(n.title() for n in names)]:
        if parse_number(asked) is None:
            level = attribute.as_levels.find(asked)
            assert place_of(lookup, asked) == (0 if level is None else level + 1), asked


def made_attribute(names: list[str], **further: Any) -> Any:
    """An attribute of a card with these levels, each worth its place."""
    evidence = {
        "leads": 10, "customers": 5, "close_rate": 0.5, "close_rate_interval": [0.2, 0.8],
        "lift": 1.0, "lift_interval": [0.5, 1.5], "p_value": None, "q_value": None, "test": None,
        "shrunken_close_rate": 0.5, "verdict": "no evidence",
    }  # fmt: skip
    test = {
        "chi_square": 1.0, "df": 1, "p_value": 0.5, "min_expected": 5.0, "cramers_v": 0.1,
        "information_value": 0.1, "simes_p": 0.5, "selected": True,
    }  # fmt: skip
    from calibrate.scorecard.parts import CardAttributePart

    return CardAttributePart.model_validate(
        {
            "name": "source", "kind": "category", "group": "other", "m": 1.0, "test": test,
            "overlap_factor": 1.0, "otherwise": 0,
            "levels": [
                {"level": name, "points": place, "value": 0.0, "evidence": evidence}
                for place, name in enumerate(names, start=1)
            ],
        }
        | further
    )  # fmt: skip


def test_texts_that_stand_for_nothing_are_missing_however_they_are_written() -> None:
    lookup = lookup_of(made_attribute(["Fair", MISSING]), ["Select", "999"])
    assert lookup.missing == 2
    assert [place_of(lookup, text) for text in ("select", " SELECT ", "", "Fair")] == [2, 2, 2, 1]
    assert lookup.numbers == {999.0: (2, 2)}


def test_numbers_find_levels_spelled_another_way() -> None:
    lookup = lookup_of(made_attribute(["1.0", "1", "07", "2.50"]), ())
    # As a number 1 is the level `1`; as another spelling of it, the first that means 1.
    assert lookup.numbers == {1.0: (2, 1), 2.5: (4, 4)}
    assert lookup.texts["07"] == 3


def test_yes_and_no_are_found_by_their_other_names() -> None:
    lookup = lookup_of(made_attribute(["no", "yes"], kind="boolean"), ())
    assert [place_of(lookup, text) for text in ("Y", "TRUE", " f", "n", "maybe")] == [2, 2, 1, 1, 0]


def test_a_level_longer_than_a_cell_is_named_and_left_out(card: Scorecard) -> None:
    long = "z" * 40_000
    changed = card.model_copy(update={"attributes": (made_attribute([long, "Fair"]),)})
    assert lookup_of(changed.attributes[0], ()).too_long == (long,)
    page = opened(workbook(changed, rows=1))["Read me first"]
    said = [row[0].value for row in page.iter_rows() if isinstance(row[0].value, str)]
    assert any("longer than a cell" in text and "`source`" in text for text in said)


def test_what_is_made_from_columns_is_asked_for_in_words() -> None:
    for recipe, words in (
        (MemberRecipe(as_="member", column="pets", member="wolf", separator=";"), "`wolf`"),
        (EmailTypeRecipe(as_="email_type", column="mail"), "Whose is the address in `mail`?"),
        (GivenRecipe(as_="given", column="phone"), "Is `phone` filled in? yes or no"),
        (SpamSignsRecipe(as_="spam_signs", column="name"), "typed at random?"),
        (FilledRecipe(as_="filled", columns=("a", "b")), "filled in: `a`, `b`? A number"),
        (BehaviourRecipe(as_="times", event="visit", object="/x"), "`visit` on `/x`? A number"),
        (BehaviourRecipe(as_="in_order", event="a", then="b"), "Did the lead do `a` and later `b`"),
    ):
        made = made_attribute(["no", "yes"], kind="boolean").model_copy(
            update={"made_from": recipe}
        )
        assert words in question(made)


def test_words_for_nothing_do_not_touch_what_is_made_from_columns() -> None:
    made = made_attribute(["no", "yes", MISSING]).model_copy(
        update={"made_from": GivenRecipe(as_="given", column="phone")}
    )
    assert lookup_of(made, ["no"]).texts["no"] == 1
