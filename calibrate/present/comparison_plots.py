"""The plots of a comparison: lift of levels then and now, and the months."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from calibrate.errors import CalibrateError, did_you_mean
from calibrate.present.plots import INK, LOWERS, QUIET, RAISES, new_axes, styled, svg_text
from calibrate.present.terminal import level_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calibrate.recalibration import Comparison

NAMES = ("levels", "months")
_SIZE = {"levels": (8.0, 4.2), "months": (8.0, 3.2)}
_SHOWN = 12


def draw_comparison(found: Comparison, name: str, ax: Axes | None = None) -> Axes:
    """Draw one of the plots."""
    if name not in NAMES:
        raise CalibrateError(f"There is no plot `{name}`; {did_you_mean(name, NAMES)}")
    if name == "months" and not found.months:
        raise CalibrateError("There are no months to draw: give leads with dates of creation.")
    ax = ax or new_axes(_SIZE[name])
    with styled():
        _DRAW[name](found, ax)
    return ax


def comparison_plots(found: Comparison) -> dict[str, str]:
    """Draw all that there is to draw, as SVG text."""
    names = [name for name in NAMES if name != "months" or found.months]
    return {name: svg_text(_SIZE[name], partial(_DRAW[name], found)) for name in names}


def _draw_levels(found: Comparison, ax: Axes) -> None:
    """Draw the levels whose effect moved most surely; an arrow from then to now."""
    told = [one for one in found.levels if one.then.leads and one.now.leads]
    rows = sorted(told, key=lambda one: (np.isnan(one.own_p), one.own_p))[:_SHOWN][::-1]
    for place, one in enumerate(rows):
        then, now = one.lift_then or 0.0, one.lift_now or 0.0
        color = QUIET if one.move != "own" else RAISES if now > then else LOWERS
        ax.plot([then, now], [place, place], color=color, linewidth=1.6)
        ax.plot([then], [place], "o", color=QUIET, markersize=5)
        ax.plot([now], [place], "o", color=color, markersize=7)
    names = [level_name(one.attribute, one.level, 34) for one in rows]
    ax.set_yticks(np.arange(len(rows)), names, fontsize=8)
    ax.axvline(1.0, color=INK, linewidth=0.8, linestyle="--")
    ax.set_xlabel("lift: small dot then, large dot now")
    ax.set_title("Levels by how surely they moved; in colour what is no luck")


def _draw_months(found: Comparison, ax: Axes) -> None:
    at = np.arange(len(found.months))
    for label, color, style, values in (
        ("passes by the old card", QUIET, "-", [one.passed_old.leads for one in found.months]),
        ("passes by the new card", RAISES, "-", [one.passed_new.leads for one in found.months]),
    ):
        whole = np.array([one.leads.leads for one in found.months])
        ax.plot(at, 100 * np.array(values) / whole, style, color=color, label=label, marker="o")
    rates = [one.passed_new.close_rate for one in found.months]
    closed = [np.nan if rate is None else 100 * rate for rate in rates]
    ax.plot(at, closed, "--", color=LOWERS, label="of those by the new, closed", marker="s")
    ax.set_xticks(at, [one.name for one in found.months], fontsize=8, rotation=30)
    ax.set_ylim(0, None)
    ax.set_ylabel("%")
    ax.legend(frameon=False, fontsize=8)
    ax.set_title("Who passes, by month of creation")


_DRAW = {"levels": _draw_levels, "months": _draw_months}
