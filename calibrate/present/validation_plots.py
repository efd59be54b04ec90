"""The plots of a validation: gains, calibration, close rate by tier, ROC and more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.present.drawing import SQUARE, Plot, draw_by_name, svg_plots
from calibrate.present.marks import rate_rows
from calibrate.present.numbers import share_text
from calibrate.present.policy_plots import tiers_size
from calibrate.present.score_plots import (
    draw_bands,
    draw_calibration,
    draw_gains,
    draw_roc,
    draw_scores,
    draw_sweep,
    only_one_kind,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calibrate.policy.rated import Rated
    from calibrate.validation import Validation

NAMES = ("gains", "calibration", "tiers", "roc")
"""Plots of the page; there are more to be asked for."""


def draw_validation(found: Validation, name: str, ax: Axes | None = None) -> Axes:
    """Draw one of the plots."""
    return draw_by_name(PLOTS, found, name, ax)


def validation_plots(found: Validation) -> dict[str, str]:
    """Draw all that there is to draw on the page, as SVG text."""
    return svg_plots(PLOTS, found, NAMES)


def _tiers(found: Validation) -> list[Rated]:
    return [one for one in found.tiers or found.bands if one.leads]


def _draw_tiers(found: Validation, ax: Axes) -> None:
    what = "tier" if found.tiers else "band of scores"
    parts = _tiers(found)[::-1]
    rate_rows(
        ax, what, parts, [one.name for one in parts], overall=found.now.close_rate or 0.0,
        title=f"Close rate of later leads by {what}",
    )  # fmt: skip


def _draw_roc(found: Validation, ax: Axes) -> None:
    title = f"AUC {share_text(found.auc.auc)}, expected {share_text(found.expected_auc)}"
    draw_roc(found.score_table, title, ax)


def _draw_scores(found: Validation, ax: Axes) -> None:
    taught = found.card.sweep
    ends = min(one.score for one in taught), max(one.score for one in taught)
    draw_scores(found.score_table, found.kept.score, ends, ax)


def _draw_calibration(found: Validation, ax: Axes) -> None:
    foretold = found.card.close_rates(found.score_table.scores)
    draw_calibration(found.score_table, foretold, "later leads", ax)


def _none_foretold(found: Validation) -> str | None:
    if found.foretold is not None:
        return None
    return "the card is of an earlier version and foretells no close rates."


def _one_kind(found: Validation) -> str | None:
    return only_one_kind(found.score_table)


PLOTS: dict[str, Plot[Validation]] = {
    "gains": Plot(
        draw=lambda found, ax: draw_gains(found.score_table, "later leads", ax),
        size=SQUARE,
        lacks=_one_kind,
    ),
    "calibration": Plot(draw=_draw_calibration, size=SQUARE, lacks=_none_foretold),
    "tiers": Plot(draw=_draw_tiers, size=lambda found: tiers_size(_tiers(found))),
    "roc": Plot(draw=_draw_roc, size=SQUARE, lacks=_one_kind),
    "bands": Plot(draw=lambda found, ax: draw_bands(found.bands, found.now.close_rate or 0.0, ax)),
    "scores": Plot(draw=_draw_scores),
    "sweep": Plot(draw=lambda found, ax: draw_sweep(found.score_table, found.kept.score, ax)),
}
