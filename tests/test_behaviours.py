"""What leads did, from a log that can be checked by hand, and what becomes of it in a card."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Leads, Scorecard, calibrate, check, read_leads
from calibrate.behaviours import BehaviourRecipe, SeenEvents, behaviour, seen_events
from calibrate.engines.columns import Column, NumberColumn
from calibrate.engines.tables import open_table
from calibrate.errors import LeadsError, ScorecardError, SpecError
from calibrate.eventlog import read_log
from calibrate.landmarks import landmarks_of
from calibrate.pipeline import Calibration
from calibrate.spec import EventsPart

LANDMARK = dt.datetime(2026, 3, 31, 12)
SECOND = 1 / 86_400
Did = tuple[str, float, str] | tuple[str, float, str, str]
"""Who, how many days before the landmark, what, and on what."""


def log_of(*done: Did) -> pd.DataFrame:
    rows = [
        (who, str(LANDMARK - dt.timedelta(seconds=round(days * 86_400))), what, *on)
        for who, days, what, *on in done
    ]
    columns = ["lead_id", "at", "event", "object"]
    return pd.DataFrame([(*row, None)[:4] for row in rows], columns=columns)


def values(column: Column) -> list[Any]:
    """A column as plain values, None for none."""
    if isinstance(column, NumberColumn):
        return [None if np.isnan(number) else float(number) for number in column.numbers]
    return [(None, *column.texts)[code] for code in column.codes]


def seen(*done: Did, who: str = "abc", **settings: Any) -> SeenEvents:
    """The events that count of leads named by one letter each, all seen from one landmark."""
    table = open_table(pd.DataFrame({"lead_id": list(who), "converted": 0}))
    part = EventsPart.model_validate(settings)
    log = read_log(open_table(log_of(*done)), table, "lead_id", part)
    created = np.array([LANDMARK] * len(who), dtype="datetime64[s]")
    return seen_events(log, landmarks_of(created, 0), part)


def made(from_log: SeenEvents, measure: str, **recipe: str) -> list[Any]:
    return values(behaviour(BehaviourRecipe.model_validate({"as": measure, **recipe}), from_log))


# ------------------------------------------------------------------ measures, by hand


@pytest.fixture(scope="module")
def small() -> SeenEvents:
    return seen(
        ("a", 50, "view", "pricing"),
        ("a", 10.5, "view", "home"),
        ("a", 3, "demo"),
        ("a", 1.999, "view", "pricing"),
        ("b", 60, "demo"),
        ("b", 20, "View ", "Home"),
    )


@pytest.mark.parametrize(
    ("measure", "recipe", "expected"),
    [
        ("did", {"event": "view"}, ["yes", "yes", "no"]),
        ("did", {"event": "view", "object": "pricing"}, ["yes", "no", "no"]),
        ("did", {"event": "view", "object": "home"}, ["yes", "yes", "no"]),
        ("times", {"event": "view"}, [3, 1, 0]),
        ("times", {"event": "demo"}, [1, 1, 0]),
        ("days_since", {"event": "view"}, [1, 20, None]),
        ("days_since", {"event": "view", "object": "home"}, [10, 20, None]),
        ("days_since", {}, [1, 20, None]),
        ("first_event", {}, ["view", "demo", None]),
        ("kinds", {}, [2, 2, 0]),
        ("in_order", {"event": "demo", "then": "view"}, ["yes", "yes", "no"]),
        ("in_order", {"event": "view", "then": "demo"}, ["yes", "no", "no"]),
        ("days_between", {"event": "demo", "then": "view"}, [1, 40, None]),
        ("days_between", {"event": "view", "then": "demo"}, [47, None, None]),
    ],
)
def test_a_log_checked_by_hand(
    small: SeenEvents, measure: str, recipe: dict[str, str], expected: list[Any]
) -> None:
    assert made(small, measure, **recipe) == expected


@pytest.mark.parametrize(
    ("ages", "trend"),
    [
        ([], "never"),
        ([1], "rising"),
        ([1, 2, 50], "rising"),
        ([1, 50], "steady"),
        ([1, 50, 60], "steady"),
        ([50], "stopped"),
        ([45 - SECOND], "rising"),
        ([45], "stopped"),
        ([45, 45 - SECOND], "steady"),
    ],
)
def test_trend_compares_the_halves_of_the_look_back(ages: list[float], trend: str) -> None:
    done = [("a", age, "view") for age in ages]
    assert made(seen(*done, ("b", 1, "view")), "trend", event="view")[0] == trend


def test_an_open_rate_is_opens_by_sends() -> None:
    sent = [(who, day, "email_sent") for who in "abd" for day in (8.0, 6.0, 4.0, 2.0)]
    opened = [("a", 7, "email_opened"), ("c", 1, "email_opened")]
    often = [("d", day / 2, "email_opened") for day in range(1, 7)]
    found = seen(*sent, *opened, *often, who="abcd")
    rate = made(found, "rate", event="email_opened", then="email_sent")
    assert rate == [0.25, 0, None, 1]


@pytest.mark.parametrize(
    ("ages", "burst"),
    [
        ([1, 2, 3], "yes"),
        ([8, 4, 1], "yes"),
        ([8 + SECOND, 4, 1], "no"),
        ([1, 1, 1], "yes"),
        ([1, 2], "no"),
        ([60, 30, 20, 15, 14], "yes"),
        ([60, 50, 40, 30, 20], "no"),
    ],
    ids=["quick", "just a week", "a second more", "at once", "two", "later", "slow"],
)
def test_a_burst_is_three_events_within_a_week(ages: list[float], burst: str) -> None:
    done = [("b", age, "view") for age in ages]
    beside = [("a", 3, "view"), ("c", 2, "view")]
    assert made(seen(*done, *beside), "burst") == ["no", burst, "no"]


def test_events_at_the_same_moment_are_in_no_order() -> None:
    found = seen(("a", 5, "view"), ("a", 5, "demo"))
    assert made(found, "in_order", event="view", then="demo")[0] == "no"
    assert made(found, "in_order", event="demo", then="view")[0] == "no"


# ------------------------------------------------------------------ which events count


@pytest.mark.parametrize(
    ("age", "counts"),
    [(0, True), (-SECOND, False), (90 - SECOND, True), (90, False), (91, False)],
)
def test_only_events_of_the_look_back_count(age: float, counts: bool) -> None:
    assert made(seen(("a", age, "view")), "times", event="view")[0] == float(counts)


@pytest.mark.parametrize(
    ("time", "counts"),
    [("2026-03-31 23:59:59", "yes"), ("2026-04-01 00:00:00", "no"), ("2026-03-31", "yes")],
)
def test_a_day_of_creation_is_seen_from_its_end(time: str, counts: str) -> None:
    created = np.array(["2026-03-31", "2026-03-01"], dtype="datetime64[s]")
    log = pd.DataFrame({"lead_id": ["a", "b"], "at": [time, "2026-02-20"], "event": "view"})
    table = open_table(pd.DataFrame({"lead_id": ["a", "b"], "converted": [0, 1]}))
    found = seen_events(
        read_log(open_table(log), table, "lead_id", EventsPart()),
        landmarks_of(created, 0),
        EventsPart(),
    )
    assert made(found, "did", event="view") == [counts, "yes"]


@pytest.mark.parametrize(("age", "counts"), [(30 - SECOND, "yes"), (30, "no")])
def test_an_event_expires_at_its_age(age: float, counts: str) -> None:
    found = seen(("a", age, "Demo"), ("b", 80, "view"), expire={"demo": {"expires_days": 30}})
    assert made(found, "did", event="demo")[0] == counts
    assert made(found, "did", event="view")[1] == "yes"


def test_half_life_weighs_events_by_their_age() -> None:
    found = seen(
        ("a", 0, "view"),
        ("a", 14, "view"),
        ("a", 28, "view"),
        ("b", 14, "view"),
        expire={"view": {"half_life_days": 14}},
    )
    assert made(found, "weight", event="view") == [1.75, 0.5, 0]


def test_excluded_events_are_not_looked_at() -> None:
    found = seen(("a", 2, "view"), ("a", 1, "unsubscribe"), exclude=["Unsubscribe"])
    assert made(found, "kinds") == [1, 0, 0]
    assert made(found, "days_since") == [2, None, None]


# ------------------------------------------------------------------ as attributes of leads


def leads_of(rows: int, **columns: Any) -> pd.DataFrame:
    """Leads created at one moment; every third closes 20 days later."""
    close = LANDMARK + dt.timedelta(days=20)
    return pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(rows)],
            "created_at": str(LANDMARK),
            "converted_at": [str(close) if row % 3 == 0 else None for row in range(rows)],
            "source": ["Fair", "Web"] * (rows // 2),
        }
        | columns
    )


SPEC: dict[str, Any] = {"window_days": 60, "as_of": dt.date(2026, 12, 31), "min_leads": 1}


def cells(leads: Leads) -> dict[str, list[Any]]:
    return {name: values(column) for name, column in leads.engine.columns.items()}


def finding(leads: Leads, code: str) -> str:
    (one,) = [one for one in leads.findings if one.code == code]
    return one.says


Moments = list[tuple[int, int, str]]
moments = st.lists(
    st.tuples(
        st.integers(0, 11), st.integers(0, 100 * 86_400), st.sampled_from(["view", "demo", "mail"])
    ),
    min_size=3,
    max_size=40,
    unique_by=lambda one: one[1],
)


@given(done=moments, later=moments, order=st.randoms(use_true_random=False))
def test_what_is_not_known_at_the_landmark_changes_nothing(
    done: Moments, later: Moments, order: Any
) -> None:
    """Later events, events of other leads, and the order of the log's rows change no cell.

    No two events of a lead are of the same moment.
    """
    done = [*done, (0, 89 * 86_400 + 1, "view"), (1, 1_001, "demo"), (2, 1_002, "mail")]
    known = [(f"L{who}", ago / 86_400, what) for who, ago, what in done]
    after = [(f"L{who}", -(ago + 1) / 86_400, what) for who, ago, what in later]
    strangers = [(f"X{who}", ago / 86_400, what) for who, ago, what in later]
    plain = cells(read_leads(leads_of(12), SPEC, events=log_of(*known)))
    mixed = [*known, *after, *strangers]
    order.shuffle(mixed)
    assert cells(read_leads(leads_of(12), SPEC, events=log_of(*mixed))) == plain


def test_leads_closed_by_the_landmark_leave() -> None:
    """Numerator and denominator: 14 days to the second after creation, and a second later."""
    seconds = {0: 14 * 86_400, 1: 14 * 86_400 + 1, 2: 86_400}
    closed = [
        str(LANDMARK + dt.timedelta(seconds=seconds[row])) if row in seconds else None
        for row in range(12)
    ]
    frame = leads_of(12, converted_at=closed)
    events = log_of(*((f"L{row}", 1, "view") for row in range(6)))
    found = read_leads(frame, SPEC | {"events": {"score_after_days": 14}}, events=events)
    assert found.left_out["closed_before_landmark"] == 2
    assert (found.counted, found.customers) == (10, 1)
    at_once = read_leads(frame, SPEC, events=events)
    assert at_once.left_out["closed_before_landmark"] == 0
    assert (at_once.counted, at_once.customers) == (12, 3)


def test_score_after_days_lets_later_events_count() -> None:
    events = log_of(*((f"L{row}", -10, "view") for row in range(6)), ("L7", 1, "view"))
    found = cells(
        read_leads(leads_of(12), SPEC | {"events": {"score_after_days": 14}}, events=events)
    )
    assert found["view"] == ["yes"] * 6 + ["no", "yes"] + ["no"] * 4
    assert found["view: days since"][:8] == [4] * 6 + [None, 15]


def test_a_landmark_that_cannot_be_checked_is_said() -> None:
    frame = leads_of(12, converted_at=["yes", "no", "no"] * 4).rename(
        columns={"converted_at": "converted"}
    )
    events = log_of(*((f"L{row}", 1, "view") for row in range(6)))
    declared = {"min_leads": 1, "outcome": {"column": "converted"}}
    assert "landmark-unchecked" not in [
        one.code for one in read_leads(frame, declared, events=events).findings
    ]
    found = read_leads(frame, declared | {"events": {"score_after_days": 7}}, events=events)
    assert "seen 7 days after creation" in finding(found, "landmark-unchecked")


def test_events_of_unknown_leads_are_counted() -> None:
    events = log_of(("L1", 1, "view"), ("V9", 1, "view"), ("l1", 1, "view"), ("L2 ", 1, "view"))
    found = read_leads(leads_of(12), SPEC, events=events)
    says = finding(found, "unknown-leads")
    assert says.startswith("DataFrame: 2 events belong to no lead")
    assert "`V9`" in says
    assert cells(found)["view"][:4] == ["no", "yes", "yes", "no"]


def test_events_without_a_name_or_time_are_counted() -> None:
    events = log_of(("L1", 1, "view"), ("L2", 1, "view"), ("L3", 1, "view"))
    events.loc[1, "at"] = None
    events.loc[2, "event"] = None
    found = read_leads(leads_of(12), SPEC, events=events)
    assert "2 events have no name or no time" in finding(found, "events-incomplete")
    assert cells(found)["view"].count("yes") == 1


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        ("lead_id", r"a column is needed that names a lead \(`leads: \{id: COLUMN\}`\)"),
        ("created_at", r"says when a lead was created \(`leads: \{created: COLUMN\}`\)"),
    ],
)
def test_leads_without_id_or_creation_have_no_behaviours(gone: str, says: str) -> None:
    frame = leads_of(12, converted=[1, 0, 0] * 4).drop(columns=[gone, "converted_at"])
    with pytest.raises(LeadsError, match=says):
        read_leads(frame, {"min_leads": 1}, events=log_of(("L1", 1, "view")))


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ({"expire": {"pricing_veiw": {"expires_days": 9}}}, "events.expire"),
        ({"exclude": ["pricing_veiw"]}, "events.exclude"),
        ({"sequences": [["pricing_veiw", "demo"]]}, "events.sequences"),
    ],
)
def test_an_unknown_event_gets_the_near_name(events: dict[str, Any], says: str) -> None:
    log = log_of(("L1", 1, "pricing_view"), ("L2", 1, "demo"))
    with pytest.raises(SpecError) as fault:
        read_leads(leads_of(12), SPEC | {"events": events}, events=log)
    assert f"{says}: DataFrame has no event `pricing_veiw`" in str(fault.value)
    assert "did you mean `pricing_view`?" in str(fault.value)


@pytest.mark.parametrize(
    ("role", "renamed"), [("lead", "lead_id"), ("name", "event"), ("time", "at")]
)
def test_a_log_needs_who_what_and_when(role: str, renamed: str) -> None:
    log = log_of(("L1", 1, "view"), ("L2", 2, "demo")).rename(columns={renamed: "zzz"})
    with pytest.raises(LeadsError, match=rf"`events: \{{{role}: COLUMN\}}`"):
        read_leads(leads_of(12), SPEC, events=log)
    found = read_leads(leads_of(12), SPEC | {"events": {role: "zzz"}}, events=log)
    assert found.spec.events is not None
    assert getattr(found.spec.events, role) == "zzz"


def test_declared_sequences_are_tried() -> None:
    done = [(f"L{row}", 9, "view") for row in range(8)] + [(f"L{row}", 6, "demo") for row in (1, 2)]
    declared = SPEC | {"events": {"sequences": [["View", "DEMO"]]}}
    found = cells(read_leads(leads_of(12), declared, events=log_of(*done)))
    assert found["view then demo"] == ["no", "yes", "yes"] + ["no"] * 9
    assert found["view then demo: days"][:4] == [None, 3, 3, None]


def test_behaviours_on_too_few_leads_are_not_tried() -> None:
    done = [(f"L{row}", 9, "view") for row in range(6)] + [("L1", 6, "demo")]
    found = read_leads(leads_of(12), SPEC | {"min_leads": 5}, events=log_of(*done))
    tried = [one.name for one in found.attributes]
    assert "view" in tried
    assert not [name for name in tried if name.startswith("demo")]


# ------------------------------------------------------------------ in a card


def world(seed: int = 5, rows: int = 1_500) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leads of which those that asked for a demo close more often, and their events."""
    rng = np.random.default_rng(seed)
    created = pd.Timestamp("2025-01-01 09:30:00") + pd.to_timedelta(
        rng.integers(0, 180 * 86_400, rows), unit="s"
    )
    demo = rng.random(rows) < 0.3
    closes = rng.random(rows) < np.where(demo, 0.5, 0.1)
    days = rng.integers(2, 40, rows)
    closed = (created + pd.to_timedelta(days, unit="D")).strftime("%Y-%m-%d %H:%M:%S")
    frame = pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(rows)],
            "created_at": created.strftime("%Y-%m-%d %H:%M:%S"),
            "converted_at": np.where(closes, closed, None),
            "source": rng.choice(["Fair", "Web", "Mail"], rows),
        }
    )
    done = []
    for row in range(rows):
        if demo[row]:
            done.append((row, "demo", created[row] - pd.Timedelta(days=int(rng.integers(0, 60)))))
        done += [
            (row, "view", created[row] - pd.Timedelta(minutes=int(rng.integers(0, 80_000))))
            for _ in range(rng.poisson(1.5))
        ]
    log = pd.DataFrame(done, columns=["row", "event", "time"])
    log["at"] = log["time"].dt.strftime("%Y-%m-%d %H:%M:%S")
    log["lead_id"] = "L" + log["row"].astype(str)
    return frame, log[["lead_id", "event", "at"]]


