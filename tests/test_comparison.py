"""Old card against new leads and new card, as an analyst meets it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from calibrate.cli import main
from calibrate.errors import LeadsError, ScorecardError
from calibrate.recalibration import Comparison, compare
from calibrate.scorecard import Scorecard
from tests.two_quarters import FIRST, NEW_SOURCE, SECOND, THIRD, card_of, quarter


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return quarter(1, FIRST)


@pytest.fixture(scope="module")
def second() -> pd.DataFrame:
    return quarter(2, SECOND, new_level=0.08)


@pytest.fixture(scope="module")
def old(first: pd.DataFrame) -> Scorecard:
    return card_of(first)


@pytest.fixture(scope="module")
def new(second: pd.DataFrame) -> Scorecard:
    return card_of(second)


@pytest.fixture(scope="module")
def found(old: Scorecard, new: Scorecard, second: pd.DataFrame) -> Comparison:
    third = quarter(3, THIRD, new_level=0.08)
    return compare(old, new, pd.concat([second, third], ignore_index=True))


def test_new_leads_are_counted_on_old_bands(
    found: Comparison, old: Scorecard, second: pd.DataFrame
) -> None:
    third = quarter(3, THIRD, new_level=0.08)
    now = pd.concat([second, third])
    bands = {one.level: one.now for one in found.levels if one.attribute == "visits"}
    levels = next(one for one in old.attributes if one.name == "visits").levels
    for one in levels:
        low = -1 if one.from_ is None else one.from_
        below = 1e9 if one.below is None else one.below
        rows = now[(now["visits"] >= low) & (now["visits"] < below)]
        counted = bands[one.as_level.label]
        assert (counted.leads, counted.customers) == (len(rows), rows["converted"].sum())


def test_levels_beside_each_other(found: Comparison, old: Scorecard, new: Scorecard) -> None:
    frame = found.to_frame().set_index(["attribute", "level"])
    fair = frame.loc["source", "fair"]
    points = [
        next(
            level.points
            for one in card.attributes
            if one.name == "source"
            for level in one.levels
            if level.level == "fair"
        )
        for card in (old, new)
    ]
    assert [fair["points_then"], fair["points_now"]] == points
    assert fair["lift_then"] == pytest.approx(
        fair["close_rate_then"] * old.cohort.leads / old.cohort.customers
    )


def test_months_hold_every_counted_lead(found: Comparison, second: pd.DataFrame) -> None:
    assert [one.name for one in found.months] == [f"2026-0{month}" for month in range(4, 10)]
    april = second[second["created_at"] < "2026-05-01"]
    assert found.months[0].leads.leads == len(april)
    assert found.months[0].leads.customers == april["converted"].sum()


def test_tiers_hold_every_lead_once(found: Comparison) -> None:
    assert found.tiers is not None
    assert sum(sum(row) for row in found.tiers.leads) == 6000
    off = sum(
        leads
        for row, name in enumerate(found.tiers.old)
        for leads, other in zip(found.tiers.leads[row], found.tiers.new, strict=True)
        if name != other
    )
    assert found.tiers.moved == off > 0


@pytest.mark.parametrize("is_old_the_better", [True, False])
def test_the_card_that_ranks_fresh_leads_better_is_preferred(is_old_the_better: bool) -> None:
    many, few = 6000, 250
    sizes = (many, few) if is_old_the_better else (few, many)
    old, new = (
        card_of(quarter(seed, start, leads=leads))
        for seed, start, leads in zip((30, 31), (FIRST, SECOND), sizes, strict=True)
    )
    told = compare(old, new, quarter(32, THIRD, leads=6000))
    assert told.contest is not None
    assert told.contest.paired is not None
    assert told.contest.paired.p_value < 0.05
    assert (told.contest.paired.difference < 0) == is_old_the_better
    word = "worse" if is_old_the_better else "better"
    assert any(f"the new one ranks {word}" in reason for reason in told.reasons)
    if is_old_the_better:
        assert told.advice == "keep"
    else:
        assert told.advice != "keep"


def test_only_leads_that_taught_neither_decide_which_card_ranks_better(found: Comparison) -> None:
    assert found.contest is not None
    assert found.contest.paired is not None
    third = quarter(3, THIRD, new_level=0.08)
    assert found.contest.leads == len(third)
    assert found.contest.customers == third["converted"].sum()


def test_without_such_leads_it_is_not_judged(
    old: Scorecard, new: Scorecard, second: pd.DataFrame
) -> None:
    told = compare(old, new, second)
    assert told.contest is not None
    assert told.contest.paired is None
    assert "no-leads-for-both" in [one.code for one in told.findings]


def test_the_cards_alone_tell_what_is_on_both(old: Scorecard, new: Scorecard) -> None:
    told = compare(old, new)
    assert {one.attribute for one in told.levels} <= {one.name for one in old.attributes}
    assert [one.level for one in told.lists if one.what == "new"] == [NEW_SOURCE]
    assert told.tiers is told.contest is told.score_shares is None
    assert told.months == ()
    assert told.advice == "refresh"


def test_the_same_card_has_not_moved(old: Scorecard, first: pd.DataFrame) -> None:
    told = compare(old, old, first)
    assert told.advice == "keep"
    assert (told.moved, told.lists, told.bands, told.gone, told.added) == ((), (), (), (), ())
    assert told.tiers is not None
    assert told.tiers.moved == 0
    assert {one.index.index for one in told.shares} == {0.0}
    assert "leads-shared" in [one.code for one in told.findings]


def test_an_attribute_that_earned_points_and_is_gone(first: pd.DataFrame, old: Scorecard) -> None:
    later = quarter(5, SECOND)
    told = compare(old, card_of(later.drop(columns="size")))
    assert told.advice == "rebuild"
    assert told.gone == ("size",)
    assert "`size` earned points" in told.reasons[0]
    back = compare(card_of(first.drop(columns="size")), card_of(later))
    assert back.added == ("size",)
    assert back.advice == "refresh"


def test_pooled_levels_are_named(old: Scorecard) -> None:
    later = quarter(6, SECOND)
    fairs = later.index[later["source"] == "fair"]
    later = later.drop(index=fairs[5:])
    told = compare(old, card_of(later))
    assert [(one.level, one.what) for one in told.lists] == [("fair", "pooled now")]
    back = compare(card_of(later), old)
    assert [(one.level, one.what) for one in back.lists] == [("fair", "stands alone now")]
    assert "cards-in-wrong-order" in [one.code for one in back.findings]


def test_a_level_that_was_too_rare_and_is_common_now_is_a_reason(first: pd.DataFrame) -> None:
    """Its first leads were pooled: all the same it is as good as new."""
    few = first.copy()
    few.loc[:6, "source"] = NEW_SOURCE
    old = card_of(few)
    later = quarter(2, SECOND, new_level=0.08)
    told = compare(old, card_of(later), later)
    (grown,) = [one for one in told.lists if one.level == NEW_SOURCE]
    assert (grown.what, grown.is_no_luck) == ("stands alone now", True)
    assert told.advice == "refresh"
    assert any(f"`source: {NEW_SOURCE}` (now on" in reason for reason in told.reasons)
    # Pooled with others it may have been all of them: twice as many leads are no news then.
    many = first.copy()
    many.loc[:8, "source"] = NEW_SOURCE
    many.loc[9:300, "source"] = [f"rare {row // 9}" for row in range(292)]
    (known,) = [
        one
        for one in compare(card_of(many), card_of(later), later).lists
        if one.level == NEW_SOURCE
    ]
    assert not known.is_no_luck


def test_cards_of_other_leads_are_refused(old: Scorecard) -> None:
    other = card_of(quarter(7).rename(columns=lambda name: f"my {name}" if name in NAMES else name))
    with pytest.raises(ScorecardError, match="no attribute in common"):
        compare(old, other)


NAMES = ("source", "visits", "size", "noise")


def test_leads_without_a_column_are_refused(
    old: Scorecard, new: Scorecard, second: pd.DataFrame
) -> None:
    with pytest.raises(ScorecardError, match="source"):
        compare(old, new, second.drop(columns="source"))
    with pytest.raises(LeadsError):
        compare(old, new, second.assign(converted=0))


def test_a_column_that_earns_nothing_may_be_missing(
    old: Scorecard, new: Scorecard, second: pd.DataFrame
) -> None:
    told = compare(old, new, second.drop(columns="noise"))
    assert "noise" in {one.attribute for one in told.levels}


def test_it_says_so_on_one_screen(found: Comparison) -> None:
    text = repr(found)
    assert text.startswith(found.advice.upper())
    assert max(map(len, text.splitlines())) <= 80
    assert len(text.splitlines()) <= 50
    json.dumps(found.summary(), allow_nan=False)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.advice = "keep"  # type: ignore[misc]


def test_hostile_names_are_shown_and_not_run(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\x1b[31m$x_"
    frames = [
        quarter(seed, start).rename(columns={"source": evil}).replace({evil: {"fair": evil}})
        for seed, start in ((8, FIRST), (9, SECOND))
    ]
    told = compare(*map(card_of, frames), frames[1])
    page = told.report(tmp_path / "c.html").read_text("utf-8")
    for shown in (page, told._repr_html_(), repr(told)):
        assert "\x1b" not in shown
    for shown in (page, told._repr_html_()):
        assert "<script" not in shown
    told.plot("levels")
    told.plot("months")


def run(*arguments: Any) -> int:
    return main([str(one) for one in arguments])


def test_the_command(
    tmp_path: Path,
    old: Scorecard,
    new: Scorecard,
    second: pd.DataFrame,
    capsys: pytest.CaptureFixture[str],
) -> None:
    paths = [card.save(tmp_path / f"{name}.yaml") for card, name in ((old, "Q1"), (new, "Q2"))]
    second.to_csv(tmp_path / "q2.csv", index=False)
    page = tmp_path / "moved.html"
    assert run("compare", *paths, tmp_path / "q2.csv", "--html", page) == 0
    assert "REFRESH" in capsys.readouterr().out
    assert NEW_SOURCE in page.read_text("utf-8")
    gone = card_of(quarter(5, SECOND).drop(columns="size")).save(tmp_path / "gone.yaml")
    assert run("compare", paths[0], gone) == 1
    assert run("compare", paths[0], tmp_path / "none.yaml") == 2
    assert "none.yaml" in capsys.readouterr().err
