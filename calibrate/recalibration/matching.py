"""Which levels of two cards are the same, which came, which went, which bands were cut anew."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from calibrate.levels import MISSING, OTHER, Level, Levels, fold
from calibrate.recalibration.parts import BandsMove, ListMove, What
from calibrate.scorecard import Scorecard
from calibrate.scorecard.parts import CardAttributePart, LevelPart
from calibrate.stats.changes import rate_changes

Key = tuple[str | float | frozenset[str] | None, ...]


def key_of(level: Level, pooled: frozenset[str]) -> Key:
    """Give what makes a level the same on two cards: its values, or its ends.

    Examples
    --------
    >>> key_of(Level(text="Fair"), frozenset()) == key_of(Level(text=" fair"), frozenset({"x"}))
    True
    """
    if level.is_band:
        return ("band", level.low, level.below)
    name = fold(str(level.text))
    members = pooled if name == OTHER else frozenset(fold(one) for one in level.members)
    return (name, members)


def keys_of(attribute: CardAttributePart) -> list[Key]:
    """Give the keys of all levels of an attribute."""
    pooled = frozenset(fold(one) for one in attribute.pooled)
    return [key_of(one.as_level, pooled) for one in attribute.levels]


def in_both(old: Scorecard, new: Scorecard) -> list[tuple[CardAttributePart, CardAttributePart]]:
    """Pair the attributes that stand on both cards, in the order of the old one."""
    by_name = {fold(one.name): one for one in new.attributes}
    return [(one, by_name[fold(one.name)]) for one in old.attributes if fold(one.name) in by_name]


def only_in(one: Scorecard, other: Scorecard) -> tuple[str, ...]:
    """Name the attributes of a card that another has not."""
    names = {fold(attribute.name) for attribute in other.attributes}
    return tuple(each.name for each in one.attributes if fold(each.name) not in names)


def same_levels(
    old: CardAttributePart, new: CardAttributePart
) -> list[tuple[LevelPart, LevelPart | None]]:
    """Give every level of the old attribute, and the same one of the new where there is one."""
    found = dict(zip(keys_of(new), new.levels, strict=True))
    return [(one, found.get(key)) for key, one in zip(keys_of(old), old.levels, strict=True)]


def bands_move(old: CardAttributePart, new: CardAttributePart) -> BandsMove | None:
    """Say how the bands of a number were cut then and now; None where they are the same."""
    then, now = old.as_levels, new.as_levels
    if "number" not in (then.kind, now.kind) or then.edges == now.edges:
        return None
    return BandsMove(attribute=old.name, then=_edges(then), now=_edges(now))


def _edges(levels: Levels) -> str:
    if levels.kind != "number":
        return f"a {levels.kind}"
    return "; ".join(one.label for one in levels.levels if one.is_band)


def list_moves(
    pairs: list[tuple[CardAttributePart, CardAttributePart]], then: int, now: int
) -> list[tuple[ListMove, float]]:
    """Find levels that came or went, each with the p-value of its share of leads.

    Parameters
    ----------
    pairs : list of (old attribute, new attribute)
    then, now : int
        Leads that taught either card.
    """
    return [found for old, new in pairs for found in _of_attribute(old, new, then, now)]


def _of_attribute(
    old: CardAttributePart, new: CardAttributePart, then: int, now: int
) -> Iterator[tuple[ListMove, float]]:
    leads_then, leads_now = _by_name(old), _by_name(new)
    pooled_then, pooled_now = ({fold(n) for n in one.pooled} for one in (old, new))
    members = {fold(m) for one in old.levels for m in (*one.members, one.level or "")}
    for name, (shown, leads) in leads_now.items():
        if name in leads_then or name in members:
            continue
        known = name in pooled_then
        p_value = _grown_p(old, then, leads, now) if known else _share_p(0, then, leads, now)
        what: What = "stands alone now" if known else "new"
        yield (
            ListMove(attribute=old.name, level=shown, what=what, then=0, now=leads, q_value=np.nan),
            p_value,
        )
    grouped = {fold(m) for one in new.levels for m in one.members}
    for name, (shown, leads) in leads_then.items():
        if name in leads_now or name in grouped:
            continue
        known = name in pooled_now
        p_value = np.nan if known else _share_p(leads, then, 0, now)
        what = "pooled now" if known else "vanished"
        yield (
            ListMove(attribute=old.name, level=shown, what=what, then=leads, now=0, q_value=np.nan),
            p_value,
        )


def _by_name(attribute: CardAttributePart) -> dict[str, tuple[str, int]]:
    return {
        fold(one.level): (one.level, one.evidence.leads)
        for one in attribute.levels
        if one.level is not None and fold(one.level) != OTHER
    }


def _grown_p(old: CardAttributePart, then: int, leads: int, now: int) -> float:
    """Test a level that was too rare then: at most it had all leads of ``(other)``."""
    place = old.as_levels.other
    most = 0 if place is None else old.levels[place].evidence.leads
    return _share_p(most, then, leads, now) if leads * then > most * now else float("nan")


def _share_p(leads_then: int, then: int, leads_now: int, now: int) -> float:
    return float(rate_changes([leads_then], [then], [leads_now], [now])[0][0])


def is_plain(level: Level) -> bool:
    """Say whether a level is a value or band of its own, not what is missing or pooled."""
    return level.is_band or fold(str(level.text)) not in (MISSING, OTHER)
