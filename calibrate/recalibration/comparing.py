"""Hold an old card against new leads and a new card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from calibrate.engines.tables import Table, open_table
from calibrate.errors import Finding, NoOutcomeError, ScorecardError
from calibrate.policy.rated import Rated
from calibrate.recalibration.advice import Drift, advise
from calibrate.recalibration.counting import NewLeads, new_leads
from calibrate.recalibration.levels import Pair, level_moves, pairs_on_cards, pairs_on_leads
from calibrate.recalibration.matching import bands_move, in_both, list_moves, only_in
from calibrate.recalibration.remarks import remarks_of
from calibrate.recalibration.result import Comparison
from calibrate.recalibration.scored import (
    contest_of,
    months_of,
    passing_of,
    score_index,
    tier_moves,
)
from calibrate.recalibration.shares import share_moves
from calibrate.scorecard import Scorecard
from calibrate.scorecard.parts import CardAttributePart
from calibrate.scorecard.there import columns_there
from calibrate.scoring import ScoredLeads, scoring_findings
from calibrate.spec import Spec, as_spec
from calibrate.stats.changes import rate_changes
from calibrate.stats.stability_index import StabilityIndex
from calibrate.validation.declared import outcome_unsaid, spec_of
from calibrate.validation.tallied import Tallied
from calibrate.validation.worked import Worked, worked_of, worked_rows

if TYPE_CHECKING:
    import pandas as pd

Shared = list[tuple[CardAttributePart, CardAttributePart]]


def compare(
    old_card: Scorecard | str | Path,
    new_card: Scorecard | str | Path,
    leads: str | Path | pd.DataFrame | Table | None = None,
    *,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    events: str | Path | pd.DataFrame | Table | None = None,
) -> Comparison:
    """Say what moved since a card was made: keep it, refresh it, or rebuild it.

    Parameters
    ----------
    old_card, new_card : Scorecard or path
        Of last quarter and of this one.
    leads : path or DataFrame, optional
        The leads of now, with what became of them. They are counted on the old card's levels, so
        that bands whose edges moved compare too; those created after the old card's leads are held
        against it. Without them only levels that stand on both cards are compared.
    spec : Spec, mapping or path, optional
        How leads are counted; by default as those were that taught the new card (`spec_of`).
    events : path or DataFrame, optional
        The log of what leads did, for cards that give points for it.

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
        table = open_table(leads, sheet=declared.leads.sheet)
        if table.fingerprint == new.made.fingerprint and new.made.as_of is not None:
            declared = declared.changed(as_of=new.made.as_of)
        try:
            now = new_leads(old, new, table, declared)
        except NoOutcomeError as fault:
            raise outcome_unsaid(new, fault) from None
        found = _on_leads(old, new, shared, now, events=events, folder=declared.folder)
    return _compared(old, new, shared, found)


class _OnLeads(NamedTuple):
    """What leads add to two cards."""

    now: NewLeads
    pairs: list[Pair]
    old: ScoredLeads
    new: ScoredLeads
    score: StabilityIndex


def _on_leads(
    old: Scorecard,
    new: Scorecard,
    shared: Shared,
    now: NewLeads,
    *,
    events: str | Path | pd.DataFrame | Table | None,
    folder: Path | None,
) -> _OnLeads:
    scored = [card.score_table(now.table, events=events, folder=folder) for card in (old, new)]
    columns = columns_there(old, now.table, events, folder=folder)
    return _OnLeads(
        now=now,
        pairs=pairs_on_leads(shared, columns, now),
        old=scored[0],
        new=scored[1],
        score=score_index(old, scored[0], now),
    )


def _compared(old: Scorecard, new: Scorecard, shared: Shared, found: _OnLeads | None) -> Comparison:
    then = Rated(name="then", leads=old.cohort.leads, customers=old.cohort.customers)
    counted = new.cohort if found is None else found.now
    now = Rated(name="now", leads=counted.leads, customers=counted.customers)
    pairs = pairs_on_cards(shared) if found is None else found.pairs
    levels = level_moves(pairs, then, now)
    shares, score, lists = share_moves(
        pairs,
        list_moves(shared, old.cohort.leads, new.cohort.leads),
        None if found is None else found.score,
    )
    contest = None
    if found is not None:
        contest = contest_of((old, found.old), (new, found.new), found.now)
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
        name=None if found is None else found.now.table.name,
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
            *remarks_of(old, new, None if found is None else found.now),
            *_unseen(found),
            *remarks,
        ),
        passed_then=_passed_then(old),
        **_of_leads(old, new, found),
    )


def _of_leads(old: Scorecard, new: Scorecard, found: _OnLeads | None) -> dict[str, Any]:
    """Give what only leads tell."""
    if found is None:
        return {"passed_now": None, "months": (), "tiers": None}
    passing = [
        scored.passing(card.threshold.score)
        for card, scored in ((old, found.old), (new, found.new))
    ]
    return {
        "passed_now": passing_of(old, found.old, found.now),
        "months": months_of(found.now, *passing),
        "tiers": tier_moves((old, found.old), (new, found.new)),
    }


def _worked(old: Scorecard, found: _OnLeads) -> tuple[Worked | None, tuple[Finding, ...]]:
    """Say who was worked: sales chose by the old card, and its choice is in what leads became."""
    now = found.now
    column, flags = worked_rows(now.joined)
    return worked_of(
        old,
        column,
        Tallied.of_rows(found.old, now.rows, now.outcome.customer, flags),
        therefore="A card that is taught by these leads takes over what the old one thought of "
        "those that it kept from sales.",
    )


def _unseen(found: _OnLeads | None) -> tuple[Finding, ...]:
    return () if found is None else scoring_findings(found.old.unseen, found.old.absent)


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
