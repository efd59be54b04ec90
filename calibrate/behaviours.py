"""What leads did, from a log of events, as seen from one landmark for every lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from calibrate.dates import Times
from calibrate.documents import Part
from calibrate.engines.columns import Column, NumberColumn, TextColumn, small
from calibrate.eventlog import EventLog
from calibrate.levels import fold
from calibrate.spec import EventsPart, ExpirePart

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

BURST = 3
BURST_DAYS = 7.0
"""Three or more events within a week are a burst."""
YES_NO = ("no", "yes")
TRENDS = ("never", "rising", "steady", "stopped")
_DAY = np.timedelta64(86_400, "s")

Measure = Literal[
    "did",
    "times",
    "weight",
    "days_since",
    "trend",
    "rate",
    "first_event",
    "kinds",
    "burst",
    "in_order",
    "days_between",
]


class BehaviourRecipe(Part):
    """How a behaviour is made from the log.

    ``did``, ``times``, ``days_since`` and ``trend`` are of one `event`, on one `object` where it is
    named; ``weight`` counts events that halve as they age; ``rate`` is `event` by `then`'s count;
    ``in_order`` and ``days_between`` are of `event` and `then` after it; the others are of all
    events together.
    """

    as_: Measure = Field(alias="as")
    event: str | None = None
    object: str | None = None
    then: str | None = None


@dataclass(frozen=True, kw_only=True)
class SeenEvents:
    """The events that count: known leads', seen from their landmark, sorted by lead and time.

    Attributes
    ----------
    leads : int
        Leads of the table.
    lead : ndarray of int, shape (n,)
        Row of the lead.
    age : ndarray of float, shape (n,)
        Days from the event to the landmark; 0 or more.
    name, object : ndarray of int, shape (n,)
        Place of the event's name in `names`; of its object in `objects`, or -1 without one.
    names, objects : tuple of str
    lookback_days : int
    expire : mapping of str to ExpirePart
        By folded name.
    """

    leads: int
    lead: Ints
    age: Floats
    name: Ints
    object: Ints
    names: tuple[str, ...]
    objects: tuple[str, ...]
    lookback_days: int
    expire: Mapping[str, ExpirePart]

    def rows(self, event: str | None, thing: str | None = None) -> Mask:
        """Say which events have a name, and an object where one is asked for."""
        found = np.ones(len(self.lead), dtype=np.bool_)
        if event is not None:
            found &= self.name == place_of(self.names, event)
        if thing is not None:
            found &= self.object == place_of(self.objects, thing)
        return found

    def doers(self, rows: Mask) -> int:
        """Count the leads that did something."""
        return len(np.unique(self.lead[rows]))


def place_of(names: Sequence[str], wanted: str) -> int:
    """Find a name among others, however it is spelled; -2 where it is not."""
    folded = [fold(name) for name in names]
    return folded.index(fold(wanted)) if fold(wanted) in folded else -2


def seen_events(log: EventLog, landmarks: Times, settings: EventsPart) -> SeenEvents:
    """Keep the events in ``(landmark - lookback_days, landmark]`` that have not expired.

    Parameters
    ----------
    log : EventLog
    landmarks : ndarray of datetime64[s], shape (leads,)
        NaT for a lead without one: none of its events are seen.
    settings : EventsPart
    """
    age = (landmarks[log.lead] - log.time) / _DAY
    expire = {fold(name): part for name, part in settings.expire.items()}
    limits = [
        min(settings.lookback_days, _expires(expire.get(fold(name))) or settings.lookback_days)
        for name in log.names
    ]
    left_out = {fold(name) for name in settings.exclude}
    excluded = np.array([fold(name) in left_out for name in log.names], dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        seen = (age >= 0) & (age < np.array(limits, dtype=float)[log.name]) & ~excluded[log.name]
    # Of one moment, by name: the order of the log's rows says nothing.
    order = np.lexsort((log.name[seen], -age[seen], log.lead[seen]))
    return SeenEvents(
        leads=len(landmarks),
        lead=log.lead[seen][order],
        age=age[seen][order],
        name=log.name[seen][order],
        object=log.object[seen][order],
        names=log.names,
        objects=log.objects,
        lookback_days=settings.lookback_days,
        expire=expire,
    )


def _expires(part: ExpirePart | None) -> int | None:
    return None if part is None else part.expires_days


def behaviour(recipe: BehaviourRecipe, seen: SeenEvents) -> Column:
    """Make the column of a behaviour.

    Parameters
    ----------
    recipe : BehaviourRecipe
    seen : SeenEvents

    Returns
    -------
    TextColumn or NumberColumn
        One value a lead; a number is missing where the lead did nothing to measure.
    """
    rows = seen.rows(recipe.event, recipe.object)
    then = seen.rows(recipe.then)
    make: dict[Measure, Callable[[], Column]] = {
        "did": lambda: _yes_no(seen, seen.lead[rows]),
        "times": lambda: NumberColumn(numbers=_times(seen, rows)),
        "weight": lambda: NumberColumn(numbers=_weights(seen, rows, recipe)),
        "days_since": lambda: NumberColumn(numbers=np.floor(ends_of(seen, rows)[1])),
        "trend": lambda: trend(seen, rows),
        "rate": lambda: NumberColumn(numbers=_rate(seen, rows, then)),
        "first_event": lambda: _first(seen),
        "kinds": lambda: NumberColumn(numbers=_kinds(seen)),
        "burst": lambda: _yes_no(seen, bursts_of(seen)),
        "in_order": lambda: _yes_no(
            seen, np.flatnonzero(~np.isnan(_days_between(seen, rows, then)))
        ),
        "days_between": lambda: NumberColumn(numbers=np.floor(_days_between(seen, rows, then))),
    }
    return make[recipe.as_]()


def _yes_no(seen: SeenEvents, leads: Ints) -> TextColumn:
    codes = np.ones(seen.leads, dtype=np.int8)
    codes[leads] = 2
    return TextColumn(codes=codes, texts=YES_NO)


def _times(seen: SeenEvents, rows: Mask) -> Floats:
    return np.bincount(seen.lead[rows], minlength=seen.leads).astype(np.float64)


def _weights(seen: SeenEvents, rows: Mask, recipe: BehaviourRecipe) -> Floats:
    part = seen.expire.get(fold(recipe.event or ""))
    half = (part.half_life_days if part else None) or np.inf
    total = np.bincount(
        seen.lead[rows], weights=0.5 ** (seen.age[rows] / half), minlength=seen.leads
    )
    return np.round(total, 6)


def ends_of(seen: SeenEvents, rows: Mask) -> tuple[Floats, Floats]:
    """Give the age of each lead's first and last such event; NaN without one."""
    first, last = np.full(seen.leads, np.nan), np.full(seen.leads, np.nan)
    # Sorted by lead, the oldest first: the first row of a lead stays when written last.
    first[seen.lead[rows][::-1]] = seen.age[rows][::-1]
    last[seen.lead[rows]] = seen.age[rows]
    return first, last


