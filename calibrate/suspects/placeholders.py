"""Values that may stand for nothing: placeholders, numbers such as 999, infinity."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import NumberColumn, TextColumn
from calibrate.errors import Finding
from calibrate.leads import Leads
from calibrate.levels import fold
from calibrate.present.numbers import count_text, number_text

PLACEHOLDERS = frozenset(
    (
        "select unknown n/a na none null nan - -- --- ? ?? . #n/a n.a. nil tbd tbc xxx test "
        "undefined unbekannt keine"
    ).split()
) | {
    "not specified",
    "not applicable",
    "not available",
    "not known",
    "please select",
    "please choose",
    "not provided",
    "not set",
    "- select -",
    "--select--",
    "--none--",
    "select...",
    "select one",
    "k.a.",
}
"""Texts that forms and exports leave where nothing was said."""

_SENTINELS = tuple(
    sign * number
    for sign in (1, -1)
    for number in (99, 999, 9999, 99999, 999999, 9999999, 99999999, 999999999)
)
_LISTED = 6

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def placeholder_findings(leads: Leads) -> list[Finding]:
    """Remark on values that may stand for nothing."""
    return [*_placeholders(leads), *_sentinels(leads), *_infinite(leads)]


def placeholders(column: TextColumn) -> dict[str, int]:
    """Give the texts of a column that seem to stand for nothing, with their leads."""
    counts = column.counts
    return {
        text.strip(): int(count)
        for text, count in zip(column.texts, counts, strict=True)
        if fold(text) in PLACEHOLDERS
    }


def _placeholders(leads: Leads) -> list[Finding]:
    seen: dict[str, list[str]] = {}
    for one in leads.own_attributes:
        column = leads.engine.columns[one.name]
        if isinstance(column, TextColumn):
            for text, count in placeholders(column).items():
                seen.setdefault(text, []).append(f"`{one.name}` ({count_text(count)} leads)")
    if not seen:
        return []
    listed = "; ".join(
        f"`{text}` in {', '.join(where[:_LISTED])}"
        + (f" and {len(where) - _LISTED} more" if len(where) > _LISTED else "")
        for text, where in seen.items()
    )
    return [
        Finding(
            code="placeholders",
            severity="warning",
            says=f"Texts that may stand for nothing are counted as levels: {listed}.",
            fix=f"If so: `missing: [{', '.join(map(_quoted, seen))}]`.",
        )
    ]


def _quoted(text: str) -> str:
    plain = text.replace(" ", "").isalpha() and fold(text) not in ("null", "none", "nan", "na")
    return text if plain else f'"{text}"'


def sentinels(numbers: Floats, leads: Ints | None = None) -> dict[float, int]:
    """Find numbers that stand apart from all others and look like *not known*.

    Where a number stands for more than one lead, `leads` says for how many.

    A number of nines twice as large as the next largest value; and a lone negative one.

    Examples
    --------
    >>> sentinels(np.array([1.0, 2.0, 7.0, 999.0, 999.0])), sentinels(np.array([-1.0, 0.0, 4.0]))
    ({999.0: 2}, {-1.0: 1})
    >>> sentinels(np.array([-5.0, -1.0, 3.0]))
    {}
    """
    finite = np.isfinite(numbers)
    distinct, places = np.unique(numbers[finite], return_inverse=True)
    many = None if leads is None else leads[finite]
    counts = np.bincount(places, weights=many, minlength=len(distinct))
    values = distinct.tolist()
    found: dict[float, int] = {}
    high = len(values) - 1
    while high >= 2 and values[high] in _SENTINELS and values[high] > 2 * max(values[high - 1], 1):
        found[values[high]] = int(counts[high])
        high -= 1
    negative = [value for value in values if value < 0]
    lone = len(negative) <= 2 and all(one == -1 or one in _SENTINELS for one in negative)
    if lone and len(values) >= 3 and values != [-1, 0, 1]:
        found |= {one: int(counts[place]) for place, one in enumerate(negative)}
    return found


def _sentinels(leads: Leads) -> list[Finding]:
    findings = []
    for one in leads.own_attributes:
        column = leads.engine.columns[one.name]
        is_number = isinstance(column, NumberColumn) or column.is_number
        if not is_number or one.part.bands is not None:
            continue
        for number, count in sentinels(*column.distinct_numbers).items():
            text = number_text(number)
            findings.append(
                Finding(
                    code="sentinel",
                    severity="warning",
                    says=f"`{one.name}` is {text} on {count_text(count)} "
                    f"{'lead' if count == 1 else 'leads'}, far from every other value: it may mean "
                    f"not known.",
                    fix=f'If so: `missing: ["{text}"]`.',
                )
            )
    return findings


def _infinite(leads: Leads) -> list[Finding]:
    findings = []
    for one in leads.own_attributes:
        column = leads.engine.columns[one.name]
        infinite = _infinitely_many(column) if isinstance(column, NumberColumn) else 0
        if infinite:
            findings.append(
                Finding(
                    code="infinite",
                    severity="warning",
                    says=f"`{one.name}` is infinite on {count_text(infinite)} leads, which are "
                    f"counted in its outermost bands.",
                    fix="Leave the cell empty where a division by zero made it.",
                )
            )
    return findings


def _infinitely_many(column: NumberColumn) -> int:
    numbers, leads = column.distinct_numbers
    return int(leads[np.isinf(numbers)].sum())
