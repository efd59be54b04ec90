"""Score leads with this file alone: Python's standard library is all it needs."""

# What stands between these two lines is written by `calibrate.export.python`.
# begin
from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Mapping
from typing import Any

from calibrate.engines.columns import _EXACT
from calibrate.levels import MISSING, NO, YES, _meaning, fold, parse_number, read_number
from calibrate.present.numbers import number_text
from calibrate.present.spreadsheet import harmless
from calibrate.recipes import email_type, has_spam_signs, members

BASE = 0
THRESHOLD = 0
NOTHINGS: tuple[str, ...] = ()
COLUMNS: tuple[str, ...] = ()
ATTRIBUTES: tuple[dict[str, Any], ...] = ()
# end


def score(lead: Mapping[str, Any]) -> dict[str, Any]:
    """Give a lead's score, whether it passes, and its points by attribute.

    `lead` has a value for each of COLUMNS; None, NaN and "" are none.
    """
    lacking = [name for name in COLUMNS if name not in lead]
    if lacking:
        raise KeyError(f"the lead lacks {', '.join(map(repr, lacking))}")
    points = {one["name"]: points_of(one, lead) for one in ATTRIBUTES}
    total = BASE + sum(points.values())
    return {"score": total, "passes": total >= THRESHOLD, "points": points}


def points_of(attribute: Mapping[str, Any], lead: Mapping[str, Any]) -> int:
    """Give the points of one attribute."""
    value = made(attribute, lead)
    if value is None:
        return int(attribute["missing"])
    commas = attribute["decimal_comma"]
    number = value if isinstance(value, float) else read_number(value, commas)
    if attribute["kind"] == "number":
        if number is None:
            return int(attribute["otherwise"])
        return int(attribute["points"][sum(number >= edge for edge in attribute["edges"])])
    place = find(attribute, value) if isinstance(value, str) else None
    if place is None and number is not None:
        place = find_number(attribute, number)
    return int(attribute["otherwise"] if place is None else place)


def find(attribute: Mapping[str, Any], text: str) -> int | None:
    """Give the points of the level a text belongs to; None if it was never seen."""
    folded = fold(text)
    if folded in ("", MISSING):
        return int(attribute["missing"])
    if attribute["kind"] == "boolean":
        folded = "yes" if folded in YES else "no" if folded in NO else folded
    exact: int | None = attribute["values"].get(folded)
    found: int | None = attribute["meanings"].get(_meaning(folded, attribute["decimal_comma"]))
    return found if exact is None else exact


def find_number(attribute: Mapping[str, Any], number: float) -> int | None:
    """Give the points of the level a number belongs to; None if it was never seen."""
    if attribute["decimal_comma"]:
        found: int | None = attribute["meanings"].get(number)
        return found
    return find(attribute, number_text(number))


def made(attribute: Mapping[str, Any], lead: Mapping[str, Any]) -> str | float | None:
    """Give the attribute's value, made from the lead's cells where it is no column itself."""
    values = [cell(lead[name]) for name in attribute["columns"]]
    value, how = values[0], attribute["made"]
    text = number_text(value) if isinstance(value, float) else value
    if how == "filled":
        return float(sum(one is not None for one in values))
    if how == "given":
        return "no" if value is None else "yes"
    if how == "member":
        held = {} if text is None else members(text, attribute["separator"])
        return "yes" if attribute["member"] in held else "no"
    if how is None or text is None:
        return value
    if how == "email_type":
        return email_type(text)
    return "yes" if has_spam_signs(text) else "no"


def cell(value: Any) -> str | float | None:
    """Give a cell as text or number; None where it is nothing."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    elif isinstance(value, dt.datetime):
        value = value.strftime("%Y-%m-%dT%H:%M:%S")
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) <= _EXACT):
        number = float(value)
        return None if number != number or number in _GONE_NUMBERS else number  # noqa: PLR0124
    text = "" if value is None else str(value)
    number_there = parse_number(text)
    gone = fold(text) in _GONE or (number_there is not None and number_there in _GONE_NUMBERS)
    return None if gone else text


def main(arguments: list[str]) -> None:
    """Read a CSV table, from a path or from standard input; write it with score and passes."""
    sys.stdin.reconfigure(encoding="utf-8-sig", newline="")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    if arguments:
        with open(arguments[0], encoding="utf-8-sig", newline="") as file:  # noqa: PTH123
            rows = list(csv.reader(file))
    else:
        rows = list(csv.reader(sys.stdin))
    header, *rest = [row for row in rows if any(row)] or [[]]
    leads = [dict(zip((name.strip() for name in header), row, strict=True)) for row in rest]
    lacking = [name for name in COLUMNS if name not in {name.strip() for name in header}]
    if lacking:
        sys.exit(f"The table lacks columns that the card reads: {', '.join(map(repr, lacking))}")
    writer = csv.writer(sys.stdout)
    writer.writerow([harmless(name) for name in (*header, "score", "passes")])
    for row, lead in zip(rest, leads, strict=True):
        scored = score(lead)
        shown = ["yes" if scored["passes"] else "no", *map(harmless, row)]
        writer.writerow([*shown[1:], scored["score"], shown[0]])


_GONE = {"", MISSING, *(fold(text) for text in NOTHINGS)}
_GONE_NUMBERS = {number for text in _GONE if (number := parse_number(text)) is not None}

if __name__ == "__main__":
    main(sys.argv[1:])
