"""The plots of a look at a leads table: time to close, and cohorts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from calibrate.policy.rated import Rated
from calibrate.present.drawing import BLUE, QUIET, Plot, draw_by_name, svg_plots
from calibrate.present.marks import head, mark, percent_axis, whiskers, whole_axis
from calibrate.present.numbers import count_text, percent_text
from calibrate.stats.survival import TimeToClose
from calibrate.suspects.cohorts import Cohort

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calibrate.checking import Check

_SHOWN = 3.0
"""The curve is shown up to so many windows."""


def draw_check(found: Check, name: str, ax: Axes | None = None) -> Axes:
    """Draw one of the plots of a check."""
    return draw_by_name(PLOTS, found, name, ax)


def check_plots(found: Check) -> dict[str, str]:
    """Draw all that there is to draw, as SVG text."""
    return svg_plots(PLOTS, found)


def no_curve(curve: TimeToClose | None) -> str | None:
    """Say why there is no time to close."""
    return None if curve is not None else "without a close date there is no time to close."


def draw_time_to_close(curve: TimeToClose, window: int | None, ax: Axes) -> None:
    """Draw the share of leads closed by each day, the window and the advised one marked."""
    advised = curve.advised_window()
    end = max(min(_SHOWN * max(window or advised, advised), float(max(curve.days, default=0))), 1.0)
    end = max(end, 1.05 * max(window or advised, advised))
    days = np.concatenate([[0.0], curve.days[curve.days <= end], [end]])
    closed = np.concatenate([[0.0], curve.closed[curve.days <= end]])
    closed = np.append(closed, closed[-1])
    ax.step(days, closed, where="post", color=BLUE, linewidth=1.8, label="closed by that day")
    eventual = curve.eventual()
    ax.axhline(
        eventual, color=QUIET, linewidth=1, linestyle="--",
        label=f"close at all: {percent_text(eventual)}",
    )  # fmt: skip
    ax.set_xlim(0, end)
    ax.set_ylim(0, 1.12 * max(float(closed.max()), eventual, 1e-9))
    whole_axis(ax.xaxis, "days from creation")
    percent_axis(ax.yaxis, "leads closed")
    mark(ax, _windows(window, advised))
    head(ax, f"Time to close: 90 % of closes have come by day {advised}", legend=True, marks=True)


def _windows(window: int | None, advised: int) -> dict[str, float]:
    advice = {f"advised window {advised} days": float(advised)}
    return advice if window is None else {f"window {window} days": float(window)} | advice


def _draw_curve(found: Check, ax: Axes) -> None:
    if found.curve is not None:
        draw_time_to_close(found.curve, found.leads.window_days, ax)


def draw_cohorts(parts: tuple[Cohort, ...], ax: Axes) -> None:
    """Draw the close rate of each fifth of the leads, with 95 % intervals."""
    places = np.arange(len(parts))
    rated = [Rated(name=one.label, leads=one.leads, customers=one.customers) for one in parts]
    whiskers(ax, places, rated, color=BLUE)
    overall = sum(one.customers for one in parts) / sum(one.leads for one in parts)
    ax.axhline(
        overall, color=QUIET, linewidth=1, linestyle="--", label=f"overall {percent_text(overall)}"
    )
    names = [one.label.replace(" to ", "\nto ").replace(" of the", "\nof the") for one in parts]
    ax.set_xticks(
        places,
        [f"{name}\n{count_text(one.leads)} leads"
         for name, one in zip(names, parts, strict=True)],
    )  # fmt: skip
    ax.set_xlim(-0.5, len(parts) - 0.5)
    ax.set_ylim(0, None)
    percent_axis(ax.yaxis, "close rate, with 95 % interval")
    head(ax, "Close rate by fifth of the leads, one after the other", legend=True)


PLOTS: dict[str, Plot[Check]] = {
    "time_to_close": Plot(draw=_draw_curve, lacks=lambda found: no_curve(found.curve)),
    "cohorts": Plot(draw=lambda found, ax: draw_cohorts(found.cohorts, ax)),
}
"""By name, in the order of the page."""
