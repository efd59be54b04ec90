"""The whole path: from a table of leads to a scorecard."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate import __version__
from calibrate.counts import Counts
from calibrate.engines.sources import short_name
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.relations import Relation
from calibrate.engines.tables import Table
from calibrate.errors import Finding
from calibrate.evidence import Evidence
from calibrate.files import make_folder, write_whole, yaml_text
from calibrate.leads import Leads
from calibrate.points import Points, assign_points
from calibrate.policy import Decision, decide
from calibrate.probability import Probability
from calibrate.reading import read_leads
from calibrate.recalibration.damping import damped, damping_findings
from calibrate.remarks import card_findings
from calibrate.scorecard import MadePart, Scorecard, make_scorecard
from calibrate.scores import ScoreTable
from calibrate.spec import Spec
from calibrate.spread.folds import cross_validated_auc
from calibrate.stability import Stability, stability
from calibrate.teaching import teach
from calibrate.threshold import Threshold
from calibrate.warehouse import read_relation

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from calibrate.selection import Choices

Progress = Callable[[str], None]
"""Is told the name of each step as it begins."""


def calibrate(
    leads: str | Path | pd.DataFrame | Table | Relation,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    *,
    events: str | Path | pd.DataFrame | Table | None = None,
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
    events : path or DataFrame, optional
        The log of what leads did, one row an event.
    name : str, optional
        Name of the card; by default that of the table.
    previous : Scorecard, optional
        The earlier card, for `damping` of the points.
    progress : callable, optional
        Is told each step as it begins.

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
    if isinstance(leads, Relation):
        table = read_relation(leads, spec)
    else:
        table = read_leads(leads, spec, events=events)
    progress("counting and weighing")
    counts, evidence = teach(table)
    progress("assigning points")
    points = assign_points(evidence, table.spec.points, leads=table, override=table.spec.override)
    if points.settings.damping and previous is not None:
        points = damped(points, evidence, previous)
    decision = decide(points, evidence, table)
    progress("resampling points")
    stable = stability(points, evidence, table)
    decision = decision.with_intervals(points, evidence, table)
    findings = (
        *table.findings,
        *damping_findings(points, previous),
        *card_findings(points, evidence, table, decision.everyone),
        *decision.findings,
    )
    return Calibration(
        leads=table,
        counts=counts,
        evidence=evidence,
        points=points,
        stability=stable,
        decision=decision,
        scorecard=make_scorecard(
            name=name or _card_name(table),
            leads=table,
            counts=counts,
            evidence=evidence,
            points=points,
            stable=stable,
            decision=decision,
            cross_validated=cross_validated_auc(points, evidence, table, decision.scoring),
            made=_made(table),
            findings=findings,
        ),
        findings=findings,
    )


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """One run, every step of it at hand."""

    leads: Leads
    counts: Counts
    evidence: Evidence
    points: Points
    stability: Stability
    decision: Decision
    scorecard: Scorecard
    findings: tuple[Finding, ...]

    @property
    def score_table(self) -> ScoreTable:
        """Leads and customers per score, wherever they stand."""
        return self.decision.everyone

    @property
    def threshold(self) -> Threshold:
        """The threshold, over leads whose points decide."""
        return self.decision.threshold

    @property
    def probability(self) -> Probability:
        """How often leads of a score close."""
        return self.decision.probability

    def summary(self) -> dict[str, Any]:
        """Give the run's main numbers as plain values that fit into JSON."""
        from calibrate.present.summary import summary

        return summary(self)

    def plot(self, name: str, ax: Axes | None = None) -> Axes:
        """Draw a plot: ``lift``, ``scores``, ``sweep``, ``close_rates``, ``tiers`` or ``grid``."""
        from calibrate.present.plots import draw

        return draw(self, name, ax)

    def choices(self, progress: Progress = lambda step: None) -> Choices:
        """Compare methods on these leads, and find the shortest good card."""
        from calibrate.selection import weigh_choices

        return weigh_choices(self.leads, progress=progress)

    def report(self, path: str | Path) -> Path:
        """Write the report as one HTML file that needs nothing else."""
        from calibrate.present.report import report_html

        return write_whole(Path(path), report_html(self))

    def save(
        self,
        folder: str | Path,
        progress: Progress = lambda step: None,
        *,
        choices: Choices | None = None,
    ) -> Path:
        """Write the run's folder: scorecard, spec as used, report, evidence and plots.

        Raises
        ------
        OutputError
            When the folder cannot be written to; nothing is left behind half-written.
        """
        from calibrate.present.folder import write_folder

        return write_folder(self, make_folder(Path(folder)), progress, choices)

    def __repr__(self) -> str:
        from calibrate.present.terminal import calibration_text

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
