"""Cards that earlier versions wrote still load, score, judge later leads, and compare."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from calibrate import (
    CalibrateError,
    LeadsError,
    Scorecard,
    calibrate,
    compare,
    history,
    validate,
)
from calibrate.engines.base import BY_POINTS
from calibrate.engines.tables import open_table
from calibrate.files import read_yaml
from calibrate.levels import MISSING
from calibrate.recipes import MemberRecipe
from calibrate.schemas import json_schema
from tests.golden.cards.make import PLAIN, WITH_EVENTS, WITH_POLICY

CARDS = Path(__file__).parent / "golden" / "cards"
NAMES = sorted(path.stem for path in CARDS.glob("*.yaml"))
LATER = pd.Timedelta(days=180)


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def old(name: str) -> Scorecard:
    return Scorecard.load(CARDS / f"{name}.yaml")


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the leads that taught the cards, half a year later, and all that they did."""
    folder = tmp_path_factory.mktemp("later")
    for name, dates in (("leads", ["created_at", "closed_at"]), ("events", ["at"]), ("firms", [])):
        frame = pd.read_csv(CARDS / f"{name}.csv", dtype=str)
        for column in dates:
            moved = pd.to_datetime(frame[column]) + LATER
            shape = "%Y-%m-%d %H:%M:%S" if column == "at" else "%Y-%m-%d"
            frame[column] = moved.dt.strftime(shape)
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder / "leads.csv"


def spec_of_its_run(card: Scorecard) -> dict[str, Any]:
    if card.reads is None:
        return PLAIN
    return WITH_POLICY if card.vetoes else WITH_EVENTS


@pytest.fixture(scope="module")
def made_now() -> dict[int, Scorecard]:
    return {}


@pytest.fixture(scope="module")
def new(old: Scorecard, later: Path, made_now: dict[int, Scorecard]) -> Scorecard:
    """Give the card of today, made as the old one was."""
    spec = spec_of_its_run(old)
    if id(spec) not in made_now:
        made_now[id(spec)] = calibrate(later, spec, name="old").scorecard
    return made_now[id(spec)]


def test_there_is_one_of_each_shape() -> None:
    assert len(NAMES) == 11
    told = (CARDS / "README.md").read_text("utf-8")
    assert all(f"`{name}.yaml` | {name} |" in told for name in NAMES)


def test_it_loads_follows_the_schema_and_is_the_same_when_written_again(
    name: str, old: Scorecard
) -> None:
    text = (CARDS / f"{name}.yaml").read_text("utf-8")
    jsonschema.validate(read_yaml(text, where=name, error=CalibrateError), json_schema("scorecard"))
    assert Scorecard.from_yaml(old.to_yaml()) == old


def test_it_scores_as_it_did(name: str, old: Scorecard) -> None:
    then = pd.read_csv(CARDS / f"{name}.csv")
    now = old.score(CARDS / "leads.csv")
    assert then["score"].nunique() > 5
    assert now["score"].tolist() == then["score"].tolist()
    assert now["passes"].sum() > 0


def test_later_leads_judge_it(name: str, old: Scorecard, later: Path) -> None:
    if old.reads is None or old.reads.outcome is None:
        with pytest.raises(LeadsError, match=r"does not say which column .* --spec"):
            validate(old, later)
        found = validate(old, later, spec=spec_of_its_run(old))
    else:
        found = validate(old, later)
    # They are the leads that taught it, half a year later: as many of them count.
    assert (found.now.leads, found.now.customers) == (old.cohort.leads, old.cohort.customers)
    assert found.jury.is_later
    assert found.verdict != "not ready"
    scores = pd.read_csv(CARDS / f"{name}.csv")["score"].to_numpy()
    decides = found.jury.rows & (old.score_table(open_table(later)).standing == BY_POINTS)
    customer = found.jury.outcome.customer[decides]
    assert found.auc.auc == pytest.approx(roc_auc_score(customer, scores[decides]))
    assert "fit-auc-unknown" in [one.code for one in found.findings] or old.auc is not None
    assert found.report(later.parent / "page.html").stat().st_size > 10_000


def test_it_compares_with_a_card_of_today(old: Scorecard, new: Scorecard, later: Path) -> None:
    found = compare(old, new, later, spec=spec_of_its_run(old))
    assert found.advice == "keep"
    assert (found.now.leads, found.now.customers) == (found.then.leads, found.then.customers)
    assert found.moved == ()
    # An empty list was a level of its own before 144a0e5; since then it lacks all members.
    was_a_level = {
        one.name
        for one in old.attributes
        if isinstance(one.made_from, MemberRecipe)
        and MISSING in [level.level for level in one.levels]
    }
    assert {
        one.then.leads - one.now.leads for one in found.levels if one.attribute not in was_a_level
    } == {0}
    assert found.contest is not None
    assert found.contest.old_now is not None
    alone = compare(old, new)
    assert (alone.advice, alone.moved) == ("keep", ())


def test_all_of_them_are_one_history(tmp_path: Path) -> None:
    for name in NAMES:
        card = Scorecard.load(CARDS / f"{name}.yaml")
        made = card.made.model_copy(
            update={"as_of": dt.date(2024, 1, 1) + dt.timedelta(days=91 * NAMES.index(name))}
        )
        card.model_copy(update={"made": made}).save(tmp_path / f"{name}.yaml")
    found = history(tmp_path)
    assert [one.name for one in found.entries] == NAMES
    frame = found.to_frame()
    assert frame["auc"].isna().sum() == len(NAMES) - 1
    assert np.isfinite(frame["threshold"]).all()
    page = found.report(tmp_path / "page.html").read_text("utf-8")
    assert all(name in page for name in NAMES)
    assert max(map(len, repr(found).splitlines())) <= 80
