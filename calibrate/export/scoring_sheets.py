"""The two sheets that score by formulas: one lead with its reasons, and many leads, one a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calibrate.errors import ScorecardError
from calibrate.export.asked import Asked, asked_of, tested_of
from calibrate.export.cells import label_formula, points_formula, worth_formula
from calibrate.export.lines import Line, empty_lead, lines_of
from calibrate.export.lists import Lists
from calibrate.export.questions import question
from calibrate.export.standing_cells import Cell, Words, cells_needed, put_standing, words_of
from calibrate.export.sums import Weights, engagement_of, fit_of, score_of, weights_of
from calibrate.present.sheets.page import Column, Page, label_of
from calibrate.present.sheets.styles import colour_points, colour_results

if TYPE_CHECKING:
    from calibrate.export.cells import Step
    from calibrate.scorecard.card import Scorecard

ONE = "Score a lead"
MANY = "Score many"
MOST_COLUMNS = 16_384
"""Columns that a sheet has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What both sheets are made of.

    Attributes
    ----------
    card : Scorecard
    asked : tuple of Asked
    weights : Weights
    words : Words
    lines : tuple of Line
        What is told of a lead beside its score.
    empty : dict of str
        What the card tells of a lead of which nothing is known.
    """

    card: Scorecard
    asked: tuple[Asked, ...]
    weights: Weights
    words: Words
    lines: tuple[Line, ...]
    empty: dict[str, Any]


def form_of(card: Scorecard, lists: Lists) -> Form:
    """Prepare what both sheets are made of.

    Raises
    ------
    ScorecardError
        When a sheet has too few columns for it.
    """
    asked = asked_of(card, lists)
    empty = empty_lead(card)
    form = Form(
        card=card,
        asked=asked,
        weights=weights_of(card.scoring, [one.attribute.name for one in asked], lists),
        words=words_of(card, lists),
        lines=lines_of(card, empty, threshold_cell(), lists),
        empty=empty,
    )
    needed = 2 + len(form.lines) + sum(2 + one.cells for one in asked) + cells_needed(card)
    if needed > MOST_COLUMNS:
        raise ScorecardError(
            f"The card `{card.name}` asks for {len(asked)} attributes; scoring them needs {needed} "
            f"columns, and a sheet has {MOST_COLUMNS}. Leave attributes out in the spec (`exclude`,"
            f" `points: {{max_attributes: 20}}`), or take another export."
        )
    return form


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


def write_one(page: Page, form: Form) -> None:
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
    asked = form.asked
    first = SCORE_ROW + len(form.lines) + 3
    page.cell(BASE_ROW, 0, "Every lead starts from", "plain")
    page.cell(BASE_ROW, 1, form.card.points.base, "fact")
    page.cell(THRESHOLD_ROW, 0, "Passes from", "plain")
    page.cell(THRESHOLD_ROW, 1, form.card.threshold.score, "fact")
    page.head(first - 1, _ONE)
    tested: dict[int, Cell] = {}
    for row, each in enumerate(asked, start=first):
        tested |= _write_question(page, row, each)
    score = xl_rowcol_to_cell(SCORE_ROW, 1, row_abs=True, col_abs=True)
    points = f"$C${first + 1}:$C${first + max(len(asked), 1)}"
    hidden = _Hidden(page=page, row=SCORE_ROW, column=len(_ONE))
    results = _results(form, score, points, tested, hidden)
    page.cell(SCORE_ROW, 0, "Score", "result")
    page.sheet.write_formula(
        SCORE_ROW,
        1,
        f"={score_of(form.weights, points, base_cell())}",
        page.looks["result"],
        form.empty["score"],
    )
    for row, (line, formula) in enumerate(zip(form.lines, results, strict=True), SCORE_ROW + 1):
        page.cell(row, 0, line.name, "result")
        look = page.looks["result_share" if line.is_share else "result"]
        page.sheet.write_formula(row, 1, formula, look, line.empty)
    for row in range(SCORE_ROW, SCORE_ROW + 1 + len(form.lines)):
        page.sheet.set_row(row, 23)
    colour_results(page.sheet, page.looks, (SCORE_ROW + 1, 1, SCORE_ROW + len(form.lines), 1))
    if asked:
        colour_points(page.sheet, (first, 2, first + len(asked) - 1, 2))
    last = max([hidden.column, *(len(_ONE) + one.cells for one in asked)])
    page.sheet.set_column(len(_ONE), last, None, None, {"hidden": True})
    page.sheet.freeze_panes(first, 0)
    page.sheet.hide_gridlines(2)
    page.sheet.set_landscape()
    page.sheet.fit_to_pages(1, 0)


def _results(
    form: Form,
    score: str,
    points: str,
    tested: dict[int, Cell],
    hidden: _Hidden,
    *,
    across: bool = False,
) -> list[str]:
    """Write the hidden cells behind what is told of a lead; give the formulas that tell it."""
    in_order = [tested[number] for number in range(len(tested_of(form.card.scoring)))]
    stands = put_standing(form.card, form.words, in_order, hidden.put)
    fit = engagement = "0"
    if form.card.grid is not None:
        weights, told = form.weights, form.empty
        fit = hidden.put(f"={fit_of(weights, score, points, across=across)}", told["fit"]).at
        engaged = engagement_of(weights, score, points, across=across)
        engagement = hidden.put(f"={engaged}", told["engagement"]).at
    return [
        line.formula.format(
            score=score,
            said=stands.said,
            sure=stands.sure,
            met=stands.met,
            digit=stands.digit,
            fit=fit,
            engagement=engagement,
        )
        for line in form.lines
    ]


class _Hidden:
    """Writes the hidden cells of a row, one after the other."""

    def __init__(self, *, page: Page, row: int, column: int) -> None:
        self._page = page
        self.row = row
        self.column = column

    def put(self, formula: str, empty: str | int, *, is_array: bool = False) -> Cell:
        from xlsxwriter.utility import xl_rowcol_to_cell

        row, column = self.row, self.column
        if is_array:
            formula = f"{{{formula}}}"
            self._page.sheet.write_array_formula(row, column, row, column, formula, None, empty)
        else:
            self._page.sheet.write_formula(row, column, formula, None, empty)
        self.column += 1
        return Cell(at=xl_rowcol_to_cell(row, column, col_abs=True), empty=empty)


def _write_question(page: Page, row: int, one: Asked) -> dict[int, Cell]:
    page.cell(row, 0, one.attribute.name, "wrapped")
    _write_input(page, one, (row, 1, row, 1))
    found = _write_steps(one, f"$B{row + 1}", _Hidden(page=page, row=row, column=len(_ONE)))
    points = points_formula(found.place, found.further, one.places)
    page.sheet.write_formula(row, 2, points, page.looks["points"], one.empty_points)
    label = label_formula(f"$B{row + 1}", found.place, found.further, one.places)
    page.sheet.write_formula(row, 3, label, page.looks["counts_as"], one.empty_label)
    page.cell(row, 4, question(one.attribute), "note")
    return found.tested


def write_many(page: Page, form: Form, rows: int) -> None:
    """Write the sheet on which leads are pasted, one a row."""
    asked = form.asked
    first = 2 + len(
        form.lines
    )  # the lead's name, its score and the results stand before its values
    hidden = first + 2 * len(asked)
    columns = (
        Column(head="Lead", width=18),
        Column(head="Score", width=11),
        *(Column(head=one.name, width=one.width) for one in form.lines),
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
        _write_lead(page, form, row, first)
    last = hidden + sum(one.cells for one in asked) + cells_needed(form.card) - 1
    if last >= hidden:
        page.sheet.set_column(hidden, last, None, None, {"hidden": True})
    colour_results(page.sheet, page.looks, (3, 2, 2 + rows, 1 + len(form.lines)))
    page.sheet.freeze_panes(3, 2)
    page.sheet.set_landscape()
    page.sheet.repeat_rows(2)
    page.sheet.print_area(0, 0, 2 + rows, first - 1)  # a list to print: leads and results


def _write_lead(page: Page, form: Form, row: int, first: int) -> None:
    """Write the row of one lead."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    after = first + len(form.asked)
    page.sheet.write_blank(row, 0, None, page.looks["input_text"])
    given = f"$A{row + 1}"
    if form.asked:
        given += f",{xl_rowcol_to_cell(row, first, col_abs=True)}"
        given += f":{xl_rowcol_to_cell(row, after - 1, col_abs=True)}"
    hidden = _Hidden(page=page, row=row, column=after + len(form.asked))
    tested = _write_points(page, form.asked, first, given, hidden)
    points = f"{xl_rowcol_to_cell(row, after)}:"
    points += xl_rowcol_to_cell(row, after + len(form.asked) - 1)
    total = score_of(form.weights, points, base_cell(), across=True)
    total = f'=IF(COUNTA({given})=0,"",{total})'
    page.sheet.write_formula(row, 1, total, page.looks["strong"], "")
    results = _results(form, f"$B{row + 1}", points, tested, hidden, across=True)
    for place, (line, formula) in enumerate(zip(form.lines, results, strict=True), start=2):
        look = page.looks["share" if line.is_share else "plain"]
        page.sheet.write_formula(row, place, formula, look, "")


