"""A level keeps its points unless it moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrate.cli import main
from calibrate.pipeline import Calibration, calibrate
from calibrate.scorecard import Scorecard
from tests.two_quarters import FIRST, SECOND, SPEC, THIRD, card_of, quarter

# The bands stand, so that levels are the same from quarter to quarter.
DAMPED = SPEC | {"points": {"damping": True}, "attributes": {"visits": {"bands": [2, 3, 5]}}}


@pytest.fixture(scope="module")
def old() -> Scorecard:
    return calibrate(quarter(1, FIRST), DAMPED).scorecard


@pytest.fixture(scope="module")
def run(old: Scorecard) -> Calibration:
    return calibrate(quarter(2, SECOND), DAMPED, previous=old)


def test_kept_points_are_those_of_the_old_card_and_say_what_is_earned(
    run: Calibration, old: Scorecard
) -> None:
    then = {
        (one.name, level.as_level.label): level for one in old.attributes for level in one.levels
    }
    kept = [
        (level, then[one.name, level.as_level.label])
        for one in run.scorecard.attributes
        for level in one.levels
        if level.kept
    ]
    assert kept
    for level, before in kept:
        assert level.points == before.points != level.earned
        assert level.why is None
        if before.stability is not None:
            low, high = before.stability.interval
            assert low <= level.earned <= high
    assert "points-kept" in [one.code for one in run.findings]


def test_the_card_scores_as_it_says_and_comes_back_the_same(run: Calibration) -> None:
    card = Scorecard.from_yaml(run.scorecard.to_yaml())
    assert card == run.scorecard
    assert card.points.damping is True
    scores = card.score(quarter(2, SECOND))["score"]
    assert scores.between(run.points.lowest, run.points.highest).all()
    assert scores.value_counts().sort_index().tolist() == list(run.score_table.leads)


def test_a_second_time_on_the_same_leads_nothing_moves(old: Scorecard) -> None:
    again = calibrate(quarter(1, FIRST), DAMPED, previous=old).scorecard
    assert again.attributes == old.attributes
    assert not any(level.kept for one in again.attributes for level in one.levels)


def test_points_set_by_hand_come_before_kept_ones(old: Scorecard) -> None:
    override = {"source": {"fair": {"points": 33, "why": "contract"}}}
    card = calibrate(quarter(2, SECOND), DAMPED | {"override": override}, previous=old).scorecard
    source = next(one for one in card.attributes if one.name == "source")
    fair = next(level for level in source.levels if level.level == "fair")
    assert (fair.points, fair.why, fair.kept) == (33, "contract", None)


@pytest.mark.parametrize("measure", [None, "log_lift"])
def test_where_there_is_nothing_to_keep_it_is_said(measure: str | None, old: Scorecard) -> None:
    points = {"damping": True} | ({} if measure is None else {"measure": measure})
    previous = None if measure is None else old
    found = calibrate(quarter(2, SECOND), DAMPED | {"points": points}, previous=previous)
    assert "nothing-damped" in [one.code for one in found.findings]
    assert not any(level.kept for one in found.scorecard.attributes for level in one.levels)


def test_without_damping_an_earlier_card_changes_nothing(old: Scorecard) -> None:
    leads = quarter(3, THIRD)
    assert calibrate(leads, SPEC, previous=old).scorecard == calibrate(leads, SPEC).scorecard


def test_the_command_keeps_bands_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = card_of(quarter(1, FIRST))
    card.save(tmp_path / "old.yaml")
    quarter(2, SECOND).to_csv(tmp_path / "q2.csv", index=False)
    (tmp_path / "spec.yaml").write_text("outcome: {column: converted}\n", encoding="utf-8")
    arguments = [str(tmp_path / name) for name in ("old.yaml", "q2.csv")]
    out = tmp_path / "out"
    assert main(["rerun", *arguments, "--out", str(out), "--damping"]) == 0
    assert "old card" in capsys.readouterr().out
    new = Scorecard.load(out / "scorecard.yaml")
    edges = [
        next(one for one in each.attributes if one.name == "visits").as_levels.edges
        for each in (card, new)
    ]
    assert edges[0] == edges[1]
    assert any(level.kept for one in new.attributes for level in one.levels)
    assert "kept (earned" in (out / "report.html").read_text("utf-8")
