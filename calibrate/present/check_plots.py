"""The plots of a look at a leads table: time to close, and cohorts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrate.errors import CalibrateError, did_you_mean
from calibrate.present.numbers import percent_text
from calibrate.present.plots import INK, QUIET, RAISES, new_axes, styled, svg_text
from calibrate.stats.intervals import wilson
from calibrate.stats.survival import TimeToClose
from calibrate.suspects.cohorts import Cohort

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calibrate.checking import Check

SIZE = (9.0, 3.4)
NAMES = ("time_to_close", "cohorts")
_SHOWN = 3.0
"""The curve is shown up to so many windows."""


def draw_check(found: Check, name: str, ax: Axes | None = None) -> Axes:
    """Draw one of the plots of a check."""
    if name not in NAMES:
        raise CalibrateError(f"There is no plot `{name}`; {did_you_mean(name, NAMES)}")
    if name == "time_to_close" and found.curve is None:
        raise CalibrateError("Without a close date there is no time to close to draw.")
    ax = ax or new_axes(SIZE)
    with styled():
        _drawing(found, name)(ax)
    return ax


def check_plots(found: Check) -> dict[str, str]:
    """Draw all that there is to draw, as SVG text."""
    names = [name for name in NAMES if name == "cohorts" or found.curve is not None]
    return {name: svg_text(SIZE, _drawing(found, name)) for name in names}


def _drawing(found: Check, name: str) -> Any:
    if name == "time_to_close" and found.curve is not None:
        return partial(draw_time_to_close, found.curve, found.leads.window_days)
    return partial(draw_cohorts, found.cohorts)


def draw_time_to_close(curve: TimeToClose, window: int | None, ax: Axes) -> None:
    """Draw the share of leads closed by each day, the window and the advised one marked."""
    advised = curve.advised_window()
    end = max(min(_SHOWN * max(window or advised, advised), float(max(curve.days, default=0))), 1.0)
    days = np.concatenate([[0.0], curve.days[curve.days <= end], [end]])
    closed = np.concatenate([[0.0], curve.closed[curve.days <= end]])
    closed = np.append(closed, closed[-1])
    ax.step(days, 100 * closed, where="post", color=RAISES, linewidth=1.8)
    ax.axhline(100 * curve.eventual(), color=QUIET, linewidth=0.8, linestyle="--")
    ax.axvline(window or advised, color=INK, linewidth=1, linestyle=":")
    ax.annotate(
        f"window {window or advised} days",
        (window or advised, 0.04),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        fontsize=9,
    )
    ax.set_xlim(0, end)
    ax.set_ylim(0, 112 * max(float(closed.max()), 1e-9))
    ax.set_xlabel("days from creation")
    ax.set_ylabel("leads closed, %")
    ax.set_title(
        f"{percent_text(curve.eventual())} of leads close at all (dashed), 90 % of them by day "
        f"{advised}"
    )


def draw_cohorts(parts: tuple[Cohort, ...], ax: Axes) -> None:
    """Draw the close rate of each fifth of the leads, with 95 % intervals."""
    places = np.arange(len(parts))
    x, n = [one.customers for one in parts], [one.leads for one in parts]
    rates = np.array([one.close_rate for one in parts])
    low, high = wilson(x, n)
    ax.errorbar(
        places,
        100 * rates,
        yerr=100 * np.stack([rates - low, high - rates]),
        fmt="o",
        color=RAISES,
        capsize=3,
    )
    overall = sum(x) / sum(n)
    ax.axhline(100 * overall, color=QUIET, linewidth=0.8, linestyle="--")
    ax.set_xticks(places, [one.label.replace(" to ", "\nto ") for one in parts], fontsize=8)
    ax.set_ylim(0, None)
    ax.set_ylabel("close rate, %")
    ax.set_title(f"Close rate by fifth of the leads (overall {percent_text(overall)}, dashed)")
