"""Who waits for a database is told which attribute it is at, and how long the others will take."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import calibrate as cal
from calibrate.cli.say import Steps
from tests.cli.conftest import OnATerminal
from tests.cli.test_screen import CODES
from tests.test_warehouse import in_table, odd_leads

WHERE = ("--connect", "duckdb://crm.db", "--table", "leads")
HOSTILE = "visits\x1b[31m twice"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("progress")
    frame = odd_leads(1200).rename(columns={"visits twice": HOSTILE, "score": "interest"})
    frame.to_parquet(folder / "leads.parquet", index=False)
    with duckdb.connect(str(folder / "crm.db")) as database:
        database.register("frame", frame)
        database.execute("CREATE TABLE leads AS FROM frame")
    cal.calibrate(frame, {"fit": {"holdout": "none"}}).scorecard.save(folder / "card.yaml")
    return folder


@pytest.mark.parametrize(
    ("arguments", "step"),
    [
        (("run", *WHERE, "--out", "there"), "reading leads"),
        (("run", "leads.parquet", "--engine", "duckdb", "--out", "parquet"), "reading leads"),
        (("check", *WHERE), "looking the leads over"),
        (("init", *WHERE, "--out", "spec.yaml"), "looking the leads over"),
        (("score", "card.yaml", *WHERE, "--to", "s"), "scoring in the database"),
        (("threshold", "card.yaml", *WHERE), "scoring"),
    ],
    ids=lambda one: " ".join(one[:2]) if isinstance(one, tuple) else "",
)
def test_each_attribute_is_named_on_a_terminal(
    folder: Path, on_a_terminal: OnATerminal, arguments: tuple[str, ...], step: str
) -> None:
    seen = on_a_terminal(*arguments, folder=folder, width=120)
    shown = CODES.sub("", seen)
    parts = re.findall(rf"{step}: (.+?) \((\d+) of (\d+)(, [^)]+ left)?\)", shown)
    assert parts
    assert all(int(place) <= int(of) for _, place, of, _ in parts)
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f]", shown)


def test_the_one_who_asks_is_told_every_attribute() -> None:
    told: list[tuple[str, str, int, int]] = []

    class Listener:
        step = ""

        def __call__(self, step: str) -> None:
            self.step = step

        def part(self, name: str, done: int, of: int) -> None:
            told.append((self.step, name, done, of))

    frame = odd_leads(1200)
    leads = cal.open_relation(in_table(frame), table="leads")
    cal.calibrate(leads, progress=Listener())
    read = [(name, done, of) for step, name, done, of in told if step == "reading leads"]
    names = [name for name, done, of in read[: read[0][2]]]
    assert {"source", "visits", "pets"} <= set(names) <= set(frame.columns)
    assert [done for _, done, _ in read[: len(names)]] == list(range(len(names)))
    assert {step for step, *_ in told} >= {"counting and weighing", "judging by later leads"}
    assert all(0 <= done < of for _, _, done, of in told)


def test_time_left_is_reckoned_from_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.progress import Progress

    clock = iter([100.0, 104.0, 260.0])
    monkeypatch.setattr("calibrate.cli.say.time.monotonic", lambda: next(clock))
    bar = Progress()
    step = Steps(bar, 3)
    step("reading leads")
    said = []
    for name, done in (("a", 0), ("b", 1), ("\x1b[31mc", 4)):
        step.part(name, done, 5)
        said.append(bar.tasks[0].description)
    assert said == [
        "reading leads: a (1 of 5)",
        "reading leads: b (2 of 5, 20 s left)",
        "reading leads: \\x1b[31mc (5 of 5, 40 s left)",
    ]


def test_a_pipe_is_told_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.read_parquet(folder / "leads.parquet")
    cal.calibrate(cal.open_relation(in_table(frame), table="leads"))
    assert capsys.readouterr() == ("", "")
