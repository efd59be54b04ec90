"""The sheet that says what the words of the workbook mean."""

from __future__ import annotations

from collections.abc import Collection

from calibrate.present.evidence_book.frames import heads_of
from calibrate.present.sheets.page import Column, Page, printed

_COLUMNS = (Column(head="Word", look="strong", width=30), Column(head="Meaning", width=100))
_ALWAYS = {
    "95 % interval": "Where the true value lies, 19 times out of 20.",
    "Lead": "Somebody who may become a customer; one row of the table.",
    "Scorecard": "Points by level, a base and a threshold: the rule that scores leads.",
    "Band": "A range of numbers as a level; its lower end belongs to it, its upper end does not.",
    "Gate": "Conditions of which a lead has to meet some, whatever its points.",
    "Veto": "A condition that keeps a lead out, whatever its points.",
    "Cohort": "Leads that were created between two days.",
}
_SHOWN_ELSEWHERE = (
    *("score", "leads_kept", "customers_kept", "close_rate_at_or_above", "close_rate_below"),
    *("threshold", "tier", "rule", "standing", "auc", "grade"),
)
"""Heads of sheets that are made from the card, with other capitals."""


def write_words(page: Page, names: Collection[str]) -> None:
    """Write the words, by the alphabet.

    Parameters
    ----------
    page : Page
    names : collection of str
        Of the columns that the other sheets have.
    """
    meant = {one.words: one.says for one in heads_of([*names, *_SHOWN_ELSEWHERE])}
    words = {f"{word[0].upper()}{word[1:]}": says for word, says in meant.items()} | _ALWAYS
    page.widths(_COLUMNS)
    rows = [(word, words[word]) for word in sorted(words, key=str.lower)]
    end = page.table(0, _COLUMNS, rows)
    page.sheet.autofilter(0, 0, end - 1, 1)
    printed(page, frozen=1)
