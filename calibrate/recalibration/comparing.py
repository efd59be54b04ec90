"""Hold an old card against new leads and a new card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.engines.sql.relations import Relation
from calibrate.engines.tables import Table, open_table
from calibrate.errors import Finding, NoOutcomeError, ScorecardError
from calibrate.logs import Log, in_memory
from calibrate.policy.rated import Rated
from calibrate.recalibration.advice import Drift, advise
from calibrate.recalibration.counting import NewLeads, new_leads
from calibrate.recalibration.levels import Shared, level_moves, pairs_on_cards
from calibrate.recalibration.matching import bands_move, in_both, list_moves, only_in
from calibrate.recalibration.remarks import remarks_of
from calibrate.recalibration.result import Comparison
from calibrate.recalibration.scored import contest_of, passing_of, score_index, tier_moves
from calibrate.recalibration.shares import share_moves
from calibrate.recalibration.there import new_leads_there
from calibrate.scorecard import Scorecard
from calibrate.spec import Spec, as_spec
from calibrate.stats.changes import rate_changes
from calibrate.validation.declared import outcome_unsaid, spec_of
from calibrate.validation.tallied import Tallied
from calibrate.validation.worked import Worked, worked_of

if TYPE_CHECKING:
    import pandas as pd


def compare(
    old_card: Scorecard | str | Path,
    new_card: Scorecard | str | Path,
    leads: str | Path | pd.DataFrame | Table | Relation | None = None,
    *,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    events: Log | None = None,
) -> Comparison:
    """Say what moved since a card was made: keep it, refresh it, or rebuild it.

    Parameters
    ----------
    old_card, new_card : Scorecard or path
        Of last quarter and of this one.
    leads : path, DataFrame or Relation, optional
        The leads of now, with what became of them, in a database too (`open_relation`). They are
        counted on the old card's levels, so that bands whose edges moved compare too; those created
        after the old card's leads are held against it. Without them only levels that stand on both
        cards are compared.
    spec : Spec, mapping or path, optional
        How leads are counted; by default as those were that taught the new card (`spec_of`).
    events : path, DataFrame or Relation, optional
        The log of what leads did, for cards that give points for it; where they are.

    Returns
    -------
    Comparison

    Raises
    ------
    ScorecardError
        When the cards have no attribute in common, or a column that earns points is not there.
    SpecError, LeadsError
        When leads cannot be counted.

    Notes
    -----
    Four questions are asked (overall rate, rates of levels, effects, shares of leads), each at
    0.0125, so that where nothing has moved anything is reported in 5 % of comparisons at most; over
    the levels or attributes of one question by Benjamini & Hochberg (1995), JRSS B 57. Effects: see
    `effect_changes`; shares: `stability_index`; which card ranks better: `paired_auc`.
    """
    old, new = (
        one if isinstance(one, Scorecard) else Scorecard.load(one) for one in (old_card, new_card)
    )
    shared = in_both(old, new)
    if not shared:
        raise ScorecardError(_nothing_shared(old, new))
    found = None
    if leads is not None:
        declared = spec_of(new) if spec is None else as_spec(spec)
        table, declared = _table_of_now(new, leads, declared)
        try:
            if isinstance(table, Relation):
                found = new_leads_there(old, new, table, declared, shared, events=events)
            else:
                log = in_memory(events)
                found = new_leads(old, new, table, declared, shared, events=log)
        except NoOutcomeError as fault:
            raise outcome_unsaid(new, fault) from None
    return _compared(old, new, shared, found)


def _table_of_now(
    new: Scorecard,
    leads: str | Path | pd.DataFrame | Table | Relation,
    spec: Spec,
) -> tuple[Table | Relation, Spec]:
    """Open the leads of now; those that taught the new card were taken on its day."""
    table = leads if isinstance(leads, Relation) else open_table(leads, sheet=spec.leads.sheet)
    if table.fingerprint == new.made.fingerprint and new.made.as_of is not None:
        return table, spec.changed(as_of=new.made.as_of)
    return table, spec


def _compared(old: Scorecard, new: Scorecard, shared: Shared, found: NewLeads | None) -> Comparison:
    then = Rated(name="then", leads=old.cohort.leads, customers=old.cohort.customers)
    now = Rated(name="now", leads=new.cohort.leads, customers=new.cohort.customers)
    if found is not None:
        now = found.rated("now", found.rows)
    pairs = pairs_on_cards(shared) if found is None else found.pairs
    levels = level_moves(pairs, then, now)
    shares, score, lists = share_moves(
        pairs,
        list_moves(shared, old.cohort.leads, new.cohort.leads),
        None if found is None else score_index(old, found),
    )
    contest = None if found is None else contest_of(old, found)
    drift = Drift(
        old=old,
        new=new,
        then=then,
        now=now,
        overall_p=_overall_p(then, now),
        levels=levels,
        gone=only_in(old, new),
        lists=lists,
        score=score,
        contest=contest,
    )
    advice, reasons = advise(drift)
    worked, remarks = (None, ()) if found is None else _worked(old, found)
    return Comparison(
        old=old,
        new=new,
        name=None if found is None else found.name,
        advice=advice,
        reasons=reasons,
        then=then,
        now=now,
        overall_p=drift.overall_p,
        levels=levels,
        shares=shares,
        score_shares=score,
        lists=lists,
        bands=tuple(one for pair in shared if (one := bands_move(*pair)) is not None),
        gone=drift.gone,
        added=only_in(new, old),
        contest=contest,
        worked=worked,
        findings=(
            *remarks_of(old, new, found),
            *(() if found is None else found.unseen),
            *remarks,
        ),
        passed_then=_passed_then(old),
        **_of_leads(old, new, found),
    )


def _of_leads(old: Scorecard, new: Scorecard, found: NewLeads | None) -> dict[str, Any]:
    """Give what only leads tell."""
    if found is None:
        return {"passed_now": None, "months": (), "tiers": None}
    return {
        "passed_now": passing_of(old, found),
        "months": found.months,
        "tiers": tier_moves(old, new, found),
    }


def _worked(old: Scorecard, found: NewLeads) -> tuple[Worked | None, tuple[Finding, ...]]:
    """Say who was worked: sales chose by the old card, and its choice is in what leads became."""
    rows = found.rows
    return worked_of(
        old,
        found.worked_column,
        Tallied(
            scores=found.old.scores[rows],
            standing=found.old.standing[rows],
            worked=None if found.worked is None else found.worked[rows],
            leads=found.leads[rows],
            customers=found.customers[rows],
        ),
        therefore="A card that is taught by these leads takes over what the old one thought of "
        "those that it kept from sales.",
    )


def _overall_p(then: Rated, now: Rated) -> float:
    return float(rate_changes([then.customers], [then.leads], [now.customers], [now.leads])[0][0])


def _passed_then(card: Scorecard) -> Rated | None:
    """Give the leads that passed when the card was made; None where a policy stood above."""
    if card.standings:
        return None
    leads = round(card.threshold.leads_kept * card.cohort.leads)
    customers = round(card.threshold.customers_kept * card.cohort.customers)
    return Rated(name="pass", leads=leads, customers=customers)


def _nothing_shared(old: Scorecard, new: Scorecard) -> str:
    names = [[f"`{one.name[:40]}`" for one in card.attributes[:3]] for card in (old, new)]
    return (
        f"The cards `{old.name[:60]}` and `{new.name[:60]}` have no attribute in common, so there "
        f"is nothing to compare: the first has {', '.join(names[0]) or 'none'} and others, the "
        f"second {', '.join(names[1]) or 'none'}. Give two cards of the same leads."
    )
