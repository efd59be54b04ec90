"""Do the new leads fall into levels, and scores, as the old ones did?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from calibrate.recalibration.levels import Pair
from calibrate.recalibration.parts import ListMove, ShareMove
from calibrate.stats.significance import benjamini_hochberg
from calibrate.stats.stability_index import StabilityIndex, stability_index

SCORE = "(score)"


def share_moves(
    pairs: Sequence[Pair], lists: Sequence[tuple[ListMove, float]], score: StabilityIndex | None
) -> tuple[tuple[ShareMove, ...], ShareMove | None, tuple[ListMove, ...]]:
    """Give the stability indices of attributes and score, and the levels that came or went.

    Parameters
    ----------
    pairs : sequence of Pair
    lists : sequence of (ListMove, float)
        With the p-values of their shares of leads.
    score : StabilityIndex or None
        Of the old card's score.

    Notes
    -----
    All of them are one question, so Benjamini-Hochberg goes over all their p-values.
    """
    indices = [_index(pair) for pair in pairs]
    of_score = [] if score is None else [score.p_value]
    q_values = benjamini_hochberg(
        [*(one.p_value for one in indices), *of_score, *(p for _, p in lists)]
    ).tolist()
    attributes = tuple(
        ShareMove(attribute=pair.old.name, index=index, q_value=q)
        for pair, index, q in zip(pairs, indices, q_values, strict=False)
    )
    whole = None
    if score is not None:
        whole = ShareMove(attribute=SCORE, index=score, q_value=q_values[len(indices)])
    rest = q_values[len(indices) + len(of_score) :]
    return (
        attributes,
        whole,
        tuple(replace(one, q_value=q) for (one, _), q in zip(lists, rest, strict=True)),
    )


def _index(pair: Pair) -> StabilityIndex:
    """Hold shares of levels against each other; what has no counterpart goes with `(other)`."""
    then = [one.leads for one in pair.then]
    now = [None if one is None else one.leads for one in pair.now]
    other = pair.old.as_levels.other
    loose = [place for place, n in enumerate(now) if n is None or place == other]
    kept = [place for place in range(len(now)) if place not in loose]
    rest_now = pair.elsewhere + sum(now[place] or 0 for place in loose)
    return stability_index(
        [*(then[place] for place in kept), sum(then[place] for place in loose)],
        [*(now[place] or 0 for place in kept), rest_now],
    )
