"""The plot of an explanation: how a lead's score adds up, attribute by attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from calibrate.present.drawing import BLUE, INK, QUIET, VERMILION, Plot, draw_by_name
from calibrate.present.marks import (
    MOST_ROWS,
    head,
    level_text,
    mark,
    name_text,
    row_size,
    rows,
    whole_axis,
)
from calibrate.present.numbers import points_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calibrate.explaining import Explanation


def draw_explanation(found: Explanation, name: str, ax: Axes | None = None) -> Axes:
    """Draw one of the plots."""
    return draw_by_name(PLOTS, found, name, ax)


def _steps(found: Explanation) -> list[tuple[str, int]]:
    """Give what is added to the base, strongest first; the weak ones together where many."""
    earning = [one for one in found.reasons if one.points]
    shown = earning if len(earning) <= MOST_ROWS else earning[: MOST_ROWS - 1]
    steps = [(level_text(one.attribute, one.level), one.points) for one in shown]
    rest = earning[len(shown) :]
    if rest:
        steps.append((f"{len(rest)} weaker ones together", sum(one.points for one in rest)))
    nothing = len(found.reasons) - len(earning)
    if nothing:
        steps.append((f"{nothing} more, worth nothing", 0))
    return [*steps, *([("over the cap", found.over_cap)] if found.over_cap else [])]


def _draw_waterfall(found: Explanation, ax: Axes) -> None:
    steps = _steps(found)
    base, score = found.card.points.base, int(found.told["score"])
    points = np.array([worth for _, worth in steps], dtype=int)
    after = base + np.cumsum(points)
    before = after - points
    for place, worth in enumerate(points, start=1):
        ax.barh(
            place, worth, left=before[place - 1], height=0.62,
            color=BLUE if worth > 0 else VERMILION, hatch=None if worth > 0 else "////",
            edgecolor="white", linewidth=0,
        )  # fmt: skip
    last = len(steps) + 1
    ax.barh([0, last], [base, score], height=0.62, color=QUIET)
    for place, level in enumerate([base, *after]):
        ax.plot([level, level], [place - 0.31, place + 1.31], color=INK, linewidth=0.8)
    names = ["base: where every lead starts", *(name for name, _ in steps), "score"]
    rows(
        ax,
        "attribute: level",
        names,
        {"points": [str(base), *map(points_text, points.tolist()), str(score)]},
    )
    threshold = found.card.threshold.score
    ends = [0, base, score, threshold, *after]
    room = 0.04 * max(max(ends) - min(ends), 1)
    ax.set_xlim(min(ends) - room, max(ends) + room)
    whole_axis(ax.xaxis, "score so far, points")
    mark(ax, {f"threshold {threshold}": threshold})
    verdict = "passes" if found.told["passes"] else "does not pass"
    name = name_text(found.lead)
    head(ax, f"How lead {name} comes to {score} points and {verdict}", marks=True)


PLOTS: dict[str, Plot[Explanation]] = {
    "waterfall": Plot(draw=_draw_waterfall, size=lambda found: row_size(len(_steps(found)) + 2))
}
