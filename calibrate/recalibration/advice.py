"""Keep, refresh or rebuild: the advice of a comparison, with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from calibrate.policy.rated import Rated
from calibrate.present.numbers import count_text, lift_text, p_text, percent_text
from calibrate.recalibration.parts import ALPHA, Contest, LevelMove, ListMove, ShareMove
from calibrate.scorecard import Scorecard
from calibrate.scorecard.parts import CardAttributePart
from calibrate.stats.stability_index import LARGE
from calibrate.validation.verdict import CHANCE, MOST_LOST, MOST_MOVED

Advice = Literal["keep", "refresh", "rebuild"]

MOST_GONE = 0.5
"""A card of which so much of its range has no effect any more is another card."""
_ALPHA = 0.05
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What the advice rests on.

    Attributes
    ----------
    old, new : Scorecard
    then, now : Rated
        Overall.
    overall_p : float
        That the overall rate is what it was.
    levels : tuple of LevelMove
    gone : tuple of str
        Attributes that are on the old card alone.
    lists : tuple of ListMove
    score : ShareMove or None
    contest : Contest or None
    """

    old: Scorecard
    new: Scorecard
    then: Rated
    now: Rated
    overall_p: float
    levels: tuple[LevelMove, ...]
    gone: tuple[str, ...]
    lists: tuple[ListMove, ...]
    score: ShareMove | None
    contest: Contest | None


def advise(drift: Drift) -> tuple[Advice, tuple[str, ...]]:
    """Give the advice and its reasons.

    Parameters
    ----------
    drift : Drift

    Returns
    -------
    advice : {"keep", "refresh", "rebuild"}
        *rebuild* when an attribute that earned points is gone, attributes with at least half of the
        card's range have lost their effect, the overall rate moved by a factor of more than 2 and
        not by luck, or the old card ranks later leads at chance or more than 0.05 below what was to
        be expected, its interval excluding that; *refresh* when the overall rate, an effect on the
        card, a new level or the mix of scores has moved, or the new card ranks leads that taught
        neither better; *keep* otherwise, and when the old one ranks those better.
    reasons : tuple of str
    """
    against = [*_lost(drift), *_faded(drift), *_other_rate(drift), *_ranks_badly(drift)]
    moved = [
        *_rate_moved(drift),
        *_effects(drift),
        *_arrivals(drift),
        *_mix(drift),
        *_newcomers(drift),
    ]
    better = _better(drift)
    duel = [_duel(drift, "better" if better > 0 else "worse")] if better else []
    if against:
        return "rebuild", (*against, *duel, *moved)
    if better < 0:
        return "keep", (*duel, *moved)
    moved = [*duel, *moved]
    return ("refresh", tuple(moved)) if moved else ("keep", tuple(_holds(drift)))


def earning(card: Scorecard) -> dict[str, CardAttributePart]:
    """Give the attributes of a card that earn points, by name."""
    return {one.name: one for one in card.attributes if _range(one)}


def _range(one: CardAttributePart) -> int:
    points = [one.otherwise, *(level.points for level in one.levels)]
    return max(points) - min(points)


def faded(drift: Drift) -> list[str]:
    """Name attributes that earned points, whose effect moved, and that earn none now."""
    now = earning(drift.new)
    moved = {one.attribute for one in drift.levels if one.move == "own"}
    return [name for name in earning(drift.old) if name in moved and name not in now]


def _lost(drift: Drift) -> Iterator[str]:
    names = [name for name in earning(drift.old) if name in drift.gone]
    if names:
        yield (
            f"{_listed(names)} earned points and {_are(names)} not on the new card: the column is "
            f"gone, left out or withheld."
        )


def _faded(drift: Drift) -> Iterator[str]:
    names, before = faded(drift), earning(drift.old)
    whole = sum(_range(one) for one in before.values())
    share = sum(_range(before[name]) for name in names) / whole if whole else 0.0
    if share >= MOST_GONE:
        yield (
            f"{_listed(names)} made {percent_text(share, 0)} of the card's range and "
            f"{'has' if len(names) == 1 else 'have'} no effect any more."
        )


def _times(drift: Drift) -> tuple[float, float]:
    return drift.then.close_rate or 0.0, drift.now.close_rate or 0.0


def _other_rate(drift: Drift) -> Iterator[str]:
    then, now = _times(drift)
    is_far = now > MOST_MOVED * then or then > MOST_MOVED * now
    if is_far and drift.overall_p <= ALPHA:
        yield (
            f"Leads close {lift_text(now / then) if then else 'many'} times as often as then: "
            f"{percent_text(now)}, then {percent_text(then)}. These are other leads, or another "
            f"outcome, than the card was made for."
        )


