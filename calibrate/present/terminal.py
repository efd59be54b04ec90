"""Text that fits a terminal: made safe, measured in columns, cut, padded and broken into lines."""

from __future__ import annotations

import re
import textwrap
import unicodedata

WIDTH = 80
"""Columns of a text where nothing says how wide the terminal is."""
NAME = 33
"""Columns of a level's name."""
_SECOND = "\uffff"
"""Stands for the second column of a wide letter; no text has it, for it is no character."""
_BINDS = "\ufffe"
"""Stands for a space at which no line ends; no character either."""
_WITHIN_A_NUMBER = re.compile(r"(?<=\d) (?=%|\d{3}\b)")


def clean(text: str) -> str:
    r"""Make a value safe to print: control and formatting characters become visible.

    Examples
    --------
    >>> clean("red\x1b[31m\nline")
    'red\\x1b[31m\\nline'
    """
    return "".join(
        ascii(letter)[1:-1] if unicodedata.category(letter) in ("Cc", "Cf", "Cs") else letter
        for letter in text
    )


def columns(text: str) -> int:
    """Count the columns that a text takes: two for a wide letter, none for an accent over one.

    Examples
    --------
    >>> [columns(text) for text in ("Japan", "日本", "e\u0301")]
    [5, 4, 1]
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def shorten(text: str, width: int) -> str:
    """Cut a text to a width, with an ellipsis where something is missing.

    Examples
    --------
    >>> shorten("Welingak Website", 8)
    'Welinga…'
    >>> shorten("日本の会社", 6)
    '日本…'
    """
    if columns(text) <= width:
        return text
    room, kept = width - 1, ""
    for letter in text:
        room -= _columns(letter)
        if room < 0:
            break
        kept += letter
    return f"{kept}…"


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Fill a text up to a width.

    Examples
    --------
    >>> pad("日本", 6) + "|" + pad("12", 4, right=True)
    '日本  |  12'
    """
    space = " " * (width - columns(text))
    return space + text if right else text + space


def level_name(attribute: str, level: str, width: int = NAME) -> str:
    """Name a level within a width; the attribute gives way before the level does.

    Examples
    --------
    >>> level_name("onboarding_call_minutes", "57 or more", 24)
    'onboarding_…: 57 or more'
    """
    room = max(width - columns(clean(level)) - 2, 8)
    return shorten(f"{shorten(clean(attribute), room)}: {clean(level)}", width)


def paragraph(
    text: str, *, indent: str = "", mark: str = "", width: int = WIDTH, together: bool = False
) -> list[str]:
    """Break a text into lines, the first behind a mark and the others as far in.

    A number is not parted from its groups and its unit; where things stay together, neither is a
    word longer than a line cut.

    Examples
    --------
    >>> paragraph("one two three", mark="* ", width=9)
    ['* one two', '  three']
    """
    wide = "".join(one + _SECOND if _columns(one) == 2 else one for one in clean(text))
    wide = _WITHIN_A_NUMBER.sub(_BINDS, wide)
    lines = textwrap.wrap(
        wide,
        width,
        initial_indent=indent + mark,
        subsequent_indent=indent + " " * len(mark),
        break_long_words=not together,
        break_on_hyphens=not together,
    )
    return [line.replace(_SECOND, "").replace(_BINDS, " ") for line in lines]
