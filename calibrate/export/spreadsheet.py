"""The card as a workbook that scores leads by live formulas, with what it rests on."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.errors import MissingExtraError
from calibrate.export.asked import remarks_of
from calibrate.export.lists import SHEET, Lists, label_of
from calibrate.export.pages import (
    Page,
    has_policy,
    write_card,
    write_evidence,
    write_first_page,
    write_sweep,
)
from calibrate.export.policy_page import write_policy
from calibrate.export.scoring_sheets import MANY, ONE, form_of, write_many, write_one
from calibrate.export.styles import looks
from calibrate.files import write_whole

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard

ROWS = 300
"""Leads that the sheet for many leads has room for."""

POLICY = "Policy"
_FIRST_DAY = dt.date(2000, 1, 1)
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
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtraError(
            "Writing a workbook needs the extra `excel`: pip install 'calibrate-leads[excel]'."
        ) from None
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    day = card.made.as_of or _FIRST_DAY
    book.set_properties(
        {
            "title": label_of(card.name)[:200],
            "comments": f"Made by {card.made.by}.",
            "created": dt.datetime.combine(day, dt.time()),
        }
    )
    _fill(book, card, rows)
    book.close()
    return content.getvalue()


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
