"""``--json`` on every command: one object, the numbers that Python gives, the files written."""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import calibrate as cal
from calibrate import cli
from calibrate.calls import call_list
from calibrate.checking import check
from calibrate.cutting import cuts_for
from calibrate.explaining import explain
from calibrate.files import write_whole
from calibrate.moves import moves_since
from calibrate.present.run_text import choices_summary
from calibrate.present.values import json_text, plain_values
from calibrate.recalibration import compare
from calibrate.rerunning import rerun
from calibrate.schemas import json_schema
from calibrate.timeline import history
from calibrate.validation import validate
from tests.two_quarters import SECOND, SPEC, quarter

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two quarters of leads, the card of the first, a scoring by it, and two cards in a row."""
    folder = tmp_path_factory.mktemp("quarters")
    quarter(1).to_csv(folder / "q1.csv", index=False)
    quarter(2, SECOND, source_effect=-1.0).to_csv(folder / "q2.csv", index=False)
    write_whole(folder / "spec.yaml", json.dumps(SPEC))
    run = cal.calibrate(folder / "q1.csv", folder / "spec.yaml")
    run.save(folder / "q1")
    second = cal.calibrate(folder / "q2.csv", folder / "spec.yaml").scorecard
    (folder / "cards").mkdir()
    for name, card in (("2026Q1", run.scorecard), ("2026Q2", second)):
        write_whole(folder / "cards" / f"{name}.yaml", card.to_yaml())
    frame = pd.read_csv(folder / "q1.csv")
    scored = frame.assign(score=frame["visits"] * 5, passes=frame["visits"] > 4)
    scored.to_csv(folder / "then.csv", index=False)
    return folder


CARD = "q1/scorecard.yaml"


@pytest.fixture
def said(
    folder: Path, command: Command, request: pytest.FixtureRequest
) -> tuple[dict[str, Any], int]:
    """What a command line prints with --json, read back, and its exit code."""
    done = command(*request.param, "--json", folder=folder, anew=True)
    assert done.stderr == ""
    values = json.loads(done.stdout, parse_constant=pytest.fail)
    assert isinstance(values, dict)
    return values, done.returncode


def by(*arguments: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("said", [arguments], ids=[arguments[0]], indirect=True)


def agrees(said: tuple[dict[str, Any], int], result: Any, *written: str, code: int = 0) -> None:
    """What was printed is the summary of Python's result, beside the files written."""
    values, came = said
    assert values == {**plain_values(result), "written": list(written)}
    assert came == code


Said = tuple[dict[str, Any], int]


@by("init", "q1.csv", "--out", "new.yaml", "--html", "found.html")
def test_init(said: Said, folder: Path) -> None:
    after = "calibrate run q1.csv --spec new.yaml"
    agrees(said, {"leads_table": "q1.csv", "next": after}, "new.yaml", "found.html")
    assert (folder / "new.yaml").exists()
    assert (folder / "found.html").exists()


@by("check", "q1.csv", "--spec", "spec.yaml", "--html", "check.html")
def test_check(said: Said, folder: Path) -> None:
    found = check(folder / "q1.csv", folder / "spec.yaml")
    agrees(said, found.summary(), "check.html")
    values, _ = said
    assert values["leads"]["total"] == 3000
    assert [one["code"] for one in values["findings"]] == [one.code for one in found.findings]


@by("run", "q1.csv", "--spec", "spec.yaml", "--out", "run", "--compare-methods")
def test_run(said: Said, folder: Path) -> None:
    run = cal.calibrate(folder / "q1.csv", folder / "spec.yaml")
    agrees(said, {**run.summary(), "choices": choices_summary(run.choices())}, "run")
    values, _ = said
    assert values["threshold"]["score"] == run.threshold.score
    assert len(values["choices"]["methods"]) > 8


@by("score", CARD, "q1.csv", "--out", "scored.csv", "--since", "then.csv")
def test_score(said: Said, folder: Path) -> None:
    card = cal.Scorecard.load(folder / CARD)
    scored = pd.read_csv(folder / "scored.csv")
    moves = moves_since(card, folder / "q1.csv", folder / "then.csv")
    passing = int((scored["score"] >= card.threshold.score).sum())
    expected = {"card": "q1", "leads": 3000, "passing": passing}
    expected |= {"threshold": card.threshold.score, "moves": moves.summary(), "findings": []}
    agrees(said, expected, "scored.csv")
    assert len(moves.moves) == len(moves.summary()["moves"]) > 10


