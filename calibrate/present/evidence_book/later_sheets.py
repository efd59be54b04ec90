"""The sheets of what judged a card: later leads, and the card before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from calibrate.present.comparison_text import then_and_now
from calibrate.present.evidence_book.frames import columns_of, filtered, letters_of, write_frame
from calibrate.present.sheets.page import Column, Page, printed
from calibrate.present.validation_text import kept_sentence, ranking_sentence, who_sentence

if TYPE_CHECKING:
    from calibrate.recalibration import Comparison
    from calibrate.validation import Validation

_SURPRISES = (
    Column(head="What came", look="wrapped"),
    Column(head="Lead", look="wrapped"),
    Column(head="Score", look="number"),
    Column(head="Why", look="spilling"),
)


def write_later(page: Page, found: Validation) -> Sequence[str]:
    """Write what later leads say of the card; give the names of the table's columns."""
    frame = found.to_frame()
    names, last = list(frame.columns), len(frame.columns) - 1
    columns = columns_of(names)
    letters = letters_of(columns)
    page.widths(columns)
    page.say(0, f"Later leads: {found.verdict}", "title")
    page.say(1, who_sentence(found), "note", last=last, letters=letters)
    end = write_frame(page, 2, frame)
    filtered(page, 2, end, names)
    row = page.say(end + 1, "Why", "heading", last=last)
    for text in (*found.reasons, ranking_sentence(found), kept_sentence(found)):
        row = page.say(row, text, last=last, letters=letters)
    if found.surprises:
        row = page.say(row + 1, "Leads of which the card was most wrong", "heading", last=last)
        page.table(
            row,
            _SURPRISES,
            [
                ("customer" if one.is_customer else "no customer", one.lead, one.score, one.reasons)
                for one in found.surprises
            ],
        )
    printed(page, frozen=3)
    return names


def write_moved(page: Page, found: Comparison) -> Sequence[str]:
    """Write what moved since the card before; give the names of the table's columns."""
    frame = found.to_frame()
    names, last = list(frame.columns), len(frame.columns) - 1
    columns = columns_of(names)
    letters = letters_of(columns)
    page.widths(columns)
    page.say(0, f"What moved since {found.old.name}: {found.advice} that card", "title")
    page.say(1, " ".join(then_and_now(found)), "note", last=last, letters=letters)
    end = write_frame(page, 2, frame)
    page.sheet.set_row(2, 46)
    filtered(page, 2, end, names)
    row = page.say(end + 1, "Why", "heading", last=last)
    for text in found.reasons:
        row = page.say(row, text, last=last, letters=letters)
    printed(page, frozen=3, columns=2)
    return names
