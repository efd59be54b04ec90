"""The behaviours that a card gives points for, made of a log where leads are in a database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from calibrate.behaviours import BehaviourRecipe
from calibrate.dates import read_dates
from calibrate.doing import SeenThere, see_there
from calibrate.engines.sql.held import Held
from calibrate.engines.sql.relations import Relation, as_table
from calibrate.engines.sql.rows import LeadRows
from calibrate.engines.tables import Table
from calibrate.errors import NoRowsError, ScorecardError
from calibrate.habits import held_habit, with_habits
from calibrate.logged import KeyedLeads, LogThere, log_there, nothing_happened
from calibrate.logs import Log, open_log
from calibrate.scorecard.card import Scorecard
from calibrate.scorecard.columns import lacks_text
from calibrate.scorecard.parts import ReadsPart
from calibrate.spec import EventsPart
from calibrate.telling import keyed_leads, keyed_to_score
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
    _order: str | None
    _first: int
    _seen: SeenThere
    _by_name: Mapping[str, BehaviourRecipe]

    def beside(self, rows: LeadRows) -> LeadRows:
        """Put them beside some rows of the same leads."""
        return replace(rows, source=self.source, order=self._order)

    def held(self, rows: LeadRows, among: Collection[str] | None = None) -> dict[str, Held]:
        """Hold them, or some of them, over some rows of the source."""
        return {
            name: held_habit(rows, name, recipe, place, self._seen)
            for place, (name, recipe) in enumerate(self._by_name.items(), self._first)
            if among is None or name in among
        }

    @property
    def until(self) -> int:
        """How many behaviours stand beside the rows."""
        return self._first + len(self._by_name)


def card_habits(
    card: Scorecard,
    there: OutcomesThere,
    events: Log | None,
    *,
    after: CardHabits | None = None,
) -> CardHabits | None:
    """Make the behaviours of a card; None where it gives points for none.

    Parameters
    ----------
    card : Scorecard
    there : OutcomesThere
        The leads, and what became of them.
    events : Relation or path, optional
        The log; by default the one that the card names.
    after : CardHabits, optional
        Those of another card, which stay beside the same rows.

    Raises
    ------
    ScorecardError
        When the card does not say how to read the log, or sees leads from another moment.
    SpecError, LeadsError
        When the log is not where the leads are.
    """
    reads = _reads(card, there.relation)
    if reads is None:
        return None
    if reads.created != there.roles.created:
        raise ScorecardError(
            f"{there.relation.where}: the card sees what leads did from `{reads.created}` on, and "
            f"the spec has them created at `{there.roles.created}`. Both have to say the same."
        )
    keyed = keyed_leads(there.relation, there.moments, str(reads.id))
    return _made(card, keyed, there.moments.table, events, after)


def habits_to_score(card: Scorecard, relation: Relation, events: Log | None) -> CardHabits | None:
    """Make the behaviours of a card of leads whose outcome nobody asks for; see `card_habits`.

    Raises
    ------
    ScorecardError, SpecError, LeadsError
    """
    reads = _reads(card, relation)
    if reads is None:
        return None
    keyed = keyed_to_score(
        relation,
        lead_id=str(reads.id),
        created=str(reads.created),
        nothings=card.missing,
        day_first=reads.day_first,
    )
    return _made(card, keyed, as_table(relation), events, None)


def _recipes(card: Scorecard) -> dict[str, BehaviourRecipe]:
    return {
        one.name: one.made_from
        for one in card.attributes
        if isinstance(one.made_from, BehaviourRecipe)
    }


def _reads(card: Scorecard, relation: Relation) -> ReadsPart | None:
    """Give how a card reads what leads did; None where it gives points for nothing of it."""
    if not card.scoring.needed & _recipes(card).keys():
        return None
    reads = card.reads
    if reads is None or reads.events is None or reads.id is None or reads.created is None:
        raise ScorecardError("The card gives points for events, and does not say how to read them.")
    lacking = [one for one in (reads.id, reads.created) if one not in relation.columns]
    if lacking:
        raise ScorecardError(lacks_text(as_table(relation), lacking))
    return reads


def _made(
    card: Scorecard,
    keyed: KeyedLeads,
    table: Table,
    events: Log | None,
    after: CardHabits | None,
) -> CardHabits:
    reads = card.reads or ReadsPart()
    log = _log(card, keyed, reads.events or EventsPart(), events)
    if log.columns.by_day is None:
        log = log.seen_by_day(_created_by_day(card, table))
    seen, by_name = see_there(log), _recipes(card)
    source, first = (keyed.source, 0) if after is None else (after.source, after.until)
    return CardHabits(
        source=with_habits(source, seen, tuple(by_name.values()), first=first),
        _order=keyed.order,
        _first=first,
        _seen=seen,
        _by_name=by_name,
    )


def _log(card: Scorecard, keyed: KeyedLeads, settings: EventsPart, events: Log | None) -> LogThere:
    try:
        log = open_log(keyed.relation, settings, given=events)
    except NoRowsError:  # nobody has done anything yet
        return nothing_happened(keyed, settings)
    things = [one.object for one in _recipes(card).values() if one.object is not None]
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


def _created_by_day(card: Scorecard, table: Table) -> bool:
    """Say whether no lead has a time of day at which it was created."""
    reads = card.reads or ReadsPart()
    return read_dates(
        table, str(reads.created), nothings=card.missing, day_first=reads.day_first
    ).are_days
