"""The small values of which a comparison of two cards consists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from calibrate.policy.rated import Rated
from calibrate.stats.delong import AucInterval, PairedAuc
from calibrate.stats.stability_index import StabilityIndex

FALSE_ALARMS = 0.05
"""In so many comparisons, at most, anything is called moved when nothing has."""
ALPHA = FALSE_ALARMS / 4
"""What each of four questions may add: has the overall rate moved, have levels' rates, have
effects, have shares of leads?"""

Move = Literal["own", "rate", ""]
What = Literal["new", "vanished", "pooled now", "stands alone now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelMove:
    """A level of the old card, then and now.

    Attributes
    ----------
    attribute, level : str
    then, now : Rated
    overall_then, overall_now : float
        The overall close rates, in [0, 1].
    points_then : int
    points_now : int or None
        None where the new card has no such level.
    p_value, q_value : float
        Of the rate; NaN without leads then or now.
    own_p, own_q : float
        Of the level's effect: its move against that of the rest.
    """

    attribute: str
    level: str
    then: Rated
    now: Rated
    overall_then: float
    overall_now: float
    points_then: int
    points_now: int | None
    p_value: float
    q_value: float
    own_p: float
    own_q: float

    @property
    def lift_then(self) -> float | None:
        """Close rate then against overall then."""
        return _lift(self.then, self.overall_then)

    @property
    def lift_now(self) -> float | None:
        """Close rate now against overall now."""
        return _lift(self.now, self.overall_now)

    @property
    def move(self) -> Move:
        """Say what moved: its ``own`` effect, or its ``rate`` and no more; empty for neither."""
        if self.own_q <= ALPHA:
            return "own"
        return "rate" if self.q_value <= ALPHA else ""


def _lift(one: Rated, overall: float) -> float | None:
    return None if one.close_rate is None or not overall else one.close_rate / overall


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareMove:
    """Whether the leads of an attribute fall into its levels as they used to.

    Attributes
    ----------
    attribute : str
    index : StabilityIndex
    q_value : float
        Benjamini-Hochberg over all attributes, levels that came or went, and the score.
    """

    attribute: str
    index: StabilityIndex
    q_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMove:
    """A level that came or went.

    Attributes
    ----------
    attribute, level : str
    what : {"new", "vanished", "pooled now", "stands alone now"}
    then, now : int
        Leads on it; of one that is pooled, 0.
    q_value : float
        Of its share of leads, for one that is new, vanished, or stands alone now on more leads than
        all that were too rare had together; NaN for others.
    """

    attribute: str
    level: str
    what: What
    then: int
    now: int
    q_value: float

    @property
    def is_no_luck(self) -> bool:
        """Whether so many leads came or went that luck does not explain it."""
        return self.q_value <= ALPHA


@dataclass(frozen=True, slots=True, kw_only=True)
class BandsMove:
    """An attribute whose bands were cut anew: edges then and now, in words."""

    attribute: str
    then: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The leads created in a calendar month.

    Attributes
    ----------
    name : str
        Such as ``2026-03``.
    leads : Rated
        That are counted.
    passed_old, passed_new : Rated
        Of these, who pass by either card.
    """

    name: str
    leads: Rated
    passed_old: Rated
    passed_new: Rated


@dataclass(frozen=True, slots=True, kw_only=True)
class TierMoves:
    """Leads by tier of the old card (rows) and of the new one (columns).

    Attributes
    ----------
    old, new : tuple of str
        Tiers, the lowest first, before them those that are out or must be contacted.
    leads : tuple of tuple of int
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    leads: tuple[tuple[int, ...], ...]

    @property
    def moved(self) -> int | None:
        """Leads in another tier than before; None where the cards have other tiers."""
        if set(self.old) != set(self.new):
            return None
        return sum(
            leads
            for name, row in zip(self.old, self.leads, strict=True)
            for other, leads in zip(self.new, row, strict=True)
            if name != other
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """The two cards on leads.

    Attributes
    ----------
    old_now : AucInterval or None
        The old card on leads created after those that taught it; None where there are none.
    expected : float or None
        The AUC that was to be expected of it.
    paired : PairedAuc or None
        Both on leads that taught neither; None where there are none with both outcomes.
    leads, customers : int
        These leads.
    """

    old_now: AucInterval | None
    expected: float | None
    paired: PairedAuc | None
    leads: int
    customers: int
