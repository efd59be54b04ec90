"""Where leads stand: out by a veto or a gate, must-contact, or decided by their points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from calibrate.engines.base import (
    BY_POINTS,
    MUST_CONTACT,
    OUT,
    ColumnPoints,
    Needs,
    Scoring,
    StandingCounts,
)
from calibrate.engines.judging import Flags
from calibrate.levels import Levels
from calibrate.policy.conditions import Tested, condition_text, meets
from calibrate.policy.rated import Rated, rated_frame
from calibrate.rules import BY_THEIR_POINTS, SURE, GatePart, SizePrefixPart
from calibrate.scores import ScoreTable, by_score
from calibrate.shown import AsTable

if TYPE_CHECKING:
    import pandas as pd


def with_policy(
    scoring: Scoring,
    levels: Mapping[str, Levels],
    *,
    vetoes: Sequence[Mapping[str, Tested]],
    gates: Sequence[GatePart],
    must_contact: Iterable[tuple[str, int]],
    prefix: SizePrefixPart | None = None,
) -> Scoring:
    """Put a policy above the points.

    Parameters
    ----------
    scoring : Scoring
    levels : mapping of str to Levels
        Those of every attribute of the card.
    vetoes : sequence of condition
    gates : sequence of GatePart
    must_contact : iterable of (str, int)
        Attribute, and number of the level.
    prefix : SizePrefixPart, optional
    """
    return replace(
        scoring,
        vetoes=tuple(meets(one, levels) for one in vetoes),
        gates=tuple(
            Needs(
                conditions=tuple(meets(one, levels) for one in gate.conditions),
                at_least=gate.needs,
            )
            for gate in gates
        ),
        must_contact=tuple(
            _on_level(attribute, levels[attribute], number) for attribute, number in must_contact
        ),
        prefix=None if prefix is None else _digits(prefix, levels),
    )


def _on_level(attribute: str, levels: Levels, number: int) -> ColumnPoints:
    return ColumnPoints(
        column=attribute,
        levels=levels,
        points=tuple(int(place == number) for place in range(len(levels.levels))),
        otherwise=0,
    )


def _digits(prefix: SizePrefixPart, levels: Mapping[str, Levels]) -> ColumnPoints:
    each = [
        (meets({prefix.attribute: (value,)}, levels), digit)
        for value, digit in prefix.digits.items()
    ]
    return ColumnPoints(
        column=prefix.attribute,
        levels=Levels(
            kind=each[0][0].levels.kind,
            levels=tuple(level for one, _ in each for level in one.levels.levels),
            decimal_comma=each[0][0].levels.decimal_comma,
        ),
        points=tuple(digit for one, digit in each for _ in one.points),
        otherwise=0,
    )


@dataclass(frozen=True, kw_only=True)
class Standings(AsTable):
    """Counted leads by where they stand.

    Attributes
    ----------
    counts : StandingCounts
    vetoes, gates : tuple
        In whose order the counts are numbered.
    """

    counts: StandingCounts
    vetoes: Sequence[Mapping[str, Tested]]
    gates: Sequence[GatePart]

    @property
    def everyone(self) -> ScoreTable:
        """Leads and customers per score, wherever they stand."""
        return self._table(self.counts.standing >= 0)

    @property
    def deciding(self) -> ScoreTable:
        """Leads and customers per score, of leads whose points decide."""
        return self._table(self.counts.standing == BY_POINTS)

    @property
    def must_contact(self) -> int:
        """Leads that go to sales whatever their score."""
        return int(self.counts.leads[self.counts.standing == MUST_CONTACT].sum())

    def __repr__(self) -> str:
        return f"Standings({'; '.join(f'{one.name}: {one.leads} leads' for one in self.each)})"

    def to_frame(self) -> pd.DataFrame:
        """Give one row a veto, a gate, and so on, in the order in which they are asked."""
        return rated_frame(self.each, "standing")

    @property
    def each(self) -> tuple[Rated, ...]:
        """Vetoes, gates, must-contact and the rest, in the order in which they are asked."""
        names = standing_names(self.vetoes, self.gates)
        return tuple(
            Rated(
                name=name,
                leads=int(self.counts.leads[self.counts.standing == code].sum()),
                customers=int(self.counts.customers[self.counts.standing == code].sum()),
            )
            for code, name in names.items()
        )

    def _table(self, rows: Flags) -> ScoreTable:
        counts = self.counts
        return by_score(counts.scores[rows], counts.leads[rows], counts.customers[rows])


def out_names(vetoes: Sequence[Mapping[str, Tested]], gates: Sequence[GatePart]) -> list[str]:
    """Name vetoes and gates in the order in which they are asked."""
    return [*(f"veto, {condition_text(one)}" for one in vetoes), *(gate.name for gate in gates)]


def standing_names(
    vetoes: Sequence[Mapping[str, Tested]], gates: Sequence[GatePart]
) -> dict[int, str]:
    """Name what decides about leads, by its number, in the order in which they are asked."""
    names = {OUT + number: name for number, name in enumerate(out_names(vetoes, gates))}
    return names | {MUST_CONTACT: SURE, BY_POINTS: BY_THEIR_POINTS}


def gate_words(gate: GatePart, met: Flags, out: Flags) -> list[str]:
    """Say of leads that fail a gate what they lack; nothing of the others.

    Parameters
    ----------
    gate : GatePart
    met : ndarray of bool, shape (conditions, n)
    out : ndarray of bool, shape (n,)
        Who fails it.

    Examples
    --------
    >>> gate = GatePart(name="stakes", at_least=2, of=[{"budget": ["yes"]}, {"need": ["yes"]}])
    >>> gate_words(gate, np.array([[True, True], [True, False]]), np.array([False, True]))
    ['', 'stakes: 1 of 2, needs 2; lacks need: yes']
    """
    named = [condition_text(one) for one in gate.conditions]
    total = len(named)
    patterns, places = np.unique(met.T, axis=0, return_inverse=True)
    words = []
    for pattern in patterns:
        lacking = "; ".join(name for name, is_met in zip(named, pattern, strict=True) if not is_met)
        words.append(
            f"{gate.name}: {int(pattern.sum())} of {total}, needs {gate.needs}; lacks {lacking}"
        )
    return [
        words[place] if is_out else "" for place, is_out in zip(places.ravel(), out, strict=True)
    ]
