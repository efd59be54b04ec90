"""What the texts of a column were seen to be, piece by piece: numbers, moments, or just texts."""

from __future__ import annotations

from typing import Any

from calibrate.engines.sql.held import MOST_NUMBERS
from calibrate.levels import DECIMAL_COMMA, MISSING, THOUSANDS_COMMA

_NUMBER = r"^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$"
"""Written so, a number is the same to every reader."""
_MOMENT = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}$"
_COMMA = rf"^({DECIMAL_COMMA.pattern})$"
_THOUSANDS = rf"^({THOUSANDS_COMMA.pattern})$"


class Seen:
    """What all texts of a column have in common, so far.

    Attributes
    ----------
    is_filled : bool
        Whether there is any.
    has_many : bool
        Whether there are more distinct ones than are brought back from a database.
    are_numbers, are_moments : bool
        Whether all are written so that a database reads them as this program does.
    """

    def __init__(self) -> None:
        self.is_filled = False
        self.has_many = False
        self.are_numbers = True
        self.are_moments = True
        self._commas_fit = True
        self._has_comma = False
        self._known: set[str] = set()

    @property
    def needs_decimal_commas(self) -> bool:
        """Whether the texts are numbers only if their commas are decimal ones."""
        return self.is_filled and self._commas_fit and self._has_comma

    def look_at(self, column: Any) -> None:
        """Look at some rows: a column of one piece, with its dictionary."""
        import pyarrow.compute as pc

        texts = column.chunk(0).dictionary
        if not len(texts):
            return
        self.is_filled = True
        self.are_numbers = self.are_numbers and _all(texts, _NUMBER)
        self.are_moments = self.are_moments and _all(texts, _MOMENT) and _are_days(texts)
        if self._commas_fit:
            trimmed = pc.utf8_trim_whitespace(texts)
            nothing = pc.is_in(pc.utf8_lower(trimmed), value_set=_nothings())
            trimmed = trimmed.filter(pc.invert(nothing))
            self._commas_fit = _all(trimmed, _COMMA)
            commas = trimmed.filter(pc.match_substring(trimmed, ","))
            self._has_comma = self._has_comma or not _all(commas, _THOUSANDS)
        if not self.has_many and (self.are_numbers or self.are_moments):
            self._known.update(texts.to_pylist()[: MOST_NUMBERS + 1])
            self.has_many = len(self._known) > MOST_NUMBERS
        if self.has_many or not (self.are_numbers or self.are_moments):
            self._known.clear()


def _all(texts: Any, pattern: str) -> bool:
    import pyarrow.compute as pc

    return pc.all(pc.match_substring_regex(texts, pattern), min_count=0).as_py() is not False


def _are_days(texts: Any) -> bool:
    """Whether all moments are in the calendar."""
    import pyarrow as pa

    try:
        texts.cast(pa.timestamp("s"))
    except pa.ArrowInvalid:
        return False
    return True


def _nothings() -> Any:
    import pyarrow as pa

    return pa.array(["", MISSING])
