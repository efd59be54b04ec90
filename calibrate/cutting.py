"""What thresholds by several rules would do on leads that a card scores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrate.dates import read_dates
from calibrate.documents import validated
from calibrate.engines.base import BY_POINTS, MUST_CONTACT, Ints
from calibrate.engines.judging import Flags
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.relations import Relation, as_table
from calibrate.engines.tables import Table, open_table
from calibrate.errors import LeadsError, SpecError
from calibrate.joined import join_there
from calibrate.leads import DAYS_A_MONTH
from calibrate.logs import Log, LogInMemory, in_memory
from calibrate.scorecard import Scorecard
from calibrate.scorecard.habits import habits_to_score
from calibrate.scorecard.held import held_columns
from calibrate.scorecard.parts import ReadsPart
from calibrate.scores import Cut, by_score
from calibrate.scoring import passing
from calibrate.shown import AsScreen, AsTable
from calibrate.spec import CapacityPart, SharePart, Spec, ThresholdRule
from calibrate.threshold import ALTERNATIVES, Beside, cut_by, rule_name

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCut:
    """A threshold by one rule.

    Attributes
    ----------
    rule : str
    taught : Cut
        What it keeps of the leads that taught the card: there customers are known.
    leads : int
        How many of the leads at hand reach it.
    leads_a_month : float or None
        The same in a calendar month; None without creation dates.
    """

    rule: str
    taught: Cut
    leads: int
    leads_a_month: float | None


@dataclass(frozen=True, kw_only=True, repr=False)
class CardCuts(AsScreen, AsTable):
    """Thresholds side by side, the one asked for first.

    Attributes
    ----------
    card : Scorecard
    name : str
        Of the leads table.
    leads : int
    leads_a_month : float or None
    cuts : tuple of CardCut
    is_met : bool
        Whether any score meets the rule asked for.
    """

    card: Scorecard
    name: str
    leads: int
    leads_a_month: float | None
    cuts: tuple[CardCut, ...]
    is_met: bool

    def to_frame(self) -> pd.DataFrame:
        """Give one row a rule."""
        import pandas as pd

        rows = [
            {
                "rule": one.rule,
                "score": one.taught.score,
                "leads": one.leads,
                "leads_a_month": one.leads_a_month,
                "customers_kept": one.taught.customers_kept,
                "close_rate_at_or_above": one.taught.close_rate_at_or_above,
            }
            for one in self.cuts
        ]
        return pd.DataFrame(rows)

    def summary(self) -> dict[str, Any]:
        """Give the thresholds as plain values that fit into JSON."""
        from calibrate.present.cuts import cuts_summary

        return cuts_summary(self)

    def __str__(self) -> str:
        from calibrate.present.cuts import cuts_text

        return cuts_text(self)


def cuts_for(
    card: Scorecard,
    leads: str | Path | pd.DataFrame | Table | Relation,
    rule: ThresholdRule | Mapping[str, Any] | None = None,
    *,
    events: Log | None = None,
) -> CardCuts:
    """Score leads and say what thresholds would do on them.

    Parameters
    ----------
    card : Scorecard
    leads : path, DataFrame or Relation
        Outcomes are not needed: customers are those of the leads that taught the card. A database
        counts its own (`open_relation`).
    rule : str or mapping, optional
        In the form of the spec; by default that of the card.
    events : path, DataFrame or Relation, optional
        The log of what leads did, for a card that gives points for it; where they are.

    Raises
    ------
    SpecError
        When the rule cannot be used, or `capacity` is asked of leads without creation dates.
    LeadsError
        When the points decide about none of the leads.
    """
    asked = card.threshold.rule if rule is None else _as_rule(rule)
    if isinstance(leads, Relation):
        found = _at_hand_there(card, leads, events)
    else:
        found = _at_hand(card, open_table(leads), in_memory(events))
    if not found.decides.any():
        raise LeadsError(
            f"{found.where}: a veto, a gate or a must-contact level decides about every lead, so "
            f"no threshold makes a difference."
        )
    total, deciding = int(found.leads.sum()), found.leads[found.decides]
    # Of these nobody knows who closes; rules by number ask for leads alone.
    at_hand = by_score(found.scores[found.decides], deciding, deciding)
    taught = card.score_table_taught
    beside = Beside(
        deciding=int(deciding.sum()),
        all_leads=total,
        must_contact=int(found.leads[found.standing == MUST_CONTACT].sum()),
        leads_a_month=None if found.months is None else total / found.months,
    )
    cuts, is_met = [], True
    others = [other for other in ALTERNATIVES if rule_name(other) != rule_name(asked)]
    for one in (asked, *others):
        # How many pass is a matter of the leads at hand, who closes of those that taught.
        by_number = isinstance(one, CapacityPart | SharePart)
        cut = cut_by(at_hand if by_number else taught, one, beside)
        is_met = is_met and (cut.is_met or one is not asked)
        passes = passing(found.scores, found.standing, cut.cut.score)
        reach = int(found.leads[passes].sum())
        cuts.append(
            CardCut(
                rule=rule_name(one),
                taught=taught.cut_at(cut.cut.score) or taught.sweep()[-1],
                leads=reach,
                leads_a_month=None if found.months is None else reach / found.months,
            )
        )
    return CardCuts(
        card=card,
        name=found.name,
        leads=total,
        leads_a_month=beside.leads_a_month,
        cuts=tuple(cuts),
        is_met=is_met,
    )


@dataclass(frozen=True, kw_only=True)
class _AtHand:
    """Leads by score and standing, alike ones together; and the months in which they came."""

    name: str
    where: str
    scores: Ints
    standing: Ints
    leads: Ints
    months: float | None

    @property
    def decides(self) -> Flags:
        return np.asarray(self.standing == BY_POINTS)


def _at_hand(card: Scorecard, table: Table, events: LogInMemory | None) -> _AtHand:
    scored = card.score_table(table, events=events)
    return _AtHand(
        name=table.name,
        where=table.where,
        scores=scored.scores,
        standing=scored.standing,
        leads=np.ones(table.rows, dtype=np.int64),
        months=_months(card, table),
    )


def _at_hand_there(card: Scorecard, relation: Relation, events: Log | None) -> _AtHand:
    """Let the database count its leads by score and standing."""
    reads = card.reads or ReadsPart()
    joined = join_there(relation, reads.join, repeated=reads.repeated or "last")
    relation = joined.relation
    table, rows, habits = as_table(relation), relation.rows, {}
    did = habits_to_score(card, relation, events)
    if did is not None:
        rows = did.beside(rows)
        habits = did.held(rows, card.scoring.needed)
    held = held_columns(card, relation, table, sources=joined.sources, habits=habits)
    engine = SqlEngine(rows=rows, held=held)
    found, leads, _ = engine.count_by(engine.standing_parts(card.scoring, 0))
    return _AtHand(
        name=relation.name,
        where=relation.where,
        scores=found[:, 0],
        standing=found[:, 1],
        leads=leads,
        months=_months(card, table),
    )


def _as_rule(rule: ThresholdRule | Mapping[str, Any]) -> ThresholdRule:
    return validated(Spec, {"threshold": rule}, where="threshold", error=SpecError).threshold


def _months(card: Scorecard, table: Table) -> float | None:
    """Give the calendar months from the first created lead to the last."""
    reads = card.reads
    if reads is None or reads.created is None or reads.created not in table.columns:
        return None
    created = read_dates(table, reads.created, nothings=card.missing, day_first=reads.day_first)
    days = created.times[~np.isnat(created.times)].astype("datetime64[D]")
    if not len(days):
        return None
    first: dt.date = days.min().item()
    last: dt.date = days.max().item()
    return ((last - first).days + 1) / DAYS_A_MONTH
