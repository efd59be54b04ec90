"""What `docs/files.md` promises to programs that read our files."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

import calibrate as cal
from calibrate.cli import main
from calibrate.errors import ScorecardError
from calibrate.schemas import json_schema
from calibrate.scorecard.scored import NAMES

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "files.md").read_text("utf-8")
FIRST = Path(__file__).parent / "golden" / "scorecard-1.yaml"

LEADS = pd.DataFrame(
    {
        "lead_source": ["Referral", "google ", "", "Partner", "Purchased list", "Never seen"],
        "open_jobs": ["9", "0", "7,5", "", "8", "many"],
        "seniority": ["C-level", "TRAINEE", "Select", "Manager", "Trainee", "C-level"],
        "need": ["replace a tool", "just looking", "buying", "new project", "", "no such need"],
    }
)
"""Values as they come: other cases, blanks, gaps, texts for nothing, values never seen."""
SCORES = [100, 19, 38, 69, 24, 68]


def table(heading: str) -> list[str]:
    """Give the first cells of the page's table that begins with this heading."""
    found = re.search(rf"^\| {re.escape(heading)} \|.*?\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.M)
    assert found is not None, heading
    return [row.split("|")[1] for row in found[1].splitlines()]


def names(heading: str) -> list[str]:
    return [name for cell in table(heading) for name in re.findall(r"`([^`]+)`", cell)]


def first_card() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(FIRST.read_text("utf-8"))
    return document


# ----------------------------------------------------------------------------- what was promised


def test_a_card_of_the_first_version_gives_the_scores_it_gave() -> None:
    card = cal.Scorecard.load(FIRST)
    scored = card.score(LEADS)
    assert scored["score"].tolist() == SCORES
    assert scored["gate"].tolist()[1] == scored["gate"].tolist()[4] == "veto, seniority: Trainee"
    assert scored["passes"].tolist() == [
        score >= card.threshold.score and not gate
        for score, gate in zip(scored["score"], scored["gate"], strict=True)
    ]


def test_a_card_that_lacks_every_key_that_may_be_absent_gives_the_same_scores() -> None:
    """Keys come and are missing from older files: the points do not rest on them."""
    document = first_card()
    schema = json_schema("scorecard")
    for key in set(document) - set(schema["required"]) - {"missing", "vetoes"}:
        del document[key]
    card = cal.Scorecard.from_yaml(yaml.safe_dump(document))
    assert card.score(LEADS)["score"].tolist() == SCORES


@pytest.mark.parametrize("number", ["2", "17"])
def test_a_newer_file_is_refused_by_its_number(number: str) -> None:
    newer = FIRST.read_text("utf-8").replace("scorecard/1", f"scorecard/{number}", 1)
    with pytest.raises(ScorecardError, match=rf"scorecard/{number}.*Install a newer calibrate"):
        cal.Scorecard.from_yaml(newer)


def test_a_run_that_fails_leaves_nothing(tmp_path: Path, capsys: Any) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text("a,b\n1,2\n")
    assert main(["run", str(leads), "--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()
    assert capsys.readouterr().err


# ------------------------------------------------------------------------ what the page says of it


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    spec = folder / "spec.yaml"
    spec.write_text(
        "outcome: {closed: converted_at}\nleads: {id: lead_id, created: created_at}\n"
        "window_days: 90\nas_of: 2026-09-30\nonly: [lead_source, need, pages_viewed]\n"
        "attributes: {pages_viewed: {group: behaviour}, need: {group: need}}\n"
        "vetoes: [{lead_source: [Radio]}]\ngates: [{name: g, any: [{pages_viewed: {from: 0}}]}]\n"
        "must_contact: {close_rate_low: 0.15}\n"
        "size_prefix: {attribute: need, digits: {just looking: 1}}\n"
        "follow_up: {top fifth: {action: call, within_hours: 24}}\n"
    )
    leads = ROOT / "data" / "leads.csv"
    told = ["run", str(leads), "--spec", str(spec), "--out", str(folder / "out")]
    assert main([*told, "--scores", "--compare-methods"]) == 0
    return folder / "out"


def test_the_run_folder_holds_what_the_page_says(run_folder: Path) -> None:
    assert sorted(names("file in the run folder")) == sorted(
        one.name for one in run_folder.iterdir()
    )


def test_scored_leads_have_the_columns_of_the_page(run_folder: Path) -> None:
    assert names("column") == list(NAMES)
    header = (run_folder / "scores.csv").read_text("utf-8").splitlines()[0]
    (columns,) = csv.reader(io.StringIO(header))
    own = pd.read_csv(ROOT / "data" / "leads.csv", nrows=0).columns.tolist()
    assert columns[: len(own)] == own
    assert columns[len(own) :] == [one for one in NAMES if one in columns]


def test_evidence_has_the_columns_of_the_page(run_folder: Path) -> None:
    header = (run_folder / "evidence.csv").read_text("utf-8").splitlines()[0]
    assert names("column in `evidence.csv`") == header.split(",")