def _write_points(
    page: Page, asked: Sequence[Asked], first: int, given: str, hidden: _Hidden
) -> dict[int, Cell]:
    """Write the points of one lead and, hidden behind them, the steps to them."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    tested: dict[int, Cell] = {}
    for number, one in enumerate(asked, start=first):
        found = _write_steps(one, xl_rowcol_to_cell(hidden.row, number, col_abs=True), hidden)
        tested |= found.tested
        points = points_formula(found.place, found.further, one.places).removeprefix("=")
        page.sheet.write_formula(
            hidden.row,
            number + len(asked),
            f'=IF(COUNTA({given})=0,"",{points})',
            page.looks["points"],
            "",
        )
    return tested


def _write_input(page: Page, one: Asked, cells: tuple[int, int, int, int]) -> None:
    """Prepare the cells to type into; a text is kept as it is typed, a number is a number."""
    look = "input_number" if one.attribute.kind == "number" else "input_text"
    for row in range(cells[0], cells[2] + 1):
        page.sheet.write_blank(row, cells[1], None, page.looks[look])
    if one.choices:
        page.sheet.data_validation(
            *cells, {"validate": "list", "source": f"={one.choices}", "show_error": False}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Where the steps of a value ended.

    Attributes
    ----------
    place : str
        The cell of its level's place.
    further : tuple of str
        Of its places among what conditions name.
    tested : dict of int to Cell
        What each test on it is worth.
    """

    place: str
    further: tuple[str, ...]
    tested: dict[int, Cell]


def _write_steps(one: Asked, x: str, hidden: _Hidden) -> _Found:
    """Write the steps from a value to its level, and to what it is worth for each condition."""
    place = _write_way(one.steps, x, hidden)
    further = []
    tested = {}
    for test in one.tests:
        found = place
        if test.steps:
            found = _write_way(test.steps, x, hidden)
            further.append(found)
        tested[test.number] = hidden.put(worth_formula(found, test.places), test.empty)
    return _Found(place=place, further=tuple(further), tested=tested)


def _write_way(steps: Sequence[Step], x: str, hidden: _Hidden) -> str:
    cells: list[str] = []
    for step in steps:
        formula = step.formula.format(*cells, x=x)
        cells.append(hidden.put(formula, step.empty, is_array=step.is_array).at)
    return cells[-1]
