"""The place of every lead among bands and levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import Column, NumberColumn, TextColumn, small, text_column
from calibrate.levels import Levels

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


def cuts_between(
    values: npt.NDArray[np.float64], counts: npt.NDArray[np.int64], parts: int
) -> tuple[float, ...]:
    """Give the cut points among distinct finite numbers: quantiles, and heavy atoms fenced in.

    Parameters
    ----------
    values : ndarray of float, shape (k,)
        Rising.
    counts : ndarray of int, shape (k,)
        Leads of each.
    parts : int

    Examples
    --------
    >>> cuts_between(np.arange(4.0), np.array([5, 1, 1, 1]), 2)
    (1.0,)
    """
    if len(values) < 2:
        return ()
    up_to = np.cumsum(counts)
    total = int(up_to[-1])
    # Whole-number arithmetic, so that every engine cuts at the same value.
    quantiles = [
        int(np.searchsorted(up_to * parts, part * total, side="left")) for part in range(1, parts)
    ]
    atoms = np.flatnonzero(counts * parts > total)
    starts = {*quantiles, *atoms.tolist(), *(atoms + 1).tolist()} - {0, len(values)}
    return tuple(float(values[start]) for start in sorted(starts))


def level_rows(column: Column, levels: Levels) -> npt.NDArray[np.integer]:
    """Give each lead the number of its level, or -1 for a value never seen.

    Each value is read by itself: what stands on other leads does not touch it.
    """
    if levels.kind == "number" and isinstance(column, NumberColumn):
        by_band = _rows_of_bands(levels)
        return np.asarray(by_band.take(band_codes(column.numbers, levels.edges)))
    texts = text_column(column)
    return np.asarray(rows_of_codes(texts, levels).take(texts.codes))


def rows_of_codes(texts: TextColumn, levels: Levels) -> npt.NDArray[np.integer]:
    """Give each code of a column of texts the number of its level; the first is for no value.

    Few texts stand for many leads: each finds its level once.
    """
    missing = UNSEEN if levels.missing is None else levels.missing
    if levels.kind == "number":
        return _bands_of_texts(texts, levels, missing)
    # Numbers written out have points, which are no decimal ones where commas are.
    written_out = texts.typed if levels.decimal_comma else ()
    found = [
        _level_of(levels, None if text in written_out and number is not None else text, number)
        for text, number in zip(texts.texts, texts.numbers_by(levels.decimal_comma), strict=True)
    ]
    return small(np.array([missing, *found]), len(levels.levels))


def _level_of(levels: Levels, text: str | None, number: float | None) -> int:
    found = None if text is None else levels.find(text)
    if found is None and number is not None:
        # `1,5` is the level 1.5, and 1.5 the level `1,5`.
        found = levels.find_number(number)
    return UNSEEN if found is None else found


def _bands_of_texts(texts: TextColumn, levels: Levels, missing: int) -> npt.NDArray[np.integer]:
    by_band = _rows_of_bands(levels)
    numbers = texts.numbers_by(levels.decimal_comma)
    known = np.array([np.nan if number is None else number for number in numbers])
    by_text = by_band[band_codes(known, levels.edges)]
    # A text among numbers is not "no number": it is a value never seen.
    by_text[np.isnan(known)] = UNSEEN
    return np.append(np.array([missing], dtype=by_band.dtype), by_text)


def _rows_of_bands(levels: Levels) -> npt.NDArray[np.integer]:
    """Give each band its number, and last what has no number."""
    missing = UNSEEN if levels.missing is None else levels.missing
    return small(np.append(np.arange(len(levels.edges) + 1), missing), len(levels.levels))
