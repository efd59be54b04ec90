"""A card as Marketo score tokens: one row a token, and whom its change of score is for."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from calibrate.errors import CalibrateError
from calibrate.export.crm import Asked, Rule, rules_of
from calibrate.present.numbers import number_text
from calibrate.present.spreadsheet import harmless
from calibrate.present.terminal import clean
from calibrate.scorecard import Scorecard

_HEADER = ("token", "type", "value", "filter")

_OPERATORS = {
    "any_of": "is",
    "none_of": "is not",
    "at_least": "at least",
    "below": "less than",
    "known": "is not empty",
    "unknown": "is empty",
    "is": "is",
    "is_not": "is not",
    "times": "min. number of times",
}
_AGAIN = (
    "Changes of a score add up whenever they run: set the score to 0, then run each campaign once."
)
_LINE_ENDS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def marketo(card: Scorecard) -> str:
    """Write a card for Marketo.

    Parameters
    ----------
    card : Scorecard

    Returns
    -------
    str
        CSV: a token of type score a row, its value with the sign that Marketo wants, and the filter
        of the smart campaign that changes the score by it; several values stand one a line. Texts
        that a spreadsheet would run as formulas have an apostrophe before them. Rows whose type is
        ``note`` say what to know.

    Raises
    ------
    CalibrateError
        For a card with caps, which changes of score cannot keep, and for values of several lines.
    """
    found = rules_of(card, lists=False)
    _refuse(card, found.rules)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    taken: set[str] = set()
    rows = [_row(rule, taken) for rule in found.rules if rule.points]
    width = max((len(row) for row in rows), default=len(_HEADER))
    pairs = range(1, (width - len(_HEADER)) // 2 + 1)
    conditions = [f"{name} {pair}" for pair in pairs for name in ("operator", "values")]
    writer.writerow([*_HEADER, *conditions])
    for row in rows:
        writer.writerow([*map(harmless, row), *[""] * (width - len(row))])
    for note in (_AGAIN, *found.notes):
        writer.writerow([harmless(clean(note)), "note", *[""] * (width - 2)])
    return out.getvalue()


def _refuse(card: Scorecard, rules: Sequence[Rule]) -> None:
    problems = [
        f"the points of the group {group} are capped at {most}"
        for group, most in card.points.caps.items()
        if any(rule.group == group for rule in rules if rule.field is not None)
    ]
    several = {
        clean(value)[:60]: clean(rule.attribute)[:60]
        for rule in rules
        for asked in rule.asked
        for value in asked.values
        if _LINE_ENDS.search(value)
    }
    problems += [
        f"`{attribute}`: `{value}` goes over several lines" for value, attribute in several.items()
    ]
    if problems:
        raise CalibrateError(
            f"card `{clean(card.name)}`: {'; '.join(problems)}. Changes of a score in Marketo "
            f"cannot keep that. Calibrate without it, or export the card in another format.",
            problems,
        )


def _row(rule: Rule, taken: set[str]) -> list[str]:
    cells = [_token(rule, taken), "score", f"{rule.points:+d}", rule.field or "everybody"]
    for asked in rule.asked:
        cells += [_OPERATORS[asked.how], _values(asked)]
        if asked.how == "times":
            cells += ["in past", f"{asked.days} days"]
    return cells


def _token(rule: Rule, taken: set[str]) -> str:
    """Name a token; braces would end it."""
    plain = re.sub(r"[{}]", "_", clean(f"{rule.attribute} - {rule.level}"))
    name, number = plain, 1
    while name.lower() in taken:
        number += 1
        name = f"{plain} ({number})"
    taken.add(name.lower())
    return f"{{{{my.{name}}}}}"


def _values(asked: Asked) -> str:
    if asked.how == "times":
        return str(asked.least)
    if asked.how in ("at_least", "below", "is", "is_not"):
        return number_text(asked.number)
    return "\n".join(asked.values)
