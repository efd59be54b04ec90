"""A card as one Python file that needs nothing but the standard library."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from typing import Any

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.base import ColumnPoints
from calibrate.engines.cells import number_or_text
from calibrate.export.standalone import score
from calibrate.export.truth import Truth
from calibrate.leads import Recipe
from calibrate.levels import fold
from calibrate.policy.conditions import condition_text
from calibrate.policy.standing import out_names
from calibrate.present.numbers import number_text
from calibrate.present.spreadsheet import harmless
from calibrate.recipes import MemberRecipe, columns_of, email_type
from calibrate.scorecard import Scorecard
from calibrate.scorecard.scored import scored_columns

# Whole modules, since it is their source that is written.
levels, recipes, cells, numbers, spreadsheet, scored, standalone = (
    sys.modules[one.__module__]
    for one in (fold, email_type, number_or_text, number_text, harmless, scored_columns, score)
)

_IMPORTS = """from __future__ import annotations

import csv
import datetime as dt
import math
import re
import sys
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any
"""
_CONSTANTS = (
    (levels, ("MISSING", "YES", "NO", "DECIMAL_COMMA", "THOUSANDS_COMMA", "_OF_NUMBERS")),
    (cells, ("_EXACT",)),
    (recipes, ("FREE_DOMAINS", "DISPOSABLE_DOMAINS", "ROLES", "_ADDRESS", "_LETTERS", "_VOWELS",
               "_CONSONANTS_ALONE")),
    (spreadsheet, ("_NUMBER_LIKE",)),
    (scored, ("NAMES", "MOST_POINTS", "MOST_SHOWN")),
)  # fmt: skip
_RULES = (
    levels.fold,
    levels.parse_number,
    levels.read_number,
    levels._meaning,
    numbers.number_text,
    recipes.members,
    recipes.email_type,
    recipes.has_spam_signs,
    spreadsheet.harmless,
)
_PART = re.compile(r"^# What stands between.*?^# end$", re.DOTALL | re.MULTILINE)
_DOCSTRING = re.compile(r'(\n    """.*?)\n\n.*?"""\n', re.DOTALL)


def python(card: Scorecard) -> str:
    """Write a card as Python.

    Parameters
    ----------
    card : Scorecard

    Returns
    -------
    str
        A module with ``score(lead)``, which gives ``score``, ``passes``, what else ``calibrate
        score`` tells but the reasons, and ``points``; run as a program, it scores a CSV table. The
        rules in it are calibrate's own, word for word.
    """
    recipes_of = {one.name: one.made_from for one in card.attributes}

    def entry(part: ColumnPoints, **further: Any) -> dict[str, Any]:
        return further | _attribute(part, recipes_of[part.column], card.missing)

    attributes = [entry(part) for part in card.scoring.columns]
    policy = _policy(card, entry)
    asked = [*attributes, *_entries_in(policy)]
    names = dict.fromkeys(name for one in asked for name in one["columns"])
    lines = [
        _IMPORTS,
        f"# The card {card.name!r}, made by {card.made.by!r}.",
        *_log_lines(asked, recipes_of),
        f"BASE = {card.points.base!r}",
        f"THRESHOLD = {card.threshold.score!r}",
        f"NOTHINGS = {card.missing!r}",
        f"COLUMNS = {tuple(names)!r}",
        f"ATTRIBUTES = {_written(tuple(attributes))}",
        *(f"{name} = {_written(value)}" for name, value in policy.items()),
        "",
        *(
            f"{name} = {_literal(getattr(module, name))}"
            for module, constants in _CONSTANTS
            for name in constants
        ),
        *(f"\n\n{_rule(one)}" for one in _RULES),
    ]
    written = "\n".join(lines)
    return _PART.sub(lambda _: written.rstrip("\n"), inspect.getsource(standalone))


def _policy(card: Scorecard, entry: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Give what stands above the points, by the names it has in the file."""
    scoring, probability, grid = card.scoring, card.probability, card.grid
    table = () if probability is None else probability.table
    return {
        "CAPS": tuple((tuple(sorted(cap.columns)), cap.most) for cap in scoring.caps),
        "FIT": tuple(sorted(scoring.fit)),
        "ENGAGEMENT": tuple(sorted(scoring.engagement)),
        "CLOSE_RATES": tuple((row.score, row.close_rate) for row in table),
        "TIERS": tuple((one.name, one.from_, one.action, one.within_hours) for one in card.tiers),
        "VETOES": tuple(
            entry(part, says=says)
            for part, says in zip(scoring.vetoes, out_names(card.vetoes, ()), strict=True)
        ),
        "GATES": tuple(
            {
                "name": gate.name,
                "needs": needs.at_least,
                "conditions": tuple(
                    entry(part, says=condition_text(one))
                    for part, one in zip(needs.conditions, gate.conditions, strict=True)
                ),
            }
            for needs, gate in zip(scoring.gates, card.gates, strict=True)
        ),
        "SURE": tuple(
            entry(part, says=f"{one.attribute}: {one.label}")
            for part, one in zip(scoring.must_contact, card.must_contact, strict=True)
        ),
        "GRID": None if grid is None else (grid.fit, grid.engagement),
        "SIZE": None if scoring.prefix is None else entry(scoring.prefix),
    }


