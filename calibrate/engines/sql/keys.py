"""What names a lead in one table and in another, so that a database can compare the two."""

from __future__ import annotations

from calibrate.engines.sql.phrases import (
    NUMBERS,
    as_value,
    blank_or,
    column,
    number_as_text,
    trimmed,
)
from calibrate.engines.sql.relations import RelationColumn
from calibrate.levels import MISSING


def keys_of(one: RelationColumn, other: RelationColumn) -> tuple[str, str]:
    """Give the keys of two tables in SQL, so that they can be compared; NULL for nobody.

    Numbers are compared as numbers, all else as texts, trimmed: case tells ids apart, and 12 is
    the text ``12``.
    """
    kinds = {one.kind, other.kind}
    if kinds == {"whole"}:
        first, second = (f"CAST({column(part.name)} AS BIGINT)" for part in (one, other))
    elif kinds <= NUMBERS:
        first, second = (as_value(part.kind, part.name) for part in (one, other))
    else:
        first, second = text_key(one), text_key(other)
    return first, second


def text_key(part: RelationColumn) -> str:
    """Give a key as text."""
    value = as_value(part.kind, part.name)
    if part.kind in NUMBERS:
        return number_as_text(value)
    value = trimmed(column(part.name)) if part.kind == "text" else value
    return f"(CASE WHEN {blank_or(value, [MISSING])} THEN NULL ELSE {value} END)"
