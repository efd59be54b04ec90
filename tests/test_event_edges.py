"""Where logs, joined tables and drafts met at an edge: each of these was wrong once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrate import Spec, SpecError, calibrate, read_leads
from calibrate.behaviours import BehaviourRecipe, behaviour, seen_events
from calibrate.draft import draft_spec
from calibrate.engines.tables import open_table
from calibrate.eventlog import read_log
from calibrate.spec import EventsPart


def seen_ages(*events):
    """(name, seconds before the landmark) of one lead."""
    landmark = dt.datetime(2026, 3, 31, 12)
    log = pd.DataFrame(
        [("a", str(landmark - dt.timedelta(seconds=s)), name) for name, s in events],
        columns=["lead_id", "at", "event"],
    )
    table = open_table(pd.DataFrame({"lead_id": ["a", "b"], "converted": [0, 1]}))
    part = EventsPart()
    return seen_events(
        read_log(open_table(log), table, "lead_id", part),
        np.array([landmark] * 2, dtype="datetime64[s]"),
        part,
    )


DAY = 86_400


def test_burst_exactly_a_week():
    found = seen_ages(("v", DAY + 3 + 7 * DAY), ("v", 2 * DAY), ("v", DAY + 3))
    column = behaviour(BehaviourRecipe.model_validate({"as": "burst"}), found)
    assert column.texts[column.codes[0] - 1] == "yes"


def test_days_between_exact():
    found = seen_ages(("v", DAY + 12 + 3 * DAY), ("d", DAY + 12))
    recipe = BehaviourRecipe.model_validate({"as": "days_between", "event": "v", "then": "d"})
    assert behaviour(recipe, found).numbers[0] == 3


def test_first_event_does_not_hang_on_row_order():
    recipe = BehaviourRecipe.model_validate({"as": "first_event"})
    both = []
    for rows in ((("v", 9), ("d", 9)), (("d", 9), ("v", 9))):
        column = behaviour(recipe, seen_ages(*rows))
        both.append(column.texts[column.codes[0] - 1])
    assert both[0] == both[1]


def leads(rows=600):
    return pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(rows)],
            "created_at": "2026-03-31 09:30:00",
            "converted_at": [
                "2026-04-20 10:00:00" if row % 3 == 0 else None for row in range(rows)
            ],
            "source": ["Fair", "Web"] * (rows // 2),
        }
    )


def events(rows=600, at="2026-03-30 10:00:00"):
    done = [
        (f"L{row}", what, at)
        for row in range(rows)
        for what in (["demo"] if (row % 3 == 0) ^ (row % 10 < 3) else []) + ["view"] * (row % 2)
    ]
    return pd.DataFrame(done, columns=["lead_id", "event", "at"])


SPEC = {"window_days": 60, "as_of": dt.date(2026, 12, 31)}


def same(run, scored):
    table = run.score_table
    return scored["score"].value_counts().to_dict() == dict(
        zip(table.scores, table.leads, strict=True)
    )


def test_closed_by_day_created_by_second():
    frame = leads()
    frame["converted_at"] = frame["converted_at"].str[:10]
    log = events(at="2026-03-31 15:00:00")  # the afternoon of the day of creation
    log = pd.concat([log, events(at="2026-03-30 15:00:00").query("event == 'view'")])
    run = calibrate(frame, SPEC, events=log)
    assert same(run, run.scorecard.score(frame, events=log))


def test_repeated_last_keeps_its_events():
    frame = pd.concat([leads(), leads()], ignore_index=True)
    for which in ("first", "last"):
        found = read_leads(frame, SPEC | {"repeated": which}, events=events())
        assert "demo" in [one.name for one in found.attributes], which


def test_scoring_gives_every_row_of_a_lead_its_events():
    run = calibrate(leads(), SPEC, events=events())
    twice = pd.concat([leads(12), leads(12)], ignore_index=True)
    scores = run.scorecard.score(twice, events=events())["score"].tolist()
    assert scores[:12] == scores[12:]


def test_join_scores_the_row_that_won(tmp_path: Path):
    rows = range(300)
    frame = pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in rows],
            "converted": [int(row % 3 == 0) for row in rows],
            "source": ["Fair", "Web"] * 150,
        }
    )
    frame.to_csv(tmp_path / "leads.csv", index=False)
    heat = ["hot" if (row % 3 == 0) ^ (row % 10 < 2) else "cold" for row in rows]
    more = pd.DataFrame({"lead_id": frame["lead_id"], "heat": heat})
    pd.concat([more, more.assign(heat="cold")]).to_csv(tmp_path / "more.csv", index=False)
    spec = {"join": [{"path": "more.csv", "on": "lead_id"}], "repeated": "first"}
    run = calibrate(tmp_path / "leads.csv", spec)
    assert same(run, run.scorecard.score(tmp_path / "leads.csv"))


def test_two_further_tables_of_one_name(tmp_path: Path):
    ids = [f"L{row}" for row in range(300)]
    pd.DataFrame({"lead_id": ids, "converted": [1, 0, 0] * 100, "source": ["u", "v"] * 150}).to_csv(
        tmp_path / "leads.csv", index=False
    )
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        pd.DataFrame({"lead_id": ids, "source": [f"{name}1", f"{name}2"] * 150}).to_csv(
            tmp_path / name / "deals.csv", index=False
        )
    joins = [{"path": f"{name}/deals.csv", "on": "lead_id"} for name in ("a", "b")]
    found = read_leads(tmp_path / "leads.csv", {"join": joins})
    assert len(found.attributes) == 3


def test_clash_at_training_not_at_scoring(tmp_path: Path):
    rows = range(300)
    frame = pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in rows],
            "converted": [int(row % 3 == 0) for row in rows],
            "source": ["u", "v"] * 150,
        }
    )
    frame.to_csv(tmp_path / "leads.csv", index=False)
    heat = ["hot" if (row % 3 == 0) ^ (row % 10 < 2) else "cold" for row in rows]
    pd.DataFrame({"lead_id": frame["lead_id"], "source": heat}).to_csv(
        tmp_path / "deals.csv", index=False
    )
    run = calibrate(tmp_path / "leads.csv", {"join": [{"path": "deals.csv", "on": "lead_id"}]})
    assert [o.name for o in run.points.attributes if any(o.points)] == ["deals.source"]
    frame.drop(columns="source").to_csv(tmp_path / "new.csv", index=False)
    assert same(run, run.scorecard.score(tmp_path / "new.csv"))


@pytest.mark.parametrize(
    "settings",
    [
        {"exclude": ["view"]},
        {"expire": {"view": {"expires_days": 9}}},
        {"sequences": [["view", "demo"]]},
    ],
)
def test_scoring_a_log_that_lacks_an_event(settings):
    run = calibrate(leads(), SPEC | {"events": settings}, events=events())
    log = events(30).query("event == 'demo'")
    assert len(run.scorecard.score(leads(30), events=log)) == 30


def test_scoring_with_a_log_without_rows(tmp_path: Path):
    run = calibrate(leads(), SPEC, events=events())
    other = run.scorecard.score(leads(6), events=events().assign(lead_id="X"))["score"].tolist()
    empty = events().head(0)
    assert run.scorecard.score(leads(6), events=empty)["score"].tolist() == other
    empty.to_csv(tmp_path / "log.csv", index=False)
    assert run.scorecard.score(leads(6), events=tmp_path / "log.csv")["score"].tolist() == other


@pytest.mark.parametrize(
    "keys",
    [
        {"repeated": "first"},
        {"only": ["source"]},
        {"levels": {"source": {"G": ["Fair"]}}},
        {"override": {"source": {"Fair": {"points": 3, "why": "contract"}}}},
    ],
)
def test_the_draft_keeps_what_was_declared(keys):
    declared = SPEC | keys
    frame = leads() if "repeated" not in keys else pd.concat([leads(), leads()], ignore_index=True)
    again = Spec.from_text(draft_spec(read_leads(frame, declared)))
    (name,) = keys
    assert getattr(again, name) == getattr(Spec.model_validate(declared), name)


def test_init_with_events_writes_a_spec_that_runs(tmp_path: Path):
    leads().to_csv(tmp_path / "leads.csv", index=False)
    events().to_csv(tmp_path / "events.csv", index=False)
    read = read_leads(tmp_path / "leads.csv", SPEC, events=tmp_path / "events.csv")
    (tmp_path / "draft.yaml").write_text(draft_spec(read, events="events.csv"))
    run = calibrate(tmp_path / "leads.csv", tmp_path / "draft.yaml")
    assert [one.name for one in run.leads.attributes] == [one.name for one in read.attributes]


def test_an_event_named_like_a_column_is_not_lost_in_silence():
    frame = leads().assign(view=["yes", "no", "no", "no", "yes"] * 120)
    found = read_leads(frame, SPEC, events=events())
    assert any(
        one.recipe is not None and one.recipe.as_ == "did" and one.recipe.event == "view"
        for one in found.attributes
    )


def test_a_lead_scores_the_same_alone_and_in_company():
    run = calibrate(leads(), SPEC, events=events())
    new = pd.DataFrame(
        {
            "lead_id": ["N", "M"],
            "created_at": ["2026-05-10 00:00:00", "2026-05-10 08:00:00"],
            "source": "Web",
        }
    )
    log = pd.DataFrame(
        {
            "lead_id": ["N", "M"],
            "event": ["demo", "view"],
            "at": ["2026-05-10 15:00:00", "2026-05-09 10:00:00"],
        }
    )
    alone = run.scorecard.score(new.head(1), events=log)["score"].iloc[0]
    assert run.scorecard.score(new, events=log)["score"].iloc[0] == alone


def test_the_commonest_spelling_of_a_member_is_shown():
    frame = pd.DataFrame(
        {"pets": ["wolf; cat", "wolf", "cat", "Wolf"] * 30, "converted": [1, 0, 0, 1] * 30}
    )
    found = read_leads(frame, {"attributes": {"pets": {"kind": "list"}}})
    assert "pets: wolf" in [one.name for one in found.attributes]


def test_a_misspelt_made_name_is_refused():
    for key in ("exclude", "only"):
        with pytest.raises(SpecError, match="did you mean `demo: days since`"):
            read_leads(leads(), SPEC | {key: ["demo: days sinc"]}, events=events())


def test_as_of_needs_no_creation_date():
    run = calibrate(leads(), SPEC, events=events())
    day = dt.date(2026, 3, 31)
    bare = leads(6).drop(columns="created_at")
    scores = [
        run.scorecard.score(frame, events=events(), as_of=day)["score"].tolist()
        for frame in (leads(6), bare)
    ]
    assert scores[0] == scores[1]