def _entries_in(policy: dict[str, Any]) -> list[dict[str, Any]]:
    of_gates = (one for gate in policy["GATES"] for one in gate["conditions"])
    size = () if policy["SIZE"] is None else (policy["SIZE"],)
    return [*policy["VETOES"], *of_gates, *policy["SURE"], *size]


def _attribute(
    part: ColumnPoints, recipe: Recipe | None, nothings: tuple[str, ...]
) -> dict[str, Any]:
    """Give all that the file must know of an attribute."""
    found, points = part.levels, part.points
    is_behaviour = isinstance(recipe, BehaviourRecipe)
    made = None if isinstance(recipe, BehaviourRecipe) else recipe
    entry: dict[str, Any] = {
        "name": part.column,
        "made": "behaviour" if is_behaviour else None if made is None else made.as_,
        "columns": (part.column,) if made is None else columns_of(made),
        "kind": found.kind,
        "missing": Truth(part=part, nothings=() if is_behaviour else nothings).missing,
        "otherwise": part.otherwise,
        "decimal_comma": found.decimal_comma,
    }
    if isinstance(recipe, MemberRecipe):
        entry |= {"member": fold(recipe.member), "separator": recipe.separator}
    if found.kind == "number":
        bands = zip(found.levels, points, strict=True)
        entry["edges"] = found.edges
        entry["points"] = tuple(worth for level, worth in bands if level.is_band)
    else:
        entry["values"] = {name: points[place] for name, place in found.position.items()}
        entry["meanings"] = {meaning: points[place] for meaning, place in found.meaning.items()}
    return entry


def _log_lines(attributes: list[dict[str, Any]], recipes_of: dict[str, Recipe | None]) -> list[str]:
    made = [
        one["name"] for one in attributes if isinstance(recipes_of[one["name"]], BehaviourRecipe)
    ]
    if not made:
        return []
    return [
        "# Made from a log of events; give each lead their values:",
        *(f"#   {n!r}" for n in made),
    ]


def _written(value: Any, depth: int = 0) -> str:
    """Write tuples and mappings one entry a line, as far as they hold further ones."""
    is_entry = isinstance(value, dict) and "name" in value
    if not is_entry and not (isinstance(value, tuple) and isinstance(next(iter(value), 0), dict)):
        return repr(value)
    inside, ends = "    " * (depth + 1), "    " * depth
    if isinstance(value, dict):
        lines = [f"{inside}{key!r}: {_written(one, depth + 1)},\n" for key, one in value.items()]
        return "{\n" + "".join(lines) + ends + "}"
    lines = [f"{inside}{_written(one, depth + 1)},\n" for one in value]
    return "(\n" + "".join(lines) + ends + ")"


def _literal(value: Any) -> str:
    if isinstance(value, re.Pattern):
        flags = ", re.ASCII" if value.flags & re.ASCII else ""
        return f"re.compile({value.pattern!r}{flags})"
    if isinstance(value, frozenset):
        return f"frozenset({sorted(value)!r})"
    return repr(value)


def _rule(function: Any) -> str:
    """Give a function as it stands, its docstring down to the first line."""
    return _DOCSTRING.sub(r'\1"""' + "\n", inspect.getsource(function), count=1).rstrip("\n")
