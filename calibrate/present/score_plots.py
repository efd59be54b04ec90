"""Plots of leads and customers by score, whether the leads taught the card or came later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibrate.policy.rated import Rated
from calibrate.present.drawing import BLUE, INK, PALE, QUIET, VERMILION
from calibrate.present.marks import ENOUGH, diagonal, head, mark, percent_axis, whiskers, whole_axis
from calibrate.present.numbers import count_text, lift_text, percent_text, share_text
from calibrate.scores import ScoreTable
from calibrate.stats.gains import gains

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BARS = 25
_GROUPS = 10
_SHARES = (0.1, 0.2, 0.5)


def draw_scores(table: ScoreTable, threshold: int, ends: tuple[int, int], ax: Axes) -> None:
    """Draw the distribution of scores of customers and of others; `ends` are within the reach."""
    scores = np.array(table.scores)
    leads, customers = np.array(table.leads), np.array(table.customers)
    low, high = min(ends[0], scores[0]), max(ends[1], scores[-1])
    width = max(1, round((high - low) / _BARS))
    edges = np.arange(low, high + width + 1, width)
    for counts, name, colour, shift in (
        (leads - customers, "other leads", PALE, 0.05),
        (customers, "customers", BLUE, 0.5),
    ):
        shares = np.histogram(scores, bins=edges, weights=counts)[0] / max(counts.sum(), 1)
        ax.bar(
            edges[:-1] + shift * width, shares, width=0.45 * width, align="edge", color=colour,
            edgecolor=INK if colour == PALE else colour, linewidth=0.4, label=name,
        )  # fmt: skip
    ax.set_xlim(edges[0] - width / 2, edges[-1] + width / 2)
    whole_axis(ax.xaxis, "score, points")
    percent_axis(ax.yaxis, "share of each group")
    mark(ax, {f"threshold {threshold}": threshold})
    head(
        ax, f"Scores of customers and of other leads (AUC {share_text(table.auc)})",
        legend=True, marks=True,
    )  # fmt: skip


def draw_sweep(table: ScoreTable, threshold: int, ax: Axes) -> None:
    """Draw what each threshold would keep."""
    cuts = table.sweep()
    scores = [cut.score for cut in cuts]
    rates = [cut.close_rate_at_or_above if cut.leads >= ENOUGH else np.nan for cut in cuts]
    for name, values, colour, line in (
        ("customers kept", [cut.customers_kept for cut in cuts], BLUE, "-"),
        ("leads kept", [cut.leads_kept for cut in cuts], QUIET, "--"),
        (f"close rate of those kept ({ENOUGH} leads or more)", rates, VERMILION, "-."),
    ):
        ax.plot(
            scores, values, line, color=colour, label=name, drawstyle="steps-pre", linewidth=1.8,
            marker="o" if len(scores) == 1 else None,
        )  # fmt: skip
    ax.set_ylim(0, 1.02)
    whole_axis(ax.xaxis, "threshold: leads with this score or more pass, points")
    percent_axis(ax.yaxis, "share")
    mark(ax, {f"threshold {threshold}": threshold})
    head(ax, "What a threshold keeps", legend=True, marks=True)


def draw_bands(parts: Sequence[Rated], overall: float, ax: Axes) -> None:
    """Draw the close rate by band of scores, the lowest first, with the leads of each."""
    places = np.arange(len(parts))
    ax.bar(places, [one.close_rate or 0.0 for one in parts], width=0.7, color=BLUE, alpha=0.45)
    whiskers(ax, places, parts, markersize=4)
    names = [one.name.replace(" to ", "–") for one in parts]
    ax.set_xticks(
        places, [f"{name}\n{count_text(one.leads)}"
                 for name, one in zip(names, parts, strict=True)],
    )  # fmt: skip
    ax.tick_params(axis="x", length=0)
    ax.set_xlim(-0.7, len(parts) - 0.3)
    ax.set_xlabel("band of scores, points; below it, leads")
    percent_axis(ax.yaxis, "close rate")
    ax.set_ylim(0, None)
    ax.axhline(overall, color=QUIET, linewidth=1, linestyle="--")
    head(
        ax,
        f"Close rate by band of scores, with 95 % intervals (dashed: overall "
        f"{percent_text(overall)})",
    )


def draw_gains(table: ScoreTable, who: str, ax: Axes) -> None:
    """Draw the share of customers among the leads with the highest scores, and the lift there."""
    curve = gains(table.leads, table.customers)
    worked, reached = (
        np.concatenate([[0.0], one]) for one in (curve.leads_worked, curve.customers_reached)
    )
    ax.plot(worked, reached, color=BLUE, linewidth=1.8, label="by score")
    for share in _SHARES:
        caught = curve.reached(share)
        ax.plot([share], [caught], "o", color=INK, markersize=5)
        ax.annotate(
            f"lift {lift_text(caught / share)}", (share, caught), xytext=(7, -9),
            textcoords="offset points", fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    _from_zero_to_all(ax, "in any order")
    percent_axis(ax.xaxis, "leads worked, the highest scores first")
    percent_axis(ax.yaxis, "customers reached")
    best = percent_text(curve.reached(0.2))
    head(ax, f"The best 20 % of leads hold {best} of customers ({who})", legend=True)


def draw_roc(table: ScoreTable, title: str, ax: Axes) -> None:
    """Draw customers that pass against other leads that pass, threshold by threshold."""
    n, x = (np.array(one)[::-1] for one in (table.leads, table.customers))
    along, up = (np.append(0, one.cumsum()) / one.sum() for one in (n - x, x))
    ax.plot(along, up, color=BLUE, linewidth=1.8, label="by score")
    _from_zero_to_all(ax, "a coin")
    percent_axis(ax.xaxis, "other leads that pass")
    percent_axis(ax.yaxis, "customers that pass")
    head(ax, title, legend=True)


def draw_calibration(
    table: ScoreTable, foretold: npt.NDArray[np.float64], who: str, ax: Axes
) -> None:
    """Hold the rate foretold against the rate that came, in groups of about as many leads."""
    told, groups = _grouped(table, foretold)
    ends = [one.interval[1] for one in groups if one.interval]
    top = min(1.05 * max(*ends, float(told.max()), 0.01), 1.02)
    ax.set_xlim(0, top)
    ax.set_ylim(0, top)
    diagonal(ax, "as foretold")
    whiskers(
        ax, told, groups, color=VERMILION, ecolor=INK, fmt="s", zorder=3,
        label="a tenth of the leads, with 95 % interval",
    )  # fmt: skip
    percent_axis(ax.xaxis, "close rate foretold")
    percent_axis(ax.yaxis, "close rate that came")
    head(ax, f"Close rate foretold, and what came ({who})", legend=True)


def only_one_kind(table: ScoreTable) -> str | None:
    """Say what is missing where all leads are customers, or none."""
    customers = sum(table.customers)
    if not customers:
        return "no lead became a customer."
    if customers == sum(table.leads):
        return "every lead became a customer, so there are no others to tell them from."
    return None


def _from_zero_to_all(ax: Axes, name: str) -> None:
    ax.set_xlim(0, 1.02)
    ax.set_ylim(0, 1.02)
    ax.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle="--", label=name)


def _grouped(
    table: ScoreTable, foretold: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], list[Rated]]:
    n, x = np.array(table.leads), np.array(table.customers)
    middle = (np.cumsum(n) - n / 2) / n.sum()
    _, group = np.unique((middle * _GROUPS).astype(int), return_inverse=True)
    leads, customers = (np.bincount(group, part).astype(int) for part in (n, x))
    mean = np.bincount(group, n * foretold) / leads
    return mean, [
        Rated(name="", leads=int(a), customers=int(b))
        for a, b in zip(leads, customers, strict=True)
    ]
