"""The place of every lead among bands and levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import Column, TextColumn, small, text_column
from calibrate.levels import Levels
from calibrate.present.numbers import number_text

UNSEEN = -1
"""Stands for the level of a value that no level of the card covers."""

_FEW_EDGES = 16
"""Up to here, comparing with every edge is faster than searching for the place among them."""


def band_codes(numbers: npt.NDArray[np.float64], edges: Sequence[float]) -> npt.NDArray[np.integer]:
    """Give each number its band: how many edges it reaches; the last code is for no number.

    Examples
    --------
    >>> band_codes(np.array([0.0, 1.0, 7.0, np.nan]), [1.0, 5.0]).tolist()
    [0, 1, 2, 3]
    """
    if len(edges) > _FEW_EDGES:
        codes = np.searchsorted(np.asarray(edges), numbers, side="right")
    else:
        codes = np.zeros(len(numbers), dtype=np.int8)
        for edge in edges:
            codes += numbers >= edge
    codes[np.isnan(numbers)] = len(edges) + 1
    return small(codes, len(edges) + 2)


def level_rows(column: Column, levels: Levels) -> npt.NDArray[np.integer]:
    """Give each lead the number of its level, or -1 for a value never seen."""
    missing = UNSEEN if levels.missing is None else levels.missing
    if levels.kind == "number":
        return _band_rows(column, levels, missing)
    texts = text_column(column)
    found = [
        _level_of(levels, text, number)
        for text, number in zip(texts.texts, texts.numbers, strict=True)
    ]
    return small(np.array([missing, *found]), len(levels.levels))[texts.codes]


def _level_of(levels: Levels, text: str, number: float | None) -> int:
    found = levels.find(text)
    if found is None and number is not None:
        # `1,5` in a file of decimal commas is the level 1.5.
        found = levels.find(number_text(number))
    return UNSEEN if found is None else found


def _band_rows(column: Column, levels: Levels, missing: int) -> npt.NDArray[np.integer]:
    if isinstance(column, TextColumn) and not column.is_number:
        # A text among numbers is not "no number": it is a value never seen.
        known = np.array([UNSEEN, *(UNSEEN if n is None else 0 for n in column.numbers)])
        codes = band_codes(column.values(), levels.edges)
        unreadable = (known[column.codes] == UNSEEN) & (column.codes > 0)
    else:
        codes, unreadable = band_codes(column.values(), levels.edges), None
    numbers = np.append(np.arange(len(levels.edges) + 1), missing)
    rows: npt.NDArray[np.integer] = small(numbers, len(levels.levels))[codes]
    if unreadable is not None:
        rows[unreadable] = UNSEEN
    return rows
