"""What a person sees on a terminal: tables that fit, quiet colours, none where none are wanted."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

import calibrate as cal
from calibrate.cli.say import RUN_STEPS
from calibrate.present.terminal import columns
from tests.cli.conftest import OnATerminal
from tests.later_quarters import SPEC, quarters

CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
LONG = "情報通信業(ソフトウェア開発・クラウドサービス・その他の関連業務を含む)"
LEVELS = (LONG, "製造業", "🎉 Events", "e\u0301nergie", "red\x1b[31m", "\u202eback")

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leads whose levels are wide, long and hostile."""
    folder = tmp_path_factory.mktemp("screen")
    rows = [
        (level, f"{number % 2}", int(number % 20 < 2 + 3 * place))
        for place, level in enumerate(LEVELS)
        for number in range(200)
    ]
    pd.DataFrame(rows, columns=["業種", "half", "converted"]).to_csv(
        folder / "leads.csv", index=False
    )
    return folder


def result(text: str) -> str:
    """What stays on the screen once the progress is gone, with its colours."""
    return text[text.rindex("leads.csv: ") :]


RUN = ("run", "leads.csv")


@pytest.fixture(scope="module")
def seen(folder: Path, on_a_terminal: OnATerminal) -> dict[int, str]:
    return {width: on_a_terminal(*RUN, folder=folder, width=width) for width in (80, 120)}


@pytest.mark.parametrize("width", [80, 120])
def test_the_screen_is_as_wide_as_the_terminal(seen: dict[int, str], width: int) -> None:
    lines = CODES.sub("", result(seen[width])).splitlines()
    assert 60 < max(map(columns, lines)) <= width


def test_names_have_more_room_on_a_wider_terminal(seen: dict[int, str]) -> None:
    rows = {
        width: next(line for line in text.splitlines() if "情報" in line)
        for width, text in seen.items()
    }
    assert LONG not in rows[80]
    assert "…" in rows[80]
    assert f"業種: {LONG}" in rows[120]


@pytest.mark.parametrize("width", [80, 120])
def test_columns_are_under_each_other_whatever_the_letters(
    seen: dict[int, str], width: int
) -> None:
    lines = CODES.sub("", result(seen[width])).splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("Strongest"))
    table = lines[start : lines.index("", start)]
    assert len(table) == 2 + len(LEVELS)
    ends = {columns(line.rstrip()) for line in table}
    assert len(ends) == 1


def test_colours_never_stand_alone(seen: dict[int, str]) -> None:
    """Green has a plus, red a minus; nothing else of a run is coloured."""
    coloured = re.findall(r"\x1b\[(3[0-9])m([^\x1b]*)", result(seen[80]))
    assert {code for code, _ in coloured} >= {"31", "32"}
    for code, text in coloured:
        assert {"31": "-", "32": "+", "35": "!"}[code] == text.strip()[0]


def test_control_characters_of_leads_do_nothing(seen: dict[int, str]) -> None:
    shown = CODES.sub("", result(seen[120]))
    assert "業種: red\\x1b[31m" in shown
    assert "業種: \\u202eback" in shown
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", shown)


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "TERM": "dumb"}]
)
def test_who_wants_no_colours_has_none(
    folder: Path, on_a_terminal: OnATerminal, environment: dict[str, str]
) -> None:
    text = on_a_terminal(*RUN, folder=folder, **environment)
    assert not COLOURS.search(text)
    if "TERM" in environment:
        assert "\x1b" not in text
    assert "業種: 製造業" in text


def test_a_pipe_gets_the_text_of_python_and_no_codes(folder: Path, command: Command) -> None:
    done = command(*RUN, folder=folder, TERM="xterm", FORCE_COLOR="1", COLUMNS="200")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert done.stdout.startswith(repr(cal.calibrate(folder / "leads.csv")))


def test_json_on_a_terminal_is_json(folder: Path, on_a_terminal: OnATerminal) -> None:
    text = on_a_terminal(*RUN, "--json", folder=folder)
    shown = text[text.index("{\n") :]
    assert "\x1b" not in shown[: shown.rindex("\n}")]


def test_progress_names_its_steps_and_goes(seen: dict[int, str]) -> None:
    before = seen[80][: seen[80].rindex("leads.csv: ")]
    assert "writing the report" in before
    assert f"/{RUN_STEPS}" in before
    # Its line is taken away before the result is written, in bold.
    assert before.endswith("\x1b[1A\x1b[2K\x1b[1m")
    assert "writing the report" not in result(seen[80])


def test_progress_never_counts_past_its_end(tmp_path: Path, on_a_terminal: OnATerminal) -> None:
    frame = quarters()
    frame.to_csv(tmp_path / "leads.csv", index=False)
    spec = {key: one for key, one in SPEC.items() if key != "fit"}
    (tmp_path / "spec.yaml").write_text(yaml.safe_dump(spec))
    seen = CODES.sub("", on_a_terminal(*RUN, "--spec", "spec.yaml", folder=tmp_path))
    assert "judging by later leads" in seen
    steps = re.findall(r"(\d+)/(\d+) [a-z]", seen)
    assert steps
    assert all(int(done) <= int(of) for done, of in steps)


def test_a_narrow_terminal_cuts_names_and_no_number(
    folder: Path, on_a_terminal: OnATerminal
) -> None:
    wide = CODES.sub("", result(on_a_terminal(*RUN, folder=folder, width=120)))
    narrow = CODES.sub("", result(on_a_terminal(*RUN, folder=folder, width=50)))
    numbers = re.compile(r"\d+ +\d+\.\d % +\d\.\d\d +\d\.\d\d to \d\.\d\d +[+-]\d+$", re.MULTILINE)
    found = [" ".join(one.split()) for one in numbers.findall(wide)]
    assert len(found) == len(LEVELS)
    assert [" ".join(one.split()) for one in numbers.findall(narrow)] == found
