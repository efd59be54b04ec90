"""The plots of a run: drawn on any axes, or as SVG text that is the same for the same run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from calibrate.present.check_plots import draw_time_to_close, no_curve
from calibrate.present.drawing import BLUE, SQUARE, Plot, draw_by_name, svg_plots
from calibrate.present.level_plots import (
    attribute_size,
    draw_attribute,
    draw_lift,
    lift_size,
    no_lift,
)
from calibrate.present.marks import head, mark, name_text
from calibrate.present.numbers import share_text
from calibrate.present.policy_plots import (
    draw_close_rates,
    draw_grid,
    draw_periods,
    draw_tiers,
    tiers_size,
)
from calibrate.present.score_plots import (
    draw_bands,
    draw_calibration,
    draw_gains,
    draw_roc,
    draw_scores,
    draw_sweep,
    only_one_kind,
)
from calibrate.validation.measures import bands_of
from calibrate.validation.periods import tiers_by_period

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calibrate.evidence import AttributeEvidence
    from calibrate.pipeline import Calibration
    from calibrate.policy.rated import Rated
    from calibrate.policy.tiers import Tier
    from calibrate.scores import ScoreTable
    from calibrate.selection import Choices, Parsimony

NAMES = ("lift", "scores", "sweep")
"""Plots of the run's folder; there are more to be asked for."""


def draw(run: Calibration, name: str, ax: Axes | None = None) -> Axes:
    """Draw a plot.

    Parameters
    ----------
    run : Calibration
    name : str
        One of `PLOTS`, or the name of an attribute.
    ax : matplotlib Axes, optional
        Where to; a new figure when absent.
    """
    return draw_by_name(PLOTS, run, name, ax, _by_attribute(run))


def all_plots(run: Calibration, choices: Choices | None = None) -> dict[str, str]:
    """Draw every plot of a run's folder as SVG text."""
    plots = svg_plots(PLOTS, run, NAMES)
    if choices is not None:
        plots |= svg_plots(PARSIMONY, choices.parsimony)
    return plots


def draw_parsimony(found: Parsimony, ax: Axes | None = None) -> Axes:
    """Draw cross-validated AUC by number of attributes."""
    return draw_by_name(PARSIMONY, found, "parsimony", ax)


def _by_attribute(run: Calibration) -> dict[str, Plot[Calibration]]:
    return {
        one.name: Plot(draw=partial(_draw_attribute, one), size=attribute_size(one))
        for one in run.evidence.attributes
    }


def _draw_attribute(one: AttributeEvidence, run: Calibration, ax: Axes) -> None:
    draw_attribute(one, run.evidence.overall.close_rate, ax)


def _judging(run: Calibration) -> ScoreTable:
    """Give the leads that judge how well the score ranks and foretells: unseen ones, if any."""
    return run.decision.deciding if run.validation is None else run.validation.score_table


def _who(run: Calibration) -> str:
    return "leads that taught the card" if run.validation is None else "leads set aside"


def _one_kind(run: Calibration) -> str | None:
    return only_one_kind(_judging(run))


def _overall(run: Calibration) -> float:
    """Give the close rate of leads whose points decide."""
    table = run.decision.deciding
    return sum(table.customers) / sum(table.leads)


def _bands(run: Calibration) -> tuple[Rated, ...]:
    return bands_of(run.scorecard, run.decision.deciding)


def _tiers(run: Calibration) -> list[Tier]:
    return [one for one in run.decision.tiers if one.leads]


def _draw_scores(run: Calibration, ax: Axes) -> None:
    ends = run.points.lowest, run.points.highest
    draw_scores(run.score_table, run.threshold.score, ends, ax)


def _draw_gains(run: Calibration, ax: Axes) -> None:
    draw_gains(_judging(run), _who(run), ax)


def _draw_roc(run: Calibration, ax: Axes) -> None:
    table = _judging(run)
    draw_roc(table, f"AUC {share_text(table.auc)} ({_who(run)})", ax)


