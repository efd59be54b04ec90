"""Judge a card by leads that came later than those that taught it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.earlier import read_earlier
from calibrate.engines.base import BY_POINTS
from calibrate.engines.tables import Table, open_table
from calibrate.errors import Finding, LeadsError, NoOutcomeError
from calibrate.policy.rated import Rated
from calibrate.present.numbers import count_text
from calibrate.scorecard import Scorecard
from calibrate.scorecard.names import lead_names
from calibrate.scores import ScoreTable, tally_rows
from calibrate.scoring import scoring_findings
from calibrate.spec import Spec, as_spec
from calibrate.stats.delong import auc_interval
from calibrate.validation.declared import outcome_unsaid, spec_of
from calibrate.validation.frozen import Frozen, frozen_of
from calibrate.validation.judging import Jury, jury_of
from calibrate.validation.measures import (
    against,
    bands_of,
    expected_auc,
    foretold_of,
    kept_of,
    rising_of,
    standings_of,
    tiers_of,
    unit_weights,
)
from calibrate.validation.published import published
from calibrate.validation.result import Validation
from calibrate.validation.surprises import surprises_of
from calibrate.validation.verdict import Case, verdict_of
from calibrate.validation.worked import worked_of

if TYPE_CHECKING:
    import pandas as pd


def validate(
    card: Scorecard,
    leads: str | Path | pd.DataFrame | Table,
    *,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    events: str | Path | pd.DataFrame | Table | None = None,
    scored: str | Path | pd.DataFrame | None = None,
    as_of: dt.date | None = None,
) -> Validation:
    """Judge a card by leads that came later than those that taught it.

    Parameters
    ----------
    card : Scorecard
    leads : path or DataFrame
        One row a lead, with what became of it; leads created within the card's own cohort are set
        aside.
    spec : Spec, mapping or path, optional
        How leads are counted; by default as those were that taught the card (`spec_of`).
    events : path or DataFrame, optional
        The log of what leads did, for a card that gives points for it.
    scored : path or DataFrame, optional
        What `calibrate score` wrote at the time, to be judged by what became of the same leads.
    as_of : date, optional
        The day the data were taken; by default the newest in them.

    Returns
    -------
    Validation

    Raises
    ------
    SpecError, LeadsError
        When leads cannot be counted or found again, or those that judge all have one outcome.
    ScorecardError
        When a column or a log that earns points is not there.

    Notes
    -----
    Leads that a veto or a gate keeps out, or that must be contacted, are told by themselves
    (`standings`); scores, tiers and threshold are judged on the others, as they were made.

    Examples
    --------
    Every fourth lead of a fair buys and every eighth of the others, in spring as in winter.

    >>> import pandas as pd
    >>> from calibrate import calibrate
    >>> frame = pd.DataFrame(
    ...     {
    ...         "source": ["Fair", "Web", "Web"] * 800,
    ...         "created": ["2026-01-15"] * 1200 + ["2026-04-15"] * 1200,
    ...         "converted": ([1, 1, 0] + [0, 0, 0] * 3) * 200,
    ...     }
    ... )
    >>> card = calibrate(frame[:1200], {"threshold": 1}).scorecard
    >>> found = validate(card, frame)
    >>> found.verdict, found.now.leads, found.jury.taught, round(found.auc.auc, 3)
    ('ready', 1200, 1200, 0.6)
    """
    declared = spec_of(card) if spec is None else as_spec(spec)
    if as_of is not None:
        declared = declared.changed(as_of=as_of)
    table = open_table(leads, sheet=declared.leads.sheet)
    try:
        jury = jury_of(card, table, declared)
    except NoOutcomeError as fault:
        raise outcome_unsaid(card, fault) from None
    found = card.score_table(table, events=events, folder=declared.folder)
    names = lead_names(jury.joined, card.reads)
    frozen = None
    if scored is not None:
        frozen = frozen_of(card, read_earlier(card, jury.joined, scored), jury, found, names)
    decides = jury.rows & (found.standing == BY_POINTS)
    customer = jury.outcome.customer
    tally = tally_rows(found.scores[decides], customer[decides])
    _check(table, tally)
    worked, remarks = worked_of(card, jury.joined, jury.rows, customer, found)
    unit = unit_weights(card, found)
    by_ratio = published(card, found, table, events, declared.folder)
    measures = _measures(card, tally)
    case = _case(card, jury, tally, measures, frozen)
    verdict, reasons = verdict_of(case)
    return Validation(
        card=card,
        name=table.name,
        verdict=verdict,
        reasons=reasons,
        jury=jury,
        then=case.then,
        now=case.now,
        score_table=tally,
        unit_weights=against(unit[decides], found.scores[decides], customer[decides]),
        published=against(by_ratio[decides], found.scores[decides], customer[decides]),
        standings=tuple(standings_of(card, found, jury.rows, jury.customer)),
        surprises=surprises_of(found, names, decides, customer),
        worked=worked,
        frozen=frozen,
        findings=(
            *jury.findings,
            *(_old_card() if card.auc is None else ()),
            *scoring_findings(found.unseen, found.absent),
            *remarks,
            *(() if frozen is None else frozen.findings),
        ),
        **measures,
    )


def _check(table: Table, tally: ScoreTable) -> None:
    customers, leads = sum(tally.customers), sum(tally.leads)
    if not 0 < customers < leads:
        raise LeadsError(
            f"{table.where}: of {count_text(leads)} leads whose points decide "
            f"{count_text(customers)} are customers; with vetoes, gates and must-contact levels "
            f"applied there is nothing left by which to judge the score."
        )


def _measures(card: Scorecard, tally: ScoreTable) -> dict[str, Any]:
    """Measure what the counts by score tell."""
    tiers, bands = tiers_of(card, tally), bands_of(card, tally)
    expected, _ = expected_auc(card)
    return {
        "auc": auc_interval(tally.leads, tally.customers),
        "expected_auc": expected,
        "tiers": tiers,
        "bands": bands,
        # A card without tiers is held to its bands.
        "tiers_rise": rising_of(tiers or bands),
        "bands_rise": rising_of(bands),
        "foretold": foretold_of(card, tally),
        "kept": kept_of(card, tally),
    }


def _case(
    card: Scorecard,
    jury: Jury,
    tally: ScoreTable,
    measures: Mapping[str, Any],
    frozen: Frozen | None,
) -> Case:
    return Case(
        auc=measures["auc"],
        expected=measures["expected_auc"],
        expected_se=expected_auc(card)[1],
        then=Rated(name="then", leads=card.cohort.leads, customers=card.cohort.customers),
        now=Rated(name="now", leads=len(jury.customer), customers=int(jury.customer.sum())),
        tiers=measures["tiers_rise"],
        kept=measures["kept"],
        customers=sum(tally.customers),
        is_later=jury.is_later,
        scores=len(tally.scores),
        frozen=None if frozen is None else frozen.auc,
        frozen_kept=None if frozen is None else frozen.kept,
    )


def _old_card() -> tuple[Finding, ...]:
    return (
        Finding(
            code="fit-auc-unknown",
            severity="info",
            says="The card is of an earlier version and does not say how well it ranked leads that "
            "had no part in its points; its AUC on its own leads stands in, which asks too much.",
            fix="Calibrate again with this version.",
        ),
    )