WORLD: dict[str, Any] = {
    "window_days": 45,
    "as_of": dt.date(2025, 12, 31),
    "fit": {"holdout": "none"},
}


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    return world()


@pytest.fixture(scope="module")
def run(tables: tuple[pd.DataFrame, pd.DataFrame]) -> Calibration:
    return calibrate(tables[0], WORLD, events=tables[1])


def test_a_key_behaviour_is_starred_in_the_card(
    run: Calibration, tables: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    """Most customers asked for a demo; most also viewed, but so did the others."""
    text = run.scorecard.to_yaml()
    assert text.count("key: true") == 1
    starred = [
        (one.name, level.level)
        for one in Scorecard.from_yaml(text).attributes
        for level in one.levels
        if level.key
    ]
    assert starred == [("demo", "yes")]
    (key,) = check(tables[0], WORLD, events=tables[1]).keys
    assert key.of_customers >= 0.5 > key.of_others
    assert key.lift_interval[0] > 1


def test_a_behaviour_of_fewer_than_half_of_the_customers_is_no_key(
    tables: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    frame, log = tables
    number = log["lead_id"].str[1:].astype(int)
    few = log[(log["event"] == "view") | (number % 2 == 0)]
    found = calibrate(frame, WORLD, events=few)
    (did,) = [one for one in found.scorecard.attributes if one.name == "demo"]
    yes = next(level for level in did.levels if level.level == "yes")
    assert yes.evidence.lift_interval[0] > 1
    assert yes.evidence.customers < found.counts.customers / 2
    assert "key: true" not in found.scorecard.to_yaml()


def test_a_saved_card_scores_the_same_leads_the_same(
    run: Calibration, tables: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    card = Scorecard.load(run.scorecard.save(tmp_path / "card.yaml"))
    assert card == run.scorecard
    for name, frame in zip(("leads", "events"), tables, strict=True):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    scored = card.score(tmp_path / "leads.csv", events=tmp_path / "events.csv")
    table = run.score_table
    assert run.leads.counted == len(tables[0])
    assert len(table.scores) > 2
    assert scored["score"].value_counts().to_dict() == dict(
        zip(table.scores, table.leads, strict=True)
    )
    assert scored.attrs["unseen"] == {}


def test_without_the_log_a_card_does_not_score(
    run: Calibration, tables: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    with pytest.raises(ScorecardError, match="needs the log of their events: add --events FILE"):
        run.scorecard.score(tables[0])


def test_a_log_beside_the_leads_is_found(
    tables: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    for name, frame in zip(("leads", "log"), tables, strict=True):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    found = calibrate(tmp_path / "leads.csv", WORLD | {"events": {"path": "log.csv"}})
    named = found.scorecard.score(tmp_path / "leads.csv")
    given = found.scorecard.score(tmp_path / "leads.csv", events=tables[1])
    assert named["score"].tolist() == given["score"].tolist()
    (tmp_path / "log.csv").unlink()
    with pytest.raises(ScorecardError, match="--events"):
        found.scorecard.score(tmp_path / "leads.csv")


def test_a_card_asks_for_id_and_creation_by_name(
    run: Calibration, tables: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    frame = tables[0].rename(columns={"created_at": "created_att"})
    with pytest.raises(ScorecardError, match=r"`created_at` \(is it `created_att`\?\)"):
        run.scorecard.score(frame, events=tables[1])


def test_as_of_lets_a_behaviour_vanish(run: Calibration) -> None:
    """A demo the day before: worth the most now, and nothing once it is out of the look-back."""
    lead = pd.DataFrame({"lead_id": ["N"], "created_at": ["2026-01-10 10:00:00"]})
    log = pd.DataFrame({"lead_id": ["N"], "event": ["demo"], "at": ["2026-01-09 10:00:00"]})

    def score(day: dt.date | None, events: pd.DataFrame = log) -> int:
        lead_with_rest = lead.assign(source="Web")
        return int(run.scorecard.score(lead_with_rest, events=events, as_of=day)["score"].iloc[0])

    other = log.assign(lead_id="Z")
    with_it, without = score(None), score(None, other)
    assert with_it > without
    assert score(dt.date(2026, 1, 9)) == with_it
    assert score(dt.date(2026, 1, 8)) == without
    assert score(dt.date(2026, 4, 8)) > without
    assert score(dt.date(2026, 4, 10)) == without


def test_expiry_is_kept_in_the_card(tables: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    declared = WORLD | {"events": {"expire": {"demo": {"expires_days": 61}}}}
    card = Scorecard.from_yaml(calibrate(tables[0], declared, events=tables[1]).scorecard.to_yaml())
    lead = pd.DataFrame({"lead_id": ["N"], "created_at": ["2026-01-10 10:00:00"], "source": "Web"})
    log = pd.DataFrame(
        {"lead_id": ["N", "Z"], "event": ["demo", "view"], "at": "2026-01-09 10:00:00"}
    )
    at = [
        int(card.score(lead, events=log, as_of=day)["score"].iloc[0])
        for day in (dt.date(2026, 1, 9), dt.date(2026, 3, 10), dt.date(2026, 3, 11))
    ]
    nothing = int(card.score(lead, events=log.assign(lead_id="Z"))["score"].iloc[0])
    assert at[0] > nothing
    assert at[1] > nothing
    assert at[2] == nothing


def help_pages(frame: pd.DataFrame) -> pd.DataFrame:
    """Customers read the help pages, on each of the ten days after closing."""
    closed = pd.to_datetime(frame["converted_at"].dropna())
    days = [closed + pd.Timedelta(days=day) for day in range(1, 11)]
    return pd.DataFrame(
        {
            "lead_id": np.tile(frame.loc[closed.index, "lead_id"], 10),
            "event": "help page",
            "at": pd.concat(days).dt.strftime("%Y-%m-%d %H:%M:%S").to_numpy(),
        }
    )


@pytest.mark.parametrize("after", [0, 14])
def test_what_customers_do_after_closing_is_no_evidence(
    tables: tuple[pd.DataFrame, pd.DataFrame], after: int
) -> None:
    """Some of them had closed, and read, by the landmark: they leave, and nothing is learnt."""
    frame, log = tables
    pages = help_pages(frame)
    declared: dict[str, Any] = WORLD | {"events": {"score_after_days": after}}
    plain = calibrate(frame, declared, events=log)
    found = calibrate(frame, declared, events=pd.concat([log, pages]))
    assert (found.leads.left_out["closed_before_landmark"] > 0) == (after > 0)
    assert not [one for one in found.evidence.attributes if "help" in one.name]
    assert [one.points for one in found.points.attributes] == [
        one.points for one in plain.points.attributes
    ]


def test_events_that_say_nothing_earn_nothing() -> None:
    """The same leads, their events dealt out to others."""
    frame, log = world(seed=11)
    rng = np.random.default_rng(12)
    created = pd.to_datetime(frame.set_index("lead_id")["created_at"])
    whose = rng.permutation(frame["lead_id"])
    new = dict(zip(frame["lead_id"], whose, strict=True))
    age = created[log["lead_id"]].to_numpy() - pd.to_datetime(log["at"]).to_numpy()
    dealt = log.assign(lead_id=log["lead_id"].map(new))
    at = pd.Series(created[dealt["lead_id"]].to_numpy() - age)
    dealt["at"] = at.dt.strftime("%Y-%m-%d %H:%M:%S").to_numpy()
    found = calibrate(frame, WORLD, events=dealt)
    assert "no-points" in [one.code for one in found.findings]
