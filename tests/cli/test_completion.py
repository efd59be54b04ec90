"""The completion scripts, as the shells themselves run them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from calibrate import cli

Command = Callable[..., subprocess.CompletedProcess[str]]

ASK = """
source ./calibrate.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
[[ $(complete -p calibrate) =~ -F\\ ([^ ]+) ]]
"${BASH_REMATCH[1]}" calibrate "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
echo "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    """Each shell's script, and files to complete."""
    folder = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        done = command("completion", shell, folder=folder)
        assert (done.returncode, done.stderr) == (0, "")
        (folder / f"calibrate.{shell}").write_text(done.stdout, encoding="utf-8")
    for name in ("leads.csv", "spec.yaml"):
        (folder / name).touch()
    (folder / "cards").mkdir()
    return folder


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_valid_and_has_every_command(folder: Path, shell: str) -> None:
    text = (folder / f"calibrate.{shell}").read_text(encoding="utf-8")
    assert [name for name in cli.COMMANDS if name not in text] == []
    if shutil.which(shell) is None:
        assert shell != "bash"
        pytest.skip(f"no {shell} here")
    subprocess.run([shell, "-n", f"calibrate.{shell}"], cwd=folder, check=True)


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("calibrate va", "validate"),
        ("calibrate s", "score schema"),
        ("calibrate run --pre", "--preset"),
        ("calibrate run leads.csv --js", "--json"),
        ("calibrate run --preset hu", "hubspot"),
        ("calibrate export card.yaml --to p", "python pmml"),
        ("calibrate export card.yaml --dialect s", "spark snowflake"),
        ("calibrate schema sc", "scorecard"),
        ("calibrate completion z", "zsh"),
        ("calibrate run le", "leads.csv"),
        ("calibrate check leads.csv --spec sp", "spec.yaml"),
        ("calibrate history c", "cards"),
    ],
)
def test_bash_completes(folder: Path, line: str, completed: str) -> None:
    asked = ["bash", "--norc", "-c", ASK, "ask", *line.split()]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=True)
    # Of folders bash completes only folders, of files both.
    assert [one for one in done.stdout.split() if not one.startswith("calibrate.")] == (
        completed.split()
    )
