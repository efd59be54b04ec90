"""Score leads with this file alone: Python's standard library is all it needs."""

# What stands between these two lines is written by `calibrate.export.python`.
# begin
from __future__ import annotations

import csv
import datetime as dt
import sys
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from calibrate.engines.cells import _EXACT
from calibrate.levels import MISSING, NO, YES, _meaning, fold, parse_number, read_number
from calibrate.present.numbers import number_text
from calibrate.present.spreadsheet import harmless
from calibrate.recipes import email_type, has_spam_signs, members

BASE = 0
THRESHOLD = 0
NOTHINGS: tuple[str, ...] = ()
COLUMNS: tuple[str, ...] = ()
ATTRIBUTES: tuple[dict[str, Any], ...] = ()
CAPS: tuple[tuple[tuple[str, ...], int], ...] = ()
FIT: tuple[str, ...] = ()
ENGAGEMENT: tuple[str, ...] = ()
CLOSE_RATES: tuple[tuple[int, float], ...] = ()
TIERS: tuple[tuple[str, int, str | None, int | None], ...] = ()
VETOES: tuple[dict[str, Any], ...] = ()
GATES: tuple[dict[str, Any], ...] = ()
SURE: tuple[dict[str, Any], ...] = ()
GRID: tuple[tuple[int, ...], tuple[int, ...]] | None = None
SIZE: dict[str, Any] | None = None
MOST_POINTS = 0
MOST_SHOWN = 0
NAMES: list[str] = []
# end


def score(lead: Mapping[str, Any], day: dt.date | None = None) -> dict[str, Any]:
    """Give what is told of a lead, and its points by attribute.

    `lead` has a value for each of COLUMNS; None, NaN and "" are none. From `day` on what is to be
    done is due; by default from today.
    """
    lacking = [name for name in COLUMNS if name not in lead]
    if lacking:
        raise KeyError(f"the lead lacks {', '.join(map(repr, lacking))}")
    points = {one["name"]: points_of(one, lead) for one in ATTRIBUTES}
    total, fit, engagement = added_up(points)
    gate, sure = kept_out(lead), must_contact(lead)
    found: dict[str, Any] = {
        "score": total,
        "passes": not gate and (bool(sure) or total >= THRESHOLD),
        "fit": fit,
        "engagement": engagement,
    }
    if CLOSE_RATES:
        row = bisect_right(CLOSE_RATES, (total, 1.0)) - 1
        found["close_rate"] = CLOSE_RATES[max(row, 0)][1]
    if TIERS:
        tier = None if gate else next((one for one in reversed(TIERS) if one[1] <= total), None)
        found["tier"] = tier and tier[0]
        if any(action for _, _, action, _ in TIERS):
            found |= to_do(TIERS[-1] if sure and not gate else tier, day or dt.date.today())
    if VETOES or GATES:
        found["gate"] = gate
    if SURE:
        found["must_contact"] = "" if gate else sure
    if GRID:
        quarters = [
            sum(value < cut for cut in cuts)
            for value, cuts in zip((fit, engagement), GRID, strict=True)
        ]
        found["grade"] = f"{'ABCD'[quarters[0]]}{quarters[1] + 1}"
    if GATES:
        stakes = sum(points_of(one, lead) > 0 for one in GATES[0]["conditions"])
        found["stakes"] = 100 * stakes + min(max(total, 0), MOST_POINTS)
    if SIZE:
        found["shown"] = 1000 * points_of(SIZE, lead) + min(max(total, 0), MOST_SHOWN)
    return {name: found[name] for name in NAMES if name in found} | {"points": points}


def added_up(points: Mapping[str, int]) -> tuple[int, int, int]:
    """Give score, fit and engagement: the points, each group under a cap no more than that."""
    sums: list[tuple[tuple[str, ...], int]] = [((name,), worth) for name, worth in points.items()]
    for under, most in CAPS:
        sums = [one for one in sums if one[0][0] not in under]
        sums.append((under, min(sum(points[name] for name in under), most)))
    fit = sum(worth for names, worth in sums if names[0] in FIT)
    engagement = sum(worth for names, worth in sums if names[0] in ENGAGEMENT)
    return BASE + sum(worth for _, worth in sums), fit, engagement


