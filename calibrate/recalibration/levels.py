"""Every level of the old card, then and now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from calibrate.engines.base import Ints
from calibrate.policy.rated import Rated
from calibrate.recalibration.matching import same_levels
from calibrate.recalibration.parts import LevelMove
from calibrate.scorecard.parts import CardAttributePart, LevelPart
from calibrate.stats.changes import rate_changes
from calibrate.stats.effects import effect_changes

Shared = list[tuple[CardAttributePart, CardAttributePart]]
"""Attributes that stand on both cards: the old one, and the new."""
LevelCount = tuple[Ints, Ints]
"""Leads and customers on none of an attribute's levels, then of each level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An attribute of both cards, its old levels counted then and now.

    Attributes
    ----------
    old, new : CardAttributePart
    then, now : tuple of Rated or None
        Per old level; None where it cannot be counted now.
    elsewhere : int
        New leads on no old level.
    """

    old: CardAttributePart
    new: CardAttributePart
    then: tuple[Rated, ...]
    now: tuple[Rated | None, ...]
    elsewhere: int


def pairs_on_leads(
    pairs: Shared, count: Callable[[CardAttributePart], LevelCount | None]
) -> list[Pair]:
    """Count new leads on the old levels, bands included whose edges have moved since.

    Parameters
    ----------
    pairs : list of (CardAttributePart, CardAttributePart)
    count : callable
        Counts an attribute's old levels; None where its column is not there.
    """
    made = []
    for old, new in pairs:
        counted = count(old)
        if counted is None:
            made.append(_on_card(old, new))
            continue
        leads, customers = (one.tolist() for one in counted)
        now = tuple(
            Rated(name=then.name, leads=n, customers=x)
            for then, n, x in zip(_then(old), leads[1:], customers[1:], strict=True)
        )
        made.append(Pair(old=old, new=new, then=_then(old), now=now, elsewhere=leads[0]))
    return made


def pairs_on_cards(pairs: Shared) -> list[Pair]:
    """Take from the cards alone what they have in common."""
    return [_on_card(old, new) for old, new in pairs]


def _on_card(old: CardAttributePart, new: CardAttributePart) -> Pair:
    matched = same_levels(old, new)
    now = tuple(None if one is None else _rated(one) for _, one in matched)
    total = sum(one.evidence.leads for one in new.levels)
    on_old = sum(one.leads for one in now if one is not None)
    return Pair(old=old, new=new, then=_then(old), now=now, elsewhere=total - on_old)


def _then(old: CardAttributePart) -> tuple[Rated, ...]:
    return tuple(_rated(one) for one in old.levels)


def _rated(one: LevelPart) -> Rated:
    return Rated(
        name=one.as_level.label, leads=one.evidence.leads, customers=one.evidence.customers
    )


def level_moves(pairs: Sequence[Pair], then: Rated, now: Rated) -> tuple[LevelMove, ...]:
    """Test every level: its rate, and its effect beside the overall move.

    Parameters
    ----------
    pairs : sequence of Pair
    then, now : Rated
        Overall.
    """
    rows = [
        (pair, place, one)
        for pair in pairs
        for place, one in enumerate(pair.now)
        if one is not None
    ]
    old = [pair.then[place] for pair, place, _ in rows]
    sides = (
        ([one.customers for one in old], [one.leads for one in old]),
        ([one.customers for *_, one in rows], [one.leads for *_, one in rows]),
    )
    rates = rate_changes(*sides[0], *sides[1])
    effects = effect_changes(*sides, (then.customers, then.leads), (now.customers, now.leads))
    tests = np.array([*rates, *effects]).T.tolist()
    points = {id(pair): same_levels(pair.old, pair.new) for pair in pairs}
    return tuple(
        LevelMove(
            attribute=pair.old.name,
            level=one.name,
            then=pair.then[place],
            now=one,
            overall_then=then.close_rate or 0.0,
            overall_now=now.close_rate or 0.0,
            points_then=pair.old.levels[place].points,
            points_now=None if (new := points[id(pair)][place][1]) is None else new.points,
            p_value=p_value,
            q_value=q_value,
            own_p=own_p,
            own_q=own_q,
        )
        for (pair, place, one), (p_value, q_value, own_p, own_q) in zip(rows, tests, strict=True)
    )
