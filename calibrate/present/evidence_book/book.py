"""The workbook of a run as bytes and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.files import write_whole
from calibrate.present.evidence_book.later_sheets import write_later, write_moved
from calibrate.present.evidence_book.run_sheets import write_evidence, write_findings
from calibrate.present.evidence_book.summary_sheet import write_summary
from calibrate.present.evidence_book.words_sheet import write_words
from calibrate.present.sheets.card_sheets import write_card, write_sweep
from calibrate.present.sheets.making import WITHOUT_EXCEL, book_bytes
from calibrate.present.sheets.page import Page
from calibrate.present.sheets.policy_sheet import write_policy
from calibrate.present.sheets.styles import looks

if TYPE_CHECKING:
    from calibrate.errors import Finding
    from calibrate.pipeline import Calibration
    from calibrate.recalibration import Comparison
    from calibrate.validation import Validation

NAME = "evidence.xlsx"
"""Of the workbook in a run folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the workbook tells: a run, and what judged it where something did."""

    run: Calibration
    validation: Validation | None
    comparison: Comparison | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All remarks: of the run, and of what judged it; each once."""
        judges = [one for one in (self.validation, self.comparison) if one is not None]
        further = [finding for one in judges for finding in one.findings]
        return tuple(dict.fromkeys([*self.run.findings, *further]))


def evidence_workbook(
    run: Calibration,
    *,
    validation: Validation | None = None,
    comparison: Comparison | None = None,
) -> bytes:
    """Write a run as an Excel workbook.

    Parameters
    ----------
    run : Calibration
    validation : Validation, optional
        Of later leads, told on a sheet of its own and at the top of the first.
    comparison : Comparison, optional
        With the card before, told on a sheet of its own.

    Returns
    -------
    bytes
        An ``.xlsx`` file; the same run is always the same bytes. Numbers are those of
        ``evidence.csv``, to six digits; what comes from leads stands in it as text.

    Raises
    ------
    MissingExtraError
        Without the extra ``excel``.
    """
    card = run.scorecard
    judged = run.validation if validation is None else validation
    told = Told(run=run, validation=judged, comparison=comparison)
    return book_bytes(
        lambda book: _fill(book, told),
        title=f"Evidence: {card.name}",
        made_by=card.made.by,
        as_of=card.made.as_of,
    )


def save_evidence(
    run: Calibration,
    path: str | Path,
    *,
    validation: Validation | None = None,
    comparison: Comparison | None = None,
) -> Path:
    """Write the workbook of a run to a file, whole or not at all; see `evidence_workbook`."""
    content = evidence_workbook(run, validation=validation, comparison=comparison)
    return write_whole(Path(path), content)


def why_left_out() -> str | None:
    """Say why a run folder gets no workbook; None where it gets one."""
    if find_spec("xlsxwriter") is not None:
        return None
    return f"{NAME} is left out. {WITHOUT_EXCEL}"


def _fill(book: Any, told: Told) -> None:
    card, style = told.run.scorecard, looks(book)

    def page(name: str) -> Page:
        return Page(sheet=book.add_worksheet(name), looks=style)

    first = page("Summary")
    write_card(page("Card"), card)
    used = set(write_evidence(page("Evidence"), told.run))
    write_sweep(page("Threshold"), book, card)
    write_policy(page("Tiers"), card)
    if told.validation is not None:
        used |= set(write_later(page("Later leads"), told.validation))
    if told.comparison is not None:
        used |= set(write_moved(page("What moved"), told.comparison))
    used |= set(write_findings(page("Findings"), told.findings))
    write_words(page("Words"), used)
    write_summary(first, told.run, told.validation, told.comparison, told.findings)
