"""A workbook from nothing to its bytes: the same content is always the same bytes."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

from calibrate.errors import MissingExtraError
from calibrate.present.sheets.page import label_of

WITHOUT_EXCEL = "Writing a workbook needs the extra `excel`: pip install 'calibrate-leads[excel]'."
_FIRST_DAY = dt.date(2000, 1, 1)
_LONGEST_TITLE = 200


def book_bytes(
    fill: Callable[[Any], None], *, title: str, made_by: str, as_of: dt.date | None
) -> bytes:
    """Make a workbook in which no text is taken for a formula, a link or a number.

    Parameters
    ----------
    fill : callable
        Is given the workbook, and adds sheets to it.
    title : str
        May come from leads.
    made_by : str
        The version that makes it.
    as_of : date or None
        The day it is dated by: of the data, so that the same data give the same bytes.

    Raises
    ------
    MissingExtraError
        Without the extra ``excel``.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtraError(WITHOUT_EXCEL) from None
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
    book.set_properties(
        {
            "title": label_of(title)[:_LONGEST_TITLE],
            "comments": f"Made by {made_by}.",
            "created": dt.datetime.combine(as_of or _FIRST_DAY, dt.time()),
        }
    )
    fill(book)
    book.close()
    return content.getvalue()
