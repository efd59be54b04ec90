"""Points: the published examples to the letter, and the promises of the scales."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Calibration, Evidence, assign_points, calibrate
from calibrate.engines.columns import TextColumn
from calibrate.engines.memory import MemoryEngine
from calibrate.errors import Finding, SpecError
from calibrate.evidence import AttributeEvidence, LevelEvidence, Overall
from calibrate.leads import Attribute, Leads
from calibrate.levels import OTHER, Level, Levels
from calibrate.outcomes import Outcome
from calibrate.points import AttributePoints, Points
from calibrate.present.numbers import half_away, significant
from calibrate.remarks import card_findings
from calibrate.scores import tally_scores
from calibrate.screening import Screened, Screening
from calibrate.spec import AttributePart, OverridePart, PointsPart, Spec
from calibrate.stats.association import association
from calibrate.values import level_value

MEASURES = ("lift_ratio", "lift_difference", "log_lift", "log_odds")
AWARDS = ("significant", "raises", "attribute", "all")
SCALES = ("0-100", "points")
ESTIMATES = ("shrunken", "raw")
UNIT = 12.5
"""Points for one unit of the measure, wherever a card is recomputed on the scale `points`."""
STRICT = 0.01
"""A q_max at which the sample leads have a level of no evidence in a selected attribute."""


# ------------------------------------------------------------------ the published arithmetic


def points_of(frame: pd.DataFrame, spec: dict[str, Any]) -> dict[str, int]:
    card = calibrate(frame, spec).scorecard
    return {level.level: level.points for level in card.attributes[0].levels}


def test_base_1_percent_and_a_level_at_20_percent_is_20_points(
    frame_of: Callable[..., pd.DataFrame],
) -> None:
    frame = frame_of(Webinar=(20, 100), Others=(80, 9900))
    settings = {"measure": "lift_ratio", "estimate": "raw", "overlap": False, "scale": "points"}
    card = calibrate(frame, {"points": settings}).scorecard
    assert card.overall.close_rate == 0.01
    assert {level.level: level.points for level in card.attributes[0].levels}["Webinar"] == 20
    assert card.points.base == 0
    assert card.score(pd.DataFrame({"source": ["webinar"]}))["score"].tolist() == [20]


def test_base_10_percent_then_25_percent_is_15_points_and_3_percent_is_minus_7(
    frame_of: Callable[..., pd.DataFrame],
) -> None:
    frame = frame_of(Demo=(250, 1000), Cold=(30, 1000), Others=(720, 8000))
    settings = {
        "measure": "lift_difference",
        "estimate": "raw",
        "overlap": False,
        "scale": "points",
        "points_per_unit": 10,
    }
    points = points_of(frame, {"points": settings})
    assert (points["Demo"], points["Cold"]) == (15, -7)


def test_only_levels_above_overall_earn_points_in_the_published_method(
    frame_of: Callable[..., pd.DataFrame],
) -> None:
    frame = frame_of(Demo=(250, 1000), Cold=(30, 1000), Others=(720, 8000))
    settings = {"measure": "lift_ratio", "estimate": "raw", "scale": "points", "award": "raises"}
    points = points_of(frame, {"points": {**settings, "overlap": False}})
    assert points == {"Demo": 3, "Cold": 0, "Others": 0}


@pytest.mark.parametrize(
    ("rate", "overall", "measure", "wanted"),
    [
        (0.2, 0.01, "lift_ratio", 20.0),
        (0.1, 0.1, "lift_ratio", 1.0),
        (0.05, 0.1, "lift_ratio", -2.0),
        (0.0, 0.1, "lift_ratio", -20.0),
        (0.001, 0.1, "lift_ratio", -20.0),
        (0.25, 0.1, "lift_difference", 1.5),
        (0.0, 0.1, "lift_difference", -1.0),
        (0.2, 0.1, "log_lift", 0.693147),
        (0.5, 0.5, "log_odds", 0.0),
        (0.8, 0.5, "log_odds", 1.38629),
    ],
)
def test_a_measure_by_hand(rate: float, overall: float, measure: Any, wanted: float) -> None:
    assert level_value(rate, overall, measure) == wanted


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_a_higher_rate_is_never_worth_less(one: float, other: float, overall: float) -> None:
    low, high = sorted((one, other))
    for measure in MEASURES:
        assert level_value(low, overall, measure) <= level_value(high, overall, measure)


# ------------------------------------------------------------------ from the card's file alone


def recomputed(text: str) -> dict[str, list[int]]:
    """Reckon a card's points from the evidence in its YAML, by METHOD 4, with nothing of ours."""
    card = yaml.safe_load(text)
    how, overall = card["points"], card["overall"]["close_rate"]
    values = {
        attribute["name"]: [
            value_of(level["evidence"], overall, how, selected=attribute["test"]["selected"])
            for level in attribute["levels"]
        ]
        for attribute in card["attributes"]
    }
    multiplier, base = how["multiplier"], how["base"]
    if how["scale"] == "0-100":
        reach = {
            attribute["name"]: [
                attribute["overlap_factor"] * value
                for value in (*values[attribute["name"]], otherwise(attribute, values))
            ]
            for attribute in card["attributes"]
        }
        span = sum(max(row) - min(row) for row in reach.values())
        assert multiplier == six_digits(100 / span)
    points = {}
    for attribute in card["attributes"]:
        row = values[attribute["name"]]
        assert row == [level["value"] for level in attribute["levels"]]
        points[attribute["name"]] = [
            nearest(multiplier * attribute["overlap_factor"] * value) + level.get("adjusted", 0)
            for value, level in zip(row, attribute["levels"], strict=True)
        ]
    if how["scale"] == "0-100":
        lowest = [
            min([*row, *([] if has_other(attribute) else [0])])
            for attribute, row in zip(card["attributes"], points.values(), strict=True)
        ]
        assert base == -sum(lowest)
    else:
        assert (base, multiplier) == (0, UNIT)
        assert not any(
            "adjusted" in level for attribute in card["attributes"] for level in attribute["levels"]
        )
    return points


