"""Whoever mistypes is told what is near; every help has examples that the parser takes."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from calibrate import cli

Command = Callable[..., subprocess.CompletedProcess[str]]


def complaint(done: subprocess.CompletedProcess[str], prog: str) -> str:
    """The paragraph under the usage, on one line."""
    assert (done.returncode, done.stdout) == (cli.BAD_INPUT, "")
    assert "Traceback" not in done.stderr
    usage, _, said = done.stderr.partition(f"\n{prog}: ")
    assert usage.startswith(f"usage: {prog} ")
    assert max(map(len, done.stderr.splitlines())) <= 80
    return " ".join(said.split())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("rnu leads.csv", "no command `rnu`; did you mean `run`?"),
        ("VALIDATE", "no command `VALIDATE`; did you mean `validate`?"),
        ("fly", "no command `fly`; see `calibrate --help`."),
        ("--versoin", "no option `--versoin`; did you mean `--version`?"),
        ("run leads.csv --sepc spec.yaml", "no option `--sepc`; did you mean `--spec`?"),
        ("run --sepc=spec.yaml", "no option `--sepc`; did you mean `--spec`?"),
        ("export card.yaml --too sql", "no option `--too`; did you mean `--to` or `--out`?"),
        ("run leads.csv --quick", "no option `--quick`; see `calibrate run --help`."),
        ("run leads.csv --compare", "no option `--compare`; did you mean `--compare-methods`?"),
        ("run leads.csv --comp", "no option `--comp`; did you mean `--compare-methods`?"),
        (
            "run leads.csv --preset hubspt",
            "argument --preset: no `hubspt`; did you mean `hubspot`?",
        ),
        ("export c --out x --to slq", "argument --to: no `slq`; did you mean `sql`?"),
        (
            "export c --out x --to sql --dialect postgre",
            "argument --dialect: no `postgre`; did you mean `postgres`?",
        ),
        (
            "score c l --missing-attributes zzz",
            "argument --missing-attributes: no `zzz`; there are `refuse`, `as-missing`",
        ),
        ("schema scorcard", "argument format: no `scorcard`; did you mean `scorecard`?"),
        ("completion bahs", "argument shell: no `bahs`; did you mean `bash`?"),
        ("history cards more", "too many arguments: more"),
        ("run", "name the leads: a file, or a database with --connect and --table"),
        ("queue c l --most few", "argument --most: invalid int value: 'few'"),
    ],
)
def test_a_slip_is_answered_with_what_is_near(
    command: Command, tmp_path: Path, line: str, says: str
) -> None:
    name, *_ = line.split()
    prog = f"calibrate {name}" if name in cli.COMMANDS else "calibrate"
    done = command(*line.split(), folder=tmp_path, COLUMNS="80")
    assert complaint(done, prog) == says


def test_what_follows_two_dashes_is_no_option(command: Command, tmp_path: Path) -> None:
    (tmp_path / "--odd.csv").write_text("a,converted\n")
    done = command("check", "--", "--odd.csv", folder=tmp_path)
    assert done.returncode == cli.BAD_INPUT
    assert done.stderr.startswith("calibrate: --odd.csv")


def test_the_command_alone_shows_its_help(command: Command, tmp_path: Path) -> None:
    alone = command(folder=tmp_path, COLUMNS="80")
    asked = command("--help", folder=tmp_path, COLUMNS="80")
    assert (alone.returncode, alone.stdout) == (cli.BAD_INPUT, "")
    assert alone.stderr == asked.stdout
    for name, says in cli.COMMANDS.items():
        assert re.search(rf"^    {name} +{re.escape(says)}$", asked.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_help_of_a_command_fits_and_has_examples_that_work(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit, match="0"):
        cli.main([name, "--help"])
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"\n\n[A-Z][^\n]+[.?]\n\npositional arguments:\n", text)
    examples = text.partition("\nexamples:\n")[2].splitlines()
    assert examples
    for example in examples:
        # In `eval "$(calibrate ...)"  in ~/.bashrc` the command is what stands in the brackets.
        line = re.search(r"calibrate [^|>)]+", example)
        assert line is not None, example
        words = shlex.split(line[0])[1:]
        assert words[0] == name
        assert cli.command_parser([name]).parse_args(words).command == name


def test_examples_of_the_whole_command_work(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main([])
    listed = capsys.readouterr().err.partition("\nexamples:\n")[2].splitlines()
    assert len(listed) > 10
    for one in listed:
        # What an example means stands in a column of its own.
        words = shlex.split(one[: 2 + 44 if len(one) > 46 and one[45] == " " else None])
        assert cli.command_parser([words[1]]).parse_args(words[1:]).command == words[1]


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_help_and_slips_load_nothing_heavy(name: str) -> None:
    heavy = "numpy pandas pyarrow pydantic rich scipy shtab matplotlib yaml".split()
    script = (
        "import sys; from calibrate.cli import main\n"
        f"for line in (['{name}', '--help'], ['{name}', '--no-such-option']):\n"
        "    try: main(line)\n"
        "    except SystemExit: pass\n"
        f"print([one for one in {heavy} if one in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "[]"
