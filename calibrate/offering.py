"""Which behaviours are worth trying: those that enough leads show, told by counts alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt

from calibrate.behaviours import (
    BehaviourRecipe,
    SeenEvents,
    bursts_of,
    ends_of,
    place_of,
    trend,
)
from calibrate.levels import fold
from calibrate.spec import EventsPart, ExpirePart

Ints = npt.NDArray[np.int64]

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


@dataclass(frozen=True, kw_only=True)
class Doings:
    """How many leads did what, wherever their log was read.

    Attributes
    ----------
    leads : int
        All of them.
    names, objects : tuple of str
    expire : mapping of str to ExpirePart
        By folded name.
    doers, often : ndarray of int, shape (names,)
        Leads that did it, and did it twice or more.
    trends : ndarray of int, shape (names, 3)
        Leads in which it is rising, steady and stopped.
    on : mapping of (int, int) to int
        Leads that did it on an object, by the places of both; those of few leads may lack.
    anybody, bursts : int
        Leads that did anything, and much of it within a week.
    in_order : callable
        Of some names by place, in how many leads the first of one came before the last of another:
        a square of counts.
    """

    leads: int
    names: tuple[str, ...]
    objects: tuple[str, ...]
    expire: Mapping[str, ExpirePart]
    doers: Ints
    often: Ints
    trends: Ints
    on: Mapping[tuple[int, int], int]
    anybody: int
    bursts: int
    in_order: Callable[[Sequence[int]], Ints]


def doings(seen: SeenEvents) -> Doings:
    """Count what leads in memory did."""
    kinds = len(seen.names)
    often, trends = np.zeros(kinds, dtype=np.int64), np.zeros((kinds, 3), dtype=np.int64)
    doers = np.zeros(kinds, dtype=np.int64)
    for place in range(kinds):
        rows = seen.name == place
        times = np.bincount(seen.lead[rows], minlength=1)
        doers[place], often[place] = (times >= 1).sum(), (times >= 2).sum()
        trends[place] = np.bincount(trend(seen, rows).codes, minlength=5)[2:]
    pairs = np.stack([seen.name, seen.object, seen.lead])[:, seen.object >= 0]
    on = np.unique(np.unique(pairs, axis=1)[:2], axis=1, return_counts=True)
    return Doings(
        leads=seen.leads,
        names=seen.names,
        objects=seen.objects,
        expire=seen.expire,
        doers=doers,
        often=often,
        trends=trends,
        on={
            (name, thing): leads
            for (name, thing), leads in zip(on[0].T.tolist(), on[1].tolist(), strict=True)
        },
        anybody=seen.doers(seen.rows(None)),
        bursts=len(bursts_of(seen)),
        in_order=lambda places: _in_order(seen, places),
    )


def _in_order(seen: SeenEvents, places: Sequence[int]) -> Ints:
    ends = [ends_of(seen, seen.name == place) for place in places]
    counts = np.zeros((len(places), len(places)), dtype=np.int64)
    with np.errstate(invalid="ignore"):
        for one, two in permutations(range(len(places)), 2):
            counts[one, two] = (ends[one][0] > ends[two][1]).sum()
    return counts


def offered(done: Doings, settings: EventsPart, min_leads: int) -> dict[str, BehaviourRecipe]:
    """List the behaviours worth trying, by name, without a look at the outcome.

    Those that fewer than `min_leads` leads show, and those that say the same as a simpler one, are
    not tried.
    """
    found: dict[str, BehaviourRecipe] = {}
    for place in sorted(range(len(done.names)), key=lambda one: fold(done.names[one])):
        found |= _of_event(done, place, min_leads)
    found |= _of_objects(done, min_leads)
    found |= _rates(done, min_leads)
    found |= _of_all(done, min_leads)
    for event, then in settings.sequences or _common_pairs(done, min_leads):
        first, second = _spelled(done, event), _spelled(done, then)
        recipe = {"event": first, "then": second}
        found[f"{first} then {second}"] = BehaviourRecipe(as_="in_order", **recipe)
        found[f"{first} then {second}: days"] = BehaviourRecipe(as_="days_between", **recipe)
    return found


def _of_event(done: Doings, place: int, min_leads: int) -> dict[str, BehaviourRecipe]:
    name, doers = done.names[place], int(done.doers[place])
    if doers < min_leads:
        return {}
    found = {name: BehaviourRecipe(as_="did", event=name)}
    enough = max(min_leads, SPLITS * doers)
    part = done.expire.get(fold(name))
    if part is not None and part.half_life_days is not None:
        found[f"{name}: weight"] = BehaviourRecipe(as_="weight", event=name)
    elif done.often[place] >= enough:
        found[f"{name}: times"] = BehaviourRecipe(as_="times", event=name)
    found[f"{name}: days since"] = BehaviourRecipe(as_="days_since", event=name)
    if (done.trends[place] >= enough).sum() >= 2:
        found[f"{name}: trend"] = BehaviourRecipe(as_="trend", event=name)
    return found


def _of_objects(done: Doings, min_leads: int) -> dict[str, BehaviourRecipe]:
    found: list[tuple[int, str, BehaviourRecipe]] = []
    for (event, thing), leads in done.on.items():
        name = done.names[event]
        # Where everybody who did it did it on this object, the event says it already.
        if min_leads <= leads < done.doers[event]:
            recipe = BehaviourRecipe(as_="did", event=name, object=done.objects[thing])
            found.append((-leads, f"{name} on {done.objects[thing]}", recipe))
    found.sort(key=lambda one: one[:2])
    return {
        name: recipe for _, name, recipe in sorted(found[:MOST_OBJECTS], key=lambda one: one[1])
    }


def _rates(done: Doings, min_leads: int) -> dict[str, BehaviourRecipe]:
    """Find sends whose openings and clicks are logged too: ``email_sent``, ``email_opened``."""
    by_name = {fold(name): name for name in done.names}
    doers = {fold(name): leads for name, leads in zip(done.names, done.doers, strict=True)}
    found = {}
    for folded, name in by_name.items():
        word = next((word for word in _SENT if folded.endswith(word)), None)
        if word is None or doers[folded] < min_leads:
            continue
        stem = folded.removesuffix(word)
        for label, endings in _REACTIONS.items():
            reaction = next((by_name[stem + end] for end in endings if stem + end in by_name), None)
            if reaction is not None:
                title = f"{name.strip()[: len(stem)].strip(' _-') or name}: {label}"
                found[title] = BehaviourRecipe(as_="rate", event=reaction, then=name)
    return found


def _of_all(done: Doings, min_leads: int) -> dict[str, BehaviourRecipe]:
    if done.anybody < min_leads or len(done.names) < 2:
        return {}
    found = {
        "events: first": BehaviourRecipe(as_="first_event"),
        "events: kinds": BehaviourRecipe(as_="kinds"),
        LAST_EVENT: BehaviourRecipe(as_="days_since"),
    }
    if min_leads <= done.bursts <= done.leads - min_leads:
        found["events: burst"] = BehaviourRecipe(as_="burst")
    return found


def _common_pairs(done: Doings, min_leads: int) -> list[tuple[str, str]]:
    """Find the ordered pairs that most leads show, leaving out those that only come in one order.

    An opening always follows its send: that such leads did both says all there is to say.
    """
    few = (done.doers >= min_leads) & (done.doers <= DELIBERATE * done.leads)
    names = np.flatnonzero(few).tolist()
    counts = done.in_order(names)
    found: list[tuple[int, str, str]] = []
    for one, two in permutations(range(len(names)), 2):
        forward, back = int(counts[one, two]), int(counts[two, one])
        if forward >= min_leads and forward <= PLAINLY_IN_ORDER * (forward + back):
            found.append((-forward, done.names[names[one]], done.names[names[two]]))
    return [(one, two) for _, one, two in sorted(found)[:MOST_SEQUENCES]]


def _spelled(done: Doings, name: str) -> str:
    place = place_of(done.names, name)
    return done.names[place] if place >= 0 else name