def trend(seen: SeenEvents, rows: Mask) -> TextColumn:
    """Compare the recent half of the look-back with the earlier one."""
    recent = _times(seen, rows & (seen.age < seen.lookback_days / 2))
    earlier = _times(seen, rows) - recent
    steps = [
        (recent == 0) & (earlier == 0),
        recent > earlier,
        (recent > 0) & (recent <= earlier),
        (recent == 0) & (earlier > 0),
    ]
    codes = np.select(steps, [1, 2, 3, 4]).astype(np.int8)
    return TextColumn(codes=codes, texts=TRENDS)


def _rate(seen: SeenEvents, reactions: Mask, sends: Mask) -> Floats:
    sent = _times(seen, sends)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.minimum(_times(seen, reactions) / sent, 1.0)
    return np.where(sent > 0, np.round(rate, 6), np.nan)


def _first(seen: SeenEvents) -> TextColumn:
    codes = np.zeros(seen.leads, dtype=np.int64)
    codes[seen.lead[::-1]] = seen.name[::-1] + 1
    return TextColumn(codes=small(codes, len(seen.names)), texts=seen.names)


def _kinds(seen: SeenEvents) -> Floats:
    pairs = np.unique(np.stack([seen.lead, seen.name]), axis=1)
    return np.bincount(pairs[0], minlength=seen.leads).astype(np.float64)


def bursts_of(seen: SeenEvents) -> Ints:
    """Give the leads with three or more events within a week."""
    lead, age = seen.lead, seen.age
    ahead = BURST - 1
    same = lead[ahead:] == lead[:-ahead]
    quick = _whole_seconds(age[:-ahead] - age[ahead:]) <= BURST_DAYS
    return np.unique(lead[:-ahead][same & quick])


def _days_between(seen: SeenEvents, rows: Mask, then: Mask) -> Floats:
    """Give the days from each lead's first such event to the first of the other kind after it."""
    start = ends_of(seen, rows)[0]
    with np.errstate(invalid="ignore"):
        after = then & (seen.age < start[seen.lead])
    return _whole_seconds(start - ends_of(seen, after)[0])


def _whole_seconds(days: Floats) -> Floats:
    """Take off what the difference of two ages loses: seven days are seven."""
    seconds: Floats = np.round(days * 86_400)
    return seconds / 86_400
