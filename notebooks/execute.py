"""Run every notebook in place and keep its outputs: ``make notebooks``.

An error or a warning in any cell stops the run and leaves that notebook as it was. What differs
from run to run or from machine to machine (times, versions, cell metadata) is not kept, so that
the same code and data give the same file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

FOLDER = Path(__file__).parent
SECONDS = 300
STRICT = """
import warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", module="ipykernel")
"""
ONLY_ERRORS = "--log-level=40"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def execute(path: Path) -> None:
    """Run one notebook from top to bottom in a fresh kernel and write it back."""
    notebook = nbformat.read(path, as_version=4)
    _run(notebook)
    _refuse_complaints(notebook, path)
    _make_plain(notebook)
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


def _make_plain(notebook: NotebookNode) -> None:
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        cell.execution_count = number
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
    for cell in notebook.cells:
        cell.metadata = {}


if __name__ == "__main__":
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    for each in [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb")):
        execute(each)
        print(f"{each.name}: done")
