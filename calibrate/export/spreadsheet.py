"""The card as a workbook that scores leads by live formulas, with what it rests on."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.errors import MissingExtraError, ScorecardError
from calibrate.export.lists import SHEET, Lists, label_of
from calibrate.export.pages import (
    Page,
    write_card,
    write_evidence,
    write_first_page,
    write_sweep,
)
from calibrate.export.scoring_sheets import MANY, ONE, asked_of, remarks_of, write_many, write_one
from calibrate.export.styles import looks
from calibrate.files import write_whole

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard

ROWS = 300
"""Leads that the sheet for many leads has room for."""

_FIRST_DAY = dt.date(2000, 1, 1)
_NAMES = ("Read me first", "Card", ONE, MANY, "Evidence", "Sweep", SHEET)


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
        When the card asks for more attributes than a sheet has columns for, or has a policy that
        the formulas do not know yet.
    """
    _refuse_policy(card)
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


def _refuse_policy(card: Scorecard) -> None:
    """Refuse a card whose score or `passes` the formulas would give wrongly."""
    has = {
        "vetoes": card.vetoes,
        "gates": card.gates,
        "must_contact": card.must_contact,
        "points.caps": card.scoring.caps,
    }
    found = [f"`{name}`" for name, value in has.items() if value]
    if found:
        raise ScorecardError(
            f"card `{card.name}`: its {', '.join(found)} cannot be written as formulas yet, and "
            f"without them the workbook would pass other leads. Export it `--to python` or "
            f"`--to sql`, or calibrate without them."
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
    pages = {name: Page(sheet=book.add_worksheet(name, kind), looks=style) for name in _NAMES}
    lists = pages[SHEET].sheet
    lists.hide()
    asked = asked_of(card, Lists(lists))
    write_first_page(pages["Read me first"], card, remarks_of(asked))
    write_card(pages["Card"], card)
    write_one(pages[ONE], card, asked)
    write_many(pages[MANY], card, asked, rows)
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