def kept_out(lead: Mapping[str, Any]) -> str:
    """Say what keeps a lead out: the first veto, else the first gate it fails; "" for nothing."""
    for veto in VETOES:
        if points_of(veto, lead) > 0:
            return str(veto["says"])
    for gate in GATES:
        lacks = [one["says"] for one in gate["conditions"] if points_of(one, lead) <= 0]
        total = len(gate["conditions"])
        if total - len(lacks) < gate["needs"]:
            return (
                f"{gate['name']}: {total - len(lacks)} of {total}, needs {gate['needs']}; "
                f"lacks {'; '.join(lacks)}"
            )
    return ""


def must_contact(lead: Mapping[str, Any]) -> str:
    """Name the level for which a lead must be contacted; "" for none."""
    return next((str(one["says"]) for one in SURE if points_of(one, lead) > 0), "")


def to_do(tier: tuple[str, int, str | None, int | None] | None, day: dt.date) -> dict[str, Any]:
    """Say what is to be done with a lead of a tier, and by which day."""
    _, _, action, hours = tier or (None, None, None, None)
    due = None if hours is None else (day + dt.timedelta(days=-(-hours // 24))).isoformat()
    return {"action": action, "due": due}


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
    how = attribute["made"]
    # A behaviour was made by calibrate: no number in it stands for nothing.
    gone = (set(), set()) if how == "behaviour" else (_GONE, _GONE_NUMBERS)
    values = [cell(lead[name], *gone) for name in attribute["columns"]]
    value = values[0]
    text = number_text(value) if isinstance(value, float) else value
    if how == "filled":
        return float(sum(one is not None for one in values))
    if how == "given":
        return "no" if value is None else "yes"
    if how == "member":
        held = {} if text is None else members(text, attribute["separator"])
        return "yes" if attribute["member"] in held else "no"
    if how in (None, "behaviour") or text is None:
        return value
    if how == "email_type":
        return email_type(text)
    return "yes" if has_spam_signs(text) else "no"


def cell(value: Any, gone: set[str], gone_numbers: set[float]) -> str | float | None:
    """Give a cell as text or number; None where it is nothing, or what stands for nothing."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    elif isinstance(value, dt.datetime):
        value = value.strftime("%Y-%m-%dT%H:%M:%S")
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) <= _EXACT):
        number = float(value)
        return None if number != number or number in gone_numbers else number  # noqa: PLR0124
    text = "" if value is None else str(value)
    number_there = parse_number(text)
    is_gone = fold(text) in {"", MISSING, *gone} or number_there in gone_numbers
    return None if is_gone else text


def main(arguments: list[str]) -> None:
    """Read a CSV table, from a path or from standard input; write it with what is told of leads.

    A second argument, such as 2026-09-30, is the day from which on what is to be done is due.
    """
    sys.stdin.reconfigure(encoding="utf-8-sig", newline="")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    if arguments and arguments[0] != "-":
        with open(arguments[0], encoding="utf-8-sig", newline="") as file:  # noqa: PTH123
            rows = list(csv.reader(file))
    else:
        rows = list(csv.reader(sys.stdin))
    try:
        day = dt.date.fromisoformat(arguments[1]) if arguments[1:] else None
    except ValueError:
        sys.exit(f"{arguments[1]!r} is no day; write it like 2026-09-30")
    header, *rest = [row for row in rows if any(row)] or [[]]
    header = [name.strip() for name in header]
    leads = [dict(zip(header, row, strict=True)) for row in rest]
    lacking = [name for name in COLUMNS if name not in header]
    if lacking:
        sys.exit(f"The table lacks columns that the card reads: {', '.join(map(repr, lacking))}")
    # What an earlier scoring wrote is replaced.
    kept = [place for place, name in enumerate(header) if name not in NAMES]
    writer = csv.writer(sys.stdout)
    told = [name for name in score(dict.fromkeys(COLUMNS)) if name != "points"]
    writer.writerow([harmless(name) for name in [*(header[place] for place in kept), *told]])
    for row, lead in zip(rest, leads, strict=True):
        scored = score(lead, day)
        writer.writerow(
            [*(harmless(row[place]) for place in kept), *(_shown(scored[name]) for name in told)]
        )


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return harmless(value) if isinstance(value, str) else value


_GONE = {"", MISSING, *(fold(text) for text in NOTHINGS)}
_GONE_NUMBERS = {number for text in _GONE if (number := parse_number(text)) is not None}

if __name__ == "__main__":
    main(sys.argv[1:])
