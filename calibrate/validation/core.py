"""The judging itself: from leads counted by score and standing to a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calibrate.engines.base import Ints
from calibrate.engines.tables import Table
from calibrate.errors import Finding, LeadsError
from calibrate.policy.rated import Rated
from calibrate.present.numbers import count_text
from calibrate.scorecard import Scorecard
from calibrate.scores import ScoreTable
from calibrate.stats.delong import PairedAuc, auc_interval, paired_auc
from calibrate.validation.frozen import Frozen
from calibrate.validation.judging import Jury
from calibrate.validation.measures import (
    bands_of,
    expected_auc,
    foretold_of,
    kept_of,
    rising_of,
    standings_of,
    tiers_of,
)
from calibrate.validation.result import Validation
from calibrate.validation.surprises import Surprise
from calibrate.validation.tallied import Tallied
from calibrate.validation.verdict import Case, verdict_of
from calibrate.validation.worked import worked_of


@dataclass(frozen=True, kw_only=True)
class Yardsticks:
    """What the same leads would score by other arithmetic, in the order of their tally.

    Attributes
    ----------
    unit, published : ndarray of int, shape (k,)
        See `unit_weights` and `published_points`.
    """

    unit: Ints
    published: Ints


def judge(
    card: Scorecard,
    jury: Jury,
    tallied: Tallied,
    beside: Yardsticks,
    *,
    worked_column: str | None,
    surprises: tuple[Surprise, ...],
    remarks: tuple[Finding, ...],
    frozen: Frozen | None = None,
) -> Validation:
    """Judge a card by counts, wherever they were counted.

    Parameters
    ----------
    card : Scorecard
    jury : Jury
        Who judges.
    tallied : Tallied
        Those leads, by the card.
    beside : Yardsticks
    worked_column : str or None
        That says which leads were worked.
    surprises : tuple of Surprise
    remarks : tuple of Finding
        On how leads were scored.
    frozen : Frozen, optional

    Raises
    ------
    LeadsError
        When those whose points decide all have one outcome.
    """
    tally = tallied.by_score
    _check(jury.table, tally)
    worked, of_worked = worked_of(card, worked_column, tallied)
    measures = _measures(card, tally)
    case = _case(card, jury, tallied, measures, frozen)
    verdict, reasons = verdict_of(case)
    return Validation(
        card=card,
        name=jury.table.name,
        verdict=verdict,
        reasons=reasons,
        jury=jury,
        then=case.then,
        now=case.now,
        score_table=tally,
        unit_weights=_against(beside.unit, tallied),
        published=_against(beside.published, tallied),
        standings=tuple(standings_of(card, tallied)),
        surprises=surprises,
        worked=worked,
        frozen=frozen,
        findings=(
            *jury.findings,
            *(_old_card() if card.auc is None else ()),
            *remarks,
            *of_worked,
            *(() if frozen is None else frozen.findings),
        ),
        **measures,
    )


def _against(old: Ints, tallied: Tallied) -> PairedAuc:
    """Test another score of the same leads, whose points decide, against the card's."""
    on = tallied.decides
    return paired_auc(old[on], tallied.scores[on], tallied.leads[on], tallied.customers[on])


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
    tallied: Tallied,
    measures: Mapping[str, Any],
    frozen: Frozen | None,
) -> Case:
    return Case(
        auc=measures["auc"],
        expected=measures["expected_auc"],
        expected_se=expected_auc(card)[1],
        then=Rated(name="then", leads=card.cohort.leads, customers=card.cohort.customers),
        now=tallied.rated("now", tallied.leads > 0),
        tiers=measures["tiers_rise"],
        kept=measures["kept"],
        customers=sum(tallied.by_score.customers),
        is_later=jury.is_later,
        scores=len(tallied.by_score.scores),
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
