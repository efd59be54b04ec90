"""Run every notebook in place and keep its outputs: ``make notebooks``.

An error or a warning in any cell stops the run and leaves that notebook as it was. What differs
from run to run or from machine to machine (times, versions, cell metadata) is not kept, so that
the same code and data give the same file. `quarterly.ipynb` is the package's own, on the sample.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
import pandas as pd
from nbclient import NotebookClient
from nbformat import NotebookNode

from calibrate import Spec, calibrate
from calibrate.pipeline import spec_text
from calibrate.present.notebook import KERNEL, make_plain, quarterly_notebook

FOLDER = Path(__file__).parent
LEADS = FOLDER.parent / "data" / "leads.csv"
QUARTERLY = "quarterly.ipynb"
QUARTER = FOLDER / "2026Q1"
TRIED = (
    "industry country company_size company_age_years open_jobs job_title lead_source email_type "
    "phone_given budget authority need timing pages_viewed demo_request trial pricing_view webinar"
).split()
"""What the quarterly card looks at: few attributes, so that what moved stands out."""
AT_A_TIME = 2
SECONDS = 300
STRICT = """
import warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", module="ipykernel")
"""
ONLY_ERRORS = "--log-level=40"


def written(path: Path) -> str:
    """Run one notebook and give its name; none needs what another writes."""
    (quarterly if path.name == QUARTERLY else execute)(path)
    return path.name


def execute(path: Path) -> None:
    """Run one notebook from top to bottom in a fresh kernel and write it back."""
    notebook = nbformat.read(path, as_version=4)
    _run(notebook)
    _refuse_complaints(notebook, path)
    make_plain(notebook)
    nbformat.validate(notebook)
    passing = path.with_suffix(".passing")
    nbformat.write(notebook, passing)
    passing.replace(path)


def _run(notebook: NotebookNode) -> None:
    """Run the cells after one that is not kept, which turns every warning into an error."""
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    try:
        NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name=KERNEL["name"],
            record_timing=False,
            extra_arguments=[ONLY_ERRORS],
            resources={"metadata": {"path": str(FOLDER)}},
        ).execute()
    finally:
        del notebook.cells[0]


def _refuse_complaints(notebook: NotebookNode, path: Path) -> None:
    """Stop at what a cell survives: standard error, and errors while its plots are shown."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                raise SystemExit(f"{path.name} wrote to standard error:\n{output.text}")
            if output.output_type == "error":
                raise SystemExit(f"{path.name}: {output.ename}: {output.evalue}")


def quarterly(path: Path) -> None:
    """Write what `calibrate rerun --notebook` writes of the sample leads, and the card it reads.

    Its cells are those of the package: the file here is never edited, but made anew.
    """
    card = _quarter_before()
    leads = f"../{LEADS.parent.name}/{LEADS.name}"
    unsaid = dict.fromkeys(("spec", "events", "fit"))
    parameters = {"old_card": card, "leads": leads, "damping": False} | unsaid
    text = quarterly_notebook(parameters, FOLDER)
    _refuse_complaints(nbformat.reads(text, as_version=4), path)
    path.write_text(text, encoding="utf-8")


def _quarter_before() -> str:
    """Make the card that an analyst had at the end of June 2026, of the leads known by then."""
    day = "2026-06-30"
    leads = pd.read_csv(LEADS, dtype=str, keep_default_na=False)
    leads = leads[leads["created_at"] <= f"{day} 23:59:59"]
    closed = leads["converted_at"]
    leads = leads.assign(converted_at=closed.where(closed <= f"{day} 23:59:59", ""))
    spec = Spec.load(LEADS.parent / "spec.yaml").changed(
        as_of=day, only=TRIED, fit={"refit_on_all": True}
    )
    found = calibrate(leads, spec, events=LEADS.parent / "events.csv", name="b2b-leads")
    QUARTER.mkdir(exist_ok=True)
    card = found.scorecard.save(QUARTER / "scorecard.yaml")
    (QUARTER / "spec.yaml").write_text(spec_text(spec), encoding="utf-8")
    return f"{QUARTER.name}/{card.name}"


if __name__ == "__main__":
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    paths = [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb"))
    with ProcessPoolExecutor(AT_A_TIME) as pool:
        for name in pool.map(written, paths):
            print(f"{name}: done")