@by("score", CARD, "q1.csv", "--explain", "01-1-7")
def test_score_of_one_lead(said: Said, folder: Path) -> None:
    found = explain(cal.Scorecard.load(folder / CARD), folder / "q1.csv", "01-1-7")
    agrees(said, found.summary())
    values, _ = said
    points = sum(one["points"] for one in values["reasons"])
    assert values["base"] + points + values["over_cap"] == values["score"]


@by("queue", CARD, "q1.csv", "--out", "queue.csv", "--as-of", "2026-04-01", "--most", "20")
def test_queue(said: Said, folder: Path) -> None:
    day = dt.date(2026, 4, 1)
    card = cal.Scorecard.load(folder / CARD)
    found = call_list(card, folder / "q1.csv", most=20, as_of=day)
    agrees(said, found.summary(), "queue.csv")
    values, _ = said
    listed = pd.read_csv(folder / "queue.csv")
    assert [one["score"] for one in values["calls"]] == listed["score"].tolist()


@by("threshold", CARD, "q2.csv", "--share", "0.2")
def test_threshold(said: Said, folder: Path) -> None:
    card = cal.Scorecard.load(folder / CARD)
    agrees(said, cuts_for(card, folder / "q2.csv", {"share": 0.2}).summary())
    assert said[0]["thresholds"][0]["rule"] == "share_0.2"


@by("validate", CARD, "q2.csv", "--html", "validation.html")
def test_validate(said: Said, folder: Path) -> None:
    found = validate(cal.Scorecard.load(folder / CARD), folder / "q2.csv")
    assert not found.holds
    agrees(said, found.summary(), "validation.html", code=cli.DOES_NOT_HOLD)


@by("compare", "cards/2026Q1.yaml", "cards/2026Q2.yaml", "q2.csv")
def test_compare(said: Said, folder: Path) -> None:
    cards = (folder / "cards" / f"2026Q{number}.yaml" for number in (1, 2))
    found = compare(*cards, folder / "q2.csv")
    assert found.advice == "rebuild"
    agrees(said, found.summary(), code=cli.DOES_NOT_HOLD)


@by("rerun", CARD, "q2.csv", "--out", "q2")
def test_rerun(said: Said, folder: Path) -> None:
    found = rerun(folder / CARD, folder / "q2.csv")
    agrees(said, found.summary(), "q2", code=cli.DOES_NOT_HOLD)
    assert said[0]["comparison"] == plain_values(found.comparison.summary())


@by("history", "cards", "--html", "history.html")
def test_history(said: Said, folder: Path) -> None:
    values, code = said
    expected = plain_values(history(folder / "cards").summary())
    assert values.pop("folder") == "cards"
    assert Path(expected.pop("folder")).name == "cards"
    agrees((values, code), expected, "history.html")


@by("export", CARD, "--to", "sql", "--out", "score.sql")
def test_export(said: Said, folder: Path) -> None:
    agrees(said, {"card": "q1", "format": "sql"}, "score.sql")
    assert (folder / "score.sql").exists()


@by("schema", "spec")
def test_schema_is_the_schema_itself(said: Said) -> None:
    assert said == (json_schema("spec"), 0)


@by("demo", "sample")
def test_demo(said: Said, folder: Path) -> None:
    sample = folder / "sample"
    result = cal.calibrate(sample / "leads.csv", sample / "spec.yaml", name="demo")
    names = ("leads.csv", "events.csv", "spec.yaml", "calibration")
    agrees(said, result.summary(), *(f"sample/{name}" for name in names))


def test_every_command_but_the_shell_s_own_speaks_json() -> None:
    tested = {
        name.removeprefix("test_").partition("_")[0]
        for name, test in globals().items()
        if name.startswith("test_") and hasattr(test, "pytestmark")
    }
    assert tested == set(cli.COMMANDS) - {"completion"}


def test_what_is_wrong_is_said_on_stderr_alone(command: Command, tmp_path: Path) -> None:
    done = command("run", "none.csv", "--json", folder=tmp_path)
    assert (done.returncode, done.stdout) == (cli.BAD_INPUT, "")
    assert done.stderr.startswith("calibrate: none.csv: no such file")


def test_what_is_no_number_is_null_and_any_letter_is_carried() -> None:
    values = {"nan": math.nan, "ends": (1.5, -math.inf), "day": SECOND, "name": "日本\udc80\x1b"}
    text = json_text(values)
    assert text.isascii()
    assert json.loads(text) == {**values, "nan": None, "ends": [1.5, None], "day": "2026-04-01"}
