"""Column heads of all tables: in words, how their numbers are written, and what they mean."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from calibrate.present.numbers import (
    count_text,
    lift_text,
    number_text,
    p_text,
    percent_text,
    points_text,
    share_text,
    significant,
)
from calibrate.present.terminal import clean

Kind = Literal["text", "count", "share", "lift", "p", "points", "number", "decimal", "auc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One column head.

    Attributes
    ----------
    name : str
        Of the column in frames.
    words : str
        What stands above the column for people.
    kind : str
        How its values are written.
    says : str
        What it means, in a sentence.
    """

    name: str
    words: str
    kind: Kind
    says: str


_MEANT: dict[str, tuple[Kind, str]] = {
    "action": ("text", "What is to be done with leads of the tier."),
    "attribute": ("text", "Something known about leads, such as where they came from."),
    "attributes": ("count", "Attributes of the card: the first so many in this order."),
    "auc": ("auc", "Chance that a customer scores above a lead that did not buy; 0.5 is luck."),
    "auc_se": ("auc", "Standard error of the AUC over parts of the leads."),
    "award": ("text", "Which levels may earn points."),
    "base": ("number", "Points that every lead starts from."),
    "before": ("number", "The score of the earlier scoring."),
    "card": ("text", "Name of the scorecard."),
    "close_rate": ("share", "Customers by leads."),
    "close_rate_above": ("share", "Close rate of leads at or above the threshold."),
    "close_rate_at_or_above": ("share", "Close rate of leads with this score or more."),
    "close_rate_below": ("share", "Close rate of leads with a lower score."),
    "code": ("text", "Short name of the finding."),
    "customers": ("count", "Leads that closed within the window."),
    "customers_kept": ("share", "Share of all customers that have this score or more."),
    "day": ("text", "The day the data were taken."),
    "due": ("text", "The day by which the action is due."),
    "earned": ("points", "What the evidence gives; differs where points were set by hand."),
    "engagement": ("points", "Points for what a lead did."),
    "fit": ("points", "Points for who a lead is."),
    "fix": ("text", "What to do about it."),
    "from": ("number", "The lowest score of the tier."),
    "gate": ("text", "What keeps the lead out, if anything does."),
    "grade": ("text", "Fit (A best) by engagement (1 best), in quarters of the leads."),
    "joined_from": ("text", "The further table that the column came from."),
    "keeps_sign": ("share", "Share of redrawn samples of the leads in which the points keep sign."),
    "kind": ("text", "Whether values are names, numbers, or yes and no."),
    "lead": ("text", "The lead's id."),
    "leads": ("count", "Leads counted: old enough to have closed."),
    "leads_a_month": ("count", "Leads that pass in a calendar month."),
    "leads_kept": ("share", "Share of all leads that have this score or more."),
    "level": ("text", "A value of the attribute, or a range of numbers."),
    "levels": ("decimal", "Levels that earn points, on average over parts of the leads."),
    "lift": ("lift", "Close rate by that of all leads: 2 closes twice as often as all do."),
    "measure": ("text", "How a close rate becomes points."),
    "min_leads": ("count", "Levels with fewer leads are counted together."),
    "move": ("text", "What moved: the level's own effect, or its close rate with all others."),
    "must_contact": ("text", "The level for which sales must call, whatever the score."),
    "name": ("text", "Which of them."),
    "overlap": ("text", "Whether evidence that attributes share is told once only."),
    "own_p": ("p", "Chance of such a move of the level's own effect by luck alone."),
    "own_q": ("p", "The same, after allowing for how many levels were looked at."),
    "p_value": ("p", "Chance of a difference this large by luck alone."),
    "passing": ("count", "Leads that pass."),
    "passes": ("text", "Whether the lead is at or above the threshold and no gate stops it."),
    "points": ("points", "What the card adds to or takes from a lead's score."),
    "q_value": ("p", "The p-value after allowing for how many levels were looked at."),
    "quarter": ("text", "The file or folder of the card."),
    "rank": ("number", "Place on the list; 1 is called first."),
    "reasons": ("text", "What the score is made of, the strongest first."),
    "rise": ("points", "Score now less score before."),
    "rule": ("text", "How a threshold is chosen."),
    "score": ("number", "Base and points together; at or above the threshold a lead passes."),
    "selected": ("text", "Whether the attribute says anything at all about closing."),
    "severity": ("text", "`warning`: weigh it before using the card; `info`: good to know."),
    "shown": ("text", "The score with the digit for the lead's size before it."),
    "shrunken_close_rate": ("share", "Close rate pulled towards that of all, more with few leads."),
    "says": ("text", "What was found."),
    "stakes": ("number", "Conditions met and points, written as one number."),
    "standing": ("text", "What decides about a lead: a veto, a gate, must-contact or its points."),
    "test": ("text", "The test behind the p-value."),
    "threshold": ("number", "From this score on leads pass."),
    "tier": ("text", "A named range of scores."),
    "top_customers": ("share", "Share of customers among the fifth of leads that score highest."),
    "value": ("decimal", "The measure of a level before it is made whole points."),
    "verdict": ("text", "`raises` or `lowers` the close rate beyond luck, or no evidence."),
    "what": ("text", "What is told of it."),
    "why": ("text", "The reason where points were set by hand."),
}
_WORDS = {
    "auc": "AUC",
    "auc_se": "AUC, standard error",
    "close_rate_at_or_above": "close rate at or above",
    "keeps_sign": "sign kept",
    "leads_a_month": "leads a month",
    "own_p": "p of own effect",
    "own_q": "q of own effect",
    "p_value": "p-value",
    "q_value": "q-value",
    "fix": "what to do",
    "says": "finding",
    "must_contact": "must contact",
}
_SIDES = {
    "low": ("low end", "Low end of the 95 % interval"),
    "high": ("high end", "High end of the 95 % interval"),
    "then": ("then", "On the leads that taught the old card"),
    "now": ("now", "On the leads of now"),
}


