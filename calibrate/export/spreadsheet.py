"""The card as a workbook that scores leads by live formulas, with what it rests on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.export.asked import remarks_of
from calibrate.export.lists import SHEET, Lists
from calibrate.export.pages import (
    has_policy,
    write_evidence,
    write_first_page,
)
from calibrate.export.scoring_sheets import MANY, ONE, form_of, write_many, write_one
from calibrate.files import write_whole
from calibrate.present.sheets.card_sheets import write_card, write_sweep
from calibrate.present.sheets.making import book_bytes
from calibrate.present.sheets.page import Page
from calibrate.present.sheets.policy_sheet import write_policy
from calibrate.present.sheets.styles import looks

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard

ROWS = 300
"""Leads that the sheet for many leads has room for."""

POLICY = "Policy"
_NAMES = ("Read me first", "Card", POLICY, ONE, MANY, "Evidence", "Sweep", SHEET)


def workbook(card: Scorecard, *, rows: int = ROWS) -> bytes:
    """Write a card as an Excel workbook.

    Parameters
    ----------
    card : Scorecard
    rows : int
        Leads that fit on the sheet ``Score many``, 1 or more.

    Returns
    -------
    bytes
        An ``.xlsx`` file; the same card is always the same bytes. What comes from leads stands in
        it as text: there is no formula, link or name among it.

    Raises
    ------
    MissingExtraError
        Without the extra ``excel``.
    ScorecardError
        When the card asks for more attributes than a sheet has columns for.
    """
    return book_bytes(
        lambda book: _fill(book, card, rows),
        title=card.name,
        made_by=card.made.by,
        as_of=card.made.as_of,
    )


def save_workbook(card: Scorecard, path: str | Path, *, rows: int = ROWS) -> Path:
    """Write the workbook of a card to a file, whole or not at all.

    Parameters
    ----------
    card : Scorecard
    path : str or Path
    rows : int
        Leads that fit on the sheet ``Score many``.
    """
    return write_whole(Path(path), workbook(card, rows=rows))


def _fill(book: Any, card: Scorecard, rows: int) -> None:
    style = looks(book)
    kind = _plain_sheet()
    names = [name for name in _NAMES if name != POLICY or has_policy(card)]
    pages = {name: Page(sheet=book.add_worksheet(name, kind), looks=style) for name in names}
    lists = pages[SHEET].sheet
    lists.hide()
    form = form_of(card, Lists(lists))
    write_first_page(pages["Read me first"], card, remarks_of(form.asked))
    write_card(pages["Card"], card)
    if POLICY in pages:
        write_policy(pages[POLICY], card)
    write_one(pages[ONE], form)
    write_many(pages[MANY], form, rows)
    write_evidence(pages["Evidence"], card)
    write_sweep(pages["Sweep"], book, card)


def _plain_sheet() -> Any:
    """Give sheets whose formulas are written as they stand.

    XlsxWriter looks through every formula for some thirty functions newer than any used here,
    which takes longer than all the rest.
    """
    from xlsxwriter.worksheet import Worksheet

    class Sheet(Worksheet):  # type: ignore[misc,unused-ignore]
        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
            return formula.removeprefix("{").removeprefix("=").removesuffix("}")

    return Sheet
