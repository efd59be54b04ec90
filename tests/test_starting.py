"""A command that is started as a copy does what one in a new process does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.starting import Starter

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    "arguments",
    [("--version",), ("schema", "spec"), ("run", "none.csv"), ("fly",), ("check", "leads.csv")],
    ids=" ".join,
)
def test_a_copy_says_and_ends_as_a_new_process(
    command: Command, tmp_path: Path, leads_csv: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "leads.csv").write_bytes(leads_csv.read_bytes())
    copy, new = (command(*arguments, folder=tmp_path, anew=anew) for anew in (False, True))
    assert (copy.returncode, copy.stdout, copy.stderr) == (new.returncode, new.stdout, new.stderr)


def test_a_copy_has_the_environment_of_its_start_and_leaves_none(
    starter: Starter, tmp_path: Path
) -> None:
    shown = []
    for given in ({"COLUMNS": "60"}, {"COLUMNS": None}, {"COLUMNS": "60"}):
        with (tmp_path / "said").open("w+") as said, Path(os.devnull).open() as nothing:
            files = [nothing.fileno(), said.fileno(), said.fileno()]
            starter.start(["run", "--help"], tmp_path, files, **given)
            assert starter.ended() == 0
            said.seek(0)
            shown.append(said.read())
    assert shown[0] == shown[2] != shown[1]


def test_an_error_that_nobody_catches_is_seen(starter: Starter, tmp_path: Path) -> None:
    """Its output is a file that is open to be read."""
    with Path(os.devnull).open() as nothing, (tmp_path / "said").open("w+") as said:
        files = [nothing.fileno(), nothing.fileno(), said.fileno()]
        starter.start(["schema", "spec"], tmp_path, files)
        assert starter.ended() == 1
        said.seek(0)
        assert "OSError" in said.read()