def head_of(name: str) -> Head:
    """Give the head of a column.

    Parameters
    ----------
    name : str
        Such as ``close_rate``, or with an end or a side: ``close_rate_low``, ``leads_then``.

    Examples
    --------
    >>> head_of("lift_low").words, head_of("lift_low").kind
    ('lift, low end', 'lift')
    """
    base, _, side = name.rpartition("_")
    if name not in _MEANT and side in _SIDES:
        plain, (words, says) = head_of(base), _SIDES[side]
        return Head(
            name=name,
            words=f"{plain.words}, {words}",
            # The ends of points are not whole.
            kind="decimal" if plain.kind == "points" and side in ("low", "high") else plain.kind,
            says=f"{says}: {plain.says[0].lower()}{plain.says[1:]}",
        )
    kind, says = _MEANT[name]
    return Head(name=name, words=_WORDS.get(name, name.replace("_", " ")), kind=kind, says=says)


def is_number(head: Head) -> bool:
    """Say whether the values of a column stand to the right."""
    return head.kind != "text"


def cell_text(value: Any, kind: Kind) -> str:
    r"""Write a value for people; nothing where there is none.

    Parameters
    ----------
    value : object
        As it stands in a frame.
    kind : str
        Of its head.

    Examples
    --------
    >>> cell_text(0.25, "share"), cell_text(float("nan"), "p"), cell_text(True, "text")
    ('25.0 %', '', 'yes')
    >>> cell_text("red\x1b[31m", "text")
    'red\\x1b[31m'
    """
    found = plain(value)
    if found is None:
        return ""
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, str):
        return clean(found)
    return _WRITERS[kind](found)


def plain(value: Any) -> str | float | bool | None:
    """Give a cell of a frame as a plain value; None where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> plain(np.int64(3)), plain(np.nan), plain(dt.date(2026, 1, 2))
    (3, None, '2026-01-02')
    """
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, dt.date):
        return value.isoformat()
    found = value.item() if hasattr(value, "item") else value
    if isinstance(found, float) and not math.isfinite(found):
        return None
    return found if isinstance(found, bool | int | float | str) else str(found)


_WRITERS: Mapping[Kind, Callable[[Any], str]] = {
    "text": lambda value: number_text(significant(value)),
    "count": lambda value: count_text(round(value)),
    "share": percent_text,
    "lift": lift_text,
    "p": p_text,
    "points": lambda value: points_text(round(value)),
    "number": number_text,
    "decimal": lambda value: number_text(significant(value, 3)),
    "auc": share_text,
}
