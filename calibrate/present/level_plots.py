"""Plots of levels: the lift of the strongest, and the close rates of one attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.evidence import AttributeEvidence, LevelEvidence
from calibrate.policy.rated import Rated
from calibrate.present.drawing import BLUE, QUIET, VERMILION, Size
from calibrate.present.marks import (
    MOST_ROWS,
    head,
    level_text,
    name_text,
    rate_rows,
    ratio_axis,
    row_size,
    rows,
)
from calibrate.present.numbers import count_text, points_text
from calibrate.present.summary import Row, level_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calibrate.pipeline import Calibration

_LOOKS = {"raises": (BLUE, "o"), "lowers": (VERMILION, "s"), "no evidence": (QUIET, "D")}
"""Colour and marker of a verdict."""


def lift_size(run: Calibration) -> Size:
    """Give the size of the lift plot, in inches."""
    return row_size(len(_lift_rows(run)))


def no_lift(run: Calibration) -> str | None:
    """Say why no lift can be drawn."""
    return None if _lift_rows(run) else "no level was tested: each attribute has only one."


def draw_lift(run: Calibration, ax: Axes) -> None:
    """Draw the lift of the strongest levels with their intervals, the highest at the top."""
    shown = _lift_rows(run)
    ends = [row.evidence.lift_interval for row in shown]
    floor = min(0.5, min((low for low, _ in ends if low > 0), default=0.5)) / 1.3
    ceiling = max(2.0, *(high for _, high in ends)) * 1.1
    ax.set_xlim(floor, ceiling)
    ratio_axis(ax, "lift: close rate against overall, with 95 % interval (log scale)")
    for place, row in enumerate(shown):
        _draw_one(ax, place, row.evidence, floor)
    rows(
        ax,
        "level",
        [level_text(row.attribute, row.evidence.level.label) for row in shown],
        {
            "leads": [count_text(row.evidence.leads) for row in shown],
            "points": [points_text(row.points.points) for row in shown],
        },
    )
    for verdict, (colour, marker) in _LOOKS.items():
        if any(_verdict(row.evidence) == verdict for row in shown):
            ax.plot([], [], marker=marker, color=colour, markersize=5, label=verdict)
    head(ax, _title(run, len(shown)), legend=True)


def _draw_one(ax: Axes, place: int, one: LevelEvidence, floor: float) -> None:
    colour, marker = _LOOKS[_verdict(one)]
    low, high = one.lift_interval
    ax.plot([max(low, floor), high], [place, place], color=colour, linewidth=1.6)
    # Without customers the lift is 0, which a log scale cannot show: an arrow points to it.
    ax.plot(
        [max(one.lift, floor)], [place], marker if one.lift > floor else "<", color=colour,
        markersize=5.5,
    )  # fmt: skip


def _verdict(one: LevelEvidence) -> str:
    return one.verdict if one.verdict in _LOOKS else "no evidence"


def _lift_rows(run: Calibration) -> list[Row]:
    """Choose the levels that earn points, else those tested, farthest from 1 first."""
    tested = [row for row in level_rows(run) if row.evidence.p_value is not None]
    chosen = [row for row in tested if row.points.points] or tested
    chosen.sort(key=lambda row: (-abs(row.points.points), row.evidence.p_value or 0.0))
    return sorted(chosen[:MOST_ROWS], key=lambda row: -row.evidence.lift)


def _title(run: Calibration, shown: int) -> str:
    earning = sum(bool(row.points.points) for row in level_rows(run))
    if not earning:
        return "No level earns points; those with the smallest p-values"
    if shown == earning:
        return f"Lift of the {count_text(earning)} levels with points"
    return f"Lift of the {shown} strongest of {count_text(earning)} levels with points"


def attribute_size(one: AttributeEvidence) -> Size:
    """Give the size of the plot of an attribute, in inches."""
    return row_size(min(len(one.evidence), MOST_ROWS))


def draw_attribute(one: AttributeEvidence, overall: float, ax: Axes) -> None:
    """Draw the close rate of an attribute's levels, or of its bands from low to high."""
    by_leads = sorted(one.evidence, key=lambda level: -level.leads)[:MOST_ROWS]
    shown = [level for level in one.evidence if level in by_leads]
    parts = [
        Rated(name=level.level.label, leads=level.leads, customers=level.customers)
        for level in shown
    ]
    name = name_text(one.name)
    unit = f", {name_text(one.unit, 16)}" if one.unit else ""
    title = f"Close rate by {name}"
    if len(shown) < len(one.evidence):
        title += f" (the {len(shown)} of {count_text(len(one.evidence))} levels with most leads)"
    rate_rows(
        ax, f"{name}{unit}", parts, [part.name for part in parts], overall=overall, title=title
    )
