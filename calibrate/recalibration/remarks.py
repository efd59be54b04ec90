"""What to keep in mind when two cards are held against each other."""

from __future__ import annotations

from collections.abc import Iterator

from calibrate.errors import Finding
from calibrate.recalibration.counting import NewLeads
from calibrate.scorecard import Scorecard


def remarks_of(old: Scorecard, new: Scorecard, found: NewLeads | None) -> tuple[Finding, ...]:
    """Remark on cards in the wrong order, on leads that both share, and on other scales.

    Parameters
    ----------
    old, new : Scorecard
    found : NewLeads or None
        The leads, where they are given.
    """
    return (
        *_order(old, new),
        *_shared(old, new, found),
        *_scales(old, new),
        *_windows(old, new),
        *_fresh(found),
    )


def _order(old: Scorecard, new: Scorecard) -> Iterator[Finding]:
    days = [card.cohort.to or card.made.as_of for card in (old, new)]
    if days[0] is not None and days[1] is not None and days[0] > days[1]:
        yield Finding(
            code="cards-in-wrong-order",
            severity="warning",
            says=f"The first card was taught by leads up to {days[0]}, the second by leads up to "
            f"{days[1]}: the first is the newer one.",
            fix="Give the older card first.",
        )


def _shared(old: Scorecard, new: Scorecard, found: NewLeads | None) -> Iterator[Finding]:
    same = old.made.fingerprint == new.made.fingerprint
    if found is None:
        first, last = new.cohort.from_, old.cohort.to
        overlap = first is not None and last is not None and first <= last
        unknown = first is None or last is None
    else:
        overlap, unknown = not found.is_later, False
    if same:
        why = "Both cards were made from the same table"
    elif overlap:
        why = "Leads of now are, or may be, among those that taught the old card"
    elif unknown:
        why = "The cards do not say when their leads were created, so they may share some"
    else:
        return
    if found is not None and found.is_later:
        return
    yield Finding(
        code="leads-shared",
        severity="warning",
        says=f"{why}: what is shared cannot have moved, so tests find too little, and the old card "
        f"cannot be judged.",
        fix="Give leads with their dates of creation, some of them after "
        f"{old.cohort.to or 'those of the old card'}.",
    )


def _scales(old: Scorecard, new: Scorecard) -> Iterator[Finding]:
    keys = [
        key
        for key in ("measure", "estimate", "award", "overlap", "scale")
        if getattr(old.points, key) != getattr(new.points, key)
    ]
    if keys:
        told = "; ".join(
            f"{key} {getattr(old.points, key)}, now {getattr(new.points, key)}" for key in keys
        )
        yield Finding(
            code="points-made-otherwise",
            severity="warning",
            says=f"The points of the two cards were made in different ways ({told}), so they do "
            f"not compare; rates and tests do.",
            fix="Make both with the same `points` in the spec.",
        )


def _windows(old: Scorecard, new: Scorecard) -> Iterator[Finding]:
    then, now = old.cohort.window_days, new.cohort.window_days
    if then != now:
        yield Finding(
            code="windows-differ",
            severity="warning",
            says=f"Leads had {then or 'no stated number of'} days to close then and "
            f"{now or 'no stated number of'} now: close rates differ for that reason alone.",
            fix="Declare the same `window_days` for both.",
        )


def _fresh(found: NewLeads | None) -> Iterator[Finding]:
    if found is not None and not found.fresh.any():
        yield Finding(
            code="no-leads-for-both",
            severity="info",
            says="No counted lead was created after those of both cards, so which card ranks "
            "better is not judged: leads that taught a card flatter it.",
            fix="Compare again when such leads are old enough.",
        )
