"""What a column holds, from its values alone."""

from __future__ import annotations

from typing import Literal

from calibrate.engines.base import ColumnProfile
from calibrate.engines.columns import Column, NumberColumn, missing_leads


def profile_of(name: str, column: Column) -> ColumnProfile:
    """Say what a column holds.

    Examples
    --------
    >>> import numpy as np
    >>> profile_of("visits", NumberColumn(numbers=np.array([1.0, np.nan, 1.0]))).distinct
    1
    """
    if isinstance(column, NumberColumn):
        return ColumnProfile(
            name=name,
            holds="number",
            missing=missing_leads(column),
            distinct=len(column.distinct_numbers[0]),
        )
    if column.is_number:
        distinct = len(set(column.numbers))
        holds: Literal["text", "boolean", "number"] = "number"
    else:
        distinct = len(column.texts)
        holds = "boolean" if column.is_boolean else "text"
    return ColumnProfile(
        name=name,
        holds=holds,
        missing=missing_leads(column),
        distinct=distinct,
        decimal_comma=column.commas_are_decimal,
    )
