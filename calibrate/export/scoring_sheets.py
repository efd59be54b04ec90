"""The two sheets that score by formulas: one lead with its reasons, and many leads, one a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrate.errors import ScorecardError
from calibrate.export.cells import (
    NOTHING_TYPED,
    Places,
    Step,
    label_formula,
    points_formula,
    steps_of,
)
from calibrate.export.lists import Lists, label_of
from calibrate.export.lookup import Lookup, lookup_of
from calibrate.export.pages import Column, Page, by_strength
from calibrate.export.questions import question
from calibrate.export.styles import colour_points, colour_results
from calibrate.levels import MISSING, OTHER

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard
    from calibrate.scorecard.parts import CardAttributePart

ONE = "Score a lead"
MANY = "Score many"
MOST_COLUMNS = 16_384
"""Columns that a sheet has."""

_UNTOLD = "cannot be scored: see the ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An attribute that earns points, and how its cell is read.

    Attributes
    ----------
    attribute : CardAttributePart
    lookup : Lookup
    places : Places
    steps : tuple of Step
    choices : str
        Range of the values to choose from; empty where a number is asked.
    """

    attribute: CardAttributePart
    lookup: Lookup
    places: Places
    steps: tuple[Step, ...]
    choices: str

    @property
    def empty_points(self) -> int:
        """What an empty cell is worth."""
        place = self.lookup.missing
        return self.attribute.levels[place - 1].points if place else self.attribute.otherwise

    @property
    def empty_label(self) -> str:
        """What an empty cell counts as."""
        return MISSING if self.lookup.missing else NOTHING_TYPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of what comes out for a lead: its name, formula, and value for an empty lead."""

    name: str
    formula: str
    empty: str | int
    width: float = 14


def asked_of(card: Scorecard, lists: Lists) -> tuple[Asked, ...]:
    """Prepare the attributes that earn points, the strongest first."""
    asked = []
    for attribute in by_strength(card):
        if any(level.points for level in attribute.levels):
            lookup = lookup_of(attribute, card.missing)
            places = lists.places(attribute, lookup)
            asked.append(
                Asked(
                    attribute=attribute,
                    lookup=lookup,
                    places=places,
                    steps=steps_of(lookup, places),
                    choices=lists.add("to choose from", _choices(attribute)),
                )
            )
    needed = 4 + sum(2 + len(one.steps) for one in asked)
    if needed > MOST_COLUMNS:
        raise ScorecardError(
            f"The card `{card.name}` asks for {len(asked)} attributes; scoring them needs {needed} "
            f"columns, and a sheet has {MOST_COLUMNS}. Leave attributes out in the spec (`exclude`,"
            f" `points: {{max_attributes: 20}}`), or take another export."
        )
    return tuple(asked)


def results(score: str, empty: int, card: Scorecard) -> tuple[Result, ...]:
    """Give what is said of a lead once its score is known; tiers and gates are further lines.

    Parameters
    ----------
    score : str
        The cell of the lead's score.
    empty : int
        The score of a lead of which nothing is known.
    card : Scorecard
    """
    says = "passes" if empty >= card.threshold.score else "does not pass"
    passes = f"{score}>={threshold_cell()}"
    return (
        Result(
            name="Result",
            formula=f'=IF(ISNUMBER({score}),IF({passes},"passes","does not pass"),"")',
            empty=says,
        ),
    )


def remarks_of(asked: Sequence[Asked]) -> list[str]:
    """Name the levels that a spreadsheet cannot tell."""
    found = []
    for one in asked:
        name = one.attribute.name
        for text in one.lookup.too_long:
            found.append(
                f"Not in this workbook: the level `{text[:60]}…` of `{name}` is longer than a "
                f"cell can be."
            )
        found += [
            f"`{name}`: the level `{text}` has a control character that formulas cannot tell from "
            f"a tab; it is answered with a ?, not scored."
            for text in one.lookup.texts
            if "\x01" in text
        ]
        if one.lookup.sigma_refused:
            found.append(
                f"`{name}`: values with a capital Σ that are not written as in the card are "
                f"answered with a ?, not scored."
            )
    return found


_ONE = (
    Column(head="Attribute", look="wrapped", width=30),
    Column(head="Type here", width=28),
    Column(head="Points", look="points", width=12),
    Column(head="  Counts as", look="wrapped", width=30),
    Column(head="What to type", look="wrapped", width=52),
)
BASE_ROW, THRESHOLD_ROW, SCORE_ROW = 3, 4, 5


def base_cell() -> str:
    """Where the base stands."""
    return f"'{ONE}'!$B${BASE_ROW + 1}"


def threshold_cell() -> str:
    """Where the threshold stands."""
    return f"'{ONE}'!$B${THRESHOLD_ROW + 1}"


def write_one(page: Page, card: Scorecard, asked: Sequence[Asked]) -> None:
    """Write the sheet on which one lead is scored."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    page.widths(_ONE)
    page.say(0, "Score a lead", "title")
    page.say(
        1,
        "Type what you know into the yellow cells; leave empty what you do not know. The points "
        "beside each say why the score is what it is.",
        "note",
    )
    base, passing = card.points.base, card.threshold.score
    empty = base + sum(one.empty_points for one in asked)
    score = xl_rowcol_to_cell(SCORE_ROW, 1, row_abs=True, col_abs=True)
    said = results(score, empty, card)
    first = SCORE_ROW + len(said) + 3
    page.cell(BASE_ROW, 0, "Every lead starts from", "plain")
    page.cell(BASE_ROW, 1, base, "fact")
    page.cell(THRESHOLD_ROW, 0, "Passes from", "plain")
    page.cell(THRESHOLD_ROW, 1, passing, "fact")
    page.cell(SCORE_ROW, 0, "Score", "result")
    points = f"$C${first + 1}:$C${first + max(len(asked), 1)}"
    page.sheet.write_formula(
        SCORE_ROW, 1, f"={_total(points, len(asked), base_cell())}", page.looks["result"], empty
    )
    for row, one in enumerate(said, start=SCORE_ROW + 1):
        page.cell(row, 0, one.name, "result")
        page.sheet.write_formula(row, 1, one.formula, page.looks["result"], one.empty)
    for row in range(SCORE_ROW, SCORE_ROW + 1 + len(said)):
        page.sheet.set_row(row, 23)
    colour_results(page.sheet, page.looks, (SCORE_ROW + 1, 1, SCORE_ROW + len(said), 1))
    page.head(first - 1, _ONE)
    for row, each in enumerate(asked, start=first):
        _write_question(page, row, each)
    if asked:
        colour_points(page.sheet, (first, 2, first + len(asked) - 1, 2))
        last = len(_ONE) + max(len(one.steps) for one in asked)
        page.sheet.set_column(len(_ONE), last, None, None, {"hidden": True})
    page.sheet.freeze_panes(first, 0)
    page.sheet.hide_gridlines(2)
    page.sheet.set_landscape()
    page.sheet.fit_to_pages(1, 0)


