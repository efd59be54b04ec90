"""The whole path: from a table of leads to a scorecard."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate import __version__
from calibrate.counts import Counts
from calibrate.engines.sources import short_name
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.relations import Relation, watched
from calibrate.engines.tables import Table, open_table
from calibrate.errors import Finding, LeadsError
from calibrate.evidence import Evidence
from calibrate.files import make_folder, yaml_text
from calibrate.leads import Leads
from calibrate.logs import Log
from calibrate.points import Points, assign_points
from calibrate.policy import Decision, decide
from calibrate.probability import Probability
from calibrate.recalibration.damping import damped, damping_findings
from calibrate.remarks import card_findings
from calibrate.scorecard import MadePart, Scorecard, make_scorecard
from calibrate.scorecard.making import finding_part
from calibrate.scores import ScoreTable
from calibrate.shown import AsReport, AsScreen
from calibrate.spec import NEWEST, Spec, as_spec
from calibrate.spread.folds import REPEATS, cross_validated_auc
from calibrate.stability import Stability, stability
from calibrate.teaching import teach
from calibrate.threshold import Threshold
from calibrate.validation import Validation, validate
from calibrate.validation.later import Holdout, holdout_of, later_part
from calibrate.validation.there import SURPRISES_UNLISTED
from calibrate.validation.worked import WORKED_UNKNOWN
from calibrate.warehouse import read_anywhere

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from calibrate.recalibration.result import Comparison
    from calibrate.selection import Choices
    from calibrate.validation import Validation

Progress = Callable[[str], None]
"""Is told the name of each step as it begins."""


def calibrate(
    leads: str | Path | pd.DataFrame | Table | Relation,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    *,
    events: Log | None = None,
    name: str | None = None,
    previous: Scorecard | None = None,
    progress: Progress = lambda step: None,
) -> Calibration:
    """Calibrate a scorecard from a table of past leads.

    Parameters
    ----------
    leads : path, DataFrame or Relation
        One row a lead; see `read_leads`, and `read_relation` for leads in a database.
    spec : Spec, mapping, path or None
        What is declared; see `Spec`.
    events : path, DataFrame or Relation, optional
        The log of what leads did, one row an event; where leads are, in a file or a database.
    name : str, optional
        Name of the card; by default that of the table.
    previous : Scorecard, optional
        The earlier card, for `damping` of the points.
    progress : callable, optional
        Is told each step as it begins; with a method `part`, also the attribute that a database is
        asked about (`calibrate.engines.sql.watching`).

    Returns
    -------
    Calibration

    Raises
    ------
    SpecError, LeadsError
        When the spec or the table cannot be used; the message says what to do.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"source": ["Fair", "web"] * 50, "converted": [1, 0] * 25 + [0] * 50})
    >>> calibrate(frame).scorecard
    Scorecard(leads: 1 attributes earn points, base 80, threshold 100)
    """
    progress("reading leads")
    declared = as_spec(spec)
    opened = leads
    if not isinstance(opened, Relation):
        opened = open_table(opened, sheet=declared.leads.sheet)
    opened = watched(opened, progress)
    if declared.fit is None:
        declared = declared.changed(fit={"holdout": NEWEST})
    table = read_anywhere(opened, declared, events=events)
    # What leads did is asked for once more, by those that judge; the run need not hold it.
    run = _taught(replace(table, log=None), name=name, previous=previous, progress=progress)
    if table.aside is None:
        return run
    progress("judging by later leads")
    try:
        found = validate(run.scorecard, opened, spec=table.spec, events=table.log or events)
    except LeadsError as fault:
        return run.remarking((_cannot_judge(fault),))
    refit = table.spec.fit is not None and bool(table.spec.fit.refit_on_all)
    if refit:
        run = _refitted(run, opened, table.log or events, previous, progress)
    return run.judged(found, holdout_of(table.aside, found, refitted=refit))


def _taught(
    table: Leads, *, name: str | None, previous: Scorecard | None, progress: Progress
) -> Calibration:
    """Calibrate by the leads that teach."""
    progress("counting and weighing")
    counts, evidence = table.beside_shards(lambda: teach(table))
    progress("assigning points")
    points = assign_points(evidence, table.spec.points, leads=table, override=table.spec.override)
    if points.settings.damping and previous is not None:
        points = damped(points, evidence, previous)
    decision = decide(points, evidence, table)
    progress("resampling points")
    stable, remarks, cross_validated, decided = _spread(points, evidence, table, decision)
    findings = (
        *table.findings,
        *damping_findings(points, previous),
        *remarks,
        *decision.findings,
    )
    return Calibration(
        leads=table,
        counts=counts,
        evidence=evidence,
        points=points,
        stability=stable,
        decision=decided,
        scorecard=make_scorecard(
            name=name or _card_name(table),
            leads=table,
            counts=counts,
            evidence=evidence,
            points=points,
            stable=stable,
            decision=decided,
            cross_validated=cross_validated,
            made=_made(table),
            findings=findings,
        ),
        findings=findings,
    )


def _spread(
    points: Points, evidence: Evidence, table: Leads, decision: Decision
) -> tuple[Stability, tuple[Finding, ...], float | None, Decision]:
    """Say how far points and threshold would move in other leads, and how well others are ranked.

    The longest begins first: where leads are many and in memory, they go on side by side.
    """
    repeats = REPEATS if table.aside is None else 1
    with table.works(4) as begin:
        decided = begin(lambda: decision.with_intervals(points, evidence, table))
        stable = begin(lambda: stability(points, evidence, table))
        cross_validated = begin(
            lambda: cross_validated_auc(points, evidence, table, decision.scoring, repeats=repeats)
        )
        remarks = begin(lambda: card_findings(points, evidence, table, decision.everyone))
        # What began first is asked for last: what has not begun by then is done here.
        return stable(), remarks(), cross_validated(), decided()


def _refitted(
    run: Calibration,
    opened: Table | Relation,
    events: Log | None,
    previous: Scorecard | None,
    progress: Progress,
) -> Calibration:
    """Calibrate anew by all leads, after those set aside have judged."""
    spec = run.leads.spec
    table = read_anywhere(opened, spec.teaching_all(), events=events)
    return _taught(
        replace(table, spec=spec, log=None),
        name=run.scorecard.name,
        previous=previous,
        progress=progress,
    )


def _cannot_judge(fault: LeadsError) -> Finding:
    return Finding(
        code="later-leads-cannot-judge",
        severity="warning",
        says=f"Leads were set aside, and cannot judge the card: {fault}",
        fix="Set more leads aside (`fit`), or loosen vetoes and gates.",
    )


@dataclass(frozen=True, kw_only=True, repr=False)
class Calibration(AsReport, AsScreen):
    """One run, every step of it at hand."""

    leads: Leads
    counts: Counts
    evidence: Evidence
    points: Points
    stability: Stability
    decision: Decision
    scorecard: Scorecard
    findings: tuple[Finding, ...]
    holdout: Holdout | None = None
    validation: Validation | None = None

    @property
    def score_table(self) -> ScoreTable:
        """Leads and customers per score, wherever they stand."""
        return self.decision.everyone

    @property
    def threshold(self) -> Threshold:
        """The threshold, over leads whose points decide."""
        return self.decision.threshold

    @property
    def may_fall_below(self) -> bool:
        """Whether any lead can score under the threshold: none can where it is the lowest score."""
        return self.threshold.score > self.points.lowest

    @property
    def probability(self) -> Probability:
        """How often leads of a score close."""
        return self.decision.probability

    def judged(self, found: Validation, holdout: Holdout) -> Calibration:
        """Give the same run with what the leads set aside said of its card."""
        known = {(one.code, one.says) for one in self.findings}
        # Nobody was worked by a score that is only being made.
        fresh = tuple(
            one
            for one in found.findings
            if (one.code, one.says) not in known
            and one.code not in (WORKED_UNKNOWN, SURPRISES_UNLISTED)
        )
        later = later_part(found, refitted=holdout.refitted)
        card = self.scorecard.model_copy(update={"later": later})
        told = replace(self, scorecard=card, holdout=holdout, validation=found)
        return told.remarking(fresh)

    def remarking(self, findings: tuple[Finding, ...]) -> Calibration:
        """Give the same run with further findings, in the card too."""
        card = self.scorecard.model_copy(
            update={"findings": (*self.scorecard.findings, *map(finding_part, findings))}
        )
        return replace(self, scorecard=card, findings=(*self.findings, *findings))

    def to_frame(self) -> pd.DataFrame:
        """Give one row a level: evidence, points, and how far the points would move."""
        from calibrate.present.summary import level_frame

        return level_frame(self)

    def summary(self) -> dict[str, Any]:
        """Give the run's main numbers as plain values that fit into JSON."""
        from calibrate.present.summary import summary

        return summary(self)

    def plot(self, name: str, ax: Axes | None = None) -> Axes:
        """Draw a plot on axes, or on a figure of its own.

        Parameters
        ----------
        name : str
            ``lift``, ``scores``, ``sweep``, ``bands``, ``close_rates``, ``tiers``,
            ``tiers_by_period``, ``grid``, ``gains``, ``calibration``, ``roc`` or
            ``time_to_close``; or the name of an attribute, for the close rate of its levels.
            Gains, calibration and ROC are those of the leads set aside, where there are any.
        ax : matplotlib Axes, optional

        Raises
        ------
        CalibrateError
            When there is no such plot, or nothing to draw: no grid without groups, no time to
            close without dates.
        """
        from calibrate.present.plots import draw

        return draw(self, name, ax)

    def choices(self, progress: Progress = lambda step: None) -> Choices:
        """Compare methods on these leads, and find the shortest good card."""
        from calibrate.selection import weigh_choices

        return weigh_choices(self.leads, progress=progress)

    def workbook(
        self,
        path: str | Path,
        *,
        validation: Validation | None = None,
        comparison: Comparison | None = None,
    ) -> Path:
        """Write the evidence as an Excel workbook, with a first sheet for managers.

        Parameters
        ----------
        path : str or Path
        validation : Validation, optional
            Of later leads, for the first sheet; by default that of the leads set aside.
        comparison : Comparison, optional
            With the card before.

        Raises
        ------
        MissingExtraError
            Without the extra ``excel``.
        """
        from calibrate.present.evidence_book.book import save_evidence

        return save_evidence(self, path, validation=validation, comparison=comparison)

    def save(
        self,
        folder: str | Path,
        progress: Progress = lambda step: None,
        *,
        choices: Choices | None = None,
        comparison: Comparison | None = None,
    ) -> Path:
        """Write the run's folder: scorecard, spec as used, report, evidence, workbook and plots.

        Without the extra ``excel`` there is no workbook, and a small file says so.

        Parameters
        ----------
        folder : path
        progress : callable, optional
            Is told each step as it begins.
        choices : Choices, optional
            Methods compared on these leads, for the report.
        comparison : Comparison, optional
            What moved since an earlier card, for the report.

        Raises
        ------
        OutputError
            When the folder cannot be written to; nothing is left behind half-written.
        """
        from calibrate.present.folder import write_folder

        return write_folder(self, make_folder(Path(folder)), progress, choices, comparison)

    def _page(self) -> str:
        from calibrate.present.report import report_html

        return report_html(self)

    def __str__(self) -> str:
        from calibrate.present.run_text import calibration_text

        return calibration_text(self)

    def _repr_html_(self) -> str:
        from calibrate.present.report import summary_html

        return summary_html(self)


def spec_text(spec: Spec) -> str:
    """Write a spec as the YAML of the run folder."""
    return yaml_text(spec.document())


def _made(leads: Leads) -> MadePart:
    digest = hashlib.sha256(spec_text(leads.spec).encode()).hexdigest()
    return MadePart(
        by=f"calibrate {__version__}",
        as_of=leads.as_of,
        leads=leads.name,
        fingerprint=leads.fingerprint,
        spec=f"sha256:{digest}",
    )


def _card_name(leads: Leads) -> str:
    if isinstance(leads.engine, SqlEngine) and " in " in leads.name:
        return leads.name.rpartition(" in ")[0]
    return "leads" if leads.name == "DataFrame" else short_name(leads.name)