def _draw_calibration(run: Calibration, ax: Axes) -> None:
    table = _judging(run)
    # A card that was made anew from all leads is not the one that was judged.
    card = run.scorecard if run.validation is None else run.validation.card
    draw_calibration(table, card.close_rates(table.scores), _who(run), ax)


def _no_grid(run: Calibration) -> str | None:
    if run.decision.grid is not None:
        return None
    return (
        "points for fit, or for engagement, are the same for all leads. Give attributes their "
        "`group` in the spec."
    )


def _draw_grid(run: Calibration, ax: Axes) -> None:
    if run.decision.grid is not None:
        draw_grid(run.decision.grid, ax)


def _no_periods(run: Calibration) -> str | None:
    if tiers_by_period(run.decision, run.leads):
        return None
    return (
        "it is not known of every lead when it was created. Name the column that says it "
        "(`leads: {created: COLUMN}`)."
    )


def _draw_time_to_close(run: Calibration, ax: Axes) -> None:
    if run.leads.outcome.curve is not None:
        draw_time_to_close(run.leads.outcome.curve, run.leads.window_days, ax)


def _draw_parsimony(found: Parsimony, ax: Axes) -> None:
    lengths = np.arange(1, len(found.auc) + 1)
    mean, error = np.array(found.auc), np.array(found.auc_se)
    ax.fill_between(lengths, mean - error, mean + error, color=BLUE, alpha=0.15, linewidth=0)
    ax.plot(lengths, mean, "o-", color=BLUE, markersize=4)
    names = [name_text(name, 18) for name in found.attributes[: len(lengths)]]
    ax.set_xticks(
        lengths,
        [f"{place} {name}" for place, name in zip(lengths, names, strict=True)],
        rotation=40, rotation_mode="anchor", ha="right", fontsize=8,
    )  # fmt: skip
    ax.set_xlim(0.5, len(lengths) + 0.5)
    ax.set_xlabel("attributes on the card, each added to those before it")
    ax.set_ylabel("AUC on unseen leads")
    mark(ax, {f"{found.shortest} attributes": found.shortest})
    head(ax, f"{found.shortest} attributes are enough (band: one standard error)", marks=True)


PLOTS: dict[str, Plot[Calibration]] = {
    "lift": Plot(draw=draw_lift, size=lift_size, lacks=no_lift),
    "scores": Plot(draw=_draw_scores),
    "sweep": Plot(draw=lambda run, ax: draw_sweep(run.decision.deciding, run.threshold.score, ax)),
    "bands": Plot(draw=lambda run, ax: draw_bands(_bands(run), _overall(run), ax)),
    "close_rates": Plot(
        draw=lambda run, ax: draw_close_rates(run.probability, _bands(run), run.threshold.score, ax)
    ),
    "tiers": Plot(
        draw=lambda run, ax: draw_tiers(_tiers(run), _overall(run), ax),
        size=lambda run: tiers_size(_tiers(run)),
    ),
    "tiers_by_period": Plot(
        draw=lambda run, ax: draw_periods(tiers_by_period(run.decision, run.leads), ax),
        lacks=_no_periods,
    ),
    "grid": Plot(draw=_draw_grid, lacks=_no_grid),
    "gains": Plot(draw=_draw_gains, size=SQUARE, lacks=_one_kind),
    "calibration": Plot(draw=_draw_calibration, size=SQUARE),
    "roc": Plot(draw=_draw_roc, size=SQUARE, lacks=_one_kind),
    "time_to_close": Plot(
        draw=_draw_time_to_close, lacks=lambda run: no_curve(run.leads.outcome.curve)
    ),
}
"""By name, in the order in which they are read."""

PARSIMONY: dict[str, Plot[Parsimony]] = {
    "parsimony": Plot(
        draw=_draw_parsimony,
        lacks=lambda found: None if found.auc else "no attribute earned a place on the card.",
    )
}
