"""The run folder: everything a run leaves behind, each file whole or not there at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.files import make_folder, write_whole
from calibrate.pipeline import spec_text
from calibrate.present.numbers import significant
from calibrate.present.plots import all_plots
from calibrate.present.report import report_html
from calibrate.present.spreadsheet import harmless
from calibrate.present.summary import level_rows
from calibrate.stability import LevelStability

if TYPE_CHECKING:
    from calibrate.pipeline import Calibration
    from calibrate.recalibration import Comparison
    from calibrate.selection import Choices


def write_folder(
    run: Calibration,
    folder: Path,
    progress: Callable[[str], None],
    choices: Choices | None = None,
    comparison: Comparison | None = None,
) -> Path:
    """Write ``scorecard.yaml``, ``spec.yaml``, ``evidence.csv``, ``plots/*.svg``, ``report.html``.

    Everything is made before anything is written.
    """
    progress("drawing plots")
    plots = all_plots(run, choices)
    progress("writing the report")
    report = report_html(run, plots, choices, comparison=comparison)
    texts = {
        "scorecard.yaml": run.scorecard.to_yaml(),
        "spec.yaml": spec_text(run.leads.spec),
        "evidence.csv": evidence_csv(run),
        "report.html": report,
    }
    if choices is not None:
        texts["methods.csv"] = methods_csv(choices)
    make_folder(folder / "plots")
    for name, drawn in plots.items():
        write_whole(folder / "plots" / f"{name}.svg", drawn)
    for name, text in texts.items():
        write_whole(folder / name, text)
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
    writer.writerow(
        (
            "attribute level leads customers close_rate close_rate_low close_rate_high lift "
            "lift_low lift_high p_value q_value test shrunken_close_rate verdict value "
            "points points_low points_high keeps_sign"
        ).split()
    )
    for row in level_rows(run):
        one = row.evidence
        numbers = (
            one.close_rate,
            *one.close_rate_interval,
            one.lift,
            *one.lift_interval,
            one.p_value,
            one.q_value,
        )
        writer.writerow(
            [
                harmless(row.attribute),
                harmless(one.level.label),
                one.leads,
                one.customers,
                *("" if number is None else significant(number) for number in numbers),
                one.test or "",
                significant(one.shrunken_close_rate),
                one.verdict,
                row.points.value,
                row.points.points,
                *_stable(row.stable),
            ]
        )
    return page.getvalue()


def _stable(stable: LevelStability | None) -> tuple[float | str, ...]:
    if stable is None:
        return ("", "", "")
    return tuple(significant(part) for part in (stable.low, stable.high, stable.keeps_sign))
