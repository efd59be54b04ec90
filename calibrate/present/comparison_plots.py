"""The plots of a comparison: lifts and points then and now, shares that drifted, the months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from calibrate.present.drawing import (
    BLUE,
    INK,
    QUIET,
    VERMILION,
    Plot,
    Size,
    draw_by_name,
    svg_plots,
)
from calibrate.present.marks import (
    MOST_ROWS,
    head,
    level_text,
    mark,
    name_text,
    percent_axis,
    ratio_axis,
    row_size,
    rows,
    then_and_now,
    time_axis,
    whole_axis,
)
from calibrate.present.numbers import lift_text, points_text, share_text
from calibrate.recalibration.parts import ALPHA
from calibrate.stats.stability_index import LARGE, SLIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calibrate.recalibration import Comparison
    from calibrate.recalibration.parts import LevelMove, ShareMove

NAMES = ("levels", "months")
"""Plots of the page; there are more to be asked for."""

_LEVELS = 12
_FARTHEST = 1.0
"""An index beyond this is drawn at the edge, as an arrow; its number stands beside it."""


def draw_comparison(found: Comparison, name: str, ax: Axes | None = None) -> Axes:
    """Draw one of the plots."""
    return draw_by_name(PLOTS, found, name, ax)


def comparison_plots(found: Comparison) -> dict[str, str]:
    """Draw all that there is to draw on the page, as SVG text."""
    return svg_plots(PLOTS, found, NAMES)


def _surest(found: Comparison) -> list[LevelMove]:
    """Choose the levels whose effect moved most surely."""
    told = [one for one in found.levels if one.lift_then is not None and one.lift_now is not None]
    return sorted(told, key=lambda one: (np.isnan(one.own_p), one.own_p))[:_LEVELS]


def _draw_levels(found: Comparison, ax: Axes) -> None:
    moves = _surest(found)
    then = [one.lift_then or 0.0 for one in moves]
    now = [one.lift_now or 0.0 for one in moves]
    floor = min(0.5, min((lift for lift in (*then, *now) if lift > 0), default=0.5)) / 1.3
    ax.set_xlim(floor, max(2.0, *then, *now) * 1.2)
    ratio_axis(ax, "lift: close rate against overall (log scale)")
    colours = [
        QUIET if one.move != "own" else BLUE if after > before else VERMILION
        for one, before, after in zip(moves, then, now, strict=True)
    ]
    # A lift of 0, which a log scale cannot show, stands at the edge.
    old, new = (np.maximum(part, floor).tolist() for part in (then, now))
    then_and_now(ax, old, new, colours)
    columns = {
        "then": [lift_text(lift) for lift in then],
        "now": [lift_text(lift) for lift in now],
        "luck?": ["no" if one.move == "own" else "may be" for one in moves],
    }
    rows(ax, "level", [level_text(one.attribute, one.level) for one in moves], columns)
    head(ax, "Lift then and now, of the levels that moved most surely", legend=True)


def _changed(found: Comparison) -> list[LevelMove]:
    """Choose the levels whose points differ most, those of one card alone among them."""
    told = [one for one in found.levels if _change(one)]
    return sorted(told, key=lambda one: -abs(_change(one)))


def _change(one: LevelMove) -> int:
    return (one.points_now or 0) - one.points_then


def _draw_points(found: Comparison, ax: Axes) -> None:
    changed = _changed(found)
    moves = changed[:MOST_ROWS]
    then = [float(one.points_then) for one in moves]
    now = [float(one.points_now or 0) for one in moves]
    colours = [BLUE if new > old else VERMILION for old, new in zip(then, now, strict=True)]
    then_and_now(ax, then, now, colours)
    ax.axvline(0, color=INK, linewidth=0.8)
    columns = {
        "then": [points_text(one.points_then) for one in moves],
        "now": ["gone" if one.points_now is None else points_text(one.points_now) for one in moves],
    }
    rows(ax, "level", [level_text(one.attribute, one.level) for one in moves], columns)
    ax.margins(x=0.06)
    whole_axis(ax.xaxis, "points")
    more = len(changed) - len(moves)
    others = f"; {more} more changed less" if more else ""
    head(ax, f"Points then and now, of the levels that changed most{others}", legend=True)


def _shares(found: Comparison) -> list[ShareMove]:
    """Give the score and the attributes that moved most, the farthest first."""
    score = [found.score_shares] if found.score_shares is not None else []
    told = [one for one in (*score, *found.shares) if not np.isnan(one.index.index)]
    return sorted(told, key=lambda one: -one.index.index)[:MOST_ROWS]


def _draw_drift(found: Comparison, ax: Axes) -> None:
    moves = _shares(found)
    places = np.arange(len(moves))
    index = np.array([one.index.index for one in moves])
    luck = np.array([one.index.limit for one in moves])
    moved = np.array([one.q_value <= ALPHA for one in moves])
    end = max(1.25 * LARGE, 1.05 * min(_FARTHEST, max(*index, *luck)))
    ax.barh(
        places, np.minimum(luck, end), height=0.62, color=QUIET, alpha=0.35,
        label="one attribute alone, by luck: 19 in 20",
    )  # fmt: skip
    for what, marker, colour, chosen in (
        ("moved beyond luck", "o", VERMILION, moved & (index <= end)),
        ("moved beyond luck, and beyond this axis", ">", VERMILION, moved & (index > end)),
        ("may be luck", "D", BLUE, ~moved),
    ):
        if chosen.any():
            ax.plot(
                np.minimum(index, end)[chosen], places[chosen], marker, color=colour, markersize=6,
                label=what, clip_on=False, zorder=3,
            )  # fmt: skip
    ax.set_xlim(0, end)
    mark(ax, {f"slight, {SLIGHT}": SLIGHT, f"large, {LARGE}": LARGE})
    rows(ax, "attribute", [_share_name(found, one) for one in moves], {
        "index": [share_text(one.index.index) for one in moves]
    })  # fmt: skip
    ax.set_xlabel("population stability index (0: leads fall into levels as they did)")
    head(ax, "Have the leads changed? Shares of levels then and now", legend=True, marks=True)


def _share_name(found: Comparison, one: ShareMove) -> str:
    return "the score" if one is found.score_shares else name_text(one.attribute)


def _draw_months(found: Comparison, ax: Axes) -> None:
    at = np.arange(len(found.months))
    whole = np.array([one.leads.leads for one in found.months])
    for label, colour, line, values in (
        ("pass by the old card", QUIET, "o--", [one.passed_old.leads for one in found.months]),
        ("pass by the new card", BLUE, "s-", [one.passed_new.leads for one in found.months]),
    ):
        ax.plot(at, np.array(values) / whole, line, color=colour, label=label, markersize=5)
    rates = [one.passed_new.close_rate for one in found.months]
    closed = [np.nan if rate is None else rate for rate in rates]
    ax.plot(at, closed, "^-.", color=VERMILION, label="of those by the new, closed")
    time_axis(ax, [one.name for one in found.months])
    ax.set_ylim(0, None)
    percent_axis(ax.yaxis, "share of leads")
    ax.set_xlabel("month of creation")
    head(ax, "Who passes, by month of creation", legend=True)


def _levels_size(found: Comparison) -> Size:
    return row_size(len(_surest(found)))


def _needs(what: Sequence[object], why: str) -> str | None:
    return None if what else why


PLOTS: dict[str, Plot[Comparison]] = {
    "levels": Plot(
        draw=_draw_levels,
        size=_levels_size,
        lacks=lambda found: _needs(_surest(found), "no level has leads both then and now."),
    ),
    "points": Plot(
        draw=_draw_points,
        size=lambda found: row_size(min(len(_changed(found)), MOST_ROWS)),
        lacks=lambda found: _needs(_changed(found), "no level has other points than then."),
    ),
    "drift": Plot(
        draw=_draw_drift,
        size=lambda found: row_size(len(_shares(found))),
        lacks=lambda found: _needs(_shares(found), "no attribute has leads both then and now."),
    ),
    "months": Plot(
        draw=_draw_months,
        lacks=lambda found: _needs(found.months, "give leads with dates of creation."),
    ),
}
"""By name, in the order in which they are read."""