def _write_question(page: Page, row: int, one: Asked) -> None:
    page.cell(row, 0, one.attribute.name, "wrapped")
    _write_input(page, one, (row, 1, row, 1))
    place = _write_steps(page, one, row, 1, len(_ONE))
    page.sheet.write_formula(
        row, 2, points_formula(place, one.places), page.looks["points"], one.empty_points
    )
    label = label_formula(f"$B{row + 1}", place, one.places)
    page.sheet.write_formula(row, 3, label, page.looks["counts_as"], one.empty_label)
    page.cell(row, 4, question(one.attribute), "note")


def write_many(page: Page, card: Scorecard, asked: Sequence[Asked], rows: int) -> None:
    """Write the sheet on which leads are pasted, one a row."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    said = results("", 0, card)
    first = 2 + len(said)  # the lead's name, its score and the results stand before its values
    after = first + len(asked)
    columns = (
        Column(head="Lead", width=18),
        Column(head="Score", width=11),
        *(Column(head=one.name, width=one.width) for one in said),
        *(Column(head=label_of(one.attribute.name), width=18) for one in asked),
        *(
            Column(head=f"points: {label_of(one.attribute.name)}", look="points", width=12)
            for one in asked
        ),
    )
    page.widths(columns)
    page.say(0, "Score many leads", "title")
    page.sheet.write_string(
        1,
        0,
        f"Paste values into the yellow cells, one lead a row, up to {rows}; for more, copy the "
        f"last row downwards. Dates and codes such as 007 have to be pasted as text.",
        page.looks["plain"],
    )
    page.head(2, columns)
    page.sheet.set_row(2, 46)
    for place, one in enumerate(asked, start=first):
        _write_input(page, one, (3, place, 2 + rows, place))
    for row in range(3, 3 + rows):
        page.sheet.write_blank(row, 0, None, page.looks["input_text"])
        given = f"$A{row + 1}"
        if asked:
            given += f",{xl_rowcol_to_cell(row, first, col_abs=True)}"
            given += f":{xl_rowcol_to_cell(row, after - 1, col_abs=True)}"
        _write_points(page, asked, row, first, given)
        points = f"{xl_rowcol_to_cell(row, after)}:{xl_rowcol_to_cell(row, after + len(asked) - 1)}"
        total = _total(points, len(asked), base_cell())
        page.sheet.write_formula(
            row, 1, f'=IF(COUNTA({given})=0,"",{total})', page.looks["strong"], ""
        )
        found = results(f"$B{row + 1}", 0, card)
        for place, result in enumerate(found, start=2):
            page.sheet.write_formula(row, place, result.formula, page.looks["plain"], "")
    if asked:
        hidden = after + len(asked)
        last = hidden + sum(len(one.steps) for one in asked) - 1
        page.sheet.set_column(hidden, last, None, None, {"hidden": True})
    colour_results(page.sheet, page.looks, (3, 2, 2 + rows, 1 + len(said)))
    page.sheet.freeze_panes(3, 2)
    page.sheet.set_landscape()
    page.sheet.repeat_rows(2)
    page.sheet.print_area(0, 0, 2 + rows, first - 1)  # a list to print: leads and results


def _write_points(page: Page, asked: Sequence[Asked], row: int, first: int, given: str) -> None:
    """Write the points of one lead and, hidden behind them, the steps to them."""
    step = first + 2 * len(asked)
    for number, one in enumerate(asked):
        place = _write_steps(page, one, row, first + number, step)
        step += len(one.steps)
        points = points_formula(place, one.places).removeprefix("=")
        page.sheet.write_formula(
            row,
            first + len(asked) + number,
            f'=IF(COUNTA({given})=0,"",{points})',
            page.looks["points"],
            "",
        )


def _write_input(page: Page, one: Asked, cells: tuple[int, int, int, int]) -> None:
    """Prepare the cells to type into; a text is kept as it is typed, a number is a number."""
    look = "input_number" if one.attribute.kind == "number" else "input_text"
    for row in range(cells[0], cells[2] + 1):
        page.sheet.write_blank(row, cells[1], None, page.looks[look])
    if one.choices:
        page.sheet.data_validation(
            *cells, {"validate": "list", "source": f"={one.choices}", "show_error": False}
        )


def _write_steps(page: Page, one: Asked, row: int, value: int, first: int) -> str:
    """Write the steps from a value to its level; give the cell of the place."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    x = xl_rowcol_to_cell(row, value, col_abs=True)
    before = [
        xl_rowcol_to_cell(row, first + place, col_abs=True) for place in range(len(one.steps))
    ]
    for place, step in enumerate(one.steps, start=first):
        formula = step.formula.format(*before, x=x)
        if step.is_array:
            formula = f"{{{formula}}}"
            page.sheet.write_array_formula(row, place, row, place, formula, None, step.empty)
        else:
            page.sheet.write_formula(row, place, formula, None, step.empty)
    return str(before[-1])


def _total(points: str, attributes: int, base: str) -> str:
    if not attributes:
        return base
    return f'IF(COUNT({points})={attributes},{base}+SUM({points}),"{_UNTOLD}")'


def _choices(attribute: CardAttributePart) -> list[str]:
    """Give the values to choose from: those of the card, as they are written in it."""
    named: dict[str, None] = {}
    for level in attribute.levels:
        if level.level is not None and level.level not in (MISSING, OTHER):
            named[level.level] = None
            named.update(dict.fromkeys(level.members))
    named.update(dict.fromkeys(attribute.pooled))
    return [] if attribute.kind == "number" else [text for text in named if len(text) < 2**15 - 1]
