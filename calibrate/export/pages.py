"""The sheets of the workbook that are read: the page to begin with, and the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from calibrate.present.numbers import count_text, percent_text
from calibrate.present.sheets.first_page import STRONGEST_COLUMNS, write_remarks, write_strongest
from calibrate.present.sheets.page import Column, Page, printed, upright
from calibrate.present.sheets.styles import bar
from calibrate.threshold import rule_name

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard


def has_policy(card: Scorecard) -> bool:
    """Say whether anything beside the points is told of a lead."""
    above = (card.vetoes, card.gates, card.must_contact, card.tiers, card.points.caps)
    return any(above) or card.grid is not None or card.size_prefix is not None


def write_first_page(page: Page, card: Scorecard, remarks: Sequence[str]) -> None:
    """Write the page that a manager can read."""
    page.widths(STRONGEST_COLUMNS)
    row = page.say(0, f"Scorecard: {card.name}", "title")
    for text in _about(card):
        row = page.say(row, text)
    row = write_strongest(page, row + 1, card)
    row = write_remarks(page, row + 1, card.findings)
    row = page.say(row + 1, "What is in this workbook", "heading")
    sheets = (_CARD_SHEET, *([_POLICY_SHEET] if has_policy(card) else []), *_SHEETS)
    for text in (*sheets, *remarks):
        row = page.say(row, text)
    upright(page)


_CARD_SHEET = "Card: the points of every level, with the leads they come from."
_POLICY_SHEET = "Policy: what decides beside the points, tiers, and how often leads of each close."
_SHEETS = (
    "Score a lead: type what you know about one lead, and read its score and why.",
    "Score many: paste leads, one a row, and read their scores.",
    "Evidence: all numbers behind the points. Sweep: what each threshold would keep.",
)


def _about(card: Scorecard) -> list[str]:
    cohort, overall, cut = card.cohort, card.overall, card.threshold
    created = ""
    if cohort.from_ and cohort.to:
        created = f", created from {cohort.from_} to {cohort.to}"
    window = ""
    if cohort.window_days is not None:
        window = f" within {count_text(cohort.window_days)} days"
    low, high = overall.interval
    above = card.vetoes or card.gates or card.must_contact
    whose = " whose points decide" if above else ""
    return [
        f"Made from {count_text(cohort.leads)} leads{created}. "
        f"{count_text(cohort.customers)} of them became customers{window}: a close rate of "
        f"{percent_text(overall.close_rate)}, with 95 % certainty between {percent_text(low)} and "
        f"{percent_text(high)}.",
        f"Every lead starts from {card.points.base} points; each thing known about it adds or "
        f"takes away points, by how often such leads became customers.",
        f"A lead with {cut.score} points or more passes (rule: {rule_name(cut.rule)}). That keeps "
        f"{percent_text(cut.leads_kept)} of the leads{whose} and "
        f"{percent_text(cut.customers_kept)} of the customers; of the leads that pass, "
        f"{percent_text(cut.close_rate_at_or_above)} became customers.",
        *(
            ["Vetoes, gates and must-contact levels come before the points: see the sheet Policy."]
            if above
            else []
        ),
    ]


_EVIDENCE = {
    "attribute": Column(head="", look="plain", width=28),
    "level": Column(head="", look="plain", width=30),
    "points": Column(head="", look="points"),
    "leads": Column(head="", look="count"),
    "customers": Column(head="", look="count"),
    "verdict": Column(head="", width=14),
    "test": Column(head="", width=16),
    "why": Column(head="", width=30),
    "lift": Column(head="", look="lift"),
    "lift_low": Column(head="", look="lift"),
    "lift_high": Column(head="", look="lift"),
    "p_value": Column(head="", look="p"),
    "q_value": Column(head="", look="p"),
}


def write_evidence(page: Page, card: Scorecard) -> None:
    """Write everything the card says of every level."""
    import pandas as pd

    frame = card.to_frame()
    columns = []
    for name in frame.columns:
        kept = _EVIDENCE.get(name, Column(head="", look="share"))
        words = name.replace("_", " ")
        columns.append(Column(head=words, look=kept.look, width=kept.width))
    page.widths(columns)
    rows = [
        [None if pd.isna(value) else value for value in row]
        for row in frame.itertuples(index=False, name=None)
    ]
    end = page.table(0, columns, rows)
    if rows:
        page.sheet.autofilter(0, 0, end - 1, len(columns) - 1)
        rates = list(frame.columns).index("close_rate")
        bar(page.sheet, (1, rates, end - 1, rates))
    printed(page, frozen=1)
