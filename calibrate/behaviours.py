"""What leads did, from a log of events, as seen from one landmark for every lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
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
MOST_OBJECTS = 20
"""Pages, mails and assets tried, those of most leads first."""
MOST_SEQUENCES = 6
"""Pairs of events tried in order when none are declared, those of most leads first."""
DELIBERATE = 0.3
"""What more leads than this do, or have done to them, is no step on a way that could be told."""
SPLITS = 0.1
"""How often, how recent and which trend are tried where they split those who did it so far."""
PLAINLY_IN_ORDER = 0.95
"""Where so many who did both did them in this order, the order says nothing."""

LAST_EVENT = "events: days since"
"""How long ago a lead last did anything."""

_SENT = ("sent", "send", "delivered")
_REACTIONS = {"open rate": ("opened", "open"), "click rate": ("clicked", "click")}
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
            found &= self.name == _place(self.names, event)
        if thing is not None:
            found &= self.object == _place(self.objects, thing)
        return found

    def doers(self, rows: Mask) -> int:
        """Count the leads that did something."""
        return len(np.unique(self.lead[rows]))


def _place(names: Sequence[str], wanted: str) -> int:
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


def offered(seen: SeenEvents, settings: EventsPart, min_leads: int) -> dict[str, BehaviourRecipe]:
    """List the behaviours worth trying, by name, without a look at the outcome.

    Those that fewer than `min_leads` leads show, and those that say the same as a simpler one, are
    not tried.
    """
    found: dict[str, BehaviourRecipe] = {}
    for place in sorted(range(len(seen.names)), key=lambda one: fold(seen.names[one])):
        found |= _of_event(seen, seen.names[place], min_leads)
    found |= _of_objects(seen, min_leads)
    found |= _rates(seen, min_leads)
    found |= _of_all(seen, min_leads)
    for event, then in settings.sequences or _common_pairs(seen, min_leads):
        first, second = _spelled(seen, event), _spelled(seen, then)
        recipe = {"event": first, "then": second}
        found[f"{first} then {second}"] = BehaviourRecipe(as_="in_order", **recipe)
        found[f"{first} then {second}: days"] = BehaviourRecipe(as_="days_between", **recipe)
    return found


def _of_event(seen: SeenEvents, name: str, min_leads: int) -> dict[str, BehaviourRecipe]:
    rows = seen.rows(name)
    if seen.doers(rows) < min_leads:
        return {}
    found = {name: BehaviourRecipe(as_="did", event=name)}
    enough = max(min_leads, SPLITS * seen.doers(rows))
    often = np.bincount(seen.lead[rows], minlength=1)
    part = seen.expire.get(fold(name))
    if part is not None and part.half_life_days is not None:
        found[f"{name}: weight"] = BehaviourRecipe(as_="weight", event=name)
    elif (often >= 2).sum() >= enough:
        found[f"{name}: times"] = BehaviourRecipe(as_="times", event=name)
    found[f"{name}: days since"] = BehaviourRecipe(as_="days_since", event=name)
    trends = Counter(_trend(seen, rows).codes.tolist())
    if sum(count >= enough for code, count in trends.items() if code != 1) >= 2:
        found[f"{name}: trend"] = BehaviourRecipe(as_="trend", event=name)
    return found


def _of_objects(seen: SeenEvents, min_leads: int) -> dict[str, BehaviourRecipe]:
    pairs = seen.name * (len(seen.objects) + 1) + seen.object
    there = seen.object >= 0
    counts = Counter(np.unique(np.stack([pairs, seen.lead])[:, there], axis=1)[0].tolist())
    found: list[tuple[int, str, BehaviourRecipe]] = []
    for pair, leads in counts.items():
        event, thing = divmod(pair, len(seen.objects) + 1)
        name = seen.names[event]
        # Where everybody who did it did it on this object, the event says it already.
        if min_leads <= leads < seen.doers(seen.rows(name)):
            recipe = BehaviourRecipe(as_="did", event=name, object=seen.objects[thing])
            found.append((-leads, f"{name} on {seen.objects[thing]}", recipe))
    found.sort(key=lambda one: one[:2])
    return {
        name: recipe for _, name, recipe in sorted(found[:MOST_OBJECTS], key=lambda one: one[1])
    }


def _rates(seen: SeenEvents, min_leads: int) -> dict[str, BehaviourRecipe]:
    """Find sends whose openings and clicks are logged too: ``email_sent``, ``email_opened``."""
    by_name = {fold(name): name for name in seen.names}
    found = {}
    for folded, name in by_name.items():
        word = next((word for word in _SENT if folded.endswith(word)), None)
        if word is None or seen.doers(seen.rows(name)) < min_leads:
            continue
        stem = folded.removesuffix(word)
        for label, endings in _REACTIONS.items():
            reaction = next((by_name[stem + end] for end in endings if stem + end in by_name), None)
            if reaction is not None:
                title = f"{name.strip()[: len(stem)].strip(' _-') or name}: {label}"
                found[title] = BehaviourRecipe(as_="rate", event=reaction, then=name)
    return found


def _of_all(seen: SeenEvents, min_leads: int) -> dict[str, BehaviourRecipe]:
    if seen.doers(seen.rows(None)) < min_leads or len(seen.names) < 2:
        return {}
    found = {
        "events: first": BehaviourRecipe(as_="first_event"),
        "events: kinds": BehaviourRecipe(as_="kinds"),
        LAST_EVENT: BehaviourRecipe(as_="days_since"),
    }
    if min_leads <= len(_bursts(seen)) <= seen.leads - min_leads:
        found["events: burst"] = BehaviourRecipe(as_="burst")
    return found


def _common_pairs(seen: SeenEvents, min_leads: int) -> list[tuple[str, str]]:
    """Find the ordered pairs that most leads show, leaving out those that only come in one order.

    An opening always follows its send: that such leads did both says all there is to say.
    """
    names = [
        name
        for name in seen.names
        if min_leads <= seen.doers(seen.rows(name)) <= DELIBERATE * seen.leads
    ]
    firsts, lasts = {}, {}
    for name in names:
        firsts[name], lasts[name] = _ends(seen, seen.rows(name))
    found: list[tuple[int, str, str]] = []
    for one, two in permutations(names, 2):
        with np.errstate(invalid="ignore"):
            forward = int((firsts[one] > lasts[two]).sum())
            back = int((firsts[two] > lasts[one]).sum())
        if forward >= min_leads and forward <= PLAINLY_IN_ORDER * (forward + back):
            found.append((-forward, one, two))
    return [(one, two) for _, one, two in sorted(found)[:MOST_SEQUENCES]]


def _spelled(seen: SeenEvents, name: str) -> str:
    place = _place(seen.names, name)
    return seen.names[place] if place >= 0 else name


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
        "days_since": lambda: NumberColumn(numbers=np.floor(_ends(seen, rows)[1])),
        "trend": lambda: _trend(seen, rows),
        "rate": lambda: NumberColumn(numbers=_rate(seen, rows, then)),
        "first_event": lambda: _first(seen),
        "kinds": lambda: NumberColumn(numbers=_kinds(seen)),
        "burst": lambda: _yes_no(seen, _bursts(seen)),
        "in_order": lambda: _yes_no(
            seen, np.flatnonzero(~np.isnan(_days_between(seen, rows, then)))
        ),
        "days_between": lambda: NumberColumn(numbers=np.floor(_days_between(seen, rows, then))),
    }
    return make[recipe.as_]()


def _yes_no(seen: SeenEvents, leads: Ints) -> TextColumn:
    codes = np.ones(seen.leads, dtype=np.int8)
    codes[leads] = 2
    return TextColumn(codes=codes, texts=("no", "yes"))


def _times(seen: SeenEvents, rows: Mask) -> Floats:
    return np.bincount(seen.lead[rows], minlength=seen.leads).astype(np.float64)


def _weights(seen: SeenEvents, rows: Mask, recipe: BehaviourRecipe) -> Floats:
    part = seen.expire.get(fold(recipe.event or ""))
    half = (part.half_life_days if part else None) or np.inf
    total = np.bincount(
        seen.lead[rows], weights=0.5 ** (seen.age[rows] / half), minlength=seen.leads
    )
    return np.round(total, 6)


def _ends(seen: SeenEvents, rows: Mask) -> tuple[Floats, Floats]:
    """Give the age of each lead's first and last such event; NaN without one."""
    first, last = np.full(seen.leads, np.nan), np.full(seen.leads, np.nan)
    # Sorted by lead, the oldest first: the first row of a lead stays when written last.
    first[seen.lead[rows][::-1]] = seen.age[rows][::-1]
    last[seen.lead[rows]] = seen.age[rows]
    return first, last


def _trend(seen: SeenEvents, rows: Mask) -> TextColumn:
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
    return TextColumn(codes=codes, texts=("never", "rising", "steady", "stopped"))


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


def _bursts(seen: SeenEvents) -> Ints:
    """Give the leads with three or more events within a week."""
    lead, age = seen.lead, seen.age
    ahead = BURST - 1
    same = lead[ahead:] == lead[:-ahead]
    quick = _whole_seconds(age[:-ahead] - age[ahead:]) <= BURST_DAYS
    return np.unique(lead[:-ahead][same & quick])


def _days_between(seen: SeenEvents, rows: Mask, then: Mask) -> Floats:
    """Give the days from each lead's first such event to the first of the other kind after it."""
    start = _ends(seen, rows)[0]
    with np.errstate(invalid="ignore"):
        after = then & (seen.age < start[seen.lead])
    return _whole_seconds(start - _ends(seen, after)[0])


def _whole_seconds(days: Floats) -> Floats:
    """Take off what the difference of two ages loses: seven days are seven."""
    seconds: Floats = np.round(days * 86_400)
    return seconds / 86_400
