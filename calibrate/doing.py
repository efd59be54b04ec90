"""What leads did, counted in the database of their log: one row a lead and event, then one a lead.

Everything is told by the events that count, seen from the landmark of each lead: their ages in
whole seconds. A row a lead and event says how often, how often lately, and when first and last;
nothing more is needed but for bursts and for the days between two events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.behaviours import BURST, BURST_DAYS
from calibrate.engines.sql.connections import Connection
from calibrate.instants import landmark_of
from calibrate.levels import fold
from calibrate.logged import LogThere
from calibrate.offering import Doings
from calibrate.spec import EventsPart, ExpirePart

Ints = npt.NDArray[np.int64]

_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class SeenThere:
    """The events that count, in a database.

    Attributes
    ----------
    connection : Connection
    leads : int
    row : str
        What tells rows of leads apart, of a lead ``t``.
    seen : str
        A row an event: ``r``, whose it is; ``a``, its age; ``e`` and ``o``, places of name and
        object.
    by_object, by_event : str
        A row a lead, event and object, and a row a lead and event: ``n``, how often; ``recent``,
        in the later half of the look-back; ``oldest`` and ``newest``, ages; ``w``, its weight.
    names, objects : tuple of str
    expire : mapping of str to ExpirePart
    """

    connection: Connection
    leads: int
    row: str
    seen: str
    by_object: str
    by_event: str
    names: tuple[str, ...]
    objects: tuple[str, ...]
    expire: Mapping[str, ExpirePart]

    def ask(self, query: str) -> list[list[int]]:
        """Answer a query whose numbers are whole, row by row."""
        found = self.connection.ask(query)
        return [
            [int(one or 0) for one in row]
            for row in zip(*(one.to_pylist() for one in found.columns), strict=True)
        ]


def see_there(log: LogThere) -> SeenThere:
    """See events from the landmarks of their leads; see `seen_events`.

    Parameters
    ----------
    log : LogThere
        With `by_day` filled in.
    """
    settings, leads, connection = log.columns, log.leads, log.leads.relation.connection
    landmark = landmark_of(leads.created, settings)
    expire = {fold(name): part for name, part in settings.expire.items()}
    age = "(l.m - v.s)"
    seen = (
        f"(SELECT l.r AS r, {age} AS a, v.e AS e, v.o AS o FROM {log.source} AS v JOIN (SELECT "
        f"{log.key} AS k, {log.row} AS r, {landmark} AS m FROM {leads.source} AS t WHERE "
        f"{leads.relation.condition}) AS l ON v.k = l.k WHERE v.e >= 0 AND {age} >= 0 AND "
        f"{age} < {_limit(log, settings, expire)}{_but_for(log, settings)})"
    )
    weight = _weight(log, expire)
    by_object = connection.kept(
        f"SELECT r, e, o, COUNT(*) AS n, SUM(CASE WHEN a < {settings.lookback_days * _DAY // 2} "
        f"THEN 1 ELSE 0 END) AS recent, MAX(a) AS oldest, MIN(a) AS newest, {weight} AS w "
        f"FROM {seen} AS s GROUP BY r, e, o"
    )
    by_event = by_object
    if log.objects:
        by_event = connection.kept(
            f"SELECT r, e, CAST(SUM(n) AS BIGINT) AS n, CAST(SUM(recent) AS BIGINT) AS recent, "
            f"MAX(oldest) AS oldest, MIN(newest) AS newest, SUM(w) AS w FROM {by_object} AS s "
            f"GROUP BY r, e"
        )
    return SeenThere(
        connection=connection,
        leads=leads.relation.leads,
        row=log.row,
        seen=seen,
        by_object=by_object,
        by_event=by_event,
        names=log.names,
        objects=log.objects,
        expire=expire,
    )


def _limit(log: LogThere, settings: EventsPart, expire: Mapping[str, ExpirePart]) -> str:
    """Give the age from which on an event does not count."""
    most = settings.lookback_days
    arms = "".join(
        f" WHEN v.e = {place} THEN {min(most, part.expires_days) * _DAY}"
        for place, name in enumerate(log.names)
        if (part := expire.get(fold(name))) is not None and part.expires_days is not None
    )
    return f"CASE{arms} ELSE {most * _DAY} END" if arms else f"{most * _DAY}"


def _but_for(log: LogThere, settings: EventsPart) -> str:
    gone = {fold(name) for name in settings.exclude}
    places = [str(place) for place, name in enumerate(log.names) if fold(name) in gone]
    return f" AND v.e NOT IN ({', '.join(places)})" if places else ""


def _weight(log: LogThere, expire: Mapping[str, ExpirePart]) -> str:
    """Add up events that halve as they age; all others count nothing here."""
    arms = "".join(
        f" WHEN e = {place} THEN POWER(CAST(0.5 AS DOUBLE), CAST(a AS DOUBLE) / {_DAY} / "
        f"CAST('{part.half_life_days!r}' AS DOUBLE))"
        for place, name in enumerate(log.names)
        if (part := expire.get(fold(name))) is not None and part.half_life_days is not None
    )
    return f"SUM(CASE{arms} ELSE 0 END)" if arms else "0"


def doings_there(seen: SeenThere, min_leads: int) -> Doings:
    """Count what leads did; see `doings`."""
    kinds = len(seen.names)
    each = np.zeros((kinds, 5), dtype=np.int64)
    earlier = "(n - recent)"
    for place, *counts in seen.ask(
        f"SELECT e, COUNT(*) AS d, SUM(CASE WHEN n >= 2 THEN 1 ELSE 0 END) AS f, "
        f"SUM(CASE WHEN recent > {earlier} THEN 1 ELSE 0 END) AS x, "
        f"SUM(CASE WHEN recent > 0 AND recent <= {earlier} THEN 1 ELSE 0 END) AS y, "
        f"SUM(CASE WHEN recent = 0 THEN 1 ELSE 0 END) AS z FROM {seen.by_event} AS s GROUP BY e"
    ):
        each[place] = counts
    on = {}
    if seen.objects:
        on = {
            (name, thing): leads
            for name, thing, leads in seen.ask(
                f"SELECT e, o, COUNT(*) AS d FROM {seen.by_object} AS s WHERE o >= 0 "
                f"GROUP BY e, o HAVING COUNT(*) >= {min_leads} ORDER BY e, o"
            )
        }
    return Doings(
        leads=seen.leads,
        names=seen.names,
        objects=seen.objects,
        expire=seen.expire,
        doers=each[:, 0],
        often=each[:, 1],
        trends=each[:, 2:],
        on=on,
        anybody=seen.ask(f"SELECT COUNT(DISTINCT r) AS d FROM {seen.by_event} AS s")[0][0],
        bursts=seen.ask(f"SELECT COUNT(*) AS d FROM ({bursts_there(seen)}) AS b")[0][0],
        in_order=lambda places: _in_order(seen, places),
    )


def bursts_there(seen: SeenThere) -> str:
    """Give the query for the leads with so many events within a week."""
    return (
        f"SELECT DISTINCT r FROM (SELECT r, a - LEAD(a, {BURST - 1}) OVER (PARTITION BY r ORDER BY "
        f"a DESC) AS d FROM {seen.seen} AS s) AS q WHERE d <= {int(BURST_DAYS * _DAY)}"
    )


def _in_order(seen: SeenThere, places: Sequence[int]) -> Ints:
    counts = np.zeros((len(places), len(places)), dtype=np.int64)
    if len(places) < 2:
        return counts
    listed = ", ".join(map(str, places))
    number = {place: at for at, place in enumerate(places)}
    for one, two, leads in seen.ask(
        f"SELECT x.e AS e, y.e AS f, COUNT(*) AS d FROM {seen.by_event} AS x JOIN {seen.by_event} "
        f"AS y ON x.r = y.r WHERE x.e <> y.e AND x.oldest > y.newest AND x.e IN ({listed}) AND "
        f"y.e IN ({listed}) GROUP BY x.e, y.e"
    ):
        counts[number[one], number[two]] = leads
    return counts
