"""Last quarter's card and spec on this quarter's leads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from calibrate.cli import main
from calibrate.errors import LeadsError
from calibrate.pipeline import calibrate
from calibrate.rerunning import rerun
from calibrate.scorecard import Scorecard
from calibrate.spec import Spec
from tests.two_quarters import FIRST, SECOND, SPEC, quarter


def run(*arguments: Any) -> int:
    return main([str(one) for one in arguments])


@pytest.fixture(scope="module")
def last(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with last quarter's leads and run, its spec dated."""
    folder = tmp_path_factory.mktemp("quarters")
    quarter(1, FIRST).to_csv(folder / "q1.csv", index=False)
    quarter(2, SECOND).to_csv(folder / "q2.csv", index=False)
    spec = Spec.model_validate(SPEC | {"as_of": "2026-04-01"})
    calibrate(folder / "q1.csv", spec, name="mine").save(folder / "Q1")
    return folder


def test_a_rerun_on_the_same_leads_changes_nothing(last: Path, tmp_path: Path) -> None:
    assert run("rerun", last / "Q1" / "scorecard.yaml", last / "q1.csv", "--out", tmp_path) == 0
    for name in ("scorecard.yaml", "spec.yaml", "evidence.csv"):
        assert (tmp_path / name).read_bytes() == (last / "Q1" / name).read_bytes()
    assert "mine: keep" in (tmp_path / "comparison.html").read_text("utf-8")
    report = (tmp_path / "report.html").read_text("utf-8")
    assert "Advice: keep the old card." in report
    assert "No earlier card was given" not in report
    assert "No earlier card was given" in (last / "Q1" / "report.html").read_text("utf-8")


def test_a_day_of_last_quarter_is_dropped_and_told(
    last: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("rerun", last / "Q1" / "scorecard.yaml", last / "q2.csv", "--out", tmp_path) == 0
    assert "as_of 2026-04-01" in capsys.readouterr().out
    card = Scorecard.load(tmp_path / "scorecard.yaml")
    assert card.name == "mine"
    assert str(card.made.as_of) > "2026-06-15"
    old = yaml.safe_load((last / "Q1" / "spec.yaml").read_text("utf-8"))
    new = yaml.safe_load((tmp_path / "spec.yaml").read_text("utf-8"))
    assert new.pop("as_of") != old.pop("as_of")
    assert new == old


def test_the_comparison_is_that_of_the_new_leads(last: Path) -> None:
    found = rerun(last / "Q1" / "scorecard.yaml", last / "q2.csv")
    assert found.comparison.advice == "keep"
    assert found.comparison.now.leads == found.scorecard.cohort.leads
    assert found.comparison.contest is not None
    assert found.comparison.contest.old_now is not None


def test_another_spec_may_be_given(last: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("outcome: {column: converted}\nexclude: [noise]\n", encoding="utf-8")
    found = rerun(last / "Q1" / "scorecard.yaml", last / "q2.csv", spec=other)
    assert found.comparison.gone == ("noise",)
    assert found.dropped == ()


def test_other_leads_are_refused_and_nothing_is_written(
    last: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_csv(tmp_path / "other.csv", index=False)
    out = tmp_path / "out"
    code = run("rerun", last / "Q1" / "scorecard.yaml", tmp_path / "other.csv", "--out", out)
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err
    assert not out.exists()
    with pytest.raises(LeadsError):
        rerun(last / "Q1" / "scorecard.yaml", tmp_path / "none.csv")


def test_a_day_of_this_quarter_is_kept(last: Path) -> None:
    """A spec that was brought up to date by hand says when these leads were taken."""
    card = last / "Q1" / "scorecard.yaml"
    spec = Spec.load(last / "Q1" / "spec.yaml").changed(as_of="2026-06-30")
    found = rerun(card, last / "q2.csv", spec=spec)
    assert found.dropped == ()
    assert str(found.scorecard.made.as_of) == "2026-06-30"
