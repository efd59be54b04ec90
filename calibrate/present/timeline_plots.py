"""The plots of a series of cards: rates, threshold, AUC, and the points of an attribute."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibrate.policy.rated import Rated
from calibrate.present.drawing import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    QUIET,
    VERMILION,
    Plot,
    draw_by_name,
    svg_plots,
)
from calibrate.present.marks import (
    head,
    name_text,
    percent_axis,
    side_legend,
    time_axis,
    whiskers,
    whole_axis,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from calibrate.timeline import History, LevelPath

_SIZE = (9.0, 3.4)
_LINES = 8
"""So many levels can be told apart on one plot: those whose points moved most."""
_LOOKS = tuple(
    (colour, marker, line)
    for line in ("-", "--")
    for colour, marker in (
        (BLUE, "o"),
        (VERMILION, "s"),
        (GREEN, "^"),
        (ORANGE, "D"),
        (INK, "v"),
    )
)


def draw_history(found: History, name: str, ax: Axes | None = None) -> Axes:
    """Draw one of the plots."""
    return draw_by_name(PLOTS, found, name, ax, _by_attribute(found))


def history_plots(found: History) -> dict[str, str]:
    """Draw rates, threshold and AUC, as SVG text."""
    return svg_plots(PLOTS, found)


def attribute_plots(found: History, names: Sequence[str]) -> dict[str, str]:
    """Draw the points of attributes, as SVG text."""
    return svg_plots(_by_attribute(found), found, names)


def _by_attribute(found: History) -> dict[str, Plot[History]]:
    names = dict.fromkeys(one.attribute for one in found.levels)
    return {name: Plot(draw=partial(_draw_points, name), size=_SIZE) for name in names}


def _quarters(found: History, ax: Axes) -> npt.NDArray[np.int64]:
    time_axis(ax, [name_text(one.name, 14) for one in found.entries])
    ax.set_xlabel("card, the oldest first")
    return np.arange(len(found.entries))


def _draw_rates(found: History, ax: Axes) -> None:
    at = _quarters(found, ax)
    cohorts = [one.card.cohort for one in found.entries]
    overall = [Rated(name="", leads=one.leads, customers=one.customers) for one in cohorts]
    above = [one.card.threshold.close_rate_at_or_above for one in found.entries]
    whiskers(ax, at, overall, fmt="o--", color=QUIET, label="overall, with 95 % interval")
    ax.plot(at, above, "s-", color=BLUE, label="at or above the threshold")
    ax.set_ylim(0, None)
    percent_axis(ax.yaxis, "close rate")
    head(ax, "Close rate, card by card", legend=True)


def _draw_threshold(found: History, ax: Axes) -> None:
    at = _quarters(found, ax)
    ax.plot(at, [one.card.threshold.score for one in found.entries], "o-", color=BLUE)
    whole_axis(ax.yaxis, "threshold, points")
    ax.margins(y=0.2)
    head(ax, "Threshold, card by card")


def _draw_auc(found: History, ax: Axes) -> None:
    at = _quarters(found, ax)
    known = [np.nan if one.auc is None else one.auc for one in found.entries]
    ax.plot(at, known, "o-", color=BLUE, label="AUC of the card")
    ax.set_ylim(0.45, 1.02)
    ax.axhline(0.5, color=QUIET, linewidth=1, linestyle="--", label="a coin")
    ax.set_ylabel("AUC")
    head(ax, "How well each card ranked", legend=True)


def _draw_points(attribute: str, found: History, ax: Axes) -> None:
    at = _quarters(found, ax)
    levels = [one for one in found.levels if one.attribute == attribute]
    shown = _moved_most(levels)
    for one, (colour, marker, line) in zip(shown, _LOOKS, strict=False):
        points = [np.nan if p is None else p for p in one.points]
        ax.plot(
            at, points, marker + line, color=colour, label=name_text(one.level, 24),
            markersize=5,
        )  # fmt: skip
    ax.axhline(0, color=QUIET, linewidth=0.8)
    whole_axis(ax.yaxis, "points")
    more = f" ({len(shown)} of {len(levels)} levels)" if len(shown) < len(levels) else ""
    side_legend(ax)
    head(ax, f"Points of {name_text(attribute)}, card by card{more}")


def _moved_most(levels: list[LevelPath]) -> list[LevelPath]:
    strongest = sorted(levels, key=lambda one: -one.range)[:_LINES]
    return [one for one in levels if one in strongest]


PLOTS: dict[str, Plot[History]] = {
    "rates": Plot(draw=_draw_rates, size=_SIZE),
    "threshold": Plot(draw=_draw_threshold, size=_SIZE),
    "auc": Plot(draw=_draw_auc, size=_SIZE),
}
"""By name, in the order of the page."""