def value_of(
    evidence: dict[str, Any], overall: float, how: dict[str, Any], *, selected: bool
) -> float:
    awarded = {
        "significant": ("raises", "lowers"),
        "raises": ("raises",),
        "attribute": ("raises", "lowers", "no evidence") if selected else (),
        "all": ("raises", "lowers", "no evidence"),
    }
    if evidence["verdict"] not in awarded[how["award"]]:
        return 0.0
    if how["estimate"] == "shrunken":
        rate = evidence["shrunken_close_rate"]
    elif how["measure"] in ("log_lift", "log_odds"):
        rate = six_digits((evidence["customers"] + 0.5) / (evidence["leads"] + 1))
    else:
        rate = evidence["close_rate"]
    if how["measure"] == "lift_ratio":
        below = max(-20.0, -overall / rate) if rate else -20.0
        return six_digits(rate / overall if rate >= overall else below)
    if how["measure"] == "lift_difference":
        return six_digits(rate / overall - 1)
    if how["measure"] == "log_lift":
        return six_digits(math.log(rate / overall))
    return six_digits(math.log(rate / (1 - rate)) - math.log(overall / (1 - overall)))


def has_other(attribute: dict[str, Any]) -> bool:
    return any(level.get("level") == "(other)" for level in attribute["levels"])


def otherwise(attribute: dict[str, Any], values: dict[str, list[float]]) -> float:
    named = [level.get("level") for level in attribute["levels"]]
    return values[attribute["name"]][named.index("(other)")] if "(other)" in named else 0.0


def six_digits(value: float) -> float:
    return float(f"{value:.6g}")


