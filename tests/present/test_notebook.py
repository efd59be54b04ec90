"""The quarter as a notebook: `calibrate rerun --notebook`, as a person runs it."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

from calibrate.cli import main
from calibrate.errors import CalibrateError, MissingExtraError
from calibrate.pipeline import calibrate
from calibrate.present.notebook import (
    as_seen_from,
    check_notebooks,
    quarterly_notebook,
    quarterly_template,
)
from calibrate.spec import Spec
from tests.two_quarters import FIRST, SECOND, SPEC, quarter

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with last quarter's run and this quarter's leads."""
    found = tmp_path_factory.mktemp("quarters")
    quarter(1, FIRST, leads=900).to_csv(found / "q1.csv", index=False)
    later = quarter(2, SECOND, leads=900, new_level=0.1)
    later.assign(contacted=["yes", ""] * 450).to_csv(found / "q2.csv", index=False)
    calibrate(found / "q1.csv", Spec.model_validate(SPEC), name="mine").save(found / "Q1")
    return found


@pytest.fixture(scope="module")
def written(folder: Path) -> tuple[Path, Path]:
    """Give two notebooks of the same quarter, in folders beside each other."""
    for name in ("one", "two"):
        (folder / name).mkdir()
        done = subprocess.run(
            [
                *(sys.executable, "-m", "calibrate", "rerun", "Q1/scorecard.yaml", "q2.csv"),
                *("--out", f"{name}/run", "--notebook", f"{name}/quarter.ipynb"),
                *("--holdout", "last:0.3"),
            ],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith(f"Written to {name}/quarter.ipynb\n")
    return folder / "one" / "quarter.ipynb", folder / "two" / "quarter.ipynb"


def cells_of(path: Path) -> list[Any]:
    notebook = nbformat.reads(path.read_text("utf-8"), as_version=4)
    nbformat.validate(notebook)
    return list(notebook.cells)


def test_it_is_a_notebook_with_the_parameters_of_the_run_in_its_first_cell(
    written: tuple[Path, Path],
) -> None:
    first, *rest = cells_of(written[0])
    assert first.metadata == {"tags": ["parameters"]}
    assert first.source.splitlines()[1:] == [
        'old_card = "../Q1/scorecard.yaml"',
        'leads = "../q2.csv"',
        "spec = None",
        "events = None",
        "damping = False",
        'fit = {"holdout": "last:0.3"}',
    ]
    assert all(cell.metadata == {} for cell in rest)
    template = nbformat.reads(quarterly_template(), as_version=4).cells[1:]
    assert [cell.source for cell in rest] == [cell.source for cell in template]


def test_every_cell_was_run_and_none_complained(written: tuple[Path, Path]) -> None:
    code = [cell for cell in cells_of(written[0]) if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    kinds = {output.output_type for cell in code for output in cell.outputs}
    assert kinds == {"execute_result", "display_data"}


def test_it_reads_as_a_report(written: tuple[Path, Path]) -> None:
    text = written[0].read_text("utf-8")
    for said in ("REFRESH", "AI assistant", "Give sales the new card", "image/png", "top fifth"):
        assert said in text
    # Half of the leads were called, whatever their score.
    assert "closed of the worked" in text


def test_the_same_quarter_gives_the_same_bytes(written: tuple[Path, Path]) -> None:
    one, two = (path.read_bytes() for path in written)
    assert one == two
    assert b"papermill" not in one
    assert b" at 0x" not in one


def test_it_runs_again_from_its_own_first_cell(written: tuple[Path, Path]) -> None:
    again = papermill.execute_notebook(
        str(written[0]),
        None,
        parameters={"damping": True},
        cwd=str(written[0].parent),
        progress_bar=False,
    )
    assert not any(
        output.output_type == "error" for cell in again.cells for output in cell.get("outputs", ())
    )


def test_the_sample_in_the_repository_is_that_of_the_package() -> None:
    kept = json.loads((NOTEBOOKS / "quarterly.ipynb").read_text("utf-8"))["cells"]
    ours = json.loads(quarterly_template())["cells"]
    assert [(one["cell_type"], one["id"], one["source"]) for one in kept[1:]] == [
        (one["cell_type"], one["id"], one["source"]) for one in ours[1:]
    ]
    assert kept[0]["metadata"] == ours[0]["metadata"] == {"tags": ["parameters"]}
    assert any(one.get("outputs") for one in kept)
    assert not any(one.get("outputs") for one in ours)


def test_a_cell_that_fails_is_one_paragraph_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    parameters = {"old_card": "none.yaml", "leads": "none.csv", "spec": None, "events": None}
    with pytest.raises(CalibrateError, match=r"stopped in cell \d+: ScorecardError: none.yaml"):
        quarterly_notebook({**parameters, "damping": False, "fit": None}, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "says"),
    [("quarter.html", "ends in .ipynb"), ("nowhere/quarter.ipynb", "that folder is not there")],
)
def test_a_place_that_cannot_be_is_refused_before_anything_is_done(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, says: str
) -> None:
    card, out = folder / "Q1" / "scorecard.yaml", tmp_path / "out"
    place = str(tmp_path / name)
    code = main(
        ["rerun", str(card), str(folder / "q2.csv"), "--out", str(out), "--notebook", place]
    )
    assert code == 2
    assert says in " ".join(capsys.readouterr().err.split())
    assert not out.exists()


@pytest.mark.parametrize("lacking", ["papermill", "ipykernel"])
def test_without_the_extra_its_name_is_told(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    lacking: str,
) -> None:
    real: Callable[..., Any] = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == lacking:
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match="notebook"):
        check_notebooks()
    card, out = folder / "Q1" / "scorecard.yaml", tmp_path / "out"
    place = str(tmp_path / "quarter.ipynb")
    code = main(
        ["rerun", str(card), str(folder / "q2.csv"), "--out", str(out), "--notebook", place]
    )
    assert code == 2
    assert "calibrate-leads[notebook]" in capsys.readouterr().err
    assert not out.exists()


def test_files_are_named_as_the_notebook_sees_them(tmp_path: Path) -> None:
    assert as_seen_from(Path(), "data/leads.csv") == "data/leads.csv"
    assert as_seen_from(Path("books"), "data/leads.csv") == "../data/leads.csv"
    assert as_seen_from(Path("books"), str(tmp_path)) == str(tmp_path)
    assert as_seen_from(Path("books"), None) is None


def test_values_of_leads_are_no_markup(tmp_path: Path) -> None:
    """A level's name cannot become an element of the page that Jupyter shows."""
    evil = "<img src=x onerror=alert(1)>"
    for name, seed, start in (("q1", 1, FIRST), ("q2", 2, SECOND)):
        frame = quarter(seed, start, leads=600).replace({"source": {"fair": evil}})
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    calibrate(tmp_path / "q1.csv", Spec.model_validate(SPEC)).save(tmp_path / "Q1")
    text = quarterly_notebook(
        {
            "old_card": "Q1/scorecard.yaml",
            "leads": "q2.csv",
            "spec": None,
            "events": None,
            "damping": False,
            "fit": None,
        },
        tmp_path,
    )
    shown = [
        "".join(output.get("data", {}).get(kind, ""))
        for cell in json.loads(text)["cells"]
        for output in cell.get("outputs", ())
        for kind in ("text/html", "text/markdown")
    ]
    assert any("onerror" in one for one in shown)
    assert not any("<img src=x" in one for one in shown)
