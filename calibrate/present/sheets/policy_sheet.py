"""The sheet of a workbook on what stands above the points: rules, tiers, fit by engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.policy.conditions import condition_text
from calibrate.policy.grid import LETTERS
from calibrate.present.sheets.page import Column, Page, printed
from calibrate.present.sheets.styles import bar, colour_scale

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard
    from calibrate.scorecard.parts import RatedPart

_RULES = (
    Column(head="What", look="wrapped", width=34),
    Column(head="Rule", look="wrapped", width=44),
)
_RATED = (
    Column(head="Leads", look="count", width=12),
    Column(head="Customers", look="count", width=12),
    Column(head="Close rate", look="share", width=12),
    Column(head="from", look="share", width=12),
    Column(head="to", look="share", width=11),
)
_STANDINGS = (Column(head="Decided by", look="wrapped", width=34), Column(head=""), *_RATED)
_TIERS = (
    Column(head="Tier", look="wrapped", width=34),
    Column(head="What to do", look="wrapped", width=44),
    *_RATED,
    Column(head="Score from", look="number", width=11),
    Column(head="Within hours", look="count", width=13),
)
_SURE = (
    Column(head="Attribute", look="wrapped", width=34),
    Column(head="Level", look="wrapped", width=44),
    Column(head="Close rate", look="share", width=12),
    Column(head="from", look="share", width=11),
    Column(head="to", look="share", width=11),
)
_FIT = (Column(head="Fit", look="strong"), Column(head="Points for fit"))
_LAST = len(_TIERS) - 1


def write_policy(page: Page, card: Scorecard) -> None:
    """Write what stands above the points, and how often leads close by it."""
    page.widths(_TIERS)
    page.say(0, f"The policy: {card.name}", "title")
    row = page.say(
        1,
        "Asked in this order: vetoes, gates, must-contact levels, then the threshold. Close rates "
        "with 95 % intervals. Changing a number here does not change the scores.",
        "note",
        last=_LAST,
    )
    row = _write_rules(page, card, row)
    row = _write_sure(page, card, row)
    row = _write_standings(page, card, row)
    row = _write_tiers(page, card, row)
    _write_grid(page, card, row)
    printed(page, frozen=2)


def _write_rules(page: Page, card: Scorecard, row: int) -> int:
    rules: list[tuple[str, str]] = [
        ("A veto keeps out", condition_text(condition)) for condition in card.vetoes
    ]
    for gate in card.gates:
        needs = f"{gate.name}: needs {gate.needs} of {len(gate.conditions)}"
        rules += [(needs, condition_text(condition)) for condition in gate.conditions]
    rules += [
        ("A group adds at most", f"{group}: {most} points")
        for group, most in card.points.caps.items()
    ]
    if card.size_prefix is not None:
        name = card.size_prefix.attribute
        rules += [
            (f"Shown before the score: {digit}", f"{name}: {value}")
            for value, digit in card.size_prefix.digits.items()
        ]
    if not rules:
        return row
    row = page.say(row + 1, "Rules", "heading", last=_LAST)
    return page.table(row, _RULES, rules)


def _write_sure(page: Page, card: Scorecard, row: int) -> int:
    if not card.must_contact:
        return row
    row = page.say(row + 1, "Must contact, whatever the score", "heading", last=_LAST)
    rows = [(one.attribute, one.label, one.close_rate, *one.interval) for one in card.must_contact]
    return page.table(row, _SURE, rows)


def _write_standings(page: Page, card: Scorecard, row: int) -> int:
    if not card.standings:
        return row
    row = page.say(row + 1, "What decides about leads", "heading", last=_LAST)
    rows = [(one.standing, None, *_rated(one)) for one in card.standings]
    return page.table(row, _STANDINGS, rows)


def _write_tiers(page: Page, card: Scorecard, row: int) -> int:
    if not card.tiers:
        return row
    row = page.say(row + 1, "Tiers, the best first", "heading", last=_LAST)
    rows = [
        (one.name, one.action, *_rated(one), one.from_, one.within_hours)
        for one in reversed(card.tiers)
    ]
    end = page.table(row, _TIERS, rows)
    bar(page.sheet, (row + 1, 4, end - 1, 4))
    return end


def _write_grid(page: Page, card: Scorecard, row: int) -> None:
    """Write the close rates of fit by engagement, and beside them how many leads they rest on."""
    if card.grid is None or not card.grid.cells:
        return
    row = page.say(row + 1, "Fit by engagement: close rates", "heading", last=_LAST)
    by_grade = {one.grade: one for one in card.grid.cells}
    numbers = range(1, 5)
    lowest = [_lowest(card.grid.engagement, place) for place in range(4)]
    heads = [f"engagement {n}: {start}" for n, start in zip(numbers, lowest, strict=True)]
    page.table(
        row,
        (*_FIT, *(Column(head=head, look="share") for head in heads)),
        [
            (
                letter,
                _lowest(card.grid.fit, place),
                *(by_grade[f"{letter}{number}"].close_rate for number in numbers),
            )
            for place, letter in enumerate(LETTERS)
        ],
    )
    page.sheet.set_row(row, 46)
    colour_scale(page.sheet, (row + 1, 2, row + len(LETTERS), 5))
    row = page.say(row + 6, "Fit by engagement: leads", "heading", last=_LAST)
    page.table(
        row,
        (*_FIT, *(Column(head=head, look="count") for head in heads)),
        [
            (
                letter,
                _lowest(card.grid.fit, place),
                *(by_grade[f"{letter}{number}"].leads for number in numbers),
            )
            for place, letter in enumerate(LETTERS)
        ],
    )
    page.sheet.set_row(row, 46)


def _lowest(cuts: tuple[int, ...], place: int) -> str:
    return f"from {cuts[place]}" if place < len(cuts) else f"under {cuts[-1]}"


def _rated(one: RatedPart) -> tuple[float | None, ...]:
    return (one.leads, one.customers, one.close_rate, *(one.interval or (None, None)))
