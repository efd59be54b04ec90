"""The run folder: everything a run leaves behind, each file whole or not there at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.files import make_folder, write_whole
from calibrate.pipeline import spec_text
from calibrate.present.evidence_book.book import NAME as WORKBOOK
from calibrate.present.evidence_book.book import evidence_workbook, why_left_out
from calibrate.present.heads import plain
from calibrate.present.numbers import significant
from calibrate.present.plots import NAMES, all_plots
from calibrate.present.report import report_html
from calibrate.present.spreadsheet import harmless
from calibrate.present.summary import level_frame

if TYPE_CHECKING:
    from calibrate.pipeline import Calibration
    from calibrate.recalibration import Comparison
    from calibrate.selection import Choices

LEFT_OUT = "evidence.xlsx-is-left-out.txt"
"""Says why; only one of the two is in a folder."""
METHODS = "methods.csv"
NOT_ALWAYS = (WORKBOOK, LEFT_OUT, METHODS, *(f"plots/{name}.svg" for name in (*NAMES, "parsimony")))
"""What a run may leave out: an earlier run's does not stay beside this one's."""


def write_folder(
    run: Calibration,
    folder: Path,
    progress: Callable[[str], None],
    choices: Choices | None = None,
    comparison: Comparison | None = None,
) -> Path:
    """Write ``scorecard.yaml``, ``spec.yaml``, ``evidence.csv``, ``plots/*.svg``, ``report.html``.

    With the extra ``excel`` also ``evidence.xlsx``; without it ``progress`` is told, and a file
    in the folder says what to install. Everything is made before anything is written.
    """
    progress("drawing plots")
    plots = all_plots(run, choices)
    progress("writing the report")
    report = report_html(run, plots, choices, comparison=comparison)
    content: dict[str, str | bytes] = {
        **{f"plots/{name}.svg": drawn for name, drawn in plots.items()},
        "scorecard.yaml": run.scorecard.to_yaml(),
        "spec.yaml": spec_text(run.leads.spec),
        "evidence.csv": evidence_csv(run),
        "report.html": report,
    }
    if choices is not None:
        content[METHODS] = methods_csv(choices)
    progress("writing the workbook")
    left_out = why_left_out()
    if left_out is None:
        content[WORKBOOK] = evidence_workbook(run, comparison=comparison)
    else:
        progress(left_out)
        content[LEFT_OUT] = f"{left_out}\n"
    make_folder(folder / "plots")
    for name, one in content.items():
        write_whole(folder / name, one)
    for name in NOT_ALWAYS:
        if name not in content:
            (folder / name).unlink(missing_ok=True)
    return folder


def methods_csv(choices: Choices) -> str:
    """Write the methods compared as CSV, the best ranking first."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow("measure award overlap auc auc_se top_customers levels".split())
    for one in choices.methods.methods:
        numbers = (one.auc, one.auc_se, one.top_customers, one.levels)
        writer.writerow([one.measure, one.award, one.overlap, *map(significant, numbers)])
    return page.getvalue()


def evidence_csv(run: Calibration) -> str:
    """Write the evidence and points as CSV, one row a level; rates are shares."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    frame = level_frame(run)
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False, name=None):
        writer.writerow([_for_csv(plain(value)) for value in row])
    return page.getvalue()


def _for_csv(value: str | float | None) -> str | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    return significant(value) if isinstance(value, float) else value
