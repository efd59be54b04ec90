"""Judge a card by leads that came later than those that taught it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.earlier import read_earlier
from calibrate.engines.base import BY_POINTS
from calibrate.engines.sql.relations import Relation
from calibrate.engines.tables import Table, open_table
from calibrate.errors import NoOutcomeError, SpecError
from calibrate.logs import Log, in_memory
from calibrate.scorecard import Scorecard
from calibrate.scorecard.names import lead_names
from calibrate.scoring import scoring_findings
from calibrate.spec import Spec, as_spec
from calibrate.validation.core import Yardsticks, judge
from calibrate.validation.declared import outcome_unsaid, spec_of
from calibrate.validation.frozen import frozen_of
from calibrate.validation.judging import jury_of
from calibrate.validation.measures import unit_weights
from calibrate.validation.published import published
from calibrate.validation.result import Validation
from calibrate.validation.surprises import surprises_of
from calibrate.validation.tallied import Tallied
from calibrate.validation.there import validate_there
from calibrate.validation.worked import worked_rows

if TYPE_CHECKING:
    import pandas as pd


def validate(
    card: Scorecard,
    leads: str | Path | pd.DataFrame | Table | Relation,
    *,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    events: Log | None = None,
    scored: str | Path | pd.DataFrame | None = None,
    as_of: dt.date | None = None,
) -> Validation:
    """Judge a card by leads that came later than those that taught it.

    Parameters
    ----------
    card : Scorecard
    leads : path, DataFrame or Relation
        One row a lead, with what became of it, in a database too (`open_relation`); leads created
        within the card's own cohort are set aside.
    spec : Spec, mapping or path, optional
        How leads are counted; by default as those were that taught the card (`spec_of`).
    events : path, DataFrame or Relation, optional
        The log of what leads did, for a card that gives points for it; or what was read of it
        beside the same leads.
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
    try:
        if isinstance(leads, Relation):
            _refuse_scored(leads, scored)
            return validate_there(card, leads, declared, events=events)
        table = open_table(leads, sheet=declared.leads.sheet)
        events = in_memory(events)
        jury = jury_of(card, table, declared)
    except NoOutcomeError as fault:
        raise outcome_unsaid(card, fault) from None
    found = card.score_table(table, events=events, folder=declared.folder)
    names = lead_names(jury.joined, card.reads)
    frozen = None
    if scored is not None:
        frozen = frozen_of(card, read_earlier(card, jury.joined, scored), jury, found, names)
    column, flags = worked_rows(jury.joined)
    rows, customer = jury.rows, jury.outcome.customer
    return judge(
        card,
        jury,
        Tallied.of_rows(found, rows, customer, flags),
        Yardsticks(
            unit=unit_weights(card, found)[rows],
            published=published(card, found, table, events, declared.folder)[rows],
        ),
        worked_column=column,
        surprises=surprises_of(found, names, rows & (found.standing == BY_POINTS), customer),
        remarks=scoring_findings(found.unseen, found.absent),
        frozen=frozen,
    )


def _refuse_scored(relation: Relation, scored: object) -> None:
    """Refuse scores of the time beside leads that stay in a database."""
    if scored is not None:
        raise SpecError(
            f"{relation.where}: scored: cannot be held against leads in a database, which are only "
            f"counted there. Judge the card by leads in files."
        )
