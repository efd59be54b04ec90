"""Leads of which the card was most wrong, with the reasons of their scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibrate.engines.judging import Flags
from calibrate.scoring import ScoredLeads

MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """A lead that did what its score spoke against.

    Attributes
    ----------
    lead : str
    score : int
    is_customer : bool
    reasons : str
    """

    lead: str
    score: int
    is_customer: bool
    reasons: str


def surprises_of(
    scored: ScoredLeads, names: list[str], rows: Flags, customer: Flags
) -> tuple[Surprise, ...]:
    """Give the ten highest-scored leads that did not buy, then the ten lowest-scored that did.

    Parameters
    ----------
    scored : ScoredLeads
        All leads of the table.
    names : list of str
        What they are called.
    rows : ndarray of bool, shape (n,)
        Those to look at.
    customer : ndarray of bool, shape (n,)
    """
    high, low = (_first(np.flatnonzero(rows & part), scored.scores, sign) for part, sign in (
        (~customer, -1), (customer, 1)
    ))  # fmt: skip
    return tuple(
        Surprise(
            lead=names[row],
            score=int(scored.scores[row]),
            is_customer=bool(customer[row]),
            reasons=scored.reasons[row],
        )
        for row in (*high, *low)
    )


def _first(rows: np.ndarray, scores: np.ndarray, sign: int) -> list[int]:
    order = np.argsort(sign * scores[rows], kind="stable")[:MOST]
    found: list[int] = rows[order].tolist()
    return found
