"""Cards with a policy, against a plain reckoning of every single lead."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Calibration, Scorecard, calibrate
from calibrate.errors import CalibrateError
from calibrate.files import read_yaml
from tests.policy import plainly
from tests.policy.worlds import later_leads, leads, policy

TODAY = dt.date(2026, 3, 2)
SEEDS = range(30)
COLUMNS = "score passes close_rate tier fit engagement stakes shown action due".split()


@cache
def run_of(seed: int) -> Calibration | None:
    """A run with the policy of a seed; None where it is refused."""
    try:
        return calibrate(leads(seed), policy(seed))
    except CalibrateError:
        return None


def document(card: Scorecard) -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(card.to_yaml(), where="card", error=CalibrateError)
    return found


def check(card: Scorecard, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Every column of every lead is what the plain reckoning has."""
    scored = card.score(frame, as_of=TODAY)
    plain = document(card)
    wanted = [plainly.told(lead, plain, TODAY) for lead in frame.to_dict("records")]
    for name in COLUMNS:
        expected = [one[name] for one in wanted]
        if name in scored:
            found = [None if pd.isna(one) else one for one in scored[name].tolist()]
            assert found == expected, name
        else:
            assert set(expected) <= {None}, name
    for name in ("gate", "must_contact"):
        found = scored[name].tolist() if name in scored else [""] * len(frame)
        assert [one[name] for one in wanted] == [
            said[: len(one[name])] for one, said in zip(wanted, found, strict=True)
        ]
        assert [bool(one[name]) for one in wanted] == [bool(said) for said in found]
    if "grid" in plain:
        grades = [plainly.grade(one["fit"], one["engagement"], plain) for one in wanted]
        assert scored["grade"].tolist() == grades
    else:
        assert "grade" not in scored
    return wanted


def test_most_policies_that_are_drawn_make_a_card() -> None:
    assert sum(run_of(seed) is not None for seed in SEEDS) >= 20


@pytest.mark.parametrize("seed", SEEDS)
def test_later_leads_are_told_what_a_plain_reckoning_tells(seed: int) -> None:
    run = run_of(seed)
    if run is not None:
        check(run.scorecard, later_leads(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_runs_own_counts_are_those_of_a_plain_reckoning(seed: int) -> None:
    run = run_of(seed)
    if run is None:
        return
    frame, card = leads(seed), document(run.scorecard)
    wanted = check(run.scorecard, frame)
    customer = frame["converted"].tolist()

    def counted(names: list[Any]) -> dict[Any, tuple[int, int]]:
        of_all = Counter(names)
        closed = Counter(name for name, one in zip(names, customer, strict=True) if one)
        return {name: (of_all[name], closed[name]) for name in of_all}

    def kept(parts: list[dict[str, Any]], name: str) -> dict[Any, tuple[int, int]]:
        return {one[name]: (one["leads"], one["customers"]) for one in parts if one["leads"]}

    numbers = [*(("veto", n) for n in range(len(card.get("vetoes", ()))))]
    numbers += [("gate", n) for n in range(len(card.get("gates", ())))]
    standings = counted(
        [
            numbers.index(one["standing"])
            if one["standing"] in numbers
            else len(numbers) + (one["standing"][0] == "points")
            for one in wanted
        ]
    )
    for number, part in enumerate(card.get("standings", ())):
        assert (part["leads"], part["customers"]) == standings.get(number, (0, 0))
    deciding = [one["standing"][0] == "points" for one in wanted]
    tiers = counted([one["tier"] if d else None for one, d in zip(wanted, deciding, strict=True)])
    assert kept(card["tiers"], "name") == {k: v for k, v in tiers.items() if k is not None}
    if "grid" in card:
        grades = [plainly.grade(one["fit"], one["engagement"], card) for one in wanted]
        assert kept(card["grid"]["cells"], "grade") == counted(grades)
    points = [
        (one["score"], closed)
        for one, closed, d in zip(wanted, customer, deciding, strict=True)
        if d
    ]
    assert [cut["score"] for cut in card["sweep"]] == sorted({score for score, _ in points})
    for cut in card["sweep"]:
        above = [closed for score, closed in points if score >= cut["score"]]
        assert cut["leads_kept"] == pytest.approx(len(above) / len(points), rel=1e-5)
        assert cut["close_rate_at_or_above"] == pytest.approx(sum(above) / len(above), rel=1e-5)
    cuts = (
        {card["threshold"]["rule"]: card["threshold"]}
        if card["threshold"]["rule"] == ("lowest_customer")
        else {}
    )
    lowest = {**card["threshold"]["alternatives"], **cuts}["lowest_customer"]["score"]
    assert lowest == min(score for score, closed in points if closed)
    if policy(seed)["threshold"] == {"share": 0.3} and "threshold-not-met" not in [
        one["code"] for one in card["findings"]
    ]:
        share = sum(one["passes"] for one in wanted) / len(wanted)
        assert share <= 0.3 + 1e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_a_card_with_a_policy_is_read_back_and_scores_the_same(seed: int, tmp_path: Path) -> None:
    run = run_of(seed)
    if run is None:
        return
    copied = Scorecard.load(run.scorecard.save(tmp_path / "card.yaml"))
    assert copied == run.scorecard
    assert copied.to_yaml() == run.scorecard.to_yaml()
    frame = later_leads(seed + 1000)
    pd.testing.assert_frame_equal(
        copied.score(frame, as_of=TODAY), run.scorecard.score(frame, as_of=TODAY)
    )


TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["Software", "travel", "PUBLIC ", "Select", "(missing)", "(other)", "Mining"]),
    st.text(max_size=4),
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "industry": TEXTS,
                "size": st.sampled_from(["Small", "LARGE", "", None, "Huge"]),
                "demo": st.sampled_from(["yes", "N", "t", "FALSE", "?", None]),
                "visits": st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
                "rating": st.integers(-1, 7),
                "source": TEXTS,
            }
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_leads_are_told_what_a_plain_reckoning_tells(rows: list[dict[str, Any]]) -> None:
    frame = pd.DataFrame(rows, dtype=object)
    frame["visits"] = frame["visits"].astype(float)
    run = run_of_everything()
    check(run.scorecard, frame)


@cache
def run_of_everything() -> Calibration:
    """A run with a policy of every kind."""
    spec = policy(0) | {
        "vetoes": [{"industry": ["Retail", "Mining"]}],
        "gates": [
            {"name": "stakes", "at_least": 2, "of": [
                {"size": ["Large", "medium"]}, {"demo": ["t"]}, {"visits": {"from": 2, "below": 9}},
                {"rating": {"from": 3}},
            ]},
            {"name": "known", "any": [{"industry": ["DACH", "(missing)"]}, {"rating": [1, 2, 4]}]},
        ],
        "must_contact": {"close_rate_low": 0.5},
        "size_prefix": {"attribute": "size", "digits": {"Small": 1, "Large": 3}},
        "points": {"caps": {"firmographic": 12, "behaviour": 9}},
        "tiers": "fifths",
        "follow_up": {"top fifth": {"action": "call", "within_hours": 24}},
        "threshold": "lowest_customer",
    }  # fmt: skip
    run = calibrate(leads(0), spec)
    assert run.scorecard.must_contact
    return run
