"""Texts from web forms, made harmless for spreadsheets."""

from __future__ import annotations

import re

_NUMBER_LIKE = re.compile(r"[+-][\d\s().,/-]*")


def harmless(text: str) -> str:
    r"""Keep a spreadsheet from running a text as a formula, by an apostrophe before it.

    Signs before digits (telephone numbers, negative numbers) stay as they are.

    Examples
    --------
    >>> harmless('=HYPERLINK("http://x")'), harmless("+49 30 123"), harmless("Fair")
    ('\'=HYPERLINK("http://x")', '+49 30 123', 'Fair')
    """
    if text[:1] in ("=", "@", "\t", "\r") or (
        text[:1] in ("+", "-") and not _NUMBER_LIKE.fullmatch(text)
    ):
        return f"'{text}"
    return text
