"""Scoring lead by lead: the sum of its levels' points, why, and what was never seen."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from calibrate import Scorecard, calibrate
from calibrate.calls import call_list
from calibrate.engines.tables import open_table
from calibrate.errors import ScorecardError
from calibrate.scoring import Unseen, scoring_findings


@pytest.fixture(scope="module")
def card(leads_frame: pd.DataFrame) -> Scorecard:
    return calibrate(leads_frame).scorecard


def by_hand(card: Scorecard, lead: pd.Series) -> int:
    """Add up a lead's points from the card, one `if` at a time."""
    score = card.points.base
    for attribute in card.attributes:
        value = lead[attribute.name]
        score += next(
            (level.points for level in attribute.levels if is_at(level, value)),
            attribute.otherwise,
        )
    return score


def is_at(level: object, value: object) -> bool:
    if pd.isna(value):
        return level.level == "(missing)"
    if level.level is None:
        return (level.from_ is None or level.from_ <= value) and (
            level.below is None or value < level.below
        )
    return str(value).strip().lower() == level.level.lower()


def test_a_score_is_the_sum_of_the_points_of_the_leads_levels(
    card: Scorecard, leads_frame: pd.DataFrame
) -> None:
    leads = leads_frame.head(300)
    wanted = [by_hand(card, lead) for _, lead in leads.iterrows()]
    scored = card.score(leads)
    assert scored["score"].tolist() == wanted
    assert scored["passes"].tolist() == [score >= card.threshold.score for score in wanted]


def test_the_reasons_add_up_to_the_score(card: Scorecard, leads_frame: pd.DataFrame) -> None:
    scored = card.score(leads_frame)
    for score, reasons in zip(scored["score"], scored["reasons"], strict=True):
        *points, base = [int(reason.rpartition(" ")[2]) for reason in reasons.split("; ")]
        assert base == card.points.base
        assert base + sum(points) == score
        assert points == sorted(points, key=abs, reverse=True)


def test_no_more_than_five_reasons_are_named() -> None:
    customer = [1] * 60 + [0] * 60
    said = {f"a{place}": ["x"] * (50 + place) + ["y"] * (70 - place) for place in range(8)}
    frame = pd.DataFrame({**said, "converted": customer})
    wanted = {name: {"wanted": True} for name in said}
    reasons = calibrate(frame, {"attributes": wanted}).scorecard.score(frame.head(1))["reasons"][0]
    *named, rest, base = reasons.split("; ")
    assert len(named) == 5
    assert rest.startswith("3 more ")
    assert base.startswith("base ")


def test_index_and_order_of_the_leads_stay(card: Scorecard, leads_frame: pd.DataFrame) -> None:
    scored = card.score(leads_frame)
    some = leads_frame.sample(50, random_state=1)
    assert card.score(some).index.tolist() == some.index.tolist()
    assert card.score(some)["score"].tolist() == scored.loc[some.index, "score"].tolist()


def test_values_never_seen_get_what_the_rare_ones_earned_and_are_counted(
    card: Scorecard, leads_frame: pd.DataFrame
) -> None:
    seen = leads_frame.head(6)
    strange = seen.assign(source=["Tiktok", "Tiktok", None, *seen["source"][3:]])
    scored, before = card.score(strange), card.score(seen)
    (source,) = (one for one in card.attributes if one.name == "source")
    worth = {level.level: level.points for level in source.levels}
    for row in range(3):
        change = scored["score"][row] - before["score"][row]
        assert change == source.otherwise - worth[seen["source"][row]]
    assert scored["score"][3:].tolist() == before["score"][3:].tolist()
    assert scored.attrs["unseen"] == {"source": 3}


def test_rare_values_that_earned_points_pass_them_on(frame_of: Callable[..., pd.DataFrame]) -> None:
    rare = {f"Fair {number}": (5, 5) for number in range(10)}
    frame = frame_of(web=(20, 200), **rare)
    card = calibrate(frame).scorecard
    (source,) = card.attributes
    assert source.otherwise == 100 - card.points.base
    scored = card.score(pd.DataFrame({"source": ["Fair 99", "Fair 1", "web"]}))
    assert scored["score"].tolist() == [100, 100, 0]
    assert scored.attrs["unseen"] == {"source": 1}


def test_what_was_never_seen_is_said_in_words() -> None:
    never = Unseen(attribute="source", leads=3, example="Tiktok", points=-4)
    (finding,) = scoring_findings([never], [])
    assert "`source`: 3 leads" in finding.says
    assert "`Tiktok`" in finding.says
    assert "-4 points" in finding.says
    assert finding.severity == "warning"


def test_several_values_that_were_never_seen_are_counted(
    frame_of: Callable[..., pd.DataFrame],
) -> None:
    card = calibrate(frame_of(web=(20, 200), fair=(60, 100))).scorecard
    new = pd.DataFrame({"source": ["Tiktok", "web", "Radio", "TIKTOK ", "Radio"]})
    (finding,) = scoring_findings(call_list(card, new).unseen, [])
    assert "`source`: 4 leads have a value" in finding.says
    assert "(`Tiktok` and 1 more)" in finding.says


def test_columns_that_are_not_there_can_be_taken_as_empty(
    frame_of: Callable[..., pd.DataFrame],
) -> None:
    frame = frame_of(web=(20, 200), fair=(60, 100), missing=(1, 50)).replace("missing", None)
    card = calibrate(frame).scorecard
    others = pd.DataFrame({"country": ["DE", "AT"]})
    with pytest.raises(ScorecardError, match="--missing-attributes as-missing"):
        card.score(others)
    empty = card.score(pd.DataFrame({"source": [None, None]}))
    assert card.score(others, absent="as-missing")["score"].tolist() == empty["score"].tolist()
    scored = card.score_table(open_table(others), absent="as-missing")
    assert scored.absent == ("source",)
    (finding,) = scoring_findings(scored.unseen, scored.absent)
    assert finding.code == "attributes-missing"
    assert "`source`" in finding.says
    assert scoring_findings((), ()) == ()


def test_columns_that_earn_points_must_be_there_and_are_all_named(
    card: Scorecard, leads_frame: pd.DataFrame
) -> None:
    with pytest.raises(ScorecardError) as refused:
        card.score(leads_frame.drop(columns=["demo"]).rename(columns={"source": "sources"}))
    assert "`demo`" in str(refused.value)
    assert "`source` (is it `sources`?)" in str(refused.value)


def test_other_columns_need_not_be_there(card: Scorecard, leads_frame: pd.DataFrame) -> None:
    few = leads_frame[["visits", "source", "demo", "industry"]]
    wanted = card.score(leads_frame)["score"].tolist()
    assert card.score(few)["score"].tolist() == wanted


def test_texts_that_stand_for_nothing_do_so_when_scoring_too() -> None:
    frame = pd.DataFrame(
        {
            "source": ["Fair"] * 40 + ["Web"] * 40 + ["Select"] * 40,
            "visits": [float(number) for number in range(100)] + [999.0] * 20,
            "converted": [1] * 30 + [0] * 90,
        }
    )
    wanted = {name: {"wanted": True} for name in ("source", "visits")}
    card = calibrate(frame, {"missing": ["select", 999], "attributes": wanted}).scorecard
    labels = {one.name: [lv.level for lv in one.levels] for one in card.attributes}
    assert labels["source"] == ["Fair", "Web", "(missing)"]
    assert labels["visits"][-1] == "(missing)"
    gaps = pd.DataFrame({"source": [" SELECT", None], "visits": [999.0, float("nan")]})
    one, other = card.score(gaps)["score"]
    assert one == other
