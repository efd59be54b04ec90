"""A run that is stopped while it works leaves no half of a file, and nothing that was put aside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrate import open_files
from calibrate.cli import ENDED, INTERRUPTED

_ROWS = 150_000
_LONGEST = 120
"""Seconds until a run must have begun."""


@pytest.fixture(scope="module")
def leads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough leads that copying and counting them takes some seconds."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({
        "lead_id": [f"L{place}" for place in range(_ROWS)],
        "won": rng.choice(["yes", "no"], _ROWS, p=[0.1, 0.9]),
        **{f"text {n}": rng.choice([f"v{one}" for one in range(50)], _ROWS) for n in range(12)},
    })  # fmt: skip
    path = tmp_path_factory.mktemp("many") / "leads.csv"
    frame.to_csv(path, index=False)
    return path


AS_AT_A_TERMINAL = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("calibrate", run_name="__main__", alter_sys=True)
"""
"""A shell has what it runs in the background ignore SIGINT, tests and what they begin included."""


def begun(leads: Path, folder: Path, aside: Path) -> subprocess.Popen[bytes]:
    """Begin a run, and wait until it has put something aside."""
    command = [sys.executable, "-c", AS_AT_A_TERMINAL, "run", str(leads), "--engine", "duckdb"]
    child = subprocess.Popen(
        [*command, "--out", str(folder)],
        env=os.environ | {"TMPDIR": str(aside)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    ends = time.monotonic() + _LONGEST
    while not list(aside.glob("calibrate-aside-*/*.parquet")):
        assert child.poll() is None, "it ended before it was stopped"
        assert time.monotonic() < ends, "it never began"
        time.sleep(0.01)
    return child


@pytest.mark.parametrize(
    ("how", "code"), [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, ENDED)], ids=str
)
def test_one_that_is_asked_to_stop_tidies_up(
    how: signal.Signals, code: int, leads: Path, tmp_path: Path
) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    child = begun(leads, tmp_path / "out", aside)
    child.send_signal(how)
    _, said = child.communicate()
    assert child.returncode == code
    assert b"Traceback" not in said
    assert not list(aside.iterdir())
    assert not (tmp_path / "out").exists()


def test_one_that_is_killed_leaves_no_half_and_the_next_tidies_up(
    leads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    child = begun(leads, tmp_path / "out", aside)
    child.kill()
    child.communicate()
    assert not (tmp_path / "out").exists()
    (left,) = aside.iterdir()
    (tmp_path / "few.csv").write_text("a,won\n1,yes\n2,no\n", "utf-8")
    monkeypatch.setattr("tempfile.tempdir", str(aside))
    relation = open_files(tmp_path / "few.csv")
    assert relation.leads == 2
    assert not left.exists()
