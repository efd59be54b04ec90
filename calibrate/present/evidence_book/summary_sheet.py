"""The first sheet: what a manager reads in a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.present.numbers import count_text, percent_text, significant
from calibrate.present.sheets.first_page import STRONGEST_COLUMNS, write_remarks, write_strongest
from calibrate.present.sheets.page import Page, upright

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calibrate.errors import Finding
    from calibrate.pipeline import Calibration
    from calibrate.recalibration import Comparison
    from calibrate.validation import Validation

_UNJUDGED = "No later leads have judged this card yet: its numbers are of the leads it is from."
_VERDICTS = {
    "ready": "READY: later leads bear the card out",
    "caution": "CAUTION: use the card with care",
    "not ready": "NOT READY: do not use the card",
}
_SHEETS = {
    "Card": "the points of every level, to be used as they stand",
    "Evidence": "every level with all numbers behind its points",
    "Threshold": "what each threshold keeps",
    "Tiers": "ranges of scores, gates and vetoes, and how often leads of each close",
    "Later leads": "how the card did on leads that did not teach it",
    "What moved": "the card before and this one",
    "Findings": "all remarks, with what to do",
    "Words": "what each column head means",
}


def write_summary(
    page: Page,
    run: Calibration,
    validation: Validation | None,
    comparison: Comparison | None,
    findings: Sequence[Finding],
) -> None:
    """Write verdict, main numbers, strongest levels and warnings."""
    page.widths(STRONGEST_COLUMNS)
    row = page.say(0, f"Scorecard: {run.scorecard.name}", "title")
    row = _write_verdict(page, row, validation, comparison)
    row = _write_facts(page, row + 1, run)
    row = write_strongest(page, row + 1, run.scorecard)
    warnings = [one for one in findings if one.severity == "warning"]
    row = write_remarks(page, row + 1, warnings, none="There are no warnings.")
    others = len(findings) - len(warnings)
    if others:
        page.say(row, f"Good to know besides: {others} more on the sheet Findings.", "note")
        row += 1
    row = page.say(row + 1, "What is in this workbook", "heading")
    absent = {"Later leads": validation, "What moved": comparison}
    for name, says in _SHEETS.items():
        if absent.get(name, run) is not None:
            row = page.say(row, f"{name}: {says}.")
    upright(page)


def _write_verdict(
    page: Page, row: int, validation: Validation | None, comparison: Comparison | None
) -> int:
    if validation is None:
        row = page.say(row, _UNJUDGED, "strong")
    else:
        page.sheet.write_string(row, 0, _VERDICTS[validation.verdict], page.looks["result"])
        page.sheet.set_row(row, 24)
        row += 1
        for reason in validation.reasons:
            row = page.say(row, reason)
    if comparison is not None:
        text = f"Advice on the card before ({comparison.old.name}): {comparison.advice} it."
        row = page.say(row + 1, text, "strong")
    return row


def _write_facts(page: Page, row: int, run: Calibration) -> int:
    """Write the main numbers: what it is, the number, and a remark."""
    row = page.say(row, "In numbers", "heading")
    for what, value, look, remark in _facts(run):
        page.cell(row, 0, what, "wrapped")
        page.cell(row, 1, significant(value), look)
        page.sheet.merge_range(row, 2, row, 4, "", page.looks["note"])
        page.cell(row, 2, remark, "note")
        if len(remark) > _LETTERS_OF_A_REMARK:
            page.sheet.set_row(row, 31)
        row += 1
    return row


_LETTERS_OF_A_REMARK = 46
Fact = tuple[str, float, str, str]


def _facts(run: Calibration) -> list[Fact]:
    overall, cut, leads = run.evidence.overall, run.threshold.cut, run.leads
    low, high = (percent_text(end) for end in overall.interval)
    created = f"created {leads.first} to {leads.last}" if leads.first and leads.last else ""
    if leads.total != overall.leads:
        created = f"of {count_text(leads.total)}{f', {created}' if created else ''}"
    facts: list[Fact] = [
        ("Leads counted", overall.leads, "fact_count", created),
        ("Customers among them", overall.customers, "fact_count", ""),
        ("Close rate of all leads", overall.close_rate, "fact_share", f"95 %: {low} to {high}"),
    ]
    if len(run.score_table.scores) == 1:
        return facts
    below = cut.close_rate_below
    moves = ""
    if run.threshold.interval is not None:
        moves = "; on another draw {} to {}".format(*run.threshold.interval)
    return [
        *facts,
        ("Threshold", cut.score, "fact_number", f"points or more pass{moves}"),
        ("Leads that it keeps", cut.leads_kept, "fact_share", f"{count_text(cut.leads)} leads"),
        (
            "Customers that it keeps",
            cut.customers_kept,
            "fact_share",
            f"{count_text(cut.customers)} customers",
        ),
        (
            "Close rate of leads that pass",
            cut.close_rate_at_or_above,
            "fact_share",
            f"of those below {percent_text(below)}" if below is not None else "nobody is below",
        ),
    ]
