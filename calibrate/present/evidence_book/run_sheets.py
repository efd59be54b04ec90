"""The sheets of a run itself: all evidence, and all findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from calibrate.present.evidence_book.frames import columns_of, filtered, write_frame
from calibrate.present.sheets.page import Page, colour_verdicts, printed
from calibrate.present.summary import level_frame

if TYPE_CHECKING:
    from calibrate.errors import Finding
    from calibrate.pipeline import Calibration

_TEXT = 2
"""Columns that stay in sight when the sheet is moved sideways: attribute and level."""


def write_evidence(page: Page, run: Calibration) -> Sequence[str]:
    """Write every level with all numbers behind its points; give the names of the columns."""
    frame = level_frame(run)
    names = list(frame.columns)
    page.widths(columns_of(names))
    end = write_frame(page, 0, frame)
    page.sheet.set_row(0, 46)
    if len(frame):
        verdict = names.index("verdict")
        colour_verdicts(page, (1, verdict, end - 1, verdict))
    filtered(page, 0, end, names)
    printed(page, frozen=1, columns=_TEXT)
    return names


def write_findings(page: Page, findings: Sequence[Finding]) -> Sequence[str]:
    """Write all remarks with what to do about them, warnings first."""
    import pandas as pd

    names = ["severity", "says", "fix", "code"]
    listed = sorted(findings, key=lambda one: one.severity != "warning")
    frame = pd.DataFrame([[getattr(one, name) for name in names] for one in listed], columns=names)
    page.widths(columns_of(names))
    end = write_frame(page, 0, frame)
    if not listed:
        end = page.say(end, "Nothing was found that speaks against the card.", last=1)
    filtered(page, 0, end, names)
    printed(page, frozen=1)
    return names
