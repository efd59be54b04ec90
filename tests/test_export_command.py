"""`calibrate export` at the command line: each format, and what is refused in one paragraph."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from calibrate import Scorecard
from calibrate.cli import main
from tests.odd_cards import attribute, card_of, policy_card, texts

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return card_of(attribute("source", "category", texts("Fair", "Web"))).save(
        tmp_path / "scorecard.yaml"
    )


def said_by(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = 0
    try:
        code = main([str(one) for one in arguments])
    except SystemExit as end:
        code = int(end.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_each_format_is_written_and_scores(
    card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leads = pd.DataFrame({"name": list("abcd"), "source": ["fair", "Web", "Radio", None]})
    wanted = Scorecard.load(card).score(leads)["score"].tolist()
    for to, ending in (("sql", "sql"), ("python", "py"), ("xlsx", "xlsx")):
        out = tmp_path / f"card.{ending}"
        code, said, error = said_by(capsys, "export", card, "--to", to, "--out", out)
        assert (code, error) == (0, "")
        assert said == f"Written to {out}: the card `leads` as {to}.\n"
    with duckdb.connect() as connection:
        connection.register("leads", leads)
        connection.execute(f"SELECT score FROM ({(tmp_path / 'card.sql').read_text('utf-8')})")
        assert [row[0] for row in connection.fetchall()] == wanted
    leads.to_csv(tmp_path / "leads.csv", index=False)
    done = subprocess.run(
        [sys.executable, "-I", tmp_path / "card.py", tmp_path / "leads.csv"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert pd.read_csv(io.StringIO(done.stdout))["score"].tolist() == wanted
    with zipfile.ZipFile(tmp_path / "card.xlsx") as parts:
        assert parts.testzip() is None
    assert "Score a lead" in openpyxl.load_workbook(tmp_path / "card.xlsx").sheetnames


def test_options_of_sql_reach_it(
    card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "card.sql"
    options = ["--dialect", "postgres", "--table", "crm.leads", "--view", "scored"]
    code, _, _ = said_by(
        capsys, "export", card, "--to", "sql", "--out", out, *options, "--prefix", "lead_"
    )
    assert code == 0
    written = out.read_text("utf-8")
    assert "CREATE OR REPLACE VIEW scored AS" in written
    assert "FROM crm.leads AS t" in written
    assert " AS lead_score" in written


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--to", "sql", "--dialect", "oracle"], "oracle"),
        (["--to", "csv"], "csv"),
        (["--to", "python", "--table", "leads"], "`python` has no option `table`"),
        (["--to", "xlsx", "--dialect", "postgres"], "`xlsx` has no option `dialect`"),
        (["--to", "sql", "--rows", "5"], "`sql` has no option `rows`"),
        (["--to", "sql", "--table", "a b c"], "--table: `a b c` is no name of a table"),
        (["--to", "sql", "--prefix", "1 x"], "--prefix: `1 x` cannot begin"),
    ],
)
def test_what_does_not_fit_is_said_in_one_paragraph_and_nothing_is_written(
    card: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    out = tmp_path / "out.file"
    code, said, error = said_by(capsys, "export", card, *arguments, "--out", out)
    assert (code, said) == (2, "")
    assert says in error
    assert "Traceback" not in error
    assert "\n\n" not in error.strip()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scorecard.yaml"]


def test_a_missing_folder_is_said(
    card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "nowhere" / "card.sql"
    code, said, error = said_by(capsys, "export", card, "--to", "sql", "--out", out)
    assert (code, said) == (2, "")
    assert "nowhere" in error
    assert not out.parent.exists()


@pytest.mark.parametrize("content", [None, "", "a: [", "schema: calibrate/spec/1\n", "x,y\n1,2\n"])
def test_a_card_that_is_none_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    path, out = tmp_path / "card.yaml", tmp_path / "card.sql"
    if content is not None:
        path.write_text(content, "utf-8")
    code, said, error = said_by(capsys, "export", path, "--to", "sql", "--out", out)
    assert (code, said) == (2, "")
    assert "card.yaml" in error
    assert "Traceback" not in error
    assert not out.exists()


def test_a_file_that_is_there_stays_when_the_card_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = policy_card().save(tmp_path / "card.yaml"), tmp_path / "card.csv"
    out.write_bytes(b"as it was")
    code, said, error = said_by(capsys, "export", path, "--to", "marketo", "--out", out)
    assert (code, said) == (2, "")
    assert "email are capped at 3" in error
    assert out.read_bytes() == b"as it was"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["card.csv", "card.yaml"]
