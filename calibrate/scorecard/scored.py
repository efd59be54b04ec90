"""What a scored lead is told: score, passes, tier, what the policy says, and reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import MUST_CONTACT, OUT
from calibrate.policy.grid import grades
from calibrate.policy.standing import gate_words, out_names
from calibrate.scoring import ScoredLeads

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard

ScoredColumns = dict[str, Any]
"""Columns by name, each with one value a lead."""

NAMES = (
    "score passes close_rate tier fit engagement gate must_contact grade stakes shown action due "
    "reasons scored_on scored_by"
).split()
"""All columns there can be, in their order."""
MOST_POINTS = 99
"""In one number for table stakes, hundreds count conditions; the rest shows points up to this."""
MOST_SHOWN = 999
"""After a size prefix, points up to this are shown."""
_HOURS_A_DAY = 24


def scored_columns(card: Scorecard, scored: ScoredLeads, today: dt.date) -> ScoredColumns:
    """Give what scored leads are told; columns for which the card has no policy are left out.

    Parameters
    ----------
    card : Scorecard
    scored : ScoredLeads
        By this card.
    today : date
        From when on what is to be done is due.
    """
    tier = _tiers(card, scored)
    found: ScoredColumns = {
        "score": scored.scores,
        "passes": scored.passing(card.threshold.score),
        "close_rate": card.close_rates(scored.scores),
        "tier": _named([one.name for one in card.tiers], tier),
        "fit": scored.sums.fit,
        "engagement": scored.sums.engagement,
        "reasons": list(scored.reasons),
    }
    if card.vetoes or card.gates:
        found["gate"] = _out(card, scored)
    if card.must_contact:
        found["must_contact"] = _must_contact(card, scored)
    if card.grid is not None:
        cuts = card.grid.fit, card.grid.engagement
        found["grade"] = grades(scored.sums.fit, scored.sums.engagement, *cuts).tolist()
    if card.gates:
        found["stakes"] = _stakes(scored)
    if card.size_prefix is not None:
        found["shown"] = _shown(scored)
    if any(one.action for one in card.tiers):
        found |= _follow_up(card, scored, tier, today)
    return {name: found[name] for name in NAMES if name in found}


def stamps(card: Scorecard, today: dt.date) -> dict[str, str]:
    """Say when leads were scored and by which card, so that the file can be judged later on."""
    return {"scored_on": today.isoformat(), "scored_by": f"{card.name} {card.fingerprint}"}


def _tiers(card: Scorecard, scored: ScoredLeads) -> npt.NDArray[np.int64]:
    """Give each lead the number of its tier; -1 for none, as of those that are out."""
    starts = np.array([one.from_ for one in card.tiers])
    places = np.searchsorted(starts, scored.scores, side="right") - 1
    return np.where(scored.standing >= OUT, -1, places)


def _named(names: Sequence[str | None], places: npt.NDArray[np.int64]) -> list[str | None]:
    by_place = [*names, None]  # the place -1, from the end, is none
    return [by_place[place] for place in places.tolist()]


def _out(card: Scorecard, scored: ScoredLeads) -> list[str]:
    """Say what keeps a lead out: a veto, or what it lacks for a gate; nothing of the others."""
    names = out_names(card.vetoes, card.gates)
    words = [names[code - OUT] if code >= OUT else "" for code in scored.standing.tolist()]
    for number, (gate, met) in enumerate(zip(card.gates, scored.met, strict=True)):
        out = scored.standing == OUT + len(card.vetoes) + number
        for row, said in enumerate(gate_words(gate, met, out)):
            words[row] = said or words[row]
    return words


def _must_contact(card: Scorecard, scored: ScoredLeads) -> list[str]:
    """Name the level for which a lead must be contacted; nothing of the others."""
    words = np.full(len(scored.scores), "", dtype=object)
    for one, on_level in reversed(list(zip(card.must_contact, scored.sure, strict=True))):
        words[on_level] = f"{one.attribute}: {one.label}"
    words[scored.standing != MUST_CONTACT] = ""
    return list(words)


def _stakes(scored: ScoredLeads) -> npt.NDArray[np.int64]:
    """Write the first gate and the points as one number: 435 meets four conditions."""
    shown = np.clip(scored.scores, 0, MOST_POINTS)
    return np.asarray(100 * scored.met[0].sum(axis=0) + shown)


def _shown(scored: ScoredLeads) -> npt.NDArray[np.int64]:
    """Put the digit of the size before the score: 3062."""
    digits = np.zeros_like(scored.scores) if scored.prefix is None else scored.prefix
    return np.asarray(1000 * digits + np.clip(scored.scores, 0, MOST_SHOWN))


def _follow_up(
    card: Scorecard, scored: ScoredLeads, tier: npt.NDArray[np.int64], today: dt.date
) -> ScoredColumns:
    """Say what to do and by which day; a must-contact lead is treated as one of the top tier."""
    tier = np.where(scored.standing == MUST_CONTACT, len(card.tiers) - 1, tier)
    days = [
        None if one.within_hours is None else -(-one.within_hours // _HOURS_A_DAY)
        for one in card.tiers
    ]
    due = [
        None if ahead is None else (today + dt.timedelta(days=ahead)).isoformat() for ahead in days
    ]
    return {"action": _named([one.action for one in card.tiers], tier), "due": _named(due, tier)}
