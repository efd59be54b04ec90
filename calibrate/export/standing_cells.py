"""Hidden cells that reckon what decides about a lead beside its points: each takes one step.

A veto, a gate and a must-contact level have a cell of their own, which hands on what the cells
before it found. So no formula grows with the policy, and whoever looks sees where a lead fell out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrate.export.lists import Lists
from calibrate.policy.conditions import condition_text
from calibrate.policy.standing import out_names
from calibrate.present.sheets.page import label_of

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard

_NO_TEXT = '""'


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell, or a constant, and its value: of a lead, for one of which nothing is known."""

    at: str
    empty: str | int


Put = Callable[[str, str | int], Cell]
"""Writes a hidden cell: its formula, and its value for a lead of which nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateWords:
    """What is said of a gate, by cell: its name, and each of its conditions in words."""

    name: Cell
    conditions: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a policy, each in a cell of the hidden sheet."""

    vetoes: tuple[Cell, ...]
    gates: tuple[GateWords, ...]
    sure: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """Where a lead stands, by cell.

    Attributes
    ----------
    said : str
        Why it is out; an empty text where it is not.
    sure : str
        The level for which it must be contacted, whether or not it is out.
    met : str
        How many conditions of the first gate it meets.
    digit : str
        What is shown before its score.
    """

    said: str
    sure: str
    met: str
    digit: str


def words_of(card: Scorecard, lists: Lists) -> Words:
    """Write the words of a policy."""

    def add(text: str) -> Cell:
        shown = label_of(text)
        return Cell(at=lists.add("policy", [shown]), empty=shown)

    names = out_names(card.vetoes, card.gates)
    return Words(
        vetoes=tuple(add(name) for name in names[: len(card.vetoes)]),
        gates=tuple(
            GateWords(
                name=add(gate.name),
                conditions=tuple(add(condition_text(one)) for one in gate.conditions),
            )
            for gate in card.gates
        ),
        sure=tuple(add(f"{one.attribute}: {one.label}") for one in card.must_contact),
    )


def cells_needed(card: Scorecard) -> int:
    """Count the hidden cells that the policy takes for each lead."""
    gates = sum(2 + len(gate.conditions) for gate in card.gates)
    return len(card.vetoes) + gates + len(card.must_contact) + 2 * (card.grid is not None)


def put_standing(card: Scorecard, words: Words, tested: Sequence[Cell], put: Put) -> Stands:
    """Write the cells of one lead that say where it stands.

    Parameters
    ----------
    card : Scorecard
    words : Words
    tested : sequence of Cell
        What each test of the policy is worth for the lead, in their order.
    put : callable
    """
    left = iter(tested)
    said = Cell(at=_NO_TEXT, empty="")
    for name in words.vetoes:
        said = _first(said, next(left), name, put)
    sure = Cell(at=_NO_TEXT, empty="")
    for name in words.sure:
        sure = _first(sure, next(left), name, put)
    first_met = None
    for gate, told in zip(card.gates, words.gates, strict=True):
        conditions = [next(left) for _ in gate.conditions]
        number = sum(int(one.empty) for one in conditions)
        met = put("=" + "+".join(one.at for one in conditions), number)
        lacking = _lacking(told, conditions, put)
        of = f" of {len(conditions)}, needs {gate.needs}; lacks "
        text = f'{told.name.at}&": "&{met.at}&"{of}"&{lacking.at}'
        fails = f"{told.name.empty}: {number}{of}{lacking.empty}" if number < gate.needs else ""
        said = put(
            f'=IF(LEN({said.at})>0,{said.at},IF({met.at}<{gate.needs},{text},""))',
            said.empty or fails,
        )
        first_met = first_met or met
    return Stands(
        said=said.at,
        sure=sure.at,
        met="0" if first_met is None else first_met.at,
        digit=next(left).at if card.size_prefix is not None else "0",
    )


def _first(before: Cell, test: Cell, name: Cell, put: Put) -> Cell:
    """Keep what was said before, or say this name where the test holds."""
    return put(
        f'=IF(LEN({before.at})>0,{before.at},IF({test.at}>0,{name.at},""))',
        before.empty or (name.empty if test.empty else ""),
    )


def _lacking(told: GateWords, conditions: Sequence[Cell], put: Put) -> Cell:
    """Join the words of the conditions that a lead does not meet."""
    lacking = Cell(at=_NO_TEXT, empty="")
    for name, one in zip(told.conditions, conditions, strict=True):
        mark = f'IF(LEN({lacking.at})>0,"; ","")'
        joined = f"{lacking.empty}; {name.empty}" if lacking.empty else name.empty
        lacking = put(
            f'={lacking.at}&IF({one.at}>0,"",{mark}&{name.at})',
            lacking.empty if one.empty else joined,
        )
    return lacking
