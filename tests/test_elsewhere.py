"""What went wrong in other tools, so that it cannot here: one test each.

Three of the list stand with what they are about: a card reloaded gives the same probabilities
(`test_probability`), what is declared of one attribute moves no other's points (`test_estimator`),
and points stay with their level in every export (`test_sql_export`, `test_python_export`). How long
one lead takes is measured by `benchmarks`; here the work is counted.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate import Calibration, Scorecard, calibrate
from calibrate.levels import Levels
from tests.policy.worlds import GROUPS, later_leads, leads

SPEC: dict[str, Any] = {"only": list(GROUPS), "attributes": GROUPS, "missing": ["Select"]}


@cache
def run() -> Calibration:
    return calibrate(leads(2), SPEC)


def levels_of(card: Scorecard, name: str) -> dict[str, int]:
    (one,) = (attribute for attribute in card.attributes if attribute.name == name)
    return {level.as_level.label: level.points for level in one.levels}


def score_of(card: Scorecard, **values: Any) -> int:
    frame = leads(2).head(1).drop(columns=["converted"]).astype(object)
    for name, value in values.items():
        frame[name] = [value]
    return int(card.score(frame)["score"].iloc[0])


def test_a_number_gets_the_points_of_its_band_and_never_of_the_next(tmp_path: Path) -> None:
    """Elsewhere points were joined to bands by numbers that were off by one."""
    edges = [1.0, 2.5, 4.0, 6.0]
    spec = SPEC | {
        "attributes": GROUPS | {"visits": {"kind": "number", "bands": edges}},
        "points": {"award": "all", "overlap": False, "scale": "points", "points_per_unit": 1000},
    }
    made = calibrate(leads(2), spec).scorecard
    card = Scorecard.load(made.save(tmp_path / "card.yaml"))
    (visits,) = (one for one in card.attributes if one.name == "visits")
    points = [level.points for level in visits.levels if level.level is None]
    assert len(points) == len(set(points)) == len(edges) + 1
    base = score_of(card, visits=None) - levels_of(card, "visits")["(missing)"]
    for place, edge in enumerate(edges):
        assert score_of(card, visits=edge) - base == points[place + 1]
        assert score_of(card, visits=np.nextafter(edge, -np.inf)) - base == points[place]
    assert score_of(card, visits=-1e300) - base == points[0]
    assert score_of(card, visits=1e300) - base == points[-1]


@pytest.mark.parametrize(
    "keys",
    [
        {"vetoes": [{"industry": ["Software"]}]},
        {"gates": [{"name": "g", "any": [{"visits": {"from": 3}}, {"demo": ["yes"]}]}]},
        {"must_contact": {"close_rate_low": 0.4}},
        {"tiers": {"cold": 0, "hot": 70}},
        {"size_prefix": {"attribute": "size", "digits": {"Large": 3}}},
        {"threshold": {"share": 0.2}},
    ],
    ids=str,
)
def test_a_policy_moves_nobodys_score(keys: dict[str, Any]) -> None:
    """Elsewhere a choice for one attribute moved every lead's score without an error."""
    other = calibrate(leads(2), SPEC | keys).scorecard
    frame = later_leads(2)
    for name in ("score", "fit", "engagement", "reasons"):
        assert other.score(frame)[name].tolist() == run().scorecard.score(frame)[name].tolist()


def test_a_value_never_seen_earns_neither_the_best_nor_the_worst_points() -> None:
    """Elsewhere it silently got one or the other; here what the card says, and it is counted."""
    card = run().scorecard
    earned = 0
    for name in ("industry", "source", "demo", "rating"):
        (one,) = (attribute for attribute in card.attributes if attribute.name == name)
        own = levels_of(card, name)
        earned += any(own.values())
        known = next(level.level for level in one.levels if level.level not in ("(other)", None))
        value: Any = 77 if name == "rating" else "a value of 2031"
        assert score_of(card, **{name: value}) - score_of(card, **{name: known}) == (
            one.otherwise - own[str(known)]
        )
        assert one.otherwise == own.get("(other)", 0)
        if any(own.values()):
            assert min(own.values()) < one.otherwise < max(own.values())
        frame = leads(2).head(3).assign(**{name: [value] * 3})
        unseen = card.score(frame).attrs["unseen"]
        assert unseen == ({name: 3} if any(own.values()) else {})
    assert earned >= 3


def test_the_level_for_no_value_counts_the_leads_without_one() -> None:
    """Elsewhere a missing level was reported with a count of 0."""
    frame = leads(2)
    card = run().scorecard
    for one in card.attributes:
        column = frame[one.name]
        texts = column.astype(object).map(lambda cell: str(cell).strip().lower())
        gaps = int((column.isna() | (texts == "select")).sum())
        found = [level.evidence.leads for level in one.levels if level.level == "(missing)"]
        assert found == ([gaps] if gaps else [])
        assert all(level.evidence.leads for level in one.levels)
        assert sum(level.evidence.leads for level in one.levels) == len(frame)


@pytest.mark.parametrize("seed", range(12))
def test_0_and_100_are_reached_exactly_by_leads_that_are_scored(seed: int, tmp_path: Path) -> None:
    """Elsewhere rounding broke the minimum and maximum that were stated."""
    made = calibrate(leads(seed), SPEC | {"points": {"award": "all"}}).scorecard
    card = Scorecard.load(made.save(tmp_path / "card.yaml"))
    for pick, wanted in ((min, 0), (max, 100)):
        lead: dict[str, Any] = {}
        for one in card.attributes:
            worth: dict[Any, int] = {}
            for level in one.levels:
                if level.level is None:
                    shown: Any = level.from_ if level.from_ is not None else -1e9
                else:
                    shown = None if level.level == "(missing)" else level.level
                worth[shown] = level.points
            worth["a value of 2031"] = one.otherwise
            lead[one.name] = pick(worth, key=lambda value: worth[value])
        frame = pd.DataFrame([lead], dtype=object)
        assert card.score(frame)["score"].tolist() == [wanted]


def test_work_grows_with_distinct_values_and_not_with_leads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Elsewhere one lead took seconds: every cell was looked up by itself, in a frame."""
    card = Scorecard.from_yaml(
        calibrate(
            leads(2),
            SPEC
            | {
                "vetoes": [{"industry": ["Retail"]}],
                "gates": [{"name": "g", "any": [{"visits": {"from": 3}}, {"demo": ["yes"]}]}],
            },
        ).scorecard.to_yaml()
    )
    few = later_leads(2, 300)
    many = pd.concat([few] * 40, ignore_index=True)
    card.score(few)  # what is read once of a card is read
    looked_up = 0
    find = Levels.find

    def counted(levels: Levels, text: str) -> int | None:
        nonlocal looked_up
        looked_up += 1
        return find(levels, text)

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("row by row")

    monkeypatch.setattr(Levels, "find", counted)
    for owner, name in ((pd.DataFrame, "apply"), (pd.DataFrame, "iterrows"), (pd.Series, "apply"),
                        (pd.Series, "map"), (pd.DataFrame, "merge")):  # fmt: skip
        monkeypatch.setattr(owner, name, refused)
    looks = []
    for frame in (few.head(1), few, many):
        looked_up = 0
        scored = card.score(frame)
        assert len(scored) == len(frame)
        looks.append(looked_up)
    parts = len(card.scoring.columns) + len(card.scoring.conditions)
    assert 0 < looks[0] <= 2 * parts
    assert looks[1] == looks[2]
