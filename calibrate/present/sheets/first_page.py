"""What the first page of a workbook tells: the strongest levels, and what to weigh."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from calibrate.present.sheets.page import Column, Page
from calibrate.present.sheets.styles import bar, colour_points
from calibrate.present.summary import STRONGEST

if TYPE_CHECKING:
    from calibrate.errors import Finding
    from calibrate.scorecard.card import Scorecard
    from calibrate.scorecard.parts import FindingPart

STRONGEST_COLUMNS = (
    Column(head="Attribute", look="wrapped", width=30),
    Column(head="Level", look="wrapped", width=30),
    Column(head="Points", look="points", width=13),
    Column(head="Close rate", look="share", width=13),
    Column(head="Leads", look="count", width=12),
)


def write_strongest(page: Page, row: int, card: Scorecard) -> int:
    """Write the levels that move a score most, strongest first; give the row after them."""
    row = page.say(row, "What moves a score most", "heading")
    found = _strongest(card)
    if not found:
        return page.say(row, "No level earns points: every lead has the same score.")
    end = page.table(row, STRONGEST_COLUMNS, found)
    colour_points(page.sheet, (row + 1, 2, end - 1, 2))
    bar(page.sheet, (row + 1, 3, end - 1, 3))
    return end


def write_remarks(
    page: Page,
    row: int,
    findings: Sequence[Finding | FindingPart],
    *,
    none: str = "Nothing was found that speaks against the card.",
) -> int:
    """Write what to weigh before using the card, warnings first; give the row after it."""
    row = page.say(row, "What to weigh before using it", "heading")
    for one in sorted(findings, key=lambda one: one.severity != "warning"):
        row = page.say(row, one.says, "strong" if one.severity == "warning" else "wrapped")
        row = page.say(row, f"What to do: {one.fix}", "note")
    if not findings:
        row = page.say(row, none)
    return row


def _strongest(card: Scorecard) -> list[tuple[str | float | None, ...]]:
    found = [(one, level) for one in card.attributes for level in one.levels if level.points]
    found.sort(key=lambda pair: (-abs(pair[1].points), -abs(pair[1].value)))
    return [
        (
            one.name,
            level.as_level.label,
            level.points,
            level.evidence.close_rate,
            level.evidence.leads,
        )
        for one, level in found[:STRONGEST]
    ]