def _rate_moved(drift: Drift) -> Iterator[str]:
    then, now = _times(drift)
    is_far = now > MOST_MOVED * then or then > MOST_MOVED * now
    if drift.overall_p <= ALPHA and not is_far:
        yield (
            f"The overall close rate moved from {percent_text(then)} to {percent_text(now)} (p "
            f"{p_text(drift.overall_p)}): points still rank, but close rates foretold and the "
            f"threshold's promise are out of date."
        )


def _ranks_badly(drift: Drift) -> Iterator[str]:
    found = drift.contest
    if found is None or found.old_now is None:
        return
    one, expected = found.old_now, found.expected
    ends = f"{percent_text(one.low)} to {percent_text(one.high)}"
    if one.low <= CHANCE:
        yield (
            f"The old score does not tell customers from others among later leads: the customer "
            f"scores higher in {percent_text(one.auc)} of pairs (95 %: {ends}); a coin does 50 %."
        )
    elif expected is not None and one.auc < expected - MOST_LOST and one.high < expected:
        yield (
            f"The old score ranks later leads worse than it was made to: customers score higher in "
            f"{percent_text(one.auc)} of pairs (95 %: {ends}), and {percent_text(expected)} was to "
            f"be expected."
        )


def _effects(drift: Drift) -> Iterator[str]:
    paid = earning(drift.old).keys() | earning(drift.new).keys()
    gone = faded(drift)
    if gone:
        yield f"{_listed(gone)} had an effect and {'has' if len(gone) == 1 else 'have'} none now."
    moved = [
        one
        for one in drift.levels
        if one.move == "own" and one.attribute in paid and one.attribute not in gone
    ]
    if moved:
        moved.sort(key=lambda one: one.own_p)
        yield (
            f"{count_text(len(moved))} {'level' if len(moved) == 1 else 'levels'} moved otherwise "
            f"than leads overall: {_named_levels(moved)}."
        )


def _named_levels(moved: Sequence[LevelMove]) -> str:
    named = [
        f"`{one.attribute}: {one.level}` (lift {lift_text(one.lift_then)}, now "
        f"{lift_text(one.lift_now)})"
        for one in moved[:_NAMED]
    ]
    return ", ".join(named) + (" and others" if len(moved) > _NAMED else "")


def _arrivals(drift: Drift) -> Iterator[str]:
    new = [one for one in drift.lists if one.what == "new" and one.is_no_luck]
    if new:
        named = ", ".join(f"`{one.attribute}: {one.level}`" for one in new[:_NAMED])
        more = " and others" if len(new) > _NAMED else ""
        leads = count_text(sum(one.now for one in new))
        yield f"The old card has no points for {named}{more}, on {leads} leads."
    grown = [one for one in drift.lists if one.what == "stands alone now" and one.is_no_luck]
    if grown:
        named = ", ".join(
            f"`{one.attribute}: {one.level}` (now on {count_text(one.now)} leads)"
            for one in grown[:_NAMED]
        )
        more = " and others" if len(grown) > _NAMED else ""
        yield f"On the old card too rare for points of their own were {named}{more}."


def _mix(drift: Drift) -> Iterator[str]:
    one = drift.score
    if one is not None and one.q_value <= ALPHA and one.index.index >= LARGE:
        yield (
            f"Scores are spread otherwise than then (stability index "
            f"{lift_text(one.index.index)}): the threshold lets another share of leads pass."
        )


def _newcomers(drift: Drift) -> Iterator[str]:
    known = {one.name for one in drift.old.attributes}
    new = [name for name in earning(drift.new) if name not in known]
    if new:
        yield f"{_listed(new)} {_are(new)} not on the old card and {_earn(new)} points on the new."


def _better(drift: Drift) -> int:
    paired = None if drift.contest is None else drift.contest.paired
    if paired is None or not paired.p_value <= _ALPHA:
        return 0
    return 1 if paired.difference > 0 else -1


def _duel(drift: Drift, word: str) -> str:
    assert drift.contest is not None
    paired = drift.contest.paired
    assert paired is not None
    return (
        f"On {count_text(drift.contest.leads)} leads that taught neither card the new one ranks "
        f"{word}: customers score higher in {percent_text(paired.new)} of pairs, by the old card "
        f"in {percent_text(paired.old)} (p {p_text(paired.p_value)})."
    )


def _holds(drift: Drift) -> Iterator[str]:
    then, now = _times(drift)
    yield (
        f"Nothing on the card has moved further than luck moves it: the overall close rate is "
        f"{percent_text(now)}, then {percent_text(then)}, and every effect is what it was as far "
        f"as {count_text(drift.now.leads)} leads can tell."
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _earn(names: Sequence[str]) -> str:
    return "earns" if len(names) == 1 else "earn"
