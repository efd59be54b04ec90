"""The command as a person runs it, in a process of its own: files, screens and exit codes."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

import calibrate as cal
from calibrate.errors import CalibrateError
from calibrate.files import read_yaml

Command = Callable[..., subprocess.CompletedProcess[str]]

SPEC = """
leads: {id: lead_id}
outcome: {column: converted}
exclude: [shoe_size]
attributes: {visits: {group: behaviour, unit: visits}}
"""
FILES = {
    *("evidence.csv", "evidence.xlsx", "report.html", "scorecard.yaml", "spec.yaml"),
    *("plots/lift.svg", "plots/scores.svg", "plots/sweep.svg"),
}


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def well(done: subprocess.CompletedProcess[str]) -> str:
    """Give what the command said, once it has done its work without a complaint."""
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def badly(done: subprocess.CompletedProcess[str]) -> str:
    """Give the complaint of a command that refused its input as it should."""
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("calibrate: ")
    return " ".join(done.stderr.split())


def check_width(text: str) -> None:
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, leads_csv: Path, command: Command
) -> tuple[Path, str]:
    """A folder with leads, a spec and a run, and what the run said."""
    folder = tmp_path_factory.mktemp("run")
    shutil.copy(leads_csv, folder / "leads.csv")
    (folder / "spec.yaml").write_text(SPEC)
    said = well(command("run", "leads.csv", "--spec", "spec.yaml", "--scores", folder=folder))
    return folder, said


@pytest.fixture(scope="module")
def folder(place: tuple[Path, str]) -> Path:
    return place[0]


# ------------------------------------------------------------------ run


def test_run_writes_its_folder_and_nothing_else(folder: Path) -> None:
    assert set(files_in(folder / "calibration")) == FILES | {"scores.csv"}
    assert {path.name for path in folder.iterdir()} == {"leads.csv", "spec.yaml", "calibration"}


def test_run_says_on_one_screen_what_came_of_it(place: tuple[Path, str]) -> None:
    folder, said = place
    check_width(said)
    assert len(said.splitlines()) <= 40
    result = cal.calibrate(folder / "leads.csv", folder / "spec.yaml")
    assert "1 500 leads, 1 500 counted" in said
    assert f"{result.counts.customers} customers" in said
    assert f"Threshold {result.threshold.score} (lowest_customer)" in said
    for level in ("source: Referral", "source: Cold list", "demo: yes"):
        assert level in said
    assert "Findings" in said
    assert "Written to calibration/" in said


def test_the_card_of_the_command_is_the_card_of_the_library(folder: Path) -> None:
    result = cal.calibrate(folder / "leads.csv", folder / "spec.yaml")
    text = (folder / "calibration" / "scorecard.yaml").read_text(encoding="utf-8")
    assert text == result.scorecard.to_yaml()


def test_the_files_follow_their_schemas(folder: Path, command: Command) -> None:
    for name in ("spec", "scorecard"):
        schema = json.loads(well(command("schema", name, folder=folder)))
        text = (folder / "calibration" / f"{name}.yaml").read_text(encoding="utf-8")
        jsonschema.validate(read_yaml(text, where=name, error=CalibrateError), schema)


def test_runs_in_fresh_processes_write_the_same_bytes(
    folder: Path, command: Command, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "other", ignore=shutil.ignore_patterns("calibration"))
    arguments = ("run", "leads.csv", "--spec", "spec.yaml", "--scores")
    well(command(*arguments, folder=tmp_path / "other", seed=4711, TZ="Pacific/Apia", LC_ALL="C"))
    first = files_in(folder / "calibration")
    again = files_in(tmp_path / "other" / "calibration")
    assert set(first) == set(again)
    assert [name for name in first if first[name] != again[name]] == []


def test_a_run_over_a_run_replaces_it(folder: Path, command: Command, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "other")
    before = files_in(tmp_path / "other" / "calibration")
    (tmp_path / "other" / "calibration" / "report.html").write_text("old")
    for name in ("methods.csv", "plots/parsimony.svg"):  # of a run that compared methods
        (tmp_path / "other" / "calibration" / name).write_text("old")
    well(command("run", "leads.csv", "--spec", "spec.yaml", folder=tmp_path / "other"))
    assert files_in(tmp_path / "other" / "calibration") == before


def test_evidence_csv_is_the_evidence(folder: Path) -> None:
    result = cal.calibrate(folder / "leads.csv", folder / "spec.yaml")
    found = pd.read_csv(folder / "calibration" / "evidence.csv", keep_default_na=False)
    wanted = result.evidence.to_frame()
    assert found["level"].tolist() == wanted["level"].tolist()
    assert found["leads"].tolist() == wanted["leads"].tolist()
    assert found["lift_low"].tolist() == pytest.approx(wanted["lift_low"], rel=1e-5)
    assert found["points"].tolist() == result.points.to_frame()["points"].tolist()


def test_name_and_folder_can_be_chosen(folder: Path, command: Command, tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    said = well(
        command("run", "leads.csv", "--out", out, "--name", "Q3: no", "--outcome", "converted",
                folder=folder)
    )  # fmt: skip
    check_width("\n".join(line for line in said.splitlines() if "Written" not in line))
    assert set(files_in(out)) == FILES
    assert cal.Scorecard.load(out / "scorecard.yaml").name == "Q3: no"


# ------------------------------------------------------------------ score


def sums(frame: pd.DataFrame) -> list[tuple[int, int, int]]:
    table = frame["converted"].astype(str).astype(int).groupby(frame["score"]).agg(["size", "sum"])
    return list(table.itertuples(name=None))


def rows_of_the_run(folder: Path) -> list[tuple[int, int, int]]:
    table = cal.calibrate(folder / "leads.csv", folder / "spec.yaml").score_table
    return list(zip(table.scores, table.leads, table.customers, strict=True))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("given", ["csv", "parquet"])
def test_scored_leads_add_up_to_the_runs_own_score_table(
    folder: Path, command: Command, tmp_path: Path, given: str, ending: str
) -> None:
    leads, out = tmp_path / f"new.{given}", tmp_path / f"scored.{ending}"
    original = pd.read_csv(folder / "leads.csv")
    getattr(original, f"to_{given}")(leads, index=False)
    card = folder / "calibration" / "scorecard.yaml"
    said = well(command("score", card, leads, "--out", out, folder=tmp_path))
    scored = pd.read_csv(out) if ending == "csv" else pd.read_parquet(out)
    assert sums(scored) == rows_of_the_run(folder)
    assert list(scored.columns) == [
        *original.columns,
        *"score passes close_rate tier fit engagement reasons scored_on scored_by".split(),
    ]
    assert scored["lead_id"].tolist() == original["lead_id"].tolist()
    loaded = cal.Scorecard.load(card)
    assert scored["passes"].tolist() == (scored["score"] >= loaded.threshold.score).tolist()
    assert scored["close_rate"].tolist() == loaded.close_rates(scored["score"]).tolist()
    assert "1 500 leads scored with the card `leads`" in said
    assert f"pass, by the threshold {loaded.threshold.score}" in said


def test_scored_parquet_holds_the_values_of_the_csv_and_no_others(
    folder: Path, command: Command, tmp_path: Path
) -> None:
    card = folder / "calibration" / "scorecard.yaml"
    well(command("score", card, folder / "leads.csv", "--out", "s.parquet", folder=tmp_path))
    source = pd.read_parquet(tmp_path / "s.parquet")["source"]
    assert set(getattr(source.dtype, "categories", source)) == set(source)


def test_scores_csv_of_a_run_is_what_score_writes(
    folder: Path, command: Command, tmp_path: Path
) -> None:
    well(command("score", folder / "calibration" / "scorecard.yaml", folder / "leads.csv",
                 folder=tmp_path))  # fmt: skip
    written = pd.read_csv(tmp_path / "leads-scored.csv", dtype=str)
    stamps = written[["scored_on", "scored_by"]].drop_duplicates()
    assert len(stamps) == 1
    scores = pd.read_csv(folder / "calibration" / "scores.csv", dtype=str)
    pd.testing.assert_frame_equal(written.drop(columns=stamps.columns), scores)


def test_leads_scored_before_are_scored_anew(
    folder: Path, command: Command, tmp_path: Path
) -> None:
    card = folder / "calibration" / "scorecard.yaml"
    well(command("score", card, folder / "leads.csv", "--out", "once.csv", folder=tmp_path))
    well(command("score", card, "once.csv", "--out", "twice.csv", folder=tmp_path))
    assert (tmp_path / "twice.csv").read_bytes() == (tmp_path / "once.csv").read_bytes()


def test_values_never_seen_are_counted_on_the_screen(
    folder: Path, command: Command, tmp_path: Path
) -> None:
    leads = pd.read_csv(folder / "leads.csv").head(20)
    leads.loc[:2, "source"] = "Tiktok"
    leads.to_csv(tmp_path / "new.csv", index=False)
    said = well(command("score", folder / "calibration" / "scorecard.yaml", "new.csv",
                        folder=tmp_path))  # fmt: skip
    assert "`source`: 3 leads have a value the card has never seen (`Tiktok`)" in " ".join(
        said.split()
    )
    check_width(said)


# ------------------------------------------------------------------ init, schema, demo, version


def test_init_writes_a_spec_that_gives_the_same_card(
    leads_csv: Path, command: Command, tmp_path: Path
) -> None:
    shutil.copy(leads_csv, tmp_path / "leads.csv")
    said = well(command("init", "leads.csv", folder=tmp_path))
    assert "calibrate run leads.csv --spec spec.yaml" in said
    text = (tmp_path / "spec.yaml").read_text(encoding="utf-8")
    assert all(len(line) <= 100 for line in text.splitlines() if line.startswith("#"))
    for guess in ("id `lead_id`", "outcome `converted`"):
        assert guess in text
    declared = cal.calibrate(tmp_path / "leads.csv", tmp_path / "spec.yaml").scorecard
    silent = cal.calibrate(tmp_path / "leads.csv").scorecard
    assert declared.attributes == silent.attributes
    assert declared.points == silent.points
    assert declared.threshold == silent.threshold


def test_init_never_overwrites(leads_csv: Path, command: Command, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("mine")
    assert "is there already" in badly(command("init", leads_csv, folder=tmp_path))
    assert (tmp_path / "spec.yaml").read_text() == "mine"


def test_demo_writes_sample_leads_and_runs_them(command: Command, tmp_path: Path) -> None:
    said = well(command("demo", "it", folder=tmp_path))
    check_width(said)
    assert set(files_in(tmp_path / "it" / "calibration")) == FILES
    card = cal.Scorecard.load(tmp_path / "it" / "calibration" / "scorecard.yaml")
    again = cal.calibrate(tmp_path / "it" / "leads.csv", tmp_path / "it" / "spec.yaml").scorecard
    assert card.attributes == again.attributes
    assert any(level.points for one in card.attributes for level in one.levels)


def test_the_version_is_that_of_the_package(command: Command, tmp_path: Path) -> None:
    assert well(command("--version", folder=tmp_path)) == f"calibrate {cal.__version__}\n"


def test_help_fits_the_screen(command: Command, tmp_path: Path) -> None:
    check_width(well(command("--help", folder=tmp_path, COLUMNS="80")))


def test_help_names_every_command(command: Command, tmp_path: Path) -> None:
    said = well(command("--help", folder=tmp_path, COLUMNS="80"))
    for name in ("init", "run", "score", "schema", "demo"):
        assert re.search(rf"^ +{name} ", said, re.MULTILINE)
        check_width(well(command(name, "--help", folder=tmp_path, COLUMNS="80")))


def test_the_installed_command_is_this_one() -> None:
    installed = Path(sys.executable).parent / "calibrate"
    if not installed.exists():
        pytest.skip(f"no {installed}: the package runs without being installed")
    done = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"calibrate {cal.__version__}\n"


# ------------------------------------------------------------------ complaints


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run", "none.csv"), "none.csv: no such file"),
        (
            ("run", "leads.csv", "--spec", "none.yaml"),
            "none.yaml: no such file; a spec was expected",
        ),
        (("run", "leads.csv", "--outcome", "convertd"), "did you mean `converted`"),
        (("run", "leads.csv", "--out", "leads.csv"), "leads.csv cannot be written"),
        (("score", "none.yaml", "leads.csv"), "none.yaml: no such file; a scorecard was expected"),
        (("score", "old.yaml", "leads.csv"), "old.yaml is of the version"),
        (("score", "spec.yaml", "leads.csv"), "name: missing"),
        (("score", "calibration/scorecard.yaml", "other.csv"), "`demo`, `source`, `visits`"),
        (
            ("score", "calibration/scorecard.yaml", "leads.csv", "--out", "x.txt"),
            ".csv or .parquet",
        ),
        (("init", "none.csv", "--out", "a.yaml"), "none.csv: no such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_paragraph_and_leaves_nothing_behind(
    folder: Path, command: Command, tmp_path: Path, arguments: Any, says: str
) -> None:
    shutil.copytree(folder, tmp_path / "here")
    (tmp_path / "here" / "other.csv").write_text("colour,size\nred,1\nblue,2\n")
    (tmp_path / "here" / "old.yaml").write_text("schema: calibrate/scorecard/9")
    before = files_in(tmp_path / "here")
    done = command(*arguments, folder=tmp_path / "here")
    assert says in badly(done)
    check_width(done.stderr)
    assert files_in(tmp_path / "here") == before


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (("score", "spec.yaml", "leads.csv"), "spec.yaml"),
        (("score", "calibration/scorecard.yaml", "other.csv"), "other.csv"),
        (("run", "leads.csv", "--spec", "wrong.yaml"), "wrong.yaml"),
    ],
    ids=["no card", "other leads", "wrong spec"],
)
def test_a_list_of_problems_names_the_file_they_are_in(
    folder: Path, command: Command, tmp_path: Path, arguments: Any, file: str
) -> None:
    shutil.copytree(folder, tmp_path / "here")
    (tmp_path / "here" / "other.csv").write_text("colour,size\nred,1\nblue,2\n")
    (tmp_path / "here" / "wrong.yaml").write_text("exclud: [a]\nmin_leads: few\n")
    assert file in badly(command(*arguments, folder=tmp_path / "here"))


def test_several_problems_are_a_list(folder: Path, command: Command, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("exclud: [a]\nmin_leads: few\n")
    done = command("run", folder / "leads.csv", "--spec", "spec.yaml", folder=tmp_path)
    assert "2 problems" in badly(done)
    assert "- min_leads: found `few`" in badly(done)
    assert done.stderr.count("\n  - ") == 2


@pytest.mark.parametrize(
    "arguments", [(), ("fly",), ("run",), ("schema", "card"), ("run", "a", "--x")]
)
def test_wrong_use_is_told_how_to_use_it(
    command: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = command(*arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: calibrate" in done.stderr


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """`calibrate schema scorecard | head -1`."""
    done = subprocess.run(
        f"'{sys.executable}' -m calibrate schema scorecard | head -1",
        shell=True, capture_output=True, text=True, cwd=tmp_path, check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("{\n", "")


# ------------------------------------------------------------------ the screen


@pytest.mark.parametrize(
    "rule",
    [
        "lowest_customer",
        "{customer_quantile: 0.005}",
    ],
)
def test_the_screen_is_80_wide_whatever_the_names_and_the_rule(
    command: Command, tmp_path: Path, rule: str
) -> None:
    long = "An industry whose name is longer than any screen is wide, and then some more of it"
    with (tmp_path / "leads.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"the {long} column", "a" * 90, "converted"])
        writer.writerows([long, row, int(row % 3 == 0)] for row in range(300))
        writer.writerows(["web", row, int(row % 9 == 0)] for row in range(900))
    (tmp_path / "spec.yaml").write_text(f"threshold: {rule}")
    said = well(command("run", "leads.csv", "--spec", "spec.yaml", folder=tmp_path))
    check_width(said)


def test_a_run_shows_no_progress_where_nobody_watches(place: tuple[Path, str]) -> None:
    """`well` has seen that stderr stayed empty; nothing of it may be on the screen either."""
    assert "\r" not in place[1]
    assert "\x1b" not in place[1]


def test_scores_never_replace_the_leads(folder: Path, command: Command, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "here")
    before = (tmp_path / "here" / "leads.csv").read_bytes()
    done = command(
        "score", "calibration/scorecard.yaml", "leads.csv", "--out", "./leads.csv",
        folder=tmp_path / "here",
    )  # fmt: skip
    assert "leads themselves" in badly(done)
    assert (tmp_path / "here" / "leads.csv").read_bytes() == before
