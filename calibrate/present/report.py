"""The report: what a run found, as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrate.keys import key_behaviours
from calibrate.outcomes import reasons_in_words
from calibrate.present import numbers
from calibrate.present.plots import all_plots
from calibrate.present.summary import Row, level_rows, strongest_levels
from calibrate.present.terminal import clean
from calibrate.threshold import rule_name

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from calibrate.pipeline import Calibration
    from calibrate.scorecard.parts import ProbabilityRowPart
    from calibrate.selection import Choices

_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Of leads: the middles of the fifths into which their scores fall."""
_ALT = {
    "lift": "Lift of the strongest levels with 95 % intervals; the numbers stand in the tables.",
    "scores": "Distribution of scores of customers and of other leads.",
    "parsimony": "Cross-validated AUC by number of attributes; the text names the shortest card.",
    "sweep": "Leads kept, customers kept and close rate by threshold; the numbers stand below.",
}


def report_html(
    run: Calibration,
    plots: Mapping[str, str] | None = None,
    choices: Choices | None = None,
) -> str:
    """Write the report.

    Parameters
    ----------
    run : Calibration
    plots : mapping of str to str, optional
        The plots as SVG, where they are drawn already.
    choices : Choices, optional
        Methods compared on these leads, shown where they are given.

    Returns
    -------
    str
        HTML. Everything that comes from the leads is escaped, and the plots stand in it as
        pictures, in which no script can run.
    """
    drawn = plots or all_plots(run, choices)
    pictures = {
        name: base64.b64encode(content.encode()).decode("ascii") for name, content in drawn.items()
    }
    page: str = (
        environment()
        .get_template("report.html")
        .render(**_content(run), pictures=pictures, alt=_ALT, choices=choices)
    )
    return page


def summary_html(run: Calibration) -> str:
    """Write the summary that Jupyter shows."""
    page: str = environment().get_template("summary.html").render(**_content(run))
    return page


def _content(run: Calibration) -> dict[str, Any]:
    rows = level_rows(run)
    by_attribute: dict[str, list[Row]] = {}
    for row in rows:
        by_attribute.setdefault(row.attribute, []).append(row)
    return {
        "card": run.scorecard,
        "run": run,
        "overall": run.evidence.overall,
        "left_out": reasons_in_words(run.leads.left_out, run.leads.window_days),
        "strongest": strongest_levels(run),
        "levels": len(rows),
        "earning": sum(bool(row.points.points) for row in rows),
        "attributes": sorted(by_attribute.items(), key=lambda item: -_spread(item[1])),
        "pooled": {one.name: one.levels.pooled for one in run.evidence.attributes},
        "tests": {one.name: one for one in run.evidence.attributes},
        "overlap": {one.name: one.overlap for one in run.points.attributes},
        "earns": {one.name: any(one.points) for one in run.points.attributes},
        "units": {one.name: one.unit for one in run.evidence.attributes},
        "keys": key_behaviours(run.leads, run.evidence),
        "threshold": run.threshold,
        "decision": run.decision,
        "rule": rule_name(run.threshold.rule),
        "cuts": _thinned(run),
        "close_rates": _close_rates(run),
        "findings": sorted(run.findings, key=lambda one: one.severity != "warning"),
    }


def _spread(rows: list[Row]) -> int:
    points = [row.points.points for row in rows]
    return max(points) - min(points)


def _thinned(run: Calibration) -> list[Any]:
    """Keep about thirty cuts for the page, the threshold's and the alternatives' among them."""
    cuts = run.decision.deciding.sweep()
    step = max(1, len(cuts) // 30)
    wanted = {run.threshold.score, *(cut.score for cut in run.threshold.alternatives.values())}
    return [cut for place, cut in enumerate(cuts) if place % step == 0 or cut.score in wanted]


def _close_rates(run: Calibration) -> list[ProbabilityRowPart]:
    """Keep a handful of scores: the middle of each fifth of the leads, and the threshold."""
    part = run.scorecard.probability
    if part is None:
        return []
    scores = run.score_table.scores
    below = np.cumsum(run.score_table.leads) / sum(run.score_table.leads)
    wanted = {scores[int(np.searchsorted(below, share))] for share in _SHARES}
    return [row for row in part.table if row.score in wanted | {run.threshold.score}]


def _prose(text: str) -> Markup:
    """Escape a remark, and set what stands between backticks as code."""
    from markupsafe import Markup, escape

    parts = [escape(part) for part in clean(text).split("`")]
    if len(parts) % 2 == 0:  # a backtick without its other: nothing is code
        return Markup("`").join(parts)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part
        for place, part in enumerate(parts)
    )


@cache
def environment() -> Environment:
    """Give the templates, with our ways of writing numbers and values."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("calibrate.present"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": numbers.count_text,
        "percent": numbers.percent_text,
        "lift": numbers.lift_text,
        "share": numbers.share_text,
        "p": numbers.p_text,
        "ends": numbers.ends_text,
        "points": numbers.points_text,
        "within": numbers.within_text,
        "clean": clean,
        "prose": _prose,
    }
    return environment
