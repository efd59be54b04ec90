"""Plots of what is done with scores: close rate by score, by tier, by fit and engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.policy.grid import LETTERS, Grid
from calibrate.policy.rated import Rated
from calibrate.policy.tiers import Tier
from calibrate.present.drawing import BLUE, Size
from calibrate.present.marks import (
    ENOUGH,
    head,
    heat,
    mark,
    name_text,
    percent_axis,
    rate_rows,
    row_size,
    whiskers,
    whole_axis,
)
from calibrate.probability import Probability
from calibrate.validation.periods import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_TIER = 30


def draw_close_rates(found: Probability, parts: Sequence[Rated], threshold: int, ax: Axes) -> None:
    """Draw how often leads of a score close, with the interval, over what came band by band."""
    alone = len(found.scores) == 1
    ax.fill_between(found.scores, found.lows, found.highs, color=BLUE, alpha=0.2, linewidth=0)
    ax.plot(
        found.scores, found.close_rates, color=BLUE, linewidth=1.8, marker="o" if alone else None,
        label="what the card foretells, with 95 % interval",
    )  # fmt: skip
    whiskers(
        ax, [_middle(one) for one in parts], parts, fmt="s", markersize=4, linewidth=0.9,
        label="leads of a band of scores",
    )  # fmt: skip
    ax.set_ylim(bottom=0)
    whole_axis(ax.xaxis, "score, points")
    percent_axis(ax.yaxis, "close rate")
    mark(ax, {f"threshold {threshold}": threshold})
    head(ax, "How often leads of a score close", legend=True, marks=True)


def _middle(band: Rated) -> float:
    first, _, last = band.name.partition(" to ")
    return (int(first) + int(last or first)) / 2


def tiers_size(tiers: Sequence[Rated]) -> Size:
    """Give the size of a plot of tiers, in inches."""
    return row_size(len(tiers) + 2)


def draw_tiers(tiers: Sequence[Tier], overall: float, ax: Axes) -> None:
    """Draw the close rate of every tier, the highest at the top."""
    names = [f"{name_text(one.name, _TIER)}, from {one.start}" for one in tiers]
    rate_rows(ax, "tier", tiers[::-1], names[::-1], overall=overall, title="Close rate by tier")


def draw_periods(periods: Sequence[Period], ax: Axes) -> None:
    """Draw the close rate by tier and by when leads were created."""
    tiers = [one.name for one in periods[0].tiers]
    cells = [[one.tiers[place] for one in periods] for place in range(len(tiers))]
    names = [name_text(name, _TIER) for name in tiers]
    heat(ax, cells[::-1], names[::-1], [one.name for one in periods])
    ax.set_xlabel("created in")
    ax.set_ylabel("tier")
    head(
        ax,
        f"Close rate by tier and time of creation; below it, leads (under {ENOUGH}: not shaded)",
    )


def draw_grid(grid: Grid, ax: Axes) -> None:
    """Draw the close rate by fit and engagement."""
    cells = [list(grid.cells[start : start + 4]) for start in range(0, len(grid.cells), 4)]
    heat(ax, cells, list(LETTERS), ["1", "2", "3", "4"])
    ax.set_xlabel("engagement, in quarters of the leads: 1 is the highest")
    ax.set_ylabel("fit, in quarters: A is the best")
    head(ax, f"Close rate by fit and engagement; below it, leads (under {ENOUGH}: not shaded)")
