"""Plots of what is done with scores: close rate by score, by tier, by fit and engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from calibrate.errors import CalibrateError
from calibrate.policy.grid import LETTERS
from calibrate.present.terminal import clean, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calibrate.pipeline import Calibration

_BLUE, _INK = "#0072B2", "#22262B"
_DARK = 0.6
"""From this part of the highest close rate on, a cell is so dark that its text is white."""


def draw_close_rates(run: Calibration, ax: Axes) -> None:
    """Draw how often leads of a score close, with the interval."""
    table = run.probability
    lows, rates, highs = (
        100 * np.array(part) for part in (table.lows, table.close_rates, table.highs)
    )
    ax.fill_between(table.scores, lows, highs, color=_BLUE, alpha=0.2, linewidth=0)
    ax.plot(table.scores, rates, color=_BLUE)
    ax.axvline(run.threshold.score, color=_INK, linewidth=1, linestyle=":")
    ax.set_ylim(bottom=0)
    ax.set_xlabel("score")
    ax.set_ylabel("close rate, %")
    ax.set_title("How often leads of a score close (band: 95 % interval; dotted: threshold)")


def draw_tiers(run: Calibration, ax: Axes) -> None:
    """Draw the close rate of every tier, with its interval and its leads."""
    tiers = [one for one in run.decision.tiers if one.leads]
    rates = np.array([100 * (one.close_rate or 0.0) for one in tiers])
    ends = 100 * np.array([one.interval for one in tiers]).reshape(-1, 2)
    places = np.arange(len(tiers))
    ax.bar(places, rates, color=_BLUE, width=0.6)
    ax.errorbar(
        places, rates, yerr=np.abs(ends.T - rates), fmt="none", ecolor=_INK, capsize=3, linewidth=1
    )
    names = [
        f"{shorten(clean(one.name), 16)}\nfrom {one.start}\n{one.leads} leads" for one in tiers
    ]
    ax.set_xticks(places, names)
    ax.set_ylabel("close rate, %")
    ax.set_title("Close rate by tier, with 95 % interval")


def draw_grid(run: Calibration, ax: Axes) -> None:
    """Draw the close rate by fit and engagement."""
    grid = run.decision.grid
    if grid is None:
        raise CalibrateError(
            "There is no grid: points for fit, or for engagement, are the same for all leads. Give "
            "attributes their `group` in the spec."
        )
    rates = np.array([one.close_rate or 0.0 for one in grid.cells]).reshape(4, 4)
    ax.imshow(rates, cmap="Blues", vmin=0, aspect="auto")
    for place, one in enumerate(grid.cells):
        row, column = divmod(place, 4)
        says = "no leads" if one.close_rate is None else f"{100 * one.close_rate:.1f} %"
        is_dark = rates[row, column] > _DARK * rates.max() > 0
        ax.text(
            column, row, f"{says}\n{one.leads} leads", ha="center", va="center", fontsize=9,
            color="white" if is_dark else _INK,
        )  # fmt: skip
    ax.set_xticks(range(4), ["1", "2", "3", "4"])
    ax.set_yticks(range(4), list(LETTERS))
    ax.set_xlabel("engagement: 1 is the highest quarter")
    ax.set_ylabel("fit: A is the best quarter")
    ax.set_title("Close rate by fit and engagement")


DRAW: dict[str, Any] = {"close_rates": draw_close_rates, "tiers": draw_tiers, "grid": draw_grid}
