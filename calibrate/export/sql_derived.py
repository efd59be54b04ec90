"""Points of attributes that SQL has to make first: list members, e-mail types, what is filled."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from calibrate.engines.base import ColumnPoints
from calibrate.errors import CalibrateError
from calibrate.export.folding import forms, spaces
from calibrate.export.sql_values import Cell
from calibrate.export.truth import Truth
from calibrate.levels import fold, parse_number
from calibrate.recipes import (
    DISPOSABLE_DOMAINS,
    FREE_DOMAINS,
    ROLES,
    ColumnRecipe,
    EmailTypeRecipe,
    FilledRecipe,
    GivenRecipe,
    MemberRecipe,
)

CellOf = Callable[[str], Cell]

_SPECIAL = re.compile(r"([][\\.^$*+?{}()|/&#~\-])")


def derived_points(part: ColumnPoints, recipe: ColumnRecipe, cell_of: CellOf) -> Any:
    """Give the points of an attribute that is made from columns of the row.

    Its values are few, so that each is asked what it is worth now, and SQL has only to say which
    it is.
    """
    truth = Truth(part=part)
    if isinstance(recipe, FilledRecipe):
        return _filled_points(truth, [cell_of(name) for name in recipe.columns])
    cell = cell_of(recipe.column)
    if isinstance(recipe, GivenRecipe):
        return _either(truth, cell, cell.is_gone, "no", "yes")
    if isinstance(recipe, MemberRecipe):
        return _either(truth, cell, _has_member(recipe, cell), "yes", "no")
    if isinstance(recipe, EmailTypeRecipe):
        return _email_points(truth, cell)
    raise CalibrateError(
        f"`{part.column}` gives points for signs of spam in `{recipe.column}`, which are found "
        f"letter by letter in any script; SQL cannot do that as calibrate does. Calibrate without "
        f"it (`exclude: [{recipe.column}]`), or export the card `--to python`."
    )


def _either(truth: Truth, cell: Cell, test: Any, yes: str, no: str) -> Any:
    w = cell.writer
    return w.case([(test, w.whole(truth.of_text(yes)))], w.whole(truth.of_text(no)))


def _filled_points(truth: Truth, cells: list[Cell]) -> Any:
    w = cells[0].writer
    total: Any = None
    for cell in cells:
        one = w.exp.paren(w.case([(cell.is_gone, w.whole(0))], w.whole(1)))
        total = one if total is None else w.exp.Add(this=total, expression=one)
    arms = [(w.whole(n), w.whole(truth.of_number(float(n)))) for n in range(len(cells) + 1)]
    return w.case(arms, w.whole(truth.part.otherwise), w.exp.paren(total))


def _has_member(recipe: MemberRecipe, cell: Cell) -> Any:
    w, member = cell.writer, fold(recipe.member)
    letter = recipe.separator
    if len(letter) != 1 or letter != letter.lower() or letter != letter.upper():
        raise CalibrateError(
            f"The lists in `{recipe.column}` have `{letter[:20]}` between their members; SQL can "
            f"split at one character that is no letter, such as `;`. Replace it in the leads, or "
            f"export the card `--to python`."
        )
    ends, other = _inside(letter), "".join(_inside(one) for one in spaces())
    wanted = "|".join(_escaped(form) for form in forms(member))
    pattern = f"^([^{ends}]*[{ends}])*[{other}]*({wanted})[{other}]*([{ends}][^{ends}]*)*$"
    found = w.matches(cell.key([member]), pattern)
    number = parse_number(member)
    is_it = (
        w.exp.false() if number is None else w.exp.EQ(this=cell.number, expression=w.number(number))
    )
    gone = w.case([(cell.is_gone, w.exp.false()), (cell.is_number, is_it)], found)
    return w.exp.EQ(this=gone, expression=w.exp.true())


def _email_points(truth: Truth, cell: Cell) -> Any:
    w = cell.writer
    blank = "".join(_inside(one) for one in spaces())
    domains = {"disposable": DISPOSABLE_DOMAINS, "free": FREE_DOMAINS}
    address = cell.trimmed
    is_address = w.matches(address, f"^[^@{blank}]+@[^@{blank}]+[.][^@{blank}.]+$")
    arms = [
        (cell.is_gone, w.whole(truth.missing)),
        (w.exp.Not(this=w.exp.paren(is_address)), w.whole(truth.of_text("no address"))),
    ]
    for kind, names in domains.items():
        listed = "|".join(_escaped(name) for name in sorted(names))
        found = w.matches(cell.key(names), f"^[^@]*@({listed})$")
        arms.append((found, w.whole(truth.of_text(kind))))
    roles = "|".join(_escaped(name) for name in sorted(ROLES))
    arms.append((w.matches(cell.key(ROLES), f"^({roles})@[^@]*$"), w.whole(truth.of_text("role"))))
    return w.case(arms, w.whole(truth.of_text("company")))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _inside(letter: str) -> str:
    """Write a character inside a class of a regular expression."""
    return f"\\{letter}" if _SPECIAL.fullmatch(letter) else letter
