"""The quarter as a notebook: run from top to bottom, with its outputs, readable as a report."""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.errors import CalibrateError, MissingExtraError
from calibrate.present.terminal import clean, shorten

if TYPE_CHECKING:
    from nbformat import NotebookNode

PARAMETERS = "parameters"
"""The tag of the cell that holds what differs from quarter to quarter; papermill looks for it."""
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
"""Where in memory an object lay that has no text of its own."""
_SAY_NOTHING = "--log-level=50"
"""A kernel that is asked to end may complain; what fails in a cell is raised, not logged."""
_SECONDS_TO_START = 120


def quarterly_template() -> str:
    """Give the notebook as it is before it is run: JSON, without outputs."""
    return (files("calibrate.present") / "notebooks" / "quarterly.ipynb").read_text("utf-8")


def check_notebooks() -> None:
    """Refuse early where notebooks cannot be run.

    Raises
    ------
    MissingExtraError
        Without the extra ``notebook``.
    """
    try:
        import ipykernel  # noqa: F401
        import papermill  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            "Running a notebook needs the extra `notebook`: pip install "
            "'calibrate-leads[notebook]'."
        ) from None


def quarterly_notebook(parameters: Mapping[str, Any], folder: Path) -> str:
    """Run the quarterly notebook.

    Parameters
    ----------
    parameters : mapping of str to object
        What `rerun` takes, by the names of the notebook's first cell: ``old_card``, ``leads``,
        ``spec``, ``events``, ``damping``, and ``fit`` as a mapping.
    folder : Path
        From where the notebook sees the files that are named there.

    Returns
    -------
    str
        The notebook as JSON, with its outputs; the same inputs give the same text.

    Raises
    ------
    MissingExtraError
        Without the extra ``notebook``.
    CalibrateError
        When a cell fails.
    """
    check_notebooks()
    notebook = _executed(parameters, folder)
    _only_own_parameters(notebook)
    make_plain(notebook)
    return _text(notebook)


def as_seen_from(folder: Path, path: str | None) -> str | None:
    """Name a file as the notebook will see it; one that is named from the root stays as it is."""
    if path is None or Path(path).is_absolute():
        return path
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        return str(Path(path).resolve())


def make_plain(notebook: NotebookNode) -> None:
    """Leave out what differs from run to run or from machine to machine; tags stay."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        cell.execution_count = number
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
            if "text/plain" in output.get("data", {}):
                output.data["text/plain"] = _ADDRESS.sub("", output.data["text/plain"])
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = {"tags": tags} if tags else {}


def _executed(parameters: Mapping[str, Any], folder: Path) -> NotebookNode:
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillException, PapermillExecutionError

    template = nbformat.reads(quarterly_template(), as_version=4)  # type: ignore[no-untyped-call]
    try:
        with _quiet():
            executed: NotebookNode = papermill.execute_notebook(
                template,
                None,
                parameters=dict(parameters),
                cwd=str(folder),
                kernel_name=KERNEL["name"],
                progress_bar=False,
                start_timeout=_SECONDS_TO_START,
                extra_arguments=[_SAY_NOTHING],
            )
            return executed
    except PapermillExecutionError as fault:
        says = shorten(clean(f"{fault.ename}: {fault.evalue}"), 400)
        raise CalibrateError(
            f"The notebook stopped in cell {fault.cell_index}: {says} Nothing was written."
        ) from None
    except (PapermillException, CellTimeoutError, DeadKernelError, RuntimeError) as fault:
        raise CalibrateError(
            f"The notebook could not be run: {shorten(clean(str(fault)), 400)} Nothing was "
            f"written. Does `jupyter kernelspec list` name a kernel `{KERNEL['name']}`?"
        ) from None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep papermill's log and the kernel's advice to those who debug it from the analyst."""
    logger = logging.getLogger("papermill")
    level = logger.level
    unasked = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    before = {name: os.environ.get(name) for name in unasked}
    logger.setLevel(logging.CRITICAL)
    os.environ.update(unasked)
    try:
        yield
    finally:
        logger.setLevel(level)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _only_own_parameters(notebook: NotebookNode) -> None:
    """Put the parameters of this run in the place of the template's, so that it runs again so."""
    given = next(cell for cell in notebook.cells if "injected-parameters" in _tags(cell))
    notebook.cells = [cell for cell in notebook.cells if PARAMETERS not in _tags(cell)]
    given.metadata["tags"] = [PARAMETERS]
    given.id = "quarter-00"


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", ()))


def _text(notebook: NotebookNode) -> str:
    import nbformat

    nbformat.validate(notebook)
    return f"{nbformat.writes(notebook)}\n"  # type: ignore[no-untyped-call]