def nearest(value: float) -> int:
    return int(Decimal(repr(value)).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize("overlap", [False, True])
@pytest.mark.parametrize(
    "choice", list(itertools.product(MEASURES, AWARDS, SCALES, ESTIMATES)), ids="-".join
)
def test_points_can_be_recomputed_from_the_cards_own_evidence(
    leads_frame: pd.DataFrame, choice: tuple[str, str, str, str], overlap: bool
) -> None:
    names = ("measure", "award", "scale", "estimate")
    settings: dict[str, Any] = dict(zip(names, choice, strict=True))
    settings |= {"overlap": overlap, "q_max": STRICT}
    if settings["scale"] == "points":
        settings["points_per_unit"] = UNIT
    card = calibrate(leads_frame, {"points": settings}).scorecard
    found = {one.name: [level.points for level in one.levels] for one in card.attributes}
    assert found == recomputed(card.to_yaml())
    assert any(any(row) for row in found.values())
    earning = [one for one in card.attributes if any(level.value for level in one.levels)]
    assert all(one.overlap_factor == 1 for one in card.attributes if one not in earning)
    assert all((one.overlap_factor != 1) == overlap for one in earning)


def test_the_default_card_can_be_recomputed_too(leads_frame: pd.DataFrame) -> None:
    card = calibrate(leads_frame).scorecard
    assert (card.points.overlap, card.points.award, card.points.measure) == (
        True,
        "significant",
        "log_odds",
    )
    found = {one.name: [level.points for level in one.levels] for one in card.attributes}
    assert found == recomputed(card.to_yaml())


def test_each_award_pays_other_levels(leads_frame: pd.DataFrame) -> None:
    """So that recomputing tells awards apart: a selected attribute has a level of no evidence."""
    paid, selected = {}, set()
    for award in AWARDS:
        card = calibrate(leads_frame, {"points": {"award": award, "q_max": STRICT}}).scorecard
        selected = {one.name for one in card.attributes if one.test.selected}
        paid[award] = {
            (one.name, place)
            for one in card.attributes
            for place, level in enumerate(one.levels)
            if level.value
        }
    assert paid["raises"] < paid["significant"] < paid["attribute"] < paid["all"]
    assert {name for name, _ in paid["attribute"]} == selected < {name for name, _ in paid["all"]}


def test_overlap_cannot_be_reckoned_without_the_leads(leads_frame: pd.DataFrame) -> None:
    result = calibrate(leads_frame)
    with pytest.raises(SpecError, match="need the leads"):
        assign_points(result.evidence)
    assert assign_points(result.evidence, leads=result.leads) == result.points
    without = assign_points(result.evidence, PointsPart(overlap=False))
    assert {one.overlap.factor for one in without.attributes} == {1.0}


# ------------------------------------------------------------------ the promises of the scales


@st.composite
def random_evidence(draw: st.DrawFn) -> tuple[Evidence, Leads]:
    """Rates and verdicts of any kind, as if some counting had given them, and leads to go along."""
    rng = np.random.default_rng(draw(st.integers(0, 10**9)))
    overall = float(rng.uniform(0.001, 0.9))
    attributes = []
    for place in range(int(rng.integers(1, 13))):
        size = int(rng.integers(1, 9))
        names = [f"l{number}" for number in range(size)]
        if rng.random() < 0.4:
            names[-1] = OTHER
        screened = Screened(name=f"a{place}", p_value=0.01, selected=bool(rng.random() < 0.8))
        rows = tuple(
            random_level(rng, Level(text=name), overall, selected=screened.selected)
            for name in names
        )
        attributes.append(
            AttributeEvidence(
                name=f"a{place}",
                group="other",
                unit=None,
                m=50.0,
                screened=screened,
                association=association([20, 30], [100, 100]),
                levels=Levels(kind="category", levels=tuple(one.level for one in rows)),
                evidence=rows,
            )
        )
    everyone = Overall(leads=10_000, customers=1, close_rate=overall, interval=(0.0, 1.0))
    screening = Screening(q_max=0.05, attributes=tuple(one.screened for one in attributes))
    evidence = Evidence(
        overall=everyone, q_max=0.05, screening=screening, attributes=tuple(attributes)
    )
    return evidence, random_leads(rng, evidence)


def random_level(
    rng: np.random.Generator, level: Level, overall: float, *, selected: bool
) -> LevelEvidence:
    leads = int(rng.integers(10, 2000))
    customers = int(rng.binomial(leads, rng.choice([overall, rng.uniform(0, 1)])))
    rate = customers / leads
    says = "raises" if rate > overall else "lowers"
    verdicts = [says, says, "no evidence", "too few"] if selected else ["no evidence", "too few"]
    return LevelEvidence(
        level=level,
        leads=leads,
        customers=customers,
        close_rate=rate,
        close_rate_interval=(0.0, 1.0),
        lift=rate / overall,
        lift_interval=(0.0, 1.0),
        p_value=0.01,
        q_value=0.01 if selected else None,
        test="fisher_mid_p",
        shrunken_close_rate=(customers + 50 * overall) / (leads + 50),
        verdict=str(rng.choice(verdicts)),
    )


def random_leads(rng: np.random.Generator, evidence: Evidence) -> Leads:
    """Leads whose outcome follows each attribute fully, half, double, not at all or backwards."""
    total = 300
    columns, attributes, push = {}, [], np.full(total, -1.0)
    for one in evidence.attributes:
        texts = tuple("rare" if row.level.text == OTHER else row.level.text for row in one.evidence)
        codes = rng.integers(0, len(texts), total)
        rates = np.array([row.shrunken_close_rate for row in one.evidence])
        told = np.clip(np.log(rates / evidence.overall.close_rate), -3, 3)
        push += rng.choice([-1.0, 0.0, 0.5, 1.0, 2.0]) * told[codes]
        columns[one.name] = TextColumn(codes=(codes + 1).astype(np.int8), texts=texts)
        attributes.append(
            Attribute(name=one.name, kind="category", part=AttributePart(), min_leads=10, groups={})
        )
    customer = rng.random(total) < 1 / (1 + np.exp(-push))
    customer[:2] = [True, False]
    customers = int(customer.sum())
    return Leads(
        name="drawn",
        spec=Spec(),
        engine=MemoryEngine(columns=columns, customer=customer),
        attributes=tuple(attributes),
        total=total,
        counted=total,
        customers=customers,
        outcome=Outcome(customer=customer, counted=np.ones(total, dtype=bool), left_out={}),
        fingerprint="sha256:0",
        findings=(),
    )


settings_of_any_kind = st.builds(
    PointsPart,
    measure=st.sampled_from(MEASURES),
    award=st.sampled_from(AWARDS),
    estimate=st.sampled_from(ESTIMATES),
    overlap=st.booleans(),
    scale=st.sampled_from(SCALES),
)
stretched = st.builds(
    PointsPart,
    measure=st.sampled_from(MEASURES),
    award=st.sampled_from(AWARDS),
    estimate=st.sampled_from(ESTIMATES),
    overlap=st.booleans(),
)


def ends(one: AttributePoints) -> tuple[int, int]:
    return min(*one.points, one.otherwise), max(*one.points, one.otherwise)


@given(random_evidence(), stretched)
def test_a_stretched_card_runs_from_exactly_0_to_exactly_100(
    drawn: tuple[Evidence, Leads], settings: PointsPart
) -> None:
    evidence, leads = drawn
    points = assign_points(evidence, settings, leads=leads)
    found = card_findings(points, evidence, leads, tally_scores(points, leads))
    about_range = [one.code for one in found if one.code in ("no-points", "override-changes-range")]
    valued = any(level.value for one in points.attributes for level in one.given)
    assert about_range == ([] if valued else ["no-points"])
    if not any(
        one.overlap.factor * level.value for one in points.attributes for level in one.given
    ):
        assert (points.lowest, points.highest, points.multiplier) == (0, 0, 0.0)
        return
    lows, highs = zip(*(ends(one) for one in points.attributes), strict=True)
    assert points.base + sum(lows) == points.lowest == 0
    assert points.base + sum(highs) == points.highest == 100


@given(random_evidence(), settings_of_any_kind)
def test_points_keep_the_order_and_the_sign_of_the_evidence(
    drawn: tuple[Evidence, Leads], settings: PointsPart
) -> None:
    evidence, leads = drawn
    points = assign_points(evidence, settings, leads=leads)
    for one, weighed in zip(points.attributes, evidence.attributes, strict=True):
        assert one.overlap.factor >= 0
        assert settings.overlap or one.overlap.factor == 1
        awarded = [
            (level.value, level.points)
            for level, told in zip(one.given, weighed.evidence, strict=True)
            if is_awarded(told, settings.award, selected=weighed.screened.selected)
        ]
        for (value, whole), (other_value, other) in itertools.combinations(awarded, 2):
            assert (value - other_value) * (whole - other) >= 0
            assert value != other_value or whole == other
        for value, whole in awarded:
            assert value * whole >= 0


def is_awarded(level: LevelEvidence, award: str, *, selected: bool) -> bool:
    if award == "all" or (award == "attribute" and selected):
        return level.verdict != "too few"
    if award == "attribute":
        return False
    return level.verdict == "raises" or (award == "significant" and level.verdict == "lowers")


@given(random_evidence(), settings_of_any_kind)
def test_levels_without_an_award_get_nothing(
    drawn: tuple[Evidence, Leads], settings: PointsPart
) -> None:
    evidence, leads = drawn
    points = assign_points(evidence, settings, leads=leads)
    for one, weighed in zip(points.attributes, evidence.attributes, strict=True):
        for level, told in zip(one.given, weighed.evidence, strict=True):
            if not is_awarded(told, settings.award, selected=weighed.screened.selected):
                assert (level.value, level.points, level.adjusted) == (0.0, 0, 0)


@given(random_evidence(), settings_of_any_kind)
def test_rounding_is_corrected_by_at_most_a_point_at_one_end_of_an_attribute(
    drawn: tuple[Evidence, Leads], settings: PointsPart
) -> None:
    evidence, leads = drawn
    points = assign_points(evidence, settings, leads=leads)
    for one in points.attributes:
        for level in one.given:
            assert level.adjusted in (-1, 0, 1)
            exact = points.multiplier * one.overlap.factor * level.value
            assert level.points == half_away(exact) + level.adjusted
        assert len({level.adjusted for level in one.given} - {0}) <= 1
        if settings.scale == "points":
            assert not any(level.adjusted for level in one.given)


@given(random_evidence(), settings_of_any_kind)
def test_a_value_never_seen_gets_what_the_rare_ones_earned(
    drawn: tuple[Evidence, Leads], settings: PointsPart
) -> None:
    evidence, leads = drawn
    for one in assign_points(evidence, settings, leads=leads).attributes:
        names = [level.text for level in one.levels.levels]
        wanted = one.points[names.index(OTHER)] if OTHER in names else 0
        assert one.otherwise == wanted


@given(st.floats(-1e6, 1e6))
def test_halves_are_rounded_away_from_zero(value: float) -> None:
    assert half_away(value) == nearest(value)
    assert half_away(-value) == -half_away(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_six_digits_are_kept(value: float) -> None:
    assert significant(value) == pytest.approx(value, rel=5.01e-6, abs=1e-300)
    assert significant(significant(value)) == significant(value)


# ------------------------------------------------------------------ points set by hand


def with_override(frame: pd.DataFrame, override: dict[str, Any], **points: Any) -> Calibration:
    return calibrate(frame, {"override": override, "points": points})


def remarks(result: Calibration) -> tuple[Finding, ...]:
    return card_findings(result.points, result.evidence, result.leads, result.score_table)


def given_of(points: Points, attribute: str) -> dict[str, Any]:
    (one,) = (one for one in points.attributes if one.name == attribute)
    return dict(zip([level.label for level in one.levels.levels], one.given, strict=True))


def test_points_set_by_hand_stand_beside_the_earned_ones(leads_frame: pd.DataFrame) -> None:
    plain = calibrate(leads_frame)
    assert remarks(plain) == ()
    earned = given_of(plain.points, "source")["Google"].points
    override = {"source": {"google ": {"points": 90, "why": "a contract"}}}
    result = with_override(leads_frame, override)
    points = result.points
    google = given_of(points, "source")["Google"]
    assert (google.points, google.earned, google.why) == (90, earned, "a contract")
    assert given_of(points, "source")["Fair"].why is None
    (finding,) = remarks(result)
    assert finding in result.findings
    assert finding.code == "override-changes-range"
    assert f"{points.lowest} to {points.highest}" in finding.says


def test_points_set_by_hand_are_in_the_card_and_in_its_scores(leads_frame: pd.DataFrame) -> None:
    override = {"source": {"Fair": {"points": -7, "why": "closed down"}}}
    plain = calibrate(leads_frame).scorecard
    card = calibrate(leads_frame, {"override": override}).scorecard
    (source,) = (one for one in card.attributes if one.name == "source")
    fair = next(level for level in source.levels if level.level == "Fair")
    assert (fair.points, fair.why) == (-7, "closed down")
    assert "why: closed down" in card.to_yaml()
    change = card.score(leads_frame)["score"] - plain.score(leads_frame)["score"]
    assert set(change[leads_frame["source"] == "Fair"]) == {-7 - fair.earned}
    assert set(change[leads_frame["source"] != "Fair"]) == {0}


def test_points_set_by_hand_for_rare_values_serve_values_never_seen(
    leads_frame: pd.DataFrame,
) -> None:
    override = {"industry": {"(other)": {"points": 4, "why": "hope"}}}
    points = with_override(leads_frame, override).points
    (industry,) = (one for one in points.attributes if one.name == "industry")
    assert industry.otherwise == 4


def test_overrides_that_name_nothing_are_refused_all_at_once(leads_frame: pd.DataFrame) -> None:
    one = {"points": 1, "why": "x"}
    override = {"source": {"Gogle": one, "Fair": one}, "industry": {"Mining": one}}
    with pytest.raises(SpecError) as refused:
        with_override(leads_frame, override)
    assert len(refused.value.problems) == 2
    assert "did you mean `Google`" in refused.value.problems[0]
    assert "pooled into (other)" in refused.value.problems[1]


def test_an_override_of_an_attribute_that_is_not_on_the_card_is_refused() -> None:
    everyone = Overall(leads=9, customers=1, close_rate=0.1, interval=(0.0, 1.0))
    screening = Screening(q_max=0.05, attributes=())
    evidence = Evidence(overall=everyone, q_max=0.05, screening=screening, attributes=())
    part = OverridePart(points=1, why="x")
    with pytest.raises(SpecError, match="is not an attribute of the card"):
        assign_points(evidence, override={"sauce": {"Fair": part}})


def test_no_evidence_is_no_points_and_a_finding(frame_of: Callable[..., pd.DataFrame]) -> None:
    result = calibrate(frame_of(a=(20, 100), b=(20, 100)))
    points = result.points
    assert [finding.code for finding in remarks(result)] == ["no-points"]
    assert "no-points" in [finding.code for finding in result.findings]
    assert (points.base, points.lowest, points.highest) == (0, 0, 0)


def test_a_frame_of_points_has_a_row_for_every_level(leads_frame: pd.DataFrame) -> None:
    points = calibrate(leads_frame).points
    frame = points.to_frame()
    assert len(frame) == sum(len(one.given) for one in points.attributes)
    assert frame.set_index(["attribute", "level"]).loc[("demo", "yes"), "points"] > 0
    assert "scores 0 to 100" in repr(points)
