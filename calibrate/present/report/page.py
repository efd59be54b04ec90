"""The report put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrate.keys import key_behaviours
from calibrate.outcomes import reasons_in_words
from calibrate.present.comparison_page import comparison_content
from calibrate.present.later import SAID_BY_VERDICT, holdout_sentence, verdict_reasons
from calibrate.present.pages import data_block, environment, pictured, render
from calibrate.present.plots import all_plots
from calibrate.present.report.card import card_attributes
from calibrate.present.report.forest import forest
from calibrate.present.report.glossary import GLOSSARY
from calibrate.present.report.method import limits, method
from calibrate.present.report.people import flow
from calibrate.present.report.stops import stops
from calibrate.present.report.verdict import headline
from calibrate.present.summary import level_rows, strongest_levels
from calibrate.present.validation_page import validation_content
from calibrate.threshold import rule_name

if TYPE_CHECKING:
    from calibrate.errors import Finding
    from calibrate.pipeline import Calibration
    from calibrate.recalibration import Comparison
    from calibrate.scorecard.parts import ProbabilityRowPart
    from calibrate.selection import Choices

_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Of leads: the middles of the fifths into which their scores fall."""
_ALT = {
    "lift": "Lift of the strongest levels with 95 % intervals; the table below has the numbers.",
    "scores": "Distribution of scores of customers and of other leads.",
    "parsimony": "Cross-validated AUC by number of attributes; the text names the shortest card.",
}


def report_html(
    run: Calibration,
    plots: Mapping[str, str] | None = None,
    choices: Choices | None = None,
    *,
    comparison: Comparison | None = None,
) -> str:
    """Write the report.

    Parameters
    ----------
    run : Calibration
    plots : mapping of str to str, optional
        The plots as SVG, where they are drawn already.
    choices : Choices, optional
        Methods compared on these leads, shown where they are given.
    comparison : Comparison, optional
        What moved since an earlier card.

    Returns
    -------
    str
        HTML. Everything that comes from the leads is escaped, the plots stand in it as pictures,
        and no script but our own can run. It can be read whole without any.
    """
    drawn = all_plots(run, choices) if plots is None else plots
    return render(
        "report.html",
        script="report.js",
        pictures=pictured(drawn),
        alt=_ALT,
        choices=choices,
        headline=headline(run),
        flow=flow(run),
        limits=limits(run),
        judged=None if run.validation is None else validation_content(run.validation),
        set_aside=None if run.holdout is None else holdout_sentence(run.holdout),
        untested=verdict_reasons(run),
        moved=None if comparison is None else comparison_content(comparison),
        **_content(run),
        **_parts(run),
    )


def _parts(run: Calibration) -> dict[str, Any]:
    """Give what stands in the report of the run alone."""
    moving, evidence = stops(run), forest(run)
    return {
        "data": data_block({"threshold": moving.values(), "levels": evidence.sort_keys()}),
        "attributes": card_attributes(run),
        "silent": sum(not any(one.points) for one in run.points.attributes),
        "follow_up": any(one.follow_up for one in run.decision.tiers),
        "moving": moving,
        "forest": evidence,
        "keys": key_behaviours(run.leads, run.evidence),
        "close_rates": _close_rates(run),
        "method": method(run),
        "glossary": GLOSSARY,
        "doubts": [one for one in _findings(run) if one.code not in SAID_BY_VERDICT],
    }


def summary_html(run: Calibration) -> str:
    """Write the summary that Jupyter shows."""
    page: str = (
        environment()
        .get_template("summary.html")
        .render(
            **_content(run),
            left_out=reasons_in_words(run.leads.left_out, run.leads.window_days),
            strongest=strongest_levels(run),
        )
    )
    return page


def _content(run: Calibration) -> dict[str, Any]:
    rows = level_rows(run)
    return {
        "card": run.scorecard,
        "run": run,
        "overall": run.evidence.overall,
        "levels": len(rows),
        "earning": sum(bool(row.points.points) for row in rows),
        "threshold": run.threshold,
        "decision": run.decision,
        "rule": rule_name(run.threshold.rule),
        "findings": _findings(run),
    }


def _findings(run: Calibration) -> list[Finding]:
    return sorted(run.findings, key=lambda one: one.severity != "warning")


def _close_rates(run: Calibration) -> list[ProbabilityRowPart]:
    """Keep a handful of scores: the middle of each fifth of the leads, and the threshold."""
    part = run.scorecard.probability
    if part is None:
        return []
    scores = run.score_table.scores
    below = np.cumsum(run.score_table.leads) / sum(run.score_table.leads)
    wanted = {scores[int(np.searchsorted(below, share))] for share in _SHARES}
    return [row for row in part.table if row.score in wanted | {run.threshold.score}]
