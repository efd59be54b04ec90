"""The card: read back it is the same card and scores the same, whatever its texts are."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Scorecard, calibrate
from calibrate.errors import CalibrateError, ScorecardError
from calibrate.files import read_yaml, yaml_text
from calibrate.levels import MISSING, OTHER, fold
from calibrate.schemas import json_schema
from calibrate.worked import worked_columns

STRANGE = [
    *("no on yes y 1e3 07 0x1F 1_000 12:30 2026-01-01 null ~ nan .inf = <<".split()),
    *("- a", "a: b", "a #b", "{a}", "[a]", "'", '"', "\\", "&a", "*a", "!x", "%", "@", "`", "|"),
    *("two\nlines", "\r\nx", "tab\there", "\u0085x", "\u2028x", "\x07", "\x1b[31m", "\ufeffx"),
    *(
        "🦊",
        "👩‍👩‍👧",
        "e\u0301",
        "العربية",
        "日本語",
        "STRASSE",
        "straße",
        "ſ",
        "İ",
        "ΑΣ",
        "x" * 2000,
    ),
    *("=HYPERLINK(1)", "<script>alert(1)</script>", "{{7*7}}", "${x}", "0", "1.0", "-0", "True"),
]


@pytest.fixture(scope="module")
def card(leads_frame: pd.DataFrame) -> Scorecard:
    spec = {
        "attributes": {"visits": {"unit": "visits", "group": "behaviour"}},
        "levels": {"source": {"Warm": ["Fair", "Referral"]}},
        "override": {"source": {"Warm": {"points": 40, "why": "no"}}},
        "missing": ["Retail"],
    }
    return calibrate(leads_frame.head(1487), spec).scorecard


def with_levels(names: list[str]) -> pd.DataFrame:
    """Give each name fifteen leads, with a close rate of its own."""
    rows = [
        (name, int(number < 1 + place % 14))
        for place, name in enumerate(names)
        for number in range(15)
    ]
    return pd.DataFrame(rows, columns=["source", "converted"])


EVERY_LEVEL = {"points": {"award": "all", "scale": "points", "points_per_unit": 100}}


def check_unharmed(frame: pd.DataFrame, spec: dict[str, Any] = EVERY_LEVEL) -> Scorecard:
    """A card goes through its file and back; the run, the card and its copy score alike."""
    result = calibrate(frame, spec)
    copied = Scorecard.from_yaml(result.scorecard.to_yaml())
    assert copied == result.scorecard
    assert copied.to_yaml() == result.scorecard.to_yaml()
    scored = copied.score(frame)
    assert scored.attrs["unseen"] == {}
    tally = frame.groupby(scored["score"])["converted"].agg(["size", "sum"])
    assert tuple(tally.index) == result.score_table.scores
    assert tuple(tally["size"]) == result.score_table.leads
    assert tuple(tally["sum"]) == result.score_table.customers
    return copied


# ------------------------------------------------------------------ there and back


def test_a_card_is_read_back_as_the_same_card(card: Scorecard, tmp_path: Path) -> None:
    path = card.save(tmp_path / "scorecard.yaml")
    assert Scorecard.load(path) == card
    assert path.read_text(encoding="utf-8") == card.to_yaml()


def test_strange_texts_go_through_a_card_unharmed() -> None:
    names = list({fold(name): name for name in STRANGE}.values())
    copied = check_unharmed(with_levels(names))
    shown = {level.level for level in copied.attributes[0].levels}
    assert shown == {name.strip() for name in names}


level_names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(
    lambda name: name.strip() and fold(name) not in (MISSING, OTHER)
)


@given(st.lists(level_names, min_size=2, max_size=6, unique_by=fold))
def test_any_texts_go_through_a_card_unharmed(names: list[str]) -> None:
    check_unharmed(
        with_levels(names), EVERY_LEVEL | {"attributes": {"source": {"kind": "category"}}}
    )


@given(st.lists(level_names, min_size=2, max_size=5, unique_by=fold), level_names)
def test_any_texts_may_be_pooled_grouped_and_missing(names: list[str], group: str) -> None:
    names[0] = f"gone {names[0]}"
    frame = with_levels([*names, "Plain", "Other plain"])
    rare = frame["source"].isin(names)
    frame = pd.concat([frame[~rare], frame[rare].groupby("source").head(3)], ignore_index=True)
    frame.loc[:4, "source"] = None
    spec = EVERY_LEVEL | {"attributes": {"source": {"kind": "category"}}, "missing": names[:1]}
    check_unharmed(frame, spec)
    check_unharmed(frame, spec | {"levels": {"source": {group: names[1:]}}})


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8))
def test_any_name_of_a_column_goes_through_a_card_unharmed(name: str) -> None:
    if not name.strip() or name.strip() == "converted" or worked_columns([name]):
        return  # names of the outcome, and of what sales did: no attribute has one
    frame = with_levels(["Fair", "Web", "Radio"]).rename(columns={"source": name})
    spec = EVERY_LEVEL | {"outcome": {"column": "converted"}}
    assert check_unharmed(frame, spec).attributes[0].name == name.strip()


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=6, unique=True).map(sorted))
def test_edges_of_bands_are_kept_to_the_last_digit(edges: list[float]) -> None:
    values = np.repeat([*edges, np.nextafter(edges[0], -np.inf)], 15)
    frame = pd.DataFrame({"visits": values, "converted": np.arange(len(values)) % 3 == 0})
    frame["converted"] = frame["converted"].astype(int)
    spec = EVERY_LEVEL | {"attributes": {"visits": {"kind": "number", "bands": edges}}}
    copied = check_unharmed(frame, spec)
    assert [lv.below for lv in copied.attributes[0].levels[:-1]] == [edge or 0.0 for edge in edges]


def test_numbers_in_the_file_have_six_digits_and_counts_are_whole(card: Scorecard) -> None:
    def check(part: Any) -> None:
        if isinstance(part, dict):
            for key, value in part.items():
                if key not in ("from", "below"):
                    check(value)
        elif isinstance(part, list):
            for value in part:
                check(value)
        elif isinstance(part, float):
            assert part == float(f"{part:.6g}")

    assert card.cohort.customers / card.cohort.leads != card.overall.close_rate
    document = read_yaml(card.to_yaml(), where="card", error=CalibrateError)
    check(document)
    assert type(document["attributes"][0]["levels"][0]["evidence"]["leads"]) is int


def test_the_keys_of_a_card_come_in_the_order_of_the_format(card: Scorecard) -> None:
    document = read_yaml(card.to_yaml(), where="card", error=CalibrateError)
    assert list(document) == (
        "schema name made cohort overall points missing reads attributes".split()
        + "tiers threshold auc probability sweep findings".split()
    )
    assert list(document["attributes"][1]["levels"][0]) == [
        "from",
        "below",
        "points",
        "value",
        "stability",
        "evidence",
    ]


# ------------------------------------------------------------------ the same leads in other forms


@pytest.fixture(scope="module")
def mixed() -> pd.DataFrame:
    """Leads whose columns are written one way in a CSV and another way in a frame."""
    rng = np.random.default_rng(5)
    n = 900
    rating = rng.choice([1.0, 1.5, 2.0, np.nan], n)
    opted = pd.array(rng.choice([True, False], n), dtype="boolean")
    opted[:40] = pd.NA
    only_yes = pd.array([True] * n, dtype="boolean")
    only_yes[rng.random(n) < 0.4] = pd.NA
    size = rng.choice([1, 2, 3], n)
    chance = 0.1 + 0.2 * (rating == 1.0) + 0.15 * (size == 3)
    chance += 0.2 * np.asarray(only_yes.fillna(False), bool)
    revenue = rng.lognormal(10, 2, n).round(2)
    return pd.DataFrame(
        {
            "rating": rating,
            "opted_in": opted,
            "seen": only_yes,
            "size": size,
            "revenue": revenue,
            "code": [f"{number:02d}" for number in rng.integers(0, 9, n)],
            "day": pd.to_datetime("2026-01-01") + pd.to_timedelta(rng.integers(0, 4, n), "D"),
            "converted": (rng.random(n) < chance + 0.1 * (revenue > 30_000)).astype(int),
        }
    )


def csv_of(frame: pd.DataFrame, folder: Path) -> Path:
    frame.to_csv(folder / "leads.csv", index=False)
    return folder / "leads.csv"


def parquet_of(frame: pd.DataFrame, folder: Path) -> Path:
    frame.to_parquet(folder / "leads.parquet")
    return folder / "leads.parquet"


def frame_itself(frame: pd.DataFrame, _folder: Path) -> pd.DataFrame:
    return frame


def frame_read_from_csv(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return pd.read_csv(csv_of(frame, folder), dtype={"code": str})


FORMS = [csv_of, parquet_of, frame_itself, frame_read_from_csv]


@pytest.mark.parametrize("taught", FORMS)
@pytest.mark.parametrize("asked", FORMS)
def test_a_card_scores_the_same_leads_alike_in_every_form(
    mixed: pd.DataFrame,
    taught: Callable[..., Any],
    asked: Callable[..., Any],
    tmp_path: Path,
) -> None:
    frame = mixed.drop(columns=["day"])
    result = calibrate(taught(frame, tmp_path), {"points": {"award": "all"}})
    card = Scorecard.from_yaml(result.scorecard.to_yaml())
    scored = card.score(asked(frame, tmp_path))
    assert scored.attrs["unseen"] == {}
    tally = mixed.groupby(scored["score"].to_numpy())["converted"].agg(["size", "sum"])
    assert tuple(tally.index) == result.score_table.scores
    assert tuple(tally["size"]) == result.score_table.leads
    assert tuple(tally["sum"]) == result.score_table.customers


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_leads_gives_the_same_points(
    mixed: pd.DataFrame, form: Callable[..., Any], tmp_path: Path
) -> None:
    frame = mixed.drop(columns=["day", "rating", "seen"])
    points = [
        (one.name, tuple(level.points for level in one.levels))
        for one in calibrate(form(frame, tmp_path)).scorecard.attributes
    ]
    assert points == [
        (one.name, tuple(level.points for level in one.levels))
        for one in calibrate(frame).scorecard.attributes
    ]


# ------------------------------------------------------------------ schemas, and what is refused


def document_of(card: Scorecard) -> dict[str, Any]:
    document: dict[str, Any] = read_yaml(card.to_yaml(), where="card", error=CalibrateError)
    return document


def test_a_card_follows_its_json_schema(card: Scorecard, leads_frame: pd.DataFrame) -> None:
    schema = json_schema("scorecard")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document_of(card), schema)
    other = calibrate(leads_frame, {"threshold": {"customer_quantile": 0.1}}).scorecard
    jsonschema.validate(document_of(other), schema)


def change(*path: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    def apply(document: dict[str, Any]) -> None:
        *way, last = path
        place: Any = document
        for step in way:
            place = place[step]
        place[last] = to

    return apply


def without(*path: str | int) -> Callable[[dict[str, Any]], None]:
    def apply(document: dict[str, Any]) -> None:
        *way, last = path
        place: Any = document
        for step in way:
            place = place[step]
        del place[last]

    return apply


FIRST = ("attributes", 0, "levels", 0)
BROKEN = {
    "a key too many": (change("colour", to="red"), "colour: unknown key"),
    "a key of the spec": (change("fit", to={}), "fit: unknown key"),
    "no name": (without("name"), "name: missing"),
    "no points of a level": (without(*FIRST, "points"), "attributes.0.levels.0.points: missing"),
    "half a point": (change(*FIRST, "points", to=1.5), "levels.0.points: found 1.5"),
    "yes for points": (change(*FIRST, "points", to=True), "levels.0.points: found True"),
    "a text for points": (change(*FIRST, "points", to="3"), "levels.0.points: found `3`"),
    "a rate over 1": (change(*FIRST, "evidence", "close_rate", to=1.2), "evidence.close_rate"),
    "leads below 0": (change(*FIRST, "evidence", "leads", to=-1), "evidence.leads: found -1"),
    "half an interval": (change("overall", "interval", to=[0.1]), "overall.interval"),
    "an unknown verdict": (change(*FIRST, "evidence", "verdict", to="so so"), "evidence.verdict"),
    "an unknown kind": (change("attributes", 0, "kind", to="shape"), "attributes.0.kind"),
    "an attribute without levels": (
        change("attributes", 0, "levels", to=[]),
        "attributes.0.levels",
    ),
    "an unknown rule": (change("threshold", "rule", to="best"), "threshold.rule"),
    "a finding of no known weight": (
        change("findings", to=[{"code": "a", "severity": "bad", "says": "b", "fix": "c"}]),
        "findings.0.severity",
    ),
    "a list for the points": (change("points", to=[]), "points: found []"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_card_is_refused_by_us_and_by_its_json_schema(card: Scorecard, name: str) -> None:
    break_it, says = BROKEN[name]
    document = copy.deepcopy(document_of(card))
    break_it(document)
    with pytest.raises(ScorecardError) as refused:
        Scorecard.from_yaml(yaml_text(document), where="card.yaml")
    assert any(says in problem for problem in refused.value.problems)
    assert str(refused.value).startswith("card.yaml: ")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json_schema("scorecard"))


NUMBERS = ("attributes", 1, "levels")
ILL_FITTING = {
    "a level twice": (
        change("attributes", 0, "levels", 1, "level", to="COLD list "),
        "stands twice",
    ),
    "bands that do not meet": (change(*NUMBERS, 1, "from", to=1.5), "must rise and meet"),
    "bands with a first end": (change(*NUMBERS, 0, "from", to=-1), "must rise and meet"),
    "a category with bands": (change("attributes", 1, "kind", to="category"), "`kind: number`"),
    "a number without bands": (change("attributes", 0, "kind", to="number"), "`kind: number`"),
}


@pytest.mark.parametrize("name", ILL_FITTING)
def test_a_card_whose_parts_do_not_fit_is_refused(card: Scorecard, name: str) -> None:
    break_it, says = ILL_FITTING[name]
    document = copy.deepcopy(document_of(card))
    assert document["attributes"][1]["name"] == "visits"
    break_it(document)
    with pytest.raises(ScorecardError, match=says):
        Scorecard.from_yaml(yaml_text(document))


def test_every_problem_of_a_card_is_listed_at_once(card: Scorecard) -> None:
    document = copy.deepcopy(document_of(card))
    for name in ("no name", "half a point", "an unknown verdict"):
        BROKEN[name][0](document)
    with pytest.raises(ScorecardError) as refused:
        Scorecard.from_yaml(yaml_text(document))
    assert len(refused.value.problems) == 3


def test_a_card_of_a_newer_version_is_refused_by_name(card: Scorecard) -> None:
    newer = card.to_yaml().replace("calibrate/scorecard/1", "calibrate/scorecard/2")
    with pytest.raises(ScorecardError, match=r"calibrate/scorecard/2.*Install a newer calibrate"):
        Scorecard.from_yaml(newer)


def test_a_spec_is_not_taken_for_a_card() -> None:
    with pytest.raises(ScorecardError, match="found `calibrate/spec/1`; allowed"):
        Scorecard.from_yaml("schema: calibrate/spec/1\noutcome: {column: y}")


@pytest.mark.parametrize(
    "text", ["", "card", "[]", "3", "schema: calibrate/scorecard/1", "a: [", "a: \x00"]
)
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(ScorecardError, match=r"^card\.yaml"):
        Scorecard.from_yaml(text, where="card.yaml")


@given(st.data())
def test_a_card_cut_off_anywhere_is_refused(card: Scorecard, data: st.DataObject) -> None:
    """The sweep is last but the findings; before it nothing can be missed."""
    text = card.to_yaml()
    end = data.draw(st.integers(0, text.index("\nsweep:") - 1))
    with pytest.raises(ScorecardError):
        Scorecard.from_yaml(text[:end])


def test_a_card_shows_itself(card: Scorecard) -> None:
    assert repr(card).startswith("Scorecard(leads: ")
    frame = card.to_frame()
    assert len(frame) == sum(len(one.levels) for one in card.attributes)
    assert "<table" in card._repr_html_()
