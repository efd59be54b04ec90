"""The behaviours that a card gives points for, made of a log where leads are in a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calibrate.behaviours import BehaviourRecipe
from calibrate.dates import read_dates
from calibrate.doing import SeenThere, see_there
from calibrate.engines.sql.held import Held
from calibrate.engines.sql.rows import LeadRows
from calibrate.errors import NoRowsError, ScorecardError
from calibrate.habits import held_habit, with_habits
from calibrate.logged import KeyedLeads, LogThere, log_there, nothing_happened
from calibrate.logs import Log, open_log
from calibrate.scorecard.card import Scorecard
from calibrate.scorecard.parts import ReadsPart
from calibrate.spec import EventsPart
from calibrate.telling import Moments, keyed_leads
from calibrate.warehouse import OutcomesThere

_MANY = 2**62
"""Of objects only those that the card names are told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardHabits:
    """The behaviours of a card beside the rows of leads.

    Attributes
    ----------
    source : str
        The leads with them, as it can stand after FROM.
    """

    source: str
    _seen: SeenThere
    _by_name: Mapping[str, BehaviourRecipe]

    def held(self, rows: LeadRows) -> dict[str, Held]:
        """Hold them, over some rows of the source."""
        return {
            name: held_habit(rows, name, recipe, place, self._seen)
            for place, (name, recipe) in enumerate(self._by_name.items())
        }


def card_habits(card: Scorecard, there: OutcomesThere, events: Log | None) -> CardHabits | None:
    """Make the behaviours of a card; None where it gives points for none.

    Raises
    ------
    ScorecardError
        When the card does not say how to read the log, or sees leads from another moment.
    SpecError, LeadsError
        When the log is not where the leads are.
    """
    by_name = {
        one.name: one.made_from
        for one in card.attributes
        if isinstance(one.made_from, BehaviourRecipe)
    }
    reads = card.reads
    if not card.scoring.needed & by_name.keys():
        return None
    if reads is None or reads.events is None or reads.id is None:
        raise ScorecardError("The card gives points for events, and does not say how to read them.")
    if reads.created is None or reads.created != there.roles.created:
        raise ScorecardError(
            f"{there.relation.where}: the card sees what leads did from `{reads.created}` on, and "
            f"the spec has them created at `{there.roles.created}`. Both have to say the same."
        )
    keyed = keyed_leads(there.relation, there.moments, reads.id)
    log = _log(card, keyed, reads.events, events)
    if log.columns.by_day is None:
        log = log.seen_by_day(_created_by_day(card, there.moments))
    seen = see_there(log)
    return CardHabits(
        source=with_habits(there.moments.source, seen, tuple(by_name.values())),
        _seen=seen,
        _by_name=by_name,
    )


def _log(card: Scorecard, keyed: KeyedLeads, settings: EventsPart, events: Log | None) -> LogThere:
    try:
        log = open_log(keyed.relation, settings, given=events)
    except NoRowsError:  # nobody has done anything yet
        return nothing_happened(keyed, settings)
    things = [
        one.made_from.object
        for one in card.attributes
        if isinstance(one.made_from, BehaviourRecipe) and one.made_from.object is not None
    ]
    return log_there(
        log,
        keyed,
        settings,
        nothings=card.missing,
        day_first=None if card.reads is None else card.reads.day_first,
        all_known=False,
        fewest=_MANY,
        named=things,
    )


def _created_by_day(card: Scorecard, moments: Moments) -> bool:
    """Say whether no lead has a time of day at which it was created."""
    reads = card.reads or ReadsPart()
    return read_dates(
        moments.table, str(reads.created), nothings=card.missing, day_first=reads.day_first
    ).are_days
