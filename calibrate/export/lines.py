"""What the workbook tells of a lead once its score is known, each as one formula."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrate.engines.columns import TextColumn
from calibrate.export.lists import Lists
from calibrate.policy.grid import LETTERS
from calibrate.present.sheets.page import label_of
from calibrate.scorecard.scored import MOST_POINTS, MOST_SHOWN
from calibrate.scoring import score_columns

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard

PASSES, DOES_NOT = "passes", "does not pass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of what comes out for a lead.

    Attributes
    ----------
    name : str
    formula : str
        With ``{score}``, ``{said}``, ``{sure}``, ``{met}``, ``{digit}``, ``{fit}`` and
        ``{engagement}`` for the cells of these.
    empty : str, int or float
        What it is for a lead of which nothing is known.
    width : float
    is_share : bool
    """

    name: str
    formula: str
    empty: str | float
    width: float = 14
    is_share: bool = False


def empty_lead(card: Scorecard) -> dict[str, Any]:
    """Give what the card tells of a lead of which nothing is known."""
    nothing = TextColumn(codes=np.zeros(1, dtype=np.int8), texts=())
    scored = score_columns(card.scoring, dict.fromkeys(card.scoring.needed, nothing), 1)
    told = card.columns_of(scored, as_of=dt.date(2000, 1, 1))
    return {name: np.asarray(values, object).tolist()[0] for name, values in told.items()}


def lines_of(
    card: Scorecard, told: Mapping[str, Any], threshold: str, lists: Lists
) -> tuple[Line, ...]:
    """Give what is told of a lead, as far as the card has a policy for it.

    Parameters
    ----------
    card : Scorecard
    told : mapping of str
        What the card tells of a lead of which nothing is known.
    threshold : str
        The cell of the threshold.
    lists : Lists
    """
    empty = {**told} | {"passes": PASSES if told["passes"] else DOES_NOT}
    return tuple(
        Line(
            name=name,
            formula=f'=IF(ISNUMBER({{score}}),{formula},"")',
            empty=_shown(empty[key]),
            width=width,
            is_share=key == "close_rate",
        )
        for name, key, formula, width in _formulas(card, threshold, lists)
    )


def _shown(value: Any) -> str | float:
    if value is None:
        return ""
    return label_of(value) if isinstance(value, str) else value


def _formulas(
    card: Scorecard, threshold: str, lists: Lists
) -> Iterator[tuple[str, str, str, float]]:
    """Give name, column of the card, formula for a lead with a score, and width of each line."""
    is_out = "LEN({said})>0" if card.vetoes or card.gates else ""
    is_sure = "LEN({sure})>0" if card.must_contact else ""
    passes = f'IF({{score}}>={threshold},"{PASSES}","{DOES_NOT}")'
    passes = _unless(is_out, f'"{DOES_NOT}"', _unless(is_sure, f'"{PASSES}"', passes))
    yield "Result", "passes", passes, 14
    if card.tiers:
        starts = lists.add("tiers from", [one.from_ for one in card.tiers])
        names = [label_of(one.name) for one in card.tiers]
        yield "Tier", "tier", _unless(is_out, '""', _tier(card, starts, names, lists)), 16
    if card.probability is not None:
        table = card.probability.table
        scores = lists.add("scores", [one.score for one in table])
        rates = lists.add("close rates", [one.close_rate for one in table])
        yield (
            "Close rate",
            "close_rate",
            _row(f"MAX({{score}},{table[0].score})", scores, rates),
            11,
        )
    if is_out:
        yield "Kept out by", "gate", "{said}", 30
    if is_sure:
        yield "Must contact", "must_contact", _unless(is_out, '""', "{sure}"), 22
    if card.grid is not None:
        grade = f'MID("{LETTERS}",{_quarter("{fit}", card.grid.fit)},1)'
        grade += f"&{_quarter('{engagement}', card.grid.engagement)}"
        yield "Fit", "fit", "{fit}", 8
        yield "Engagement", "engagement", "{engagement}", 12
        yield "Grade", "grade", grade, 8
    if card.gates:
        yield "Stakes", "stakes", f"100*{{met}}+MIN(MAX({{score}},0),{MOST_POINTS})", 9
    if card.size_prefix is not None:
        yield "Shown", "shown", f"1000*{{digit}}+MIN(MAX({{score}},0),{MOST_SHOWN})", 9
    if any(one.action for one in card.tiers):
        actions = [label_of(one.action or "") for one in card.tiers]
        action = _tier(card, starts, actions, lists)
        top = f'"{actions[-1]}"' if not actions[-1] else lists.add("top action", [actions[-1]])
        yield "Action", "action", _unless(is_out, '""', _unless(is_sure, top, action)), 22


def _unless(condition: str, otherwise: str, value: str) -> str:
    return f"IF({condition},{otherwise},{value})" if condition else value


def _tier(card: Scorecard, starts: str, words: Sequence[str], lists: Lists) -> str:
    """Give the word of the tier a score is in; nothing under the lowest."""
    found = _row("{score}", starts, lists.add("tiers", words))
    return f'IF({{score}}<{card.tiers[0].from_},"",{found}&"")'


def _row(value: str, starts: str, words: str) -> str:
    """Look up the last row that begins at or under a value."""
    return f"INDEX({words},MATCH({value},{starts},1))"


def _quarter(value: str, cuts: Sequence[int]) -> str:
    above = [f"IF({value}<{cut},1,0)" for cut in cuts]
    return f"({'+'.join(['1', *above])})"
